//! JSON: one object a row, every column in every object; on lines of their own, or as one array.

use arrow_array::RecordBatch;
use arrow_json::{
    Writer, WriterBuilder,
    writer::{JsonArray, JsonFormat, LineDelimited},
};

use crate::{error::ShowError, sink::Sink, writer::RowFormat};

pub(crate) struct Json<F: JsonFormat> {
    name: String,
    writer: Writer<Sink, F>,
}

/// Objects on lines of their own.
pub(crate) fn lines(sink: Sink) -> Json<LineDelimited> {
    Json::new(sink)
}

/// One array of objects.
pub(crate) fn array(sink: Sink) -> Json<JsonArray> {
    Json::new(sink)
}

impl<F: JsonFormat> Json<F> {
    fn new(sink: Sink) -> Self {
        let name = sink.name.clone();
        let writer = WriterBuilder::new()
            .with_explicit_nulls(true)
            .build::<_, F>(sink);
        Self { name, writer }
    }

    fn failed(&self, error: arrow_schema::ArrowError) -> ShowError {
        let message = "a column's type cannot be written as JSON; cast it, or leave it out";
        ShowError::inside(&self.name, message, error)
    }
}

impl<F: JsonFormat + Send> RowFormat for Json<F> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), ShowError> {
        self.writer.write(batch).map_err(|error| self.failed(error))
    }

    fn finish(mut self: Box<Self>) -> Result<Sink, ShowError> {
        self.writer.finish().map_err(|error| self.failed(error))?;
        Ok(self.writer.into_inner())
    }
}
