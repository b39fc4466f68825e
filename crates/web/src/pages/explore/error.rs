//! What is wrong with a question, in words, and where.

use exmetrics_engine::TableFailure;
use serde::Serialize;

use super::ask::{MEMORY, TIME, Unanswered};
use crate::words;

/// What a question met instead of its answer.
#[derive(Debug, Serialize)]
pub(super) struct ErrorShown {
    /// `sql`, `time` or `memory`.
    kind: &'static str,
    title: String,
    text: String,
    steps: Vec<String>,
    place: Option<String>,
    mark: Option<String>,
}

/// Says it.
pub(super) fn shown(why: &Unanswered, sql: &str) -> ErrorShown {
    match why {
        Unanswered::TooLong => ErrorShown {
            kind: "time",
            title: format!("The query was ended after {} s.", TIME.as_secs()),
            text: "Other queries and runs were not touched.".into(),
            steps: vec![
                "Ask for fewer days: WHERE _requested_date >= DATE '2026-11-01'.".into(),
                "Join with ON: two tables without a condition give every pair.".into(),
                "For long work use DuckDB, Polars or Spark: Open with, on the DataSet's page."
                    .into(),
            ],
            place: None,
            mark: None,
        },
        Unanswered::Busy => ErrorShown {
            kind: "time",
            title: "Other queries are being answered just now.".into(),
            text: "Two are answered at a time.".into(),
            steps: vec!["Run it again in a moment.".into()],
            place: None,
            mark: None,
        },
        Unanswered::Failed(failure) => failed(failure, sql),
    }
}

fn failed(failure: &TableFailure, sql: &str) -> ErrorShown {
    let message = failure.message.as_str();
    if message.contains("more memory") {
        return ErrorShown {
            kind: "memory",
            title: format!("The query needed more than {} of memory.", memory()),
            text: "It was ended; other queries and runs were not touched.".into(),
            steps: vec![
                "Sort or group fewer rows.".into(),
                "Leave out columns that are not needed, above all text.".into(),
            ],
            place: None,
            mark: None,
        };
    }
    // DDL, DML and statements, as the query engine refuses them.
    if message.contains("not supported: ") {
        return ErrorShown {
            kind: "sql",
            title: "This would change something.".into(),
            text: "Explore only reads: SELECT, WITH, EXPLAIN, DESCRIBE and SHOW.".into(),
            steps: vec![
                "To take rows out, restore an older version on the DataSet's page, History.".into(),
            ],
            place: None,
            mark: None,
        };
    }
    let message = plain(message);
    let at = told_place(message).or_else(|| named_place(message, sql));
    let line = at.and_then(|(line, _)| sql.lines().nth(line.checked_sub(1)?));
    ErrorShown {
        kind: "sql",
        title: capital(message),
        text: failure.next_step.clone(),
        steps: Vec::new(),
        place: at
            .filter(|_| line.is_some())
            .map(|(line, column)| format!("line {line}, character {column}")),
        mark: line.map(str::to_owned),
    }
}

/// What happened, without the query engine's own words for its parts.
fn plain(message: &str) -> &str {
    let message = message
        .strip_prefix("SQL error: ParserError(\"")
        .map_or(message, |rest| rest.strip_suffix("\")").unwrap_or(rest));
    let parts = ["Error during planning: ", "Schema error: ", "Arrow error: "];
    parts
        .iter()
        .find_map(|part| message.strip_prefix(part))
        .unwrap_or(message)
}

/// The place that the parser tells: `at Line: 2, Column: 8`.
fn told_place(message: &str) -> Option<(usize, usize)> {
    let (_, rest) = message.split_once("Line: ")?;
    let (line, rest) = rest.split_once(", Column: ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((line.trim().parse().ok()?, digits.parse().ok()?))
}

/// The place of the first name that the message puts into quotes.
fn named_place(message: &str, sql: &str) -> Option<(usize, usize)> {
    let name = message.split('\'').nth(1).filter(|name| !name.is_empty())?;
    let lower = sql.to_lowercase();
    let at = lower.find(&name.to_lowercase())?;
    let before = lower.get(..at)?;
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    Some((line, column))
}

fn capital(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    let text = first.unwrap_or_default() + letters.as_str();
    match text.ends_with(['.', '?']) {
        true => text,
        false => text + ".",
    }
}

/// The bound on memory, in words.
pub(super) fn memory() -> String {
    format!("{} MiB", words::number((MEMORY >> 20) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_for(message: &str, sql: &str) -> ErrorShown {
        let failure = TableFailure {
            wrong_argument: true,
            message: message.into(),
            next_step: String::new(),
            source: None,
        };
        shown(&Unanswered::Failed(failure), sql)
    }

    #[test]
    fn an_error_says_where() {
        let sql = "SELECT a,\n  sum(sendcount)\nFROM mail";
        let error = shown_for(
            "there is no column 'sendcount'; did you mean 'send_count'?",
            sql,
        );
        assert_eq!(error.place.as_deref(), Some("line 2, character 7"));
        assert_eq!(error.mark.as_deref(), Some("  sum(sendcount)"));
        let told = "SQL error: ParserError(\"Expected: ), found: FROM at Line: 3, Column: 1\")";
        let error = shown_for(told, sql);
        assert_eq!(
            error.title,
            "Expected: ), found: FROM at Line: 3, Column: 1."
        );
        assert_eq!(error.mark.as_deref(), Some("FROM mail"));
    }

    #[test]
    fn memory_and_changes_have_words_of_their_own() {
        let kind = |message| shown_for(message, "x").kind;
        assert_eq!(
            kind("the question needs more memory than one may take"),
            "memory"
        );
        let error = shown_for("DML not supported: Delete", "DELETE FROM mail");
        assert_eq!(error.title, "This would change something.");
    }
}
