//! What a person writes to filter a column becomes a condition in SQL, or is said to be none.

use arrow_schema::DataType;
use jiff::{ToSpan, civil::Date};

use crate::sql;

/// The condition that a filter means for a column.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn condition(column: &str, kind: &DataType, written: &str) -> Result<String, String> {
    let name = sql::name(column);
    let written = written.trim();
    match written {
        "null" => return Ok(format!("{name} IS NULL")),
        "not null" => return Ok(format!("{name} IS NOT NULL")),
        _ => {}
    }
    match kind {
        DataType::Boolean => match written {
            "true" | "false" => Ok(format!("{name} = {written}")),
            _ => Err("Write true, false or null.".into()),
        },
        DataType::Date32 => ranged(&name, written, "a day such as 2026-11-20", |text| {
            day(text).map(|day| (sql::day(day), None))
        }),
        DataType::Timestamp(..) => ranged(&name, written, "a day such as 2026-11-20", |text| {
            let first = day(text)?;
            let next = first.checked_add(1.day()).ok()?;
            let at = |day: Date| format!("TIMESTAMP '{day}T00:00:00Z'");
            Some((at(first), Some(at(next))))
        }),
        kind if kind.is_integer() => ranged(&name, written, "a whole number", |text| {
            let digits: String = text.chars().filter(|letter| *letter != ',').collect();
            let number: i64 = digits.parse().ok()?;
            Some((number.to_string(), None))
        }),
        kind if kind.is_numeric() => ranged(&name, written, "a number", |text| {
            let number: f64 = text.parse().ok()?;
            number.is_finite().then(|| (format!("{number:?}"), None))
        }),
        _ => Ok(match written.strip_prefix('=') {
            Some(whole) => format!("{name} = {}", sql::text(whole)),
            None => format!(
                "strpos(lower({name}), {}) > 0",
                sql::text(&written.to_lowercase())
            ),
        }),
    }
}

/// `5`, `>5`, `5..10`: `read` gives where a value begins and, if it is longer than a moment, where the
/// next begins.
fn ranged(
    name: &str,
    written: &str,
    wanted: &str,
    read: impl Fn(&str) -> Option<(String, Option<String>)>,
) -> Result<String, String> {
    let wrong = || format!("Write {wanted}, or a range: from..to, >from, <to.");
    let value = |text: &str| read(text.trim()).ok_or_else(wrong);
    if let Some((from, to)) = written.split_once("..") {
        let mut both = Vec::new();
        if !from.trim().is_empty() {
            both.push(format!("{name} >= {}", value(from)?.0));
        }
        if !to.trim().is_empty() {
            both.push(up_to(name, value(to)?));
        }
        return match both.is_empty() {
            true => Err(wrong()),
            false => Ok(both.join(" AND ")),
        };
    }
    if let Some(text) = written.strip_prefix(">=") {
        return Ok(format!("{name} >= {}", value(text)?.0));
    }
    if let Some(text) = written.strip_prefix("<=") {
        return Ok(up_to(name, value(text)?));
    }
    if let Some(text) = written.strip_prefix('>') {
        return Ok(match value(text)? {
            (_, Some(next)) => format!("{name} >= {next}"),
            (from, None) => format!("{name} > {from}"),
        });
    }
    if let Some(text) = written.strip_prefix('<') {
        return Ok(format!("{name} < {}", value(text)?.0));
    }
    Ok(match value(written.strip_prefix('=').unwrap_or(written))? {
        (from, Some(next)) => format!("{name} >= {from} AND {name} < {next}"),
        (from, None) => format!("{name} = {from}"),
    })
}

fn up_to(name: &str, to: (String, Option<String>)) -> String {
    match to {
        (_, Some(next)) => format!("{name} < {next}"),
        (to, None) => format!("{name} <= {to}"),
    }
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use arrow_schema::TimeUnit;

    use super::*;

    #[test]
    fn filters_become_conditions() {
        let text = |written| condition("name", &DataType::Utf8, written);
        assert_eq!(
            text("O'Neil").as_deref(),
            Ok("strpos(lower(\"name\"), 'o''neil') > 0")
        );
        assert_eq!(text("=Adele").as_deref(), Ok("\"name\" = 'Adele'"));
        assert_eq!(text(" null ").as_deref(), Ok("\"name\" IS NULL"));
        let number = |written| condition("n", &DataType::Int64, written);
        assert_eq!(number("1,000").as_deref(), Ok("\"n\" = 1000"));
        assert_eq!(number(">5").as_deref(), Ok("\"n\" > 5"));
        assert_eq!(
            number("10..20").as_deref(),
            Ok("\"n\" >= 10 AND \"n\" <= 20")
        );
        assert_eq!(number("..20").as_deref(), Ok("\"n\" <= 20"));
        let day = |written| condition("d", &DataType::Date32, written);
        assert_eq!(
            day("2026-11-20").as_deref(),
            Ok("\"d\" = DATE '2026-11-20'")
        );
        let kind = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let moment = |written| condition("t", &kind, written);
        assert_eq!(
            moment("2026-11-20").as_deref(),
            Ok(
                "\"t\" >= TIMESTAMP '2026-11-20T00:00:00Z' AND \"t\" < TIMESTAMP '2026-11-21T00:00:00Z'"
            )
        );
    }

    #[test]
    fn what_is_no_filter_is_said() {
        for (kind, written) in [
            (DataType::Int64, "many"),
            (DataType::Int64, "1 OR 1=1"),
            (DataType::Int64, ".."),
            (DataType::Date32, "yesterday"),
            (DataType::Boolean, "perhaps"),
        ] {
            assert!(condition("c", &kind, written).is_err(), "{written}");
        }
    }
}
