//! CSV as RFC 4180 has it, but with line feeds: UTF-8 without a byte order mark, a header row,
//! quotes only where a reader needs them.
//!
//! Null is an empty field, and an empty text is `""`, so that the two stay apart. One exception: in a
//! table of a single column a null is `""` too, because most readers skip an empty line, and a row
//! lost is worse.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::{
    cell::{Cell, cells, json_options},
    error::ShowError,
    sink::Sink,
    writer::{RowFormat, put},
};

/// Rows are handed on in pieces of about this many bytes.
const PIECE: usize = 1 << 16;

pub(crate) struct CsvRows {
    sink: Sink,
    line: Line,
}

/// Bytes that are not handed on yet.
struct Line {
    bytes: Vec<u8>,
    /// Where a value is spelt out before it is known whether it needs quotes.
    spelt: String,
    safe_for_spreadsheets: bool,
    single: bool,
}

impl CsvRows {
    pub(crate) fn new(
        sink: Sink,
        schema: &SchemaRef,
        safe_for_spreadsheets: bool,
    ) -> Result<Self, ShowError> {
        let single = schema.fields().len() == 1;
        let mut line = Line {
            bytes: Vec::with_capacity(PIECE * 2),
            spelt: String::new(),
            safe_for_spreadsheets,
            single,
        };
        for (index, field) in schema.fields().iter().enumerate() {
            line.separate(index);
            line.text(field.name());
        }
        line.bytes.push(b'\n');
        let mut rows = Self { sink, line };
        rows.hand_on()?;
        Ok(rows)
    }

    fn hand_on(&mut self) -> Result<(), ShowError> {
        put(&mut self.sink, &self.line.bytes)?;
        self.line.bytes.clear();
        Ok(())
    }
}

impl RowFormat for CsvRows {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), ShowError> {
        let json = json_options();
        let mut columns = cells(batch, &json)?;
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter_mut().enumerate() {
                self.line.separate(index);
                self.line.cell(&column.get(row));
            }
            self.line.bytes.push(b'\n');
            if self.line.bytes.len() >= PIECE {
                self.hand_on()?;
            }
        }
        self.hand_on()
    }

    fn finish(self: Box<Self>) -> Result<Sink, ShowError> {
        Ok(self.sink)
    }
}

impl Line {
    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.bytes.push(b',');
        }
    }

    fn cell(&mut self, cell: &Cell<'_>) {
        match cell {
            Cell::Null if self.single => self.bytes.extend_from_slice(b"\"\""),
            Cell::Null => {}
            Cell::Text(text) | Cell::Json(text) => self.text(text),
            Cell::Integer(value) => self.number(format_args!("{value}")),
            Cell::Unsigned(value) => self.number(format_args!("{value}")),
            Cell::Single(value) => self.number(format_args!("{value:?}")),
            Cell::Float(value) => self.number(format_args!("{value:?}")),
            Cell::Boolean(value) => self.number(format_args!("{value}")),
            Cell::Day { shown, .. } | Cell::Decimal(shown) => self.number(format_args!("{shown}")),
            Cell::Other(shown) => {
                let mut spelt = std::mem::take(&mut self.spelt);
                spelt.clear();
                spelt.push_str(&shown.to_string());
                self.text(&spelt);
                self.spelt = spelt;
            }
        }
    }

    /// A value that no spreadsheet takes for a formula and that has nothing to quote.
    fn number(&mut self, shown: std::fmt::Arguments<'_>) {
        // A Vec takes all there is.
        let _ = self.bytes.write_fmt(shown);
    }

    fn text(&mut self, text: &str) {
        let guard = self.safe_for_spreadsheets && starts_a_formula(text);
        let quoted = text.is_empty()
            || text
                .bytes()
                .any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'));
        if quoted {
            self.bytes.push(b'"');
        }
        if guard {
            self.bytes.push(b'\'');
        }
        if quoted {
            for (index, part) in text.split('"').enumerate() {
                if index > 0 {
                    self.bytes.extend_from_slice(b"\"\"");
                }
                self.bytes.extend_from_slice(part.as_bytes());
            }
            self.bytes.push(b'"');
        } else {
            self.bytes.extend_from_slice(text.as_bytes());
        }
    }
}

/// Whether a spreadsheet would evaluate this text, or skip its first character and then do so.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn starts_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}
