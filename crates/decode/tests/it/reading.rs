//! Reports to read, and a reader that reads each reply twice: at once, and byte by byte in batches of
//! three rows.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use arrow_array::{
    Array, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{DataType, SchemaRef};
use exmetrics_catalog::Report;
use exmetrics_decode::{DecodeError, Decoded, Decoder, Options, Reject, RowContext};
use jiff::{Span, civil::Date};

/// What came of a reply. Cells are as text: dates and durations ISO 8601, `true`, `false`.
#[derive(Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) schema: SchemaRef,
    pub(crate) rows: Vec<BTreeMap<String, Option<String>>>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) decoded: Decoded,
}

impl Reading {
    /// One column's cells, `-` for null.
    pub(crate) fn column(&self, name: &str) -> Vec<&str> {
        self.rows
            .iter()
            .map(|row| row[name].as_deref().unwrap_or("-"))
            .collect()
    }

    /// Each reject as `line column: problem: value`.
    pub(crate) fn rejects(&self) -> Vec<String> {
        let text = |reject: &Reject| {
            let Reject {
                line,
                column,
                value,
                problem,
            } = reject;
            format!("{line} {column}: {problem}: {}", value.escape_ascii())
        };
        self.rejects.iter().map(text).collect()
    }
}

pub(crate) fn read(report: &Report, reply: impl AsRef<[u8]>) -> Reading {
    try_read(report, reply.as_ref(), &Options::default(), None).unwrap()
}

pub(crate) fn read_keeping(report: &Report, reply: &str, days: &[&str]) -> Reading {
    let keep = Some(days.iter().map(|day| day.parse().unwrap()).collect());
    try_read(
        report,
        reply.as_bytes(),
        &Options {
            keep,
            ..Options::default()
        },
        None,
    )
    .unwrap()
}

pub(crate) fn read_error(report: &Report, reply: impl AsRef<[u8]>) -> DecodeError {
    try_read(report, reply.as_ref(), &Options::default(), None).unwrap_err()
}

/// Reads a reply both ways, which must not make a difference.
pub(crate) fn try_read(
    report: &Report,
    reply: &[u8],
    options: &Options,
    requested: Option<Date>,
) -> Result<Reading, DecodeError> {
    let at_once = read_from(report, reply, options, requested);
    let options = Options {
        batch_rows: 3,
        ..options.clone()
    };
    let dribbled = read_from(report, Dribble(reply), &options, requested);
    match (&at_once, &dribbled) {
        (Ok(left), Ok(right)) => {
            let in_order = |reading: &Reading| {
                let mut rejects = reading.rejects();
                rejects.sort();
                rejects
            };
            assert_eq!(in_order(left), in_order(right));
            assert_eq!(left.rows, right.rows);
            assert_eq!(left.decoded, right.decoded);
            assert_eq!(left.schema, right.schema);
        }
        (left, right) => assert_eq!(
            left.as_ref().map_err(ToString::to_string).err(),
            right.as_ref().map_err(ToString::to_string).err()
        ),
    }
    at_once
}

fn read_from(
    report: &Report,
    source: impl Read,
    options: &Options,
    requested_date: Option<Date>,
) -> Result<Reading, DecodeError> {
    let context = RowContext {
        account: "contoso".into(),
        tenant_id: None,
        requested_period: Some("D7".into()),
        requested_date,
        run_id: "run-1".into(),
        fetched_at: "2026-11-04T05:06:07.000008Z".parse().unwrap(),
    };
    let mut rejects = Vec::new();
    let mut decoder = Decoder::new(report, source, context, options.clone(), |reject| {
        rejects.push(reject);
    })?;
    let schema = decoder.schema();
    let mut rows = Vec::new();
    while let Some(batch) = decoder.next_batch()? {
        assert_eq!(batch.schema(), schema);
        assert!((1..=options.batch_rows).contains(&batch.num_rows()));
        rows.extend((0..batch.num_rows()).map(|row| row_of(&batch, row)));
    }
    let decoded = decoder.finish();
    assert_eq!(decoded.rejects, rejects.len() as u64);
    assert_eq!(decoded.rows_kept, rows.len() as u64);
    Ok(Reading {
        schema,
        rows,
        rejects,
        decoded,
    })
}

