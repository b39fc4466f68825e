//! The writer that a caller holds: one target, one format, any number of batches.

use std::{fmt, io::Write};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::{
    columns::{For, Plain},
    csv::CsvRows,
    error::ShowError,
    format::Format,
    jsonl,
    parquet_file::ParquetFile,
    sink::{Sink, Target},
    table::TableRows,
};

/// How rows are shown, where the formats leave a choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShowOptions {
    /// CSV only: a single quote goes before each text cell, and each column name, that a spreadsheet
    /// would take for a formula. Nothing else changes; without it no value is changed at all.
    pub safe_for_spreadsheets: bool,
    /// The columns of the terminal that stdout is; none where it is no terminal. Only a table heeds
    /// it: without it, and in a file, a table is as wide as its rows.
    pub terminal_width: Option<u16>,
    /// Whether a table on a terminal may be dressed (bold column names). Heeded only together with
    /// `terminal_width`.
    pub colours: bool,
    /// Table only: rows beyond these are counted, not shown, and a last line says how many.
    pub max_table_rows: Option<usize>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The rows that came in, those that a table only counted among them.
    pub rows: u64,
}

/// Writes record batches to a target in a format.
///
/// Dropped unfinished, it removes its unfinished file.
pub struct RowWriter {
    columns: Plain,
    rows: u64,
    format: Format,
    writer: Box<dyn RowFormat>,
}

/// A format at work: takes batches, and gives the sink back when all are written.
pub(crate) trait RowFormat: Send {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), ShowError>;
    fn finish(self: Box<Self>) -> Result<Sink, ShowError>;
}

impl RowWriter {
    /// Opens the target for rows of a schema.
    ///
    /// # Errors
    /// When the target cannot be written, or the format cannot hold these columns or go there.
    pub fn open(
        target: Target,
        format: Format,
        schema: SchemaRef,
        options: ShowOptions,
    ) -> Result<Self, ShowError> {
        if matches!(target, Target::Stdout) && options.terminal_width.is_some() && !format.is_text()
        {
            return Err(ShowError::unsuited(format!(
                "{format} is nothing that a terminal can show; write it to a file, or pipe it on"
            )));
        }
        if !Format::ALL.contains(&format) {
            return Err(not_in_this_build(format));
        }
        Self::begin(Sink::open(target)?, format, schema, options)
    }

    /// Writes into something of the caller's, such as the answer to a download. It is flushed at the
    /// end; `name` is what messages call it.
    ///
    /// # Errors
    /// When the format cannot hold these columns, or the first bytes cannot be written.
    pub fn into_writer(
        writer: Box<dyn Write + Send>,
        name: &str,
        format: Format,
        schema: SchemaRef,
        options: ShowOptions,
    ) -> Result<Self, ShowError> {
        if !Format::ALL.contains(&format) {
            return Err(not_in_this_build(format));
        }
        let options = ShowOptions {
            terminal_width: None,
            ..options
        };
        Self::begin(Sink::given(name, writer), format, schema, options)
    }

    fn begin(
        sink: Sink,
        format: Format,
        schema: SchemaRef,
        options: ShowOptions,
    ) -> Result<Self, ShowError> {
        let reader = if format == Format::Parquet {
            For::Columns
        } else {
            For::Text
        };
        let columns = Plain::new(schema, reader);
        let width = options.terminal_width.filter(|_| !sink.is_file());
        let options = ShowOptions {
            terminal_width: width,
            ..options
        };
        let schema = columns.schema();
        let writer: Box<dyn RowFormat> = match format {
            Format::Table => Box::new(TableRows::new(sink, schema, &options)),
            Format::Csv => Box::new(CsvRows::new(sink, schema, options.safe_for_spreadsheets)?),
            Format::Jsonl => Box::new(jsonl::lines(sink)),
            Format::Json => Box::new(jsonl::array(sink)),
            Format::Parquet => Box::new(ParquetFile::new(sink, schema)?),
            #[cfg(feature = "xlsx")]
            Format::Xlsx => Box::new(crate::workbook::WorkbookRows::new(sink, schema)?),
            #[cfg(not(feature = "xlsx"))]
            Format::Xlsx => return Err(not_in_this_build(format)),
        };
        Ok(Self {
            columns,
            rows: 0,
            format,
            writer,
        })
    }

    /// Writes the rows of a batch after those before.
    ///
    /// # Errors
    /// When the target cannot be written any more, a value does not go into the format, or the batch
    /// has other columns than the schema. [`PipeClosed`](crate::ShowErrorKind::PipeClosed) is a quiet end.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ShowError> {
        let batch = self.columns.batch(batch)?;
        self.writer.write(&batch)?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Writes what is left, and gives a file its name.
    ///
    /// # Errors
    /// As [`RowWriter::write`]; the target is then as it was before.
    pub fn finish(self) -> Result<Shown, ShowError> {
        self.writer.finish()?.finish()?;
        Ok(Shown { rows: self.rows })
    }
}

impl fmt::Debug for RowWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowWriter")
            .field("format", &self.format)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

fn not_in_this_build(format: Format) -> ShowError {
    ShowError::unsuited(format!(
        "this build cannot write {format}; build it with the feature {format}, or choose csv"
    ))
}

/// Writes bytes, with the sink's name in the failure.
pub(crate) fn put(sink: &mut Sink, bytes: &[u8]) -> Result<(), ShowError> {
    sink.write_all(bytes)
        .map_err(|error| ShowError::writing(&sink.name, error))
}
