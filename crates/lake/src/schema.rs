//! A table's columns: they grow, and never change their type.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_cast::cast;
use arrow_schema::{Field, Schema, SchemaRef};

use crate::LakeError;

/// The table's columns, then those of the reply that the table lacks. All are nullable: an older
/// file has no value for a newer column.
pub(crate) fn grown(table: &Schema, reply: &Schema) -> SchemaRef {
    let mut fields: Vec<Arc<Field>> = table.fields().iter().cloned().collect();
    for field in reply.fields() {
        if table.field_with_name(field.name()).is_err() {
            fields.push(Arc::new(field.as_ref().clone().with_nullable(true)));
        }
    }
    Arc::new(Schema::new(fields))
}

/// The columns of a reply with the types that the table gives them.
pub(crate) fn as_in_table(reply: &Schema, table: &Schema) -> SchemaRef {
    let fields = reply.fields().iter().map(|field| {
        let kind = table.field_with_name(field.name()).map_or_else(
            |_| field.data_type().clone(),
            |known| known.data_type().clone(),
        );
        Field::new(field.name(), kind, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The batch with its columns in the order and types of `schema`; a column that it lacks is null.
pub(crate) fn fit(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, LakeError> {
    if batch.schema_ref() == schema {
        return Ok(batch.clone());
    }
    let columns = schema
        .fields()
        .iter()
        .map(|field| match batch.column_by_name(field.name()) {
            Some(column) if column.data_type() == field.data_type() => Ok(column.clone()),
            Some(column) => cast(column, field.data_type()),
            None => Ok(arrow_array::new_null_array(
                field.data_type(),
                batch.num_rows(),
            )),
        });
    let columns = columns
        .collect::<Result<Vec<_>, _>>()
        .map_err(LakeError::columns)?;
    RecordBatch::try_new(schema.clone(), columns).map_err(LakeError::columns)
}