fn row_of(batch: &RecordBatch, row: usize) -> BTreeMap<String, Option<String>> {
    let schema = batch.schema();
    let cells = schema.fields().iter().zip(batch.columns());
    cells
        .map(|(field, array)| (field.name().clone(), cell(array, row)))
        .collect()
}

fn cell(array: &dyn Array, row: usize) -> Option<String> {
    fn of<T: 'static>(array: &dyn Array) -> &T {
        array.as_any().downcast_ref().unwrap()
    }
    let text = match array.data_type() {
        DataType::Utf8 => of::<StringArray>(array).value(row).to_owned(),
        DataType::Int64 => of::<Int64Array>(array).value(row).to_string(),
        DataType::Boolean => of::<BooleanArray>(array).value(row).to_string(),
        DataType::Date32 => {
            let days = Span::new().days(of::<Date32Array>(array).value(row));
            Date::constant(1970, 1, 1)
                .checked_add(days)
                .unwrap()
                .to_string()
        }
        DataType::Timestamp(_, zone) => {
            assert_eq!(zone.as_deref(), Some("UTC"));
            of::<TimestampMicrosecondArray>(array)
                .value(row)
                .to_string()
        }
        other => panic!("no column should be {other}"),
    };
    array.is_valid(row).then_some(text)
}

/// Hands out one byte at a time, interrupted now and then.
struct Dribble<'a>(&'a [u8]);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.len() % 7 == 3 && !buffer.is_empty() && buffer[0] != b'!' {
            buffer[0] = b'!';
            return Err(io::ErrorKind::Interrupted.into());
        }
        let one = buffer.len().min(1);
        self.0.read(&mut buffer[..one])
    }
}

/// One row per person.
pub(crate) fn people() -> Report {
    report(
        r#"
        grain = "detail"
        key = ["user_principal_name"]
        columns = [
            { header = "Report Refresh Date", type = "date", meaning = "" },
            { header = "User Principal Name", type = "text", meaning = "" },
            { header = "Display Name", type = "text", meaning = "" },
            { header = "Is Deleted", type = "boolean", meaning = "" },
            { header = "Last Activity Date", type = "date", meaning = "" },
            { header = "Send Count", aliases = ["Sent", "Sent Count"], type = "bigint", meaning = "" },
            { header = "Audio Duration", type = "duration", meaning = "" },
            { header = "Assigned Products", json = "products", type = "text", meaning = "" },
            { header = "Report Period", type = "bigint", meaning = "" },
        ]
        "#,
    )
}

/// The header of [`people`].
pub(crate) const PEOPLE: &str = "Report Refresh Date,User Principal Name,Display Name,Is Deleted,\
    Last Activity Date,Send Count,Audio Duration,Assigned Products,Report Period\r\n";

/// One row per day and kind of site.
pub(crate) fn trend() -> Report {
    report(
        r#"
        grain = "trend"
        day_column = "report_date"
        key = ["report_date", "site_type"]
        columns = [
            { header = "Report Refresh Date", type = "date", meaning = "" },
            { header = "Site Type", type = "text", meaning = "" },
            { header = "Total", type = "bigint", meaning = "" },
            { header = "Active", type = "bigint", meaning = "" },
            { header = "Report Date", type = "date", meaning = "" },
            { header = "Report Period", type = "bigint", meaning = "" },
        ]
        "#,
    )
}

/// The header of [`trend`].
pub(crate) const TREND: &str =
    "Report Refresh Date,Site Type,Total,Active,Report Date,Report Period\r\n";

pub(crate) fn report(rest: &str) -> Report {
    let common = r#"
        slug = "made-up"
        function = "getMadeUp"
        title = "Made up"
        workload = "None"
        tells = "Nothing."
        versions = ["v1.0"]
        clouds = { "v1.0" = ["global"] }
        parameters = ["period"]
        permissions = { delegated = "Reports.Read.All" }
    "#;
    toml::from_str(&format!("{common}\n{rest}")).unwrap()
}
