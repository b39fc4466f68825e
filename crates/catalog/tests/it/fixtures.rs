//! Every report has a reply beside it, and the reply is one that the report's row describes.

use std::{collections::BTreeSet, fs, path::PathBuf};

use exmetrics_catalog::{ColumnType, Grain, ReplyFormat, Report, catalog, match_header};
use jiff::{Span, civil::Date};
use serde_json::Value;

/// A reply as a header and rows of text.
struct Reply {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn file_name(report: &Report) -> String {
    let ending = match report.format {
        ReplyFormat::Csv => "csv",
        ReplyFormat::Json => "json",
    };
    format!("{}.{ending}", report.slug)
}

fn bytes(report: &Report) -> Vec<u8> {
    let path = folder().join(file_name(report));
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn reply(report: &Report) -> Reply {
    match report.format {
        ReplyFormat::Csv => csv_reply(&bytes(report)),
        ReplyFormat::Json => json_reply(&serde_json::from_slice(&bytes(report)).unwrap()),
    }
}

fn csv_reply(bytes: &[u8]) -> Reply {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap();
    // A row of another length than the header fails the reading.
    let mut reader = csv::Reader::from_reader(text);
    let header = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect();
    Reply { header, rows }
}

/// One row per object of the array within each object.
fn json_reply(document: &Value) -> Reply {
    let cell = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let mut header: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for outer in document["value"].as_array().unwrap() {
        let outer = outer.as_object().unwrap();
        let inner = outer.values().find_map(Value::as_array).unwrap();
        for item in inner {
            let flat: Vec<(&String, &Value)> = outer
                .iter()
                .filter(|(_, value)| !value.is_array())
                .chain(item.as_object().unwrap())
                .collect();
            header = flat.iter().map(|(name, _)| (*name).clone()).collect();
            rows.push(flat.iter().map(|(_, value)| cell(value)).collect());
        }
    }
    Reply { header, rows }
}

/// The places in the reply of some columns.
fn places(report: &Report, reply: &Reply, names: &[String]) -> Vec<usize> {
    let matched = match_header(report, reply.header.iter().map(String::as_str));
    names
        .iter()
        .map(|name| {
            matched
                .columns
                .iter()
                .position(|column| column.name == *name)
                .unwrap()
        })
        .collect()
}

#[test]
fn there_is_one_fixture_per_report_and_no_other() {
    let expected: BTreeSet<String> = catalog().all().iter().map(file_name).collect();
    let found: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn every_fixture_has_the_reports_columns_and_no_others() {
    for report in catalog().all() {
        let reply = reply(report);
        let matched = match_header(report, reply.header.iter().map(String::as_str));
        assert!(matched.is_of_the_report(), "{}", report.slug);
        assert!(
            matched.added.is_empty(),
            "{}: added {:?}",
            report.slug,
            matched.added
        );
        assert!(
            matched.missing.is_empty(),
            "{}: missing {:?}",
            report.slug,
            matched.missing
        );
        assert!(
            matched.renamed.is_empty(),
            "{}: renamed {:?}",
            report.slug,
            matched.renamed
        );
        assert!(
            matched.repeated.is_empty(),
            "{}: repeated {:?}",
            report.slug,
            matched.repeated
        );
    }
}

#[test]
fn csv_fixtures_have_the_bytes_of_a_reply() {
    for report in catalog()
        .all()
        .iter()
        .filter(|report| report.format == ReplyFormat::Csv)
    {
        let bytes = bytes(report);
        assert!(
            bytes.starts_with(b"\xEF\xBB\xBF"),
            "{} has no byte order mark",
            report.slug
        );
        assert!(
            bytes.ends_with(b"\r\n"),
            "{} does not end its last line",
            report.slug
        );
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text.matches('\n').count(),
            text.matches("\r\n").count(),
            "{}",
            report.slug
        );
    }
}

#[test]
fn every_cell_is_of_its_columns_type() {
    for report in catalog().all() {
        let reply = reply(report);
        let matched = match_header(report, reply.header.iter().map(String::as_str));
        for row in &reply.rows {
            for (place, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let column = &report.columns[matched.columns[place].known.unwrap()];
                let fits = match column.kind {
                    ColumnType::Date => cell
                        .strip_suffix("T00:00:00Z")
                        .unwrap_or(cell)
                        .parse::<Date>()
                        .is_ok(),
                    ColumnType::Bigint => cell.parse::<i64>().is_ok(),
                    ColumnType::Boolean => ["True", "False", "Yes", "No"].contains(&cell.as_str()),
                    ColumnType::Duration => cell.parse::<Span>().is_ok(),
                    ColumnType::Text => true,
                };
                assert!(fits, "{}: '{cell}' in {}", report.slug, column.header);
            }
        }
    }
}

#[test]
fn the_key_tells_the_rows_of_a_fixture_apart() {
    for report in catalog().all() {
        let reply = reply(report);
        assert!(!reply.rows.is_empty(), "{}", report.slug);
        if report.grain != Grain::Summary {
            assert!(reply.rows.len() >= 3, "{} has few rows", report.slug);
        }
        let places = places(report, &reply, &report.key);
        let mut seen = BTreeSet::new();
        for row in &reply.rows {
            let key: Vec<&str> = places.iter().map(|&place| row[place].as_str()).collect();
            assert!(seen.insert(key.clone()), "{}: {key:?} twice", report.slug);
        }
    }
}

#[test]
fn every_row_of_a_trend_has_its_day() {
    for report in catalog()
        .all()
        .iter()
        .filter(|report| report.grain == Grain::Trend)
    {
        let reply = reply(report);
        let place = places(report, &reply, report.day_column.as_slice())[0];
        let days: BTreeSet<&str> = reply.rows.iter().map(|row| row[place].as_str()).collect();
        assert!(days.len() > 1 && !days.contains(""), "{}", report.slug);
    }
}

#[test]
fn bytes_go_beyond_32_bits_and_people_without_activity_have_empty_cells() {
    for report in catalog().all() {
        let reply = reply(report);
        if report
            .columns
            .iter()
            .any(|column| column.unit.as_deref() == Some("bytes"))
        {
            let large = |cell: &String| cell.parse::<i64>().is_ok_and(|n| n > u32::MAX.into());
            assert!(reply.rows.iter().flatten().any(large), "{}", report.slug);
        }
        if report.column("last_activity_date").is_some() {
            assert!(
                reply.rows.iter().flatten().any(String::is_empty),
                "{}",
                report.slug
            );
        }
    }
}

#[test]
fn fixtures_name_only_people_of_the_example_domain() {
    for report in catalog().all() {
        for cell in reply(report)
            .rows
            .iter()
            .flatten()
            .filter(|cell| cell.contains('@'))
        {
            assert!(
                cell.ends_with("@contoso.example"),
                "{}: {cell}",
                report.slug
            );
        }
    }
}
