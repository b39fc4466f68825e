//! Excel workbooks. Rows go to a temporary file as they come, so that memory does not grow with them.
//!
//! Text is written as text, whatever it begins with: no cell is ever a formula. A sheet that is full
//! is followed by another with the same header. Integers beyond 2^53, which Excel cannot hold,
//! decimals of more than 15 digits, and days before March 1900, which Excel counts wrongly, are
//! written as text.

use std::{
    fmt::Display,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::{
    cell::{Cell, cells, json_options},
    error::{ShowError, ShowErrorKind},
    sink::Sink,
    writer::RowFormat,
};

/// Excel's own bounds.
const SHEET_ROWS: u32 = 1_048_576;
const SHEET_COLUMNS: usize = 16_384;
const CELL_CHARACTERS: usize = 32_767;
/// Beyond this not every integer is a 64-bit float.
const EXACT_INTEGERS: u64 = 1 << 53;
/// 1970-01-01 in Excel's count, and the first day that it counts right, 1900-03-01.
const DAYS_BEFORE_1970: f64 = 25_569.0;
const FIRST_GOOD_DAY: f64 = 61.0;
const DAY_AFTER_LAST: f64 = 2_958_466.0;

pub(crate) struct WorkbookRows {
    sink: Sink,
    workbook: Workbook,
    schema: SchemaRef,
    styles: Styles,
    sheets: usize,
    /// The row of the current sheet that is written next.
    next: u32,
}

struct Styles {
    header: Format,
    integer: Format,
    date: Format,
    timestamp: Format,
}

impl WorkbookRows {
    pub(crate) fn new(sink: Sink, schema: &SchemaRef) -> Result<Self, ShowError> {
        if schema.fields().len() > SHEET_COLUMNS {
            return Err(ShowError::unsuited(format!(
                "{} columns do not fit into a sheet, which has {SHEET_COLUMNS}; choose csv",
                schema.fields().len()
            )));
        }
        let mut workbook = Workbook::new();
        // The sheets beside the file, where there must be room anyway; /tmp may be small.
        if let Some(folder) = sink.folder().map(Path::to_owned) {
            workbook
                .set_tempdir(folder)
                .map_err(|error| failed(&sink.name, error))?;
        }
        let styles = Styles {
            header: Format::new().set_bold(),
            integer: Format::new().set_num_format("0"),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            timestamp: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        };
        let schema = Arc::clone(schema);
        let mut rows = Self {
            sink,
            workbook,
            schema,
            styles,
            sheets: 0,
            next: 0,
        };
        rows.add_sheet()
            .map_err(|error| failed(&rows.sink.name, error))?;
        Ok(rows)
    }

    fn add_sheet(&mut self) -> Result<(), XlsxError> {
        self.end_sheet()?;
        self.sheets += 1;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        let name = if self.sheets == 1 {
            "Rows".into()
        } else {
            format!("Rows {}", self.sheets)
        };
        sheet.set_name(name)?;
        for (index, field) in self.schema.fields().iter().enumerate() {
            sheet.set_column_width(column(index), width(field.name(), field.data_type()))?;
        }
        for (index, field) in self.schema.fields().iter().enumerate() {
            sheet.write_string_with_format(0, column(index), field.name(), &self.styles.header)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        self.next = 1;
        Ok(())
    }

    fn end_sheet(&mut self) -> Result<(), XlsxError> {
        if let Some(last) = self
            .schema
            .fields()
            .len()
            .checked_sub(1)
            .filter(|_| self.sheets > 0)
        {
            let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
            sheet.autofilter(0, 0, self.next - 1, column(last))?;
        }
        Ok(())
    }
}

/// The library panics when its own temporary file cannot be written.
fn or_full<T>(name: &str, work: impl FnOnce() -> Result<T, ShowError>) -> Result<T, ShowError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(ShowError::new(
            ShowErrorKind::DiskFull,
            format!("the disk is full: the workbook {name} could not be written whole"),
        ))
    })
}

impl RowFormat for WorkbookRows {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), ShowError> {
        let name = self.sink.name.clone();
        or_full(&name, || self.write_rows(batch))
    }

    fn finish(self: Box<Self>) -> Result<Sink, ShowError> {
        let name = self.sink.name.clone();
        or_full(&name, || self.save())
    }
}

