//! Rows as pages show them: each cell as text, with what it is.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, make_array};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use exmetrics_engine::{Rows, TableFailure};
use futures::StreamExt;
use serde::Serialize;

use crate::{problem::Problem, words};

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Cell {
    /// What is in it.
    pub(crate) text: String,
    /// `text`, `number`, `date`, `boolean`, `null`, or `null-number` in a column of numbers.
    pub(crate) kind: &'static str,
}

/// The first rows of something.
#[derive(Debug)]
pub(crate) struct FirstRows {
    /// Their columns.
    pub(crate) columns: SchemaRef,
    /// The rows, in batches.
    pub(crate) batches: Vec<RecordBatch>,
    /// Whether there are more.
    pub(crate) more: bool,
}

/// Takes at most so many rows.
pub(crate) async fn first(mut rows: Rows, limit: usize) -> Result<FirstRows, TableFailure> {
    let mut taken = FirstRows {
        columns: rows.columns.clone(),
        batches: Vec::new(),
        more: false,
    };
    let mut left = limit;
    while let Some(batch) = rows.batches.next().await.transpose()? {
        if batch.num_rows() > left {
            taken.more = true;
            taken.batches.push(batch.slice(0, left));
            break;
        }
        left -= batch.num_rows();
        taken.batches.push(batch);
    }
    Ok(taken)
}

impl FirstRows {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// As a page shows them.
    pub(crate) fn cells(&self, limit: usize) -> Result<Vec<Vec<Cell>>, Problem> {
        let mut all = Vec::new();
        for batch in &self.batches {
            let rows = batch.num_rows().min(limit - all.len());
            let read = cells(&batch.slice(0, rows));
            all.extend(read.map_err(|error| Problem::broken("the list of rows", &error))?);
            if all.len() == limit {
                break;
            }
        }
        Ok(all)
    }
}

/// The rows of a batch, cell by cell.
pub(crate) fn cells(batch: &RecordBatch) -> Result<Vec<Vec<Cell>>, ArrowError> {
    let options = FormatOptions::new()
        .with_date_format(Some("%Y-%m-%d"))
        .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S"))
        .with_timestamp_tz_format(Some("%Y-%m-%d %H:%M:%S"));
    let utc: Vec<ArrayRef> = batch
        .columns()
        .iter()
        .map(in_utc)
        .collect::<Result<_, _>>()?;
    let columns: Vec<(ArrayFormatter<'_>, &dyn Array, &'static str)> = utc
        .iter()
        .map(|column| {
            let written = ArrayFormatter::try_new(column, &options)?;
            Ok((written, column.as_ref(), kind(column.data_type())))
        })
        .collect::<Result<_, ArrowError>>()?;
    let cell =
        |row: usize, (written, column, kind): &(ArrayFormatter<'_>, &dyn Array, &'static str)| {
            if column.is_null(row) {
                let kind = match *kind {
                    "number" => "null-number",
                    _ => "null",
                };
                return Cell {
                    text: "null".into(),
                    kind,
                };
            }
            let text = shortened(written.value(row).to_string());
            let text = match column.data_type().is_integer() {
                true => grouped(&text),
                false => text,
            };
            Cell { text, kind }
        };
    let rows = (0..batch.num_rows()).map(|row| columns.iter().map(|one| cell(row, one)).collect());
    Ok(rows.collect())
}

/// A column of times without its zone: what is inside counts from the epoch in UTC anyway, and not every
/// build knows the zones by name.
pub(crate) fn in_utc(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match column.data_type() {
        DataType::Timestamp(unit, Some(_)) => {
            let data = column.to_data().into_builder();
            let data = data.data_type(DataType::Timestamp(*unit, None)).build()?;
            Ok(make_array(data))
        }
        _ => Ok(Arc::clone(column)),
    }
}

/// A page is no place for a text of megabytes; a download has it.
const LONGEST: usize = 2_000;

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

/// `-1,234` for `-1234`.
fn grouped(digits: &str) -> String {
    match digits.strip_prefix('-') {
        Some(rest) => rest.parse().map_or_else(
            |_| digits.to_owned(),
            |whole| format!("-{}", words::number(whole)),
        ),
        None => digits
            .parse()
            .map_or_else(|_| digits.to_owned(), words::number),
    }
}

fn kind(data_type: &DataType) -> &'static str {
    match data_type {
        data_type if data_type.is_numeric() => "number",
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => "date",
        DataType::Boolean => "boolean",
        _ => "text",
    }
}

/// A column's type in the catalogue's words.
pub(crate) fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => "text".into(),
        DataType::Int64 => "bigint".into(),
        DataType::Date32 => "date".into(),
        DataType::Boolean => "boolean".into(),
        DataType::Timestamp(..) => "timestamp".into(),
        DataType::Float64 => "double".into(),
        other => other.to_string().to_lowercase(),
    }
}

/// The same for people.
pub(crate) fn type_word(data_type: &DataType) -> String {
    match data_type {
        DataType::Int64 => "whole number".into(),
        DataType::Timestamp(..) => "date and time".into(),
        DataType::Boolean => "true or false".into(),
        DataType::Float64 => "number".into(),
        other => type_name(other),
    }
}

/// Whether a column holds numbers.
pub(crate) fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric()
}

/// The columns' names.
pub(crate) fn names(columns: &Schema) -> Vec<String> {
    let fields = columns.fields().iter();
    fields.map(|field| field.name().clone()).collect()
}
