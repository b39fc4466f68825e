//! JSON lines: one object a row, every column in every object.

use arrow_array::RecordBatch;
use arrow_json::{LineDelimitedWriter, WriterBuilder, writer::LineDelimited};

use crate::{error::ShowError, sink::Sink, writer::RowFormat};

pub(crate) struct JsonLines {
    name: String,
    writer: LineDelimitedWriter<Sink>,
}

impl JsonLines {
    pub(crate) fn new(sink: Sink) -> Self {
        let name = sink.name.clone();
        let writer = WriterBuilder::new()
            .with_explicit_nulls(true)
            .build::<_, LineDelimited>(sink);
        Self { name, writer }
    }

    fn failed(&self, error: arrow_schema::ArrowError) -> ShowError {
        let message = "a column's type cannot be written as JSON; cast it, or leave it out";
        ShowError::inside(&self.name, message, error)
    }
}

impl RowFormat for JsonLines {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), ShowError> {
        self.writer.write(batch).map_err(|error| self.failed(error))
    }

    fn finish(mut self: Box<Self>) -> Result<Sink, ShowError> {
        self.writer.finish().map_err(|error| self.failed(error))?;
        Ok(self.writer.into_inner())
    }
}