impl WorkbookRows {
    fn write_rows(&mut self, batch: &RecordBatch) -> Result<(), ShowError> {
        let json = json_options();
        let mut columns = cells(batch, &json)?;
        for row in 0..batch.num_rows() {
            if self.next == SHEET_ROWS {
                self.add_sheet()
                    .map_err(|error| failed(&self.sink.name, error))?;
            }
            let sheet = self
                .workbook
                .worksheet_from_index(self.sheets - 1)
                .map_err(|error| failed(&self.sink.name, error))?;
            for (index, cells) in columns.iter_mut().enumerate() {
                put(
                    sheet,
                    &self.styles,
                    self.next,
                    column(index),
                    &cells.get(row),
                )
                .map_err(|error| match error {
                    XlsxError::MaxStringLengthExceeded => ShowError::unsuited(format!(
                        "a text in the column {} is longer than the {CELL_CHARACTERS} \
                             characters that a cell holds; choose csv",
                        self.schema.field(index).name()
                    )),
                    error => failed(&self.sink.name, error),
                })?;
            }
            self.next += 1;
        }
        Ok(())
    }

    fn save(mut self: Box<Self>) -> Result<Sink, ShowError> {
        self.end_sheet()
            .map_err(|error| failed(&self.sink.name, error))?;
        self.workbook
            .save_to_writer(&mut self.sink)
            .map_err(|error| failed(&self.sink.name, error))?;
        Ok(self.sink)
    }
}

fn put(
    sheet: &mut Worksheet,
    styles: &Styles,
    row: u32,
    column: u16,
    cell: &Cell<'_>,
) -> Result<(), XlsxError> {
    let text = |sheet: &mut Worksheet, text: &dyn Display| -> Result<(), XlsxError> {
        sheet.write_string(row, column, text.to_string()).map(drop)
    };
    let number = |sheet: &mut Worksheet, number: f64, style: &Format| -> Result<(), XlsxError> {
        sheet
            .write_number_with_format(row, column, number, style)
            .map(drop)
    };
    match cell {
        Cell::Null => Ok(()),
        Cell::Text(value) | Cell::Json(value) => sheet.write_string(row, column, *value).map(drop),
        Cell::Integer(value) if value.unsigned_abs() <= EXACT_INTEGERS => {
            number(sheet, *value as f64, &styles.integer)
        }
        Cell::Unsigned(value) if *value <= EXACT_INTEGERS => {
            number(sheet, *value as f64, &styles.integer)
        }
        Cell::Integer(value) => text(sheet, value),
        Cell::Unsigned(value) => text(sheet, value),
        Cell::Single(value) => float(sheet, row, column, f64::from(*value)),
        Cell::Float(value) => float(sheet, row, column, *value),
        Cell::Boolean(value) => sheet.write_boolean(row, column, *value).map(drop),
        Cell::Day { days, shown } => {
            let serial = days + DAYS_BEFORE_1970;
            if !(FIRST_GOOD_DAY..DAY_AFTER_LAST).contains(&serial) {
                return text(sheet, shown);
            }
            let style = if serial.fract() == 0.0 && shown.to_string().len() == 10 {
                &styles.date
            } else {
                &styles.timestamp
            };
            number(sheet, serial, style)
        }
        Cell::Decimal(shown) => {
            let shown = shown.to_string();
            let digits = shown.bytes().filter(u8::is_ascii_digit).count();
            match shown.parse::<f64>() {
                Ok(value) if digits <= 15 => float(sheet, row, column, value),
                _ => text(sheet, &shown),
            }
        }
        Cell::Other(shown) => text(sheet, shown),
    }
}

/// Excel knows no infinity and no "not a number".
fn float(sheet: &mut Worksheet, row: u32, column: u16, value: f64) -> Result<(), XlsxError> {
    if value.is_finite() {
        sheet.write_number(row, column, value).map(drop)
    } else {
        sheet
            .write_string(row, column, format!("{value:?}"))
            .map(drop)
    }
}

fn failed(name: &str, error: XlsxError) -> ShowError {
    match error {
        XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => {
            ShowError::writing(name, error)
        }
        error => ShowError::inside(name, "these rows cannot be written as a workbook", error),
    }
}

/// `SHEET_COLUMNS` was checked.
fn column(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// About wide enough to be read without dragging columns first, in characters.
fn width(name: &str, data_type: &DataType) -> f64 {
    let values: usize = match data_type {
        DataType::Date32 => 11,
        DataType::Timestamp(..) => 19,
        DataType::Boolean => 7,
        number if number.is_numeric() => 10,
        _ => 24,
    };
    // The filter's button takes the room of some letters.
    values.max(name.chars().count() + 3).min(48) as f64
}
