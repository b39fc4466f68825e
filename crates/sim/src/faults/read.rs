//! Reads a rule file. A word that means nothing is refused with its line, so that a test never
//! passes because its fault was misspelt.

use exmetrics_catalog::{Ask, catalog};
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::{BadCell, Fault, FaultPlace, FaultRule};
use crate::{SimError, entra::is_known_aadsts, graph::is_known_error};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    fault: Vec<Spanned<Rule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(rename = "match")]
    matching: Match,
    #[serde(rename = "do")]
    word: Word,
    status: Option<u16>,
    error: Option<String>,
    body: Option<String>,
    retry_after: Option<RetryAfter>,
    bytes: Option<u64>,
    seconds: Option<u64>,
    url: Option<String>,
    report: Option<String>,
    column: Option<String>,
    to: Option<String>,
    row: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Match {
    #[serde(rename = "where")]
    place: FaultPlace,
    function: Option<String>,
    ask: Option<String>,
    nth: Option<u64>,
    times: Option<u64>,
    every: Option<u64>,
    from: Option<Date>,
    until: Option<Date>,
}

/// Seconds, or whatever else is to stand in the header, such as an HTTP date.
#[derive(Deserialize)]
#[serde(untagged)]
enum RetryAfter {
    Seconds(u64),
    Text(String),
}

