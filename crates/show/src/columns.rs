//! Columns before they are written: every name once, and only types that the format knows.
//!
//! A query engine hands out views, dictionaries and run-length encodings to save itself work; a
//! reader of the result has no use for them.

use std::{collections::HashSet, sync::Arc};

use arrow_array::RecordBatch;
use arrow_cast::{can_cast_types, cast};
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};

use crate::error::ShowError;

/// Who the columns are made ready for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// A file of typed columns: types stay, encodings go.
    Columns,
    /// Text: integers and dates come down to one type each, timestamps to UTC.
    Text,
}

/// Turns the batches of one schema into batches of another, plainer one.
#[derive(Debug)]
pub(crate) struct Plain {
    given: SchemaRef,
    schema: SchemaRef,
}

impl Plain {
    pub(crate) fn new(given: SchemaRef, reader: For) -> Self {
        let names = unique_names(&given);
        let fields: Vec<_> = given
            .fields()
            .iter()
            .zip(names)
            .map(|(field, name)| {
                let plain = plain_type(field.data_type(), reader);
                let known = can_cast_types(field.data_type(), &plain);
                let data_type = if known {
                    plain
                } else {
                    field.data_type().clone()
                };
                // An engine's word that nothing is null has been wrong before; no reader needs it.
                Field::new(name, data_type, true).with_metadata(field.metadata().clone())
            })
            .collect();
        let schema = Arc::new(Schema::new(fields));
        Self { given, schema }
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn batch(&self, batch: &RecordBatch) -> Result<RecordBatch, ShowError> {
        let types = |schema: &Schema| -> Vec<DataType> {
            schema
                .fields()
                .iter()
                .map(|field| field.data_type().clone())
                .collect()
        };
        if types(&self.given) != types(batch.schema_ref()) {
            return Err(ShowError::unsuited(
                "the rows changed their columns on the way",
            ));
        }
        let columns = batch
            .columns()
            .iter()
            .zip(self.schema.fields())
            .map(|(column, field)| {
                if column.data_type() == field.data_type() {
                    return Ok(Arc::clone(column));
                }
                cast(column, field.data_type())
            })
            .collect::<Result<Vec<_>, _>>();
        let rows = arrow_array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        columns
            .and_then(|columns| {
                RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &rows)
            })
            .map_err(|error| {
                ShowError::unsuited("the rows cannot be made ready to be written").because(error)
            })
    }
}

/// A name that occurs again gets `_2`, the next `_3`.
fn unique_names(schema: &Schema) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    schema
        .fields()
        .iter()
        .map(|field| {
            let mut name = field.name().clone();
            let mut again = 1;
            while !taken.insert(name.clone()) {
                again += 1;
                name = format!("{}_{again}", field.name());
            }
            name
        })
        .collect()
}

fn plain_type(given: &DataType, reader: For) -> DataType {
    use DataType as T;
    let inside = |field: &FieldRef| -> FieldRef {
        let plain = plain_type(field.data_type(), reader);
        Arc::new(field.as_ref().clone().with_data_type(plain))
    };
    match given {
        T::Dictionary(_, values) => plain_type(values, reader),
        T::RunEndEncoded(_, values) => plain_type(values.data_type(), reader),
        T::BinaryView => T::Binary,
        // Text is read from the view as it lies; only a file must be rid of it.
        T::Utf8View if reader == For::Columns => T::Utf8,
        T::List(field) | T::ListView(field) => T::List(inside(field)),
        T::LargeList(field) | T::LargeListView(field) => T::LargeList(inside(field)),
        T::FixedSizeList(field, length) => T::FixedSizeList(inside(field), *length),
        T::Struct(fields) => T::Struct(fields.iter().map(inside).collect()),
        T::Map(field, sorted) => T::Map(inside(field), *sorted),
        _ if reader == For::Columns => given.clone(),
        T::Int8 | T::Int16 | T::Int32 => T::Int64,
        T::UInt8 | T::UInt16 | T::UInt32 => T::UInt64,
        T::Float16 => T::Float32,
        T::Date64 => T::Date32,
        T::Timestamp(unit, _) => T::Timestamp(*unit, Some("+00:00".into())),
        _ => given.clone(),
    }
}
