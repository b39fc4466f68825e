//! Parquet: typed columns in row groups, written as they fill.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::properties::WriterProperties,
};

use crate::{error::ShowError, sink::Sink, writer::RowFormat};

/// A row group is closed at this many rows or bytes, whichever comes first: what is held in memory.
const GROUP_ROWS: usize = 1 << 20;
const GROUP_BYTES: usize = 64 << 20;

pub(crate) struct ParquetFile {
    name: String,
    writer: ArrowWriter<Sink>,
}

impl ParquetFile {
    pub(crate) fn new(sink: Sink, schema: &SchemaRef) -> Result<Self, ShowError> {
        if let Some(field) = schema
            .fields()
            .iter()
            .find(|field| !has_parquet_type(field.data_type()))
        {
            return Err(ShowError::unsuited(format!(
                "Parquet has no type for the column {} ({}); cast it, or choose csv or jsonl",
                field.name(),
                field.data_type()
            )));
        }
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_max_row_group_bytes(Some(GROUP_BYTES))
            .build();
        let name = sink.name.clone();
        let writer = ArrowWriter::try_new(sink, Arc::clone(schema), Some(properties))
            .map_err(|error| failed(&name, error))?;
        Ok(Self { name, writer })
    }
}

impl RowFormat for ParquetFile {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), ShowError> {
        self.writer
            .write(batch)
            .map_err(|error| failed(&self.name, error))
    }

    fn finish(self: Box<Self>) -> Result<Sink, ShowError> {
        self.writer
            .into_inner()
            .map_err(|error| failed(&self.name, error))
    }
}

fn failed(name: &str, error: ParquetError) -> ShowError {
    ShowError::inside(
        name,
        "these rows cannot be written as Parquet; choose csv or jsonl",
        error,
    )
}

/// What the writer would refuse only when the rows are there.
fn has_parquet_type(data_type: &DataType) -> bool {
    match data_type {
        DataType::Union(..) => false,
        DataType::Interval(unit) => *unit != arrow_schema::IntervalUnit::MonthDayNano,
        DataType::Struct(fields) => {
            !fields.is_empty()
                && fields
                    .iter()
                    .all(|field| has_parquet_type(field.data_type()))
        }
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::Map(field, _) => has_parquet_type(field.data_type()),
        _ => true,
    }
}
