//! One cell, before it is written as CSV or JSON.

use jiff::civil::Date;
use serde_json::{Value, json};

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Nothing; which is not 0.
    Empty,
    Int(u64),
    /// The days of the period: a text in flat JSON, a number in nested.
    Period(u16),
    /// `True`/`False`, or `Yes`/`No`.
    Truth {
        is: bool,
        yes_no: bool,
    },
    Date(Date),
    /// A date in CSV, midnight UTC in JSON.
    Moment(Date),
    Text(String),
    Word(&'static str),
    /// Several texts: joined with `+` in CSV, an array in JSON.
    List(&'static [&'static str]),
    /// So many seconds, in ISO 8601.
    Duration(u64),
}

impl Cell {
    /// Appends it as a field of CSV, quoted only if it must be.
    pub(crate) fn write_csv(&self, out: &mut Vec<u8>) {
        match self {
            Self::Empty => {}
            Self::Int(value) => write_number(*value, out),
            Self::Period(days) => write_number(u64::from(*days), out),
            Self::Truth { is, yes_no } => out.extend_from_slice(match (is, yes_no) {
                (true, true) => b"Yes",
                (false, true) => b"No",
                (true, false) => b"True",
                (false, false) => b"False",
            }),
            Self::Date(date) | Self::Moment(date) => write_date(*date, out),
            Self::Text(text) => write_text(text, out),
            Self::Word(word) => write_text(word, out),
            Self::List(items) => write_text(&items.join("+"), out),
            Self::Duration(seconds) => out.extend_from_slice(iso_8601(*seconds).as_bytes()),
        }
    }

    /// The value in JSON. `nested` and `blank_dates` are how some reports differ.
    pub(crate) fn to_json(&self, nested: bool, blank_dates: bool) -> Value {
        match self {
            Self::Empty if blank_dates => json!(""),
            Self::Empty => Value::Null,
            Self::Int(value) => json!(value),
            Self::Period(days) if nested => json!(days),
            Self::Period(days) => json!(days.to_string()),
            Self::Truth { is, .. } => json!(is),
            Self::Date(date) => json!(date.to_string()),
            Self::Moment(date) => json!(format!("{date}T00:00:00Z")),
            Self::Text(text) => json!(text),
            Self::Word(word) => json!(word),
            Self::List(items) => json!(items),
            Self::Duration(seconds) => json!(iso_8601(*seconds)),
        }
    }
}

/// Appends a text, quoted if it holds what would end it.
pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    if !text
        .bytes()
        .any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n'))
    {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

fn write_number(mut value: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

fn write_date(date: Date, out: &mut Vec<u8>) {
    let mut padded = |value: u64, digits: u32| {
        for place in (0..digits).rev() {
            out.push(b'0' + (value / 10_u64.pow(place) % 10) as u8);
        }
    };
    padded(u64::from(date.year().unsigned_abs()), 4);
    let mut rest = |value: i8| {
        out.push(b'-');
        let value = value.unsigned_abs();
        out.extend_from_slice(&[b'0' + value / 10, b'0' + value % 10]);
    };
    rest(date.month());
    rest(date.day());
}

fn iso_8601(seconds: u64) -> String {
    let mut text = String::from("PT");
    for (value, unit) in [
        (seconds / 3600, 'H'),
        (seconds / 60 % 60, 'M'),
        (seconds % 60, 'S'),
    ] {
        if value > 0 || (unit == 'S' && text.len() == 2) {
            text.push_str(&value.to_string());
            text.push(unit);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_written_as_microsoft_writes_them() {
        for (cell, csv) in [
            (Cell::Empty, ""),
            (Cell::Int(0), "0"),
            (Cell::Int(u64::MAX), "18446744073709551615"),
            (
                Cell::Truth {
                    is: true,
                    yes_no: false,
                },
                "True",
            ),
            (
                Cell::Truth {
                    is: false,
                    yes_no: true,
                },
                "No",
            ),
            (Cell::Date(jiff::civil::date(2026, 1, 9)), "2026-01-09"),
            (Cell::Text("Weber, \"Jo\"".into()), "\"Weber, \"\"Jo\"\"\""),
            (Cell::List(&["A", "B + C"]), "A+B + C"),
            (Cell::Duration(0), "PT0S"),
            (Cell::Duration(3_725), "PT1H2M5S"),
            (Cell::Duration(7_200), "PT2H"),
        ] {
            let mut out = Vec::new();
            cell.write_csv(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), csv);
        }
    }
}
