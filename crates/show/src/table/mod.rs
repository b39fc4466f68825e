//! A table for eyes: numbers right, text left, nulls blank.
//!
//! Without a width (stdout is no terminal, or a file) every row is one line, however long. On a
//! terminal, a table that is too wide gives way in this order, each step only if the one before was
//! not enough:
//!
//! 1. column names break at their underscores, over two lines and then three;
//! 2. text with spaces in it wraps, but no word is cut and no cell has more than four lines;
//! 3. columns that say the same in every row are said once, above: a report has many of them (the
//!    account, the period, the refresh date), and without them the rest mostly fits;
//! 4. each row becomes a block of `column │ value` lines.
//!
//! Dropping or cutting columns was not chosen: what is asked for is what is seen, and the blocks
//! read well for the few rows that one looks at in a terminal.
//!
//! Rows come out in pages, so that memory does not grow with them (step 3 is for a single page). The columns of the first page
//! hold for the next ones; when a later page needs other widths, it begins with a header of its own.

mod layout;
mod print;
mod screen;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use self::{
    layout::{Column, Layout},
    print::Printer,
    screen::screen_text,
};
use crate::{
    cell::{Cell, cells, json_options},
    error::ShowError,
    sink::Sink,
    writer::{RowFormat, ShowOptions, put},
};

/// The rows that are looked at together for the widths of the columns.
const PAGE_ROWS: usize = 1_000;

pub(crate) struct TableRows {
    sink: Sink,
    printer: Printer,
    columns: Vec<Column>,
    page: Vec<Vec<String>>,
    /// What the pages before this one were printed as.
    layout: Option<Layout>,
    width: Option<usize>,
    max_rows: usize,
    shown: usize,
    left_out: u64,
}

impl TableRows {
    pub(crate) fn new(sink: Sink, schema: &SchemaRef, options: &ShowOptions) -> Self {
        let on_terminal = options.terminal_width.is_some();
        let columns = schema
            .fields()
            .iter()
            .map(|field| {
                let name = screen_text(field.name(), on_terminal);
                Column::new(&name, field.data_type().is_numeric())
            })
            .collect();
        Self {
            sink,
            printer: Printer {
                colours: options.colours && on_terminal,
            },
            columns,
            page: Vec::new(),
            layout: None,
            width: options.terminal_width.map(usize::from),
            max_rows: options.max_table_rows.unwrap_or(usize::MAX),
            shown: 0,
            left_out: 0,
        }
    }

    fn print_page(&mut self) -> Result<(), ShowError> {
        let layout = match &self.layout {
            // Blocks stay blocks: rows do not change their shape halfway.
            Some(Layout::Blocks) => Layout::Blocks,
            _ => Layout::fit(&self.columns, self.width),
        };
        let before = self.shown;
        self.shown += self.page.len();
        let text = match &layout {
            Layout::Blocks => {
                let rows = self.page.iter().enumerate();
                let titled =
                    rows.map(|(index, row)| (format!("row {}", before + index + 1), &row[..]));
                self.printer.blocks(&self.columns, titled, self.width)
            }
            Layout::Columns(widths) => {
                let same = self.layout.as_ref() == Some(&layout);
                let gap = if same || self.layout.is_none() {
                    ""
                } else {
                    "\n"
                };
                let table = self.printer.table(&self.columns, widths, &self.page, !same);
                format!("{gap}{table}")
            }
        };
        self.layout = Some(layout);
        self.page.clear();
        put(&mut self.sink, text.as_bytes())
    }

    /// Takes the columns that say the same in every row out of the only page, if it is too wide and
    /// that leaves something, and prints them above.
    fn print_shared(&mut self) -> Result<(), ShowError> {
        let only_page = self.layout.is_none() && self.page.len() > 1;
        if !only_page || Layout::fit(&self.columns, self.width) != Layout::Blocks {
            return Ok(());
        }
        let differs: Vec<bool> = (0..self.columns.len())
            .map(|index| {
                self.page
                    .iter()
                    .any(|row| row[index] != self.page[0][index])
            })
            .collect();
        if differs.iter().all(|differs| *differs) || !differs.contains(&true) {
            return Ok(());
        }
        let values = pick(&self.page[0], &differs, false);
        self.page = self
            .page
            .iter()
            .map(|row| pick(row, &differs, true))
            .collect();
        let shared = pick(&self.columns, &differs, false);
        self.columns = pick(&self.columns, &differs, true);
        let title = if self.left_out == 0 {
            "in every row"
        } else {
            "in every row shown"
        };
        let rows = std::iter::once((title.to_owned(), &values[..]));
        let mut text = self.printer.blocks(&shared, rows, self.width);
        if Layout::fit(&self.columns, self.width) != Layout::Blocks {
            text.push('\n');
        }
        put(&mut self.sink, text.as_bytes())
    }

    fn last_line(&self) -> String {
        let all = self.shown as u64 + self.left_out;
        match self.left_out {
            0 if self.shown == 0 => "(no rows)\n".to_owned(),
            0 => String::new(),
            1 => format!("… 1 more row, {all} in all\n"),
            more => format!("… {more} more rows, {all} in all\n"),
        }
    }
}

impl RowFormat for TableRows {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), ShowError> {
        let json = json_options();
        let mut values = cells(batch, &json)?;
        let room = self.max_rows.saturating_sub(self.shown + self.page.len());
        let kept = room.min(batch.num_rows());
        self.left_out += (batch.num_rows() - kept) as u64;
        for row in 0..kept {
            let mut line = Vec::with_capacity(values.len());
            for (value, column) in values.iter_mut().zip(&mut self.columns) {
                let text = shown(&value.get(row), self.width.is_some());
                column.measure(&text);
                line.push(text);
            }
            self.page.push(line);
            if self.page.len() == PAGE_ROWS {
                self.print_page()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Sink, ShowError> {
        self.print_shared()?;
        if !self.page.is_empty() || self.layout.is_none() {
            self.print_page()?;
        }
        let last_line = self.last_line();
        put(&mut self.sink, last_line.as_bytes())?;
        Ok(self.sink)
    }
}

/// Those that differ, or those that do not.
fn pick<T: Clone>(all: &[T], differs: &[bool], wanted: bool) -> Vec<T> {
    let kept = all
        .iter()
        .zip(differs)
        .filter(|(_, differs)| **differs == wanted);
    kept.map(|(one, _)| one.clone()).collect()
}

/// What a cell says on a screen. An empty text is `""`, so that it differs from null.
fn shown(cell: &Cell<'_>, on_terminal: bool) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Text("") => "\"\"".to_owned(),
        Cell::Text(text) | Cell::Json(text) => screen_text(text, on_terminal),
        Cell::Integer(value) => value.to_string(),
        Cell::Unsigned(value) => value.to_string(),
        Cell::Single(value) => rounded(f64::from(*value), format!("{value:?}")),
        Cell::Float(value) => rounded(*value, format!("{value:?}")),
        Cell::Boolean(value) => value.to_string(),
        Cell::Day { shown, .. } | Cell::Decimal(shown) | Cell::Other(shown) => shown.to_string(),
    }
}

/// At most six decimals; the exact form where six would say too little, or too much.
fn rounded(value: f64, exact: String) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e16).contains(&value.abs()) {
        return exact;
    }
    let fixed = format!("{value:.6}");
    fixed.trim_end_matches('0').trim_end_matches('.').to_owned()
}