impl RetryAfter {
    fn into_header(self) -> String {
        match self {
            Self::Seconds(seconds) => seconds.to_string(),
            Self::Text(text) => text,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Status,
    Error,
    Reset,
    CutAfter,
    Stall,
    #[serde(rename = "html_200")]
    Html200,
    #[serde(rename = "empty_200")]
    Empty200,
    #[serde(rename = "status_204")]
    Status204,
    #[serde(rename = "url_body_200")]
    UrlBody200,
    #[serde(rename = "direct_200")]
    Direct200,
    SecondRedirect,
    RedirectTo,
    ExpiredLink,
    WrongReport,
    GarbageBytes,
    ReorderColumns,
    AddColumn,
    DropColumn,
    DuplicateColumn,
    RenameColumn,
    #[serde(rename = "invalid_utf8")]
    InvalidUtf8,
    WrongType,
    HugeNumber,
    QuotedNewline,
}

/// Reads the rules of a TOML file; README.md of this crate tells its words.
///
/// # Errors
/// [`SimError::Rule`] with the line of a word that means nothing.
pub fn read_fault_rules(text: &str) -> Result<Vec<FaultRule>, SimError> {
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let file: File = toml::from_str(text).map_err(|error| SimError::Rule {
        line: error.span().map_or(1, |span| line(span.start)),
        reason: error.message().to_owned(),
    })?;
    file.fault
        .into_iter()
        .map(|rule| {
            let line = line(rule.span().start);
            rule.into_inner()
                .check()
                .map_err(|reason| SimError::Rule { line, reason })
        })
        .collect()
}

impl Rule {
    fn check(mut self) -> Result<FaultRule, String> {
        let Match {
            place,
            ref function,
            ref ask,
            nth,
            times,
            every,
            from,
            until,
        } = self.matching;
        if let Some(function) = function {
            if place == FaultPlace::Token {
                return Err("a token request has no function".into());
            }
            if !catalog()
                .all()
                .iter()
                .any(|report| report.function == *function)
            {
                return Err(format!("there is no report function '{function}'"));
            }
        }
        if let Some(ask) = ask {
            ask.parse::<Ask>()?;
        }
        if every == Some(0) || nth == Some(0) {
            return Err("requests are counted from 1".into());
        }
        let (function, ask) = (function.clone(), ask.clone());
        let fault = self.fault()?;
        if !fault.happens_at(place) {
            return Err("this cannot happen there; README.md says what can happen where".into());
        }
        if let Fault::Error { name, .. } = &fault {
            let known = if place == FaultPlace::Token {
                is_known_aadsts(name)
            } else {
                is_known_error(name)
            };
            if !known {
                return Err(format!("there is no error '{name}' there"));
            }
        }
        Ok(FaultRule {
            place,
            function,
            ask,
            nth,
            times,
            every,
            from,
            until,
            fault,
        })
    }

    /// The fault, out of the words beside `do`; what is left over belongs to another fault.
    fn fault(&mut self) -> Result<Fault, String> {
        let fault = self.take()?;
        self.nothing_is_left()?;
        Ok(fault)
    }

    fn take(&mut self) -> Result<Fault, String> {
        Ok(match self.word {
            Word::Status => Fault::Status {
                status: needed("status", self.status.take()).and_then(|status| match status {
                    200..=599 => Ok(status),
                    _ => Err(format!("{status} is no status of a final answer")),
                })?,
                body: self.body.take(),
                retry_after: self.retry_after.take().map(RetryAfter::into_header),
            },
            Word::Error => Fault::Error {
                name: needed("error", self.error.take())?,
                retry_after: self.retry_after.take().map(RetryAfter::into_header),
            },
            Word::Reset => Fault::Reset,
            Word::CutAfter => Fault::CutAfter {
                bytes: needed("bytes", self.bytes.take())?,
            },
            Word::Stall => Fault::Stall {
                seconds: needed("seconds", self.seconds.take())?,
            },
            Word::Html200 => Fault::Html200,
            Word::Empty200 => Fault::Empty200,
            Word::Status204 => Fault::Status204,
            Word::UrlBody200 => Fault::UrlBody200,
            Word::Direct200 => Fault::Direct200,
            Word::SecondRedirect => Fault::SecondRedirect,
            Word::RedirectTo => Fault::RedirectTo {
                url: needed("url", self.url.take())?,
            },
            Word::ExpiredLink => Fault::ExpiredLink,
            Word::WrongReport => Fault::WrongReport {
                report: self.report.take(),
            },
            Word::GarbageBytes => Fault::GarbageBytes,
            Word::ReorderColumns => Fault::ReorderColumns,
            Word::AddColumn => Fault::AddColumn {
                header: needed("to", self.to.take())?,
            },
            Word::DropColumn => Fault::DropColumn {
                column: self.column.take(),
            },
            Word::DuplicateColumn => Fault::DuplicateColumn {
                column: self.column.take(),
            },
            Word::RenameColumn => Fault::RenameColumn {
                column: self.column.take(),
                to: needed("to", self.to.take())?,
            },
            Word::InvalidUtf8 => self.cell(BadCell::InvalidUtf8),
            Word::WrongType => self.cell(BadCell::WrongType),
            Word::HugeNumber => self.cell(BadCell::HugeNumber),
            Word::QuotedNewline => self.cell(BadCell::QuotedNewline),
        })
    }

    fn cell(&mut self, holds: BadCell) -> Fault {
        Fault::Cell {
            column: self.column.take(),
            row: self.row.take().unwrap_or(1),
            holds,
        }
    }

    fn nothing_is_left(&self) -> Result<(), String> {
        let left = [
            ("status", self.status.is_some()),
            ("error", self.error.is_some()),
            ("body", self.body.is_some()),
            ("retry_after", self.retry_after.is_some()),
            ("bytes", self.bytes.is_some()),
            ("seconds", self.seconds.is_some()),
            ("url", self.url.is_some()),
            ("report", self.report.is_some()),
            ("column", self.column.is_some()),
            ("to", self.to.is_some()),
            ("row", self.row.is_some()),
        ];
        match left.into_iter().find(|(_, is_left)| *is_left) {
            Some((word, _)) => Err(format!("'{word}' means nothing for this fault")),
            None => Ok(()),
        }
    }
}

fn needed<T>(word: &str, given: Option<T>) -> Result<T, String> {
    given.ok_or_else(|| format!("this fault needs '{word}'"))
}
