//! Rows to record batches: a builder per column, filled cell by cell.

use std::{mem, sync::Arc};

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, new_null_array,
    types::{Date32Type, Int64Type},
};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{ArrowError, SchemaRef};
use exmetrics_catalog::ColumnType;

use crate::{
    Reject, RejectProblem, RowContext, cell,
    column::{Texts, Values},
    layout::{Layout, LayoutColumn, arrow_type},
    row::Row,
};

/// A batch is full at this many bytes of cells, however few rows that is.
const FULL_AT_BYTES: usize = 8 * 1024 * 1024;

/// The batch that is being filled.
pub(crate) struct BatchBuilder {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    /// The columns that are the same in every row, as long as a full batch.
    context: Vec<ArrayRef>,
    capacity: usize,
    /// Where each row of the batch began.
    lines: Vec<u64>,
    bytes: usize,
}

struct ColumnBuilder {
    name: String,
    position: usize,
    cells: Cells,
}

enum Cells {
    /// The column did not come: nulls, as long as a full batch.
    Missing(Vec<ArrayRef>),
    Date(Values<i32>),
    Bigint(Values<i64>),
    Boolean(Values<bool>),
    Text(Texts),
    Duration(Texts, Values<i64>),
}

impl BatchBuilder {
    pub(crate) fn new(layout: &Layout, context: RowContext, capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self {
            schema: layout.schema(),
            columns: layout
                .columns
                .iter()
                .map(|column| ColumnBuilder::new(column, capacity))
                .collect(),
            context: context_columns(context, capacity),
            capacity,
            lines: Vec::with_capacity(capacity),
            bytes: 0,
        }
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.lines.len() >= self.capacity || self.bytes >= FULL_AT_BYTES
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Forgets the rows since the last batch.
    pub(crate) fn clear(&mut self) {
        self.lines.clear();
        self.bytes = 0;
    }

    /// Adds a row. What does not fit is null, and goes to `reject`.
    pub(crate) fn push(&mut self, row: &Row, mut reject: impl FnMut(Reject)) {
        self.lines.push(row.line);
        self.bytes += row.len();
        for column in &mut self.columns {
            if let Err(kind) = column.cells.push(row, column.position) {
                reject(Reject {
                    line: row.line,
                    column: column.name.clone(),
                    value: row.cell(column.position).to_vec(),
                    problem: RejectProblem::Unfit(kind),
                });
            }
        }
    }

    /// The rows since the last batch.
    pub(crate) fn finish(
        &mut self,
        mut reject: impl FnMut(Reject),
    ) -> Result<RecordBatch, ArrowError> {
        let lines = mem::take(&mut self.lines);
        let mut arrays = Vec::with_capacity(self.schema.fields().len());
        for ColumnBuilder { name, cells, .. } in &mut self.columns {
            let invalid = |row: usize, value: &[u8]| {
                reject(Reject {
                    line: lines[row],
                    column: name.clone(),
                    value: value.to_vec(),
                    problem: RejectProblem::InvalidUtf8,
                });
            };
            cells.finish(lines.len(), &mut arrays, invalid);
        }
        arrays.extend(self.context.iter().map(|array| array.slice(0, lines.len())));
        self.lines = lines;
        self.clear();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }
}

impl ColumnBuilder {
    fn new(column: &LayoutColumn, rows: usize) -> Self {
        let cells = match (column.position, column.kind) {
            (None, ColumnType::Duration) => Cells::Missing(vec![
                new_null_array(&arrow_type(ColumnType::Duration), rows),
                new_null_array(&arrow_type(ColumnType::Bigint), rows),
            ]),
            (None, kind) => Cells::Missing(vec![new_null_array(&arrow_type(kind), rows)]),
            (_, ColumnType::Date) => Cells::Date(Values::default()),
            (_, ColumnType::Bigint) => Cells::Bigint(Values::default()),
            (_, ColumnType::Boolean) => Cells::Boolean(Values::default()),
            (_, ColumnType::Text) => Cells::Text(Texts::default()),
            (_, ColumnType::Duration) => Cells::Duration(Texts::default(), Values::default()),
        };
        Self {
            name: column.name.clone(),
            position: column.position.unwrap_or(usize::MAX),
            cells,
        }
    }
}

impl Cells {
    /// Adds a cell; one that does not fit becomes null, and its type is the error.
    #[inline]
    fn push(&mut self, row: &Row, position: usize) -> Result<(), ColumnType> {
        match self {
            Self::Missing(_) => Ok(()),
            Self::Text(texts) => {
                texts.push(row.cell(position));
                Ok(())
            }
            Self::Bigint(values) => {
                let (first, length) = row.first_eight(position);
                let value = cell::short_bigint(first, length);
                if value.is_none() && length > 0 {
                    return values.push_slowly(
                        row.cell(position),
                        cell::bigint,
                        ColumnType::Bigint,
                    );
                }
                values.push(value);
                Ok(())
            }
            Self::Boolean(values) => {
                let (first, length) = row.first_eight(position);
                let value = cell::boolean(first, length);
                if value.is_none() && length > 0 {
                    let (cell, kind) = (row.cell(position), ColumnType::Boolean);
                    return values.push_slowly(cell, cell::boolean_of, kind);
                }
                values.push(value);
                Ok(())
            }
            Self::Date(values) => {
                values.push_cell(row.cell(position), cell::date, ColumnType::Date)
            }
            Self::Duration(texts, values) => {
                let cell = row.cell(position);
                let pushed = values.push_cell(cell, cell::seconds, ColumnType::Duration);
                texts.push(if values.last_is_null() { &[] } else { cell });
                pushed
            }
        }
    }

    fn finish(
        &mut self,
        rows: usize,
        arrays: &mut Vec<ArrayRef>,
        invalid: impl FnMut(usize, &[u8]),
    ) {
        match self {
            Self::Missing(nulls) => {
                arrays.extend(nulls.iter().map(|array| array.slice(0, rows)));
            }
            Self::Date(values) => arrays.push(values.finish::<Date32Type>()),
            Self::Bigint(values) => arrays.push(values.finish::<Int64Type>()),
            Self::Boolean(values) => {
                let (values, nulls) = values.parts();
                arrays.push(Arc::new(BooleanArray::new(
                    BooleanBuffer::from(values),
                    nulls,
                )));
            }
            Self::Text(texts) => arrays.push(Arc::new(texts.finish(invalid))),
            Self::Duration(texts, values) => {
                arrays.push(Arc::new(texts.finish(invalid)));
                arrays.push(values.finish::<Int64Type>());
            }
        }
    }
}

/// The values of [`crate::layout::context_fields`].
fn context_columns(context: RowContext, rows: usize) -> Vec<ArrayRef> {
    let RowContext {
        account,
        tenant_id,
        requested_period,
        requested_date,
        run_id,
        fetched_at,
    } = context;
    let text = |value: Option<String>| -> ArrayRef {
        Arc::new(StringArray::from_iter(std::iter::repeat_n(
            value.as_deref(),
            rows,
        )))
    };
    let date = requested_date.map(cell::days_of);
    let fetched = TimestampMicrosecondArray::from_value(fetched_at.as_microsecond(), rows);
    vec![
        text(Some(account)),
        text(tenant_id),
        text(requested_period),
        Arc::new(Date32Array::from_iter(std::iter::repeat_n(date, rows))),
        text(Some(run_id)),
        Arc::new(fetched.with_timezone("UTC")),
    ]
}
