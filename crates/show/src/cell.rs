//! One value of a column, as a writer of text or of cells sees it.

use arrow_array::{
    Array, BooleanArray, Float32Array, Float64Array, Int64Array, LargeStringArray, RecordBatch,
    StringArray, StringViewArray, UInt64Array, cast::AsArray,
};
use arrow_cast::display::{ArrayFormatter, FormatOptions, ValueFormatter};
use arrow_json::writer::{EncoderOptions, NullableEncoder, make_encoder};
use arrow_schema::{ArrowError, DataType, FieldRef, TimeUnit};

use crate::error::ShowError;

/// A value. Borrowed from its column and gone with the next one.
pub(crate) enum Cell<'a> {
    Null,
    Text(&'a str),
    Integer(i64),
    Unsigned(u64),
    Single(f32),
    Float(f64),
    Boolean(bool),
    /// A date or a timestamp, and the days since 1970 that it stands for.
    Day {
        #[cfg_attr(
            not(feature = "xlsx"),
            allow(dead_code, reason = "only workbooks need it")
        )]
        days: f64,
        shown: ValueFormatter<'a>,
    },
    /// A decimal number.
    Decimal(ValueFormatter<'a>),
    /// A duration, a time of day, bytes as hex digits.
    Other(ValueFormatter<'a>),
    /// A list or a struct, as JSON.
    Json(&'a str),
}

/// The values of one column of a batch.
pub(crate) struct Cells<'a> {
    array: &'a dyn Array,
    source: Source<'a>,
}

enum Source<'a> {
    Null,
    Utf8(&'a StringArray),
    LargeUtf8(&'a LargeStringArray),
    Utf8View(&'a StringViewArray),
    Integer(&'a Int64Array),
    Unsigned(&'a UInt64Array),
    Single(&'a Float32Array),
    Float(&'a Float64Array),
    Boolean(&'a BooleanArray),
    Date(ArrayFormatter<'a>),
    Instant(ArrayFormatter<'a>, f64),
    Decimal(ArrayFormatter<'a>),
    Other(ArrayFormatter<'a>),
    Json(NullableEncoder<'a>, String),
}

/// How nested values are written as JSON: like the lines of JSONL.
pub(crate) fn json_options() -> EncoderOptions {
    EncoderOptions::default().with_explicit_nulls(true)
}

/// The columns of a batch that [`crate::columns::Plain`] made ready for text.
pub(crate) fn cells<'a>(
    batch: &'a RecordBatch,
    json: &'a EncoderOptions,
) -> Result<Vec<Cells<'a>>, ShowError> {
    batch
        .schema_ref()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, array)| {
            Cells::new(field, array.as_ref(), json).map_err(|error| {
                ShowError::unsuited(format!(
                    "the column {} of type {} cannot be shown; cast it, or leave it out",
                    field.name(),
                    field.data_type()
                ))
                .because(error)
            })
        })
        .collect()
}

impl<'a> Cells<'a> {
    fn new(
        field: &'a FieldRef,
        array: &'a dyn Array,
        json: &'a EncoderOptions,
    ) -> Result<Self, ArrowError> {
        use DataType as T;
        let shown =
            || ArrayFormatter::try_new(array, &FormatOptions::new().with_display_error(true));
        let source = match array.data_type() {
            T::Null => Source::Null,
            T::Utf8 => Source::Utf8(array.as_string()),
            T::LargeUtf8 => Source::LargeUtf8(array.as_string()),
            T::Utf8View => Source::Utf8View(array.as_string_view()),
            T::Int64 => Source::Integer(array.as_primitive()),
            T::UInt64 => Source::Unsigned(array.as_primitive()),
            T::Float32 => Source::Single(array.as_primitive()),
            T::Float64 => Source::Float(array.as_primitive()),
            T::Boolean => Source::Boolean(array.as_boolean()),
            T::Date32 => Source::Date(shown()?),
            T::Timestamp(unit, _) => Source::Instant(shown()?, per_day(*unit)),
            T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..) | T::Decimal256(..) => {
                Source::Decimal(shown()?)
            }
            nested if nested.is_nested() => {
                Source::Json(make_encoder(field, array, json)?, String::new())
            }
            _ => Source::Other(shown()?),
        };
        Ok(Self { array, source })
    }

    pub(crate) fn get(&mut self, row: usize) -> Cell<'_> {
        if self.array.is_null(row) {
            return Cell::Null;
        }
        match &mut self.source {
            Source::Null => Cell::Null,
            Source::Utf8(array) => Cell::Text(array.value(row)),
            Source::LargeUtf8(array) => Cell::Text(array.value(row)),
            Source::Utf8View(array) => Cell::Text(array.value(row)),
            Source::Integer(array) => Cell::Integer(array.value(row)),
            Source::Unsigned(array) => Cell::Unsigned(array.value(row)),
            Source::Single(array) => Cell::Single(array.value(row)),
            Source::Float(array) => Cell::Float(array.value(row)),
            Source::Boolean(array) => Cell::Boolean(array.value(row)),
            Source::Date(shown) => {
                let days = self
                    .array
                    .as_primitive::<arrow_array::types::Date32Type>()
                    .value(row);
                Cell::Day {
                    days: f64::from(days),
                    shown: shown.value(row),
                }
            }
            Source::Instant(shown, per_day) => Cell::Day {
                days: ticks(self.array, row) / *per_day,
                shown: shown.value(row),
            },
            Source::Decimal(shown) => Cell::Decimal(shown.value(row)),
            Source::Other(shown) => Cell::Other(shown.value(row)),
            Source::Json(encoder, text) => {
                let mut bytes = std::mem::take(text).into_bytes();
                bytes.clear();
                encoder.encode(row, &mut bytes);
                *text = String::from_utf8(bytes).unwrap_or_default();
                Cell::Json(text)
            }
        }
    }
}

fn per_day(unit: TimeUnit) -> f64 {
    86_400.0
        * match unit {
            TimeUnit::Second => 1.0,
            TimeUnit::Millisecond => 1e3,
            TimeUnit::Microsecond => 1e6,
            TimeUnit::Nanosecond => 1e9,
        }
}

fn ticks(array: &dyn Array, row: usize) -> f64 {
    use arrow_array::types::{
        TimestampMicrosecondType as Micro, TimestampMillisecondType as Milli,
        TimestampNanosecondType as Nano, TimestampSecondType as Second,
    };
    let ticks = match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => array.as_primitive::<Second>().value(row),
        DataType::Timestamp(TimeUnit::Millisecond, _) => array.as_primitive::<Milli>().value(row),
        DataType::Timestamp(TimeUnit::Microsecond, _) => array.as_primitive::<Micro>().value(row),
        _ => array.as_primitive::<Nano>().value(row),
    };
    ticks as f64
}
