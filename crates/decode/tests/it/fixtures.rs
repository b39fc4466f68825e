//! Every report's fixture, against a plain reading of it that shares no code with the decoder.

use std::{collections::BTreeMap, fs, path::PathBuf};

use exmetrics_catalog::{ColumnType, Report, catalog};
use serde_json::Value;

use crate::reading::{Reading, read};

type PlainRow = BTreeMap<String, String>;

/// The kind of a report's fixture, and its bytes.
pub(crate) fn of(report: &Report) -> Option<(&'static str, Vec<u8>)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/fixtures"));
    ["csv", "json"].into_iter().find_map(|kind| {
        Some((
            kind,
            fs::read(folder.join(&report.slug).with_extension(kind)).ok()?,
        ))
    })
}

#[test]
fn every_cell_of_every_fixture() {
    assert!(!catalog().all().is_empty());
    for report in catalog().all() {
        let (kind, bytes) = of(report).unwrap_or_else(|| panic!("{} has no fixture", report.slug));
        let reading = read(report, &bytes);
        let plain = if kind == "csv" {
            plain_csv(&bytes)
        } else {
            plain_json(&bytes)
        };
        assert!(reading.decoded.rows_with_data > 0, "{}", report.slug);
        assert_eq!(reading.rejects(), [""; 0], "{}", report.slug);
        assert!(
            reading.decoded.drift.is_none(),
            "{}: {:?}",
            report.slug,
            reading.decoded.drift
        );
        compare(report, &reading, &plain);
    }
}

fn compare(report: &Report, reading: &Reading, plain: &[PlainRow]) {
    assert_eq!(reading.rows.len(), plain.len(), "{}", report.slug);
    for (came, expected) in reading.rows.iter().zip(plain) {
        let mut used = 0;
        for column in &report.columns {
            let names = [column.header.as_str()]
                .into_iter()
                .chain(column.json.as_deref());
            let cell = names.map(bare).find_map(|name| expected.get(&name));
            used += usize::from(cell.is_some());
            let cell = cell
                .filter(|cell| !cell.is_empty())
                .map(|cell| typed(column.kind, cell));
            assert_eq!(
                came[&column.name()],
                cell,
                "{} {}",
                report.slug,
                column.name()
            );
        }
        assert_eq!(
            used,
            expected.len(),
            "{}: all columns of the fixture are known",
            report.slug
        );
    }
}

/// The cell as the reading shows it.
fn typed(kind: ColumnType, cell: &str) -> String {
    match kind {
        ColumnType::Text | ColumnType::Duration => cell.to_owned(),
        ColumnType::Date => cell[..10].parse::<jiff::civil::Date>().unwrap().to_string(),
        ColumnType::Bigint => cell.parse::<i64>().unwrap().to_string(),
        ColumnType::Boolean => matches!(cell, "True" | "true" | "Yes").to_string(),
    }
}

fn bare(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase()
}

fn plain_csv(bytes: &[u8]) -> Vec<PlainRow> {
    let text = str::from_utf8(bytes).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    let headers: Vec<String> = reader.headers().unwrap().iter().map(bare).collect();
    let row = |record: csv::StringRecord| {
        headers
            .iter()
            .cloned()
            .zip(record.iter().map(str::to_owned))
            .collect()
    };
    reader
        .records()
        .map(|record| row(record.unwrap()))
        .collect()
}

/// Rows of whole pages in memory, by the shapes that fixtures have.
fn plain_json(bytes: &[u8]) -> Vec<PlainRow> {
    let pages = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let mut rows = Vec::new();
    for page in pages {
        for object in page.unwrap()["value"].as_array().unwrap() {
            let (nested, own): (Vec<_>, Vec<_>) = object
                .as_object()
                .unwrap()
                .iter()
                .partition(|(_, value)| value.get(0).is_some_and(Value::is_object));
            let outer: PlainRow = own
                .iter()
                .map(|(name, value)| (bare(name), plain(value)))
                .collect();
            let inner: Vec<&Value> = nested
                .iter()
                .flat_map(|(_, array)| array.as_array().unwrap())
                .collect();
            if inner.is_empty() {
                rows.push(outer.clone());
            }
            for object in inner {
                let mut row = outer.clone();
                let own = object.as_object().unwrap().iter();
                row.extend(own.map(|(name, value)| (bare(name), plain(value))));
                rows.push(row);
            }
        }
    }
    rows
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(texts) => texts.iter().map(plain).collect::<Vec<_>>().join("+"),
        other => other.to_string(),
    }
}
