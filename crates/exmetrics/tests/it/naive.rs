//! A second opinion on what a reply says: read cell by cell, slowly, without the program's decoder.

use exmetrics_catalog::{Column, ColumnType, ReplyFormat, Report};
use serde_json::{Map, Value};

/// Columns and rows as the program's CSV should show them, without the columns of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Grid {
    /// The rows whose cell in a column is one of some texts.
    pub(crate) fn keep(&mut self, column: &str, texts: &[String]) {
        let place = self
            .columns
            .iter()
            .position(|name| name == column)
            .expect("the column");
        self.rows.retain(|row| texts.contains(&row[place]));
    }
}

/// The columns that a report's table has of the report itself.
fn columns_of(report: &Report) -> Vec<String> {
    let names = |column: &Column| {
        let name = table_name(&column.header);
        match column.kind {
            ColumnType::Duration => vec![name.clone(), format!("{name}_seconds")],
            _ => vec![name],
        }
    };
    report.columns.iter().flat_map(names).collect()
}

/// Trimmed, lower-cased, each run of other characters one underscore.
fn table_name(header: &str) -> String {
    let lower = header.trim().to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join("_")
}

/// What a reply's bytes say.
pub(crate) fn read(report: &Report, pages: &[Vec<u8>]) -> Grid {
    let mut grid = Grid {
        columns: columns_of(report),
        rows: Vec::new(),
    };
    for page in pages.iter().filter(|page| !page.is_empty()) {
        let records = match report.format {
            ReplyFormat::Csv => csv_records(report, page),
            ReplyFormat::Json => json_records(report, page),
        };
        grid.rows
            .extend(records.iter().map(|record| row(report, record)));
    }
    grid
}

/// The cells of each row in the order of the catalogue's columns.
fn csv_records(report: &Report, bytes: &[u8]) -> Vec<Vec<String>> {
    let text = bytes
        .strip_prefix(b"\xEF\xBB\xBF")
        .expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text);
    let headers: Vec<String> = reader
        .headers()
        .expect("a header")
        .iter()
        .map(|header| header.trim().to_owned())
        .collect();
    assert_eq!(headers.len(), report.columns.len(), "{}", report.slug);
    let places: Vec<usize> = report
        .columns
        .iter()
        .map(|column| {
            let place = headers
                .iter()
                .position(|header| *header == column.header.trim());
            place.unwrap_or_else(|| panic!("{} lacks {}", report.slug, column.header))
        })
        .collect();
    reader
        .records()
        .map(|record| {
            let record = record.expect("a row");
            places
                .iter()
                .map(|place| record[*place].to_owned())
                .collect()
        })
        .collect()
}

fn json_records(report: &Report, bytes: &[u8]) -> Vec<Vec<String>> {
    let page: Value = serde_json::from_slice(bytes).expect("JSON");
    let mut objects: Vec<Map<String, Value>> = Vec::new();
    for object in page["value"].as_array().expect("a list") {
        let object = object.as_object().expect("an object");
        let is_rows = |value: &&Value| {
            value
                .as_array()
                .is_some_and(|list| list.first().is_some_and(Value::is_object))
        };
        let nested: Vec<&Value> = object.values().filter(is_rows).collect();
        if nested.is_empty() {
            objects.push(object.clone());
        }
        for inner in nested
            .into_iter()
            .flat_map(|list| list.as_array().expect("a list"))
        {
            let mut whole = object.clone();
            whole.extend(inner.as_object().expect("an object").clone());
            objects.push(whole);
        }
    }
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    objects
        .iter()
        .map(|object| {
            let cell = |column: &Column| {
                let names = [Some(&column.header), column.json.as_ref()]
                    .into_iter()
                    .flatten();
                let wanted: Vec<String> = names.map(|name| letters(name)).collect();
                let found = object
                    .iter()
                    .find(|(name, _)| wanted.contains(&letters(name)));
                let (_, value) =
                    found.unwrap_or_else(|| panic!("{} lacks {}", report.slug, column.header));
                json_text(value)
            };
            report.columns.iter().map(cell).collect()
        })
        .collect()
}

fn json_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(json_text).collect::<Vec<_>>().join("+"),
        other => other.to_string(),
    }
}

fn row(report: &Report, record: &[String]) -> Vec<String> {
    let mut cells = Vec::new();
    for (column, cell) in report.columns.iter().zip(record) {
        let cell = cell.as_str();
        match column.kind {
            _ if cell.is_empty() => cells.push(String::new()),
            ColumnType::Text | ColumnType::Duration => cells.push(cell.into()),
            ColumnType::Date => {
                let day: jiff::civil::Date = cell.parse().expect("a date");
                cells.push(day.to_string());
            }
            ColumnType::Bigint => {
                let number: i64 = cell.parse().expect("a number");
                cells.push(number.to_string());
            }
            ColumnType::Boolean => cells.push(match cell {
                "True" | "Yes" | "true" => "true".into(),
                "False" | "No" | "false" => "false".into(),
                other => panic!("{} in {} is no truth value", other, column.header),
            }),
        }
        if column.kind == ColumnType::Duration {
            cells.push(if cell.is_empty() {
                String::new()
            } else {
                seconds(cell).to_string()
            });
        }
    }
    cells
}

/// The seconds of a duration of hours, minutes and seconds.
fn seconds(duration: &str) -> u64 {
    let mut total = 0;
    let mut number = 0;
    for letter in duration.strip_prefix("PT").expect("a time").chars() {
        match (letter.to_digit(10), letter) {
            (Some(digit), _) => number = number * 10 + u64::from(digit),
            (None, 'H') => total += std::mem::take(&mut number) * 3600,
            (None, 'M') => total += std::mem::take(&mut number) * 60,
            (None, 'S') => total += std::mem::take(&mut number),
            (None, other) => panic!("{other} in {duration}"),
        }
    }
    total
}
