//! What the address of a request asks: the report function, its arguments, the query options. As
//! strict as Graph: a quoted date is no date, and a period without quotes is no text.

use exmetrics_catalog::{ApiVersion, Ask, Grain, Parameter, Period, Report, catalog};
use jiff::civil::Date;
use url::form_urlencoded;

use super::GraphError;
use crate::table::is_json_by_default;

/// The arguments of a function as they are written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// (name, value, whether it stood in quotes)
    list: Vec<(String, String, bool)>,
    has_parentheses: bool,
}

/// The query options that report functions know.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) json: Option<bool>,
    pub(crate) top: Option<u64>,
    pub(crate) skip_token: Option<String>,
}

/// Arguments that two functions take on top.
const FURTHER_ARGUMENTS: [(&str, &[&str]); 2] = [
    ("getApiUsage", &["serviceArea", "appId"]),
    ("getSharePointApiUsage", &["appId", "reportType"]),
];

/// The function that a segment names, and its arguments.
pub(crate) fn read_segment(
    version: ApiVersion,
    segment: &str,
) -> Result<(&'static Report, Arguments), GraphError> {
    let segment = percent_decode(segment);
    let name = segment.strip_prefix("microsoft.graph.").unwrap_or(&segment);
    let (name, arguments) = match name.split_once('(') {
        Some((name, rest)) => {
            let inside = rest.strip_suffix(')').ok_or_else(|| {
                GraphError::bad_request("Syntax error: character ')' is missing.")
            })?;
            (name, Arguments::read(inside)?)
        }
        None => (name, Arguments::default()),
    };
    let report = catalog()
        .all()
        .iter()
        .find(|report| report.function == name && report.versions.contains(&version))
        .ok_or_else(|| GraphError::no_segment(name))?;
    Ok((report, arguments))
}

impl Arguments {
    fn read(inside: &str) -> Result<Self, GraphError> {
        let mut list = Vec::new();
        for argument in inside
            .split(',')
            .filter(|argument| !argument.trim().is_empty())
        {
            let (name, value) = argument
                .split_once('=')
                .ok_or_else(|| GraphError::bad_request("Invalid function parameter list."))?;
            let value = value.trim();
            let unquoted = value
                .strip_prefix('\'')
                .and_then(|value| value.strip_suffix('\''));
            let quoted = unquoted.is_some();
            list.push((
                name.trim().to_owned(),
                unquoted.unwrap_or(value).to_owned(),
                quoted,
            ));
        }
        Ok(Self {
            list,
            has_parentheses: true,
        })
    }

    fn get(&self, wanted: &str) -> Option<(&str, bool)> {
        let found = self.list.iter().find(|(name, ..)| name == wanted);
        found.map(|(_, value, quoted)| (value.as_str(), *quoted))
    }

    /// What is asked, as far as it can be told before anything is checked.
    pub(crate) fn rough_ask(&self) -> Option<String> {
        let value = self
            .get("period")
            .or_else(|| self.get("date"))
            .map(|(value, _)| value);
        match value {
            Some(value) => Some(value.to_owned()),
            None => self.list.is_empty().then(|| "current".to_owned()),
        }
    }

    /// What is asked, if the function allows it today.
    pub(crate) fn ask(&self, report: &Report, today: Date) -> Result<Ask, GraphError> {
        let further = FURTHER_ARGUMENTS
            .iter()
            .find(|(function, _)| *function == report.function);
        let further = further.map_or(&[][..], |(_, names)| names);
        let takes = |name: &str| match name {
            "period" => report.takes(Parameter::Period),
            "date" => report.takes(Parameter::Date),
            other => further.contains(&other),
        };
        if let Some((name, ..)) = self.list.iter().find(|(name, ..)| !takes(name)) {
            return Err(GraphError::bad_request(format!(
                "The parameter '{name}' is not a parameter of the function '{}'.",
                report.function
            )));
        }
        if further
            .iter()
            .any(|name| self.get(name).is_some_and(|(_, quoted)| !quoted))
        {
            return Err(GraphError::bad_request(
                "A text must stand in single quotes.",
            ));
        }
        match (self.get("period"), self.get("date")) {
            (Some(_), Some(_)) => Err(GraphError::bad_request(
                "Only one of the parameters 'period' and 'date' can be given.",
            )),
            (None, None) if report.grain == Grain::Current => Ok(Ask::Current),
            (None, None) => Err(GraphError::bad_request(if self.has_parentheses {
                "The function needs one of its parameters."
            } else {
                "The function needs one of its parameters in parentheses."
            })),
            (Some((period, quoted)), None) => read_period(report, period, quoted),
            (None, Some((date, quoted))) => read_date(report, date, quoted, today),
        }
    }
}

fn read_period(report: &Report, text: &str, quoted: bool) -> Result<Ask, GraphError> {
    if !quoted {
        return Err(GraphError::bad_request(
            "The parameter 'period' must stand in single quotes.",
        ));
    }
    let known = report
        .periods
        .iter()
        .find(|period| period.to_string() == text);
    match known {
        Some(period) => Ok(Ask::Period(*period)),
        None => {
            let offered: Vec<String> = report.periods.iter().map(Period::to_string).collect();
            Err(GraphError::invalid_argument(format!(
                "Invalid period value specified: {text}. Supported values are {}.",
                offered.join(", ")
            )))
        }
    }
}

fn read_date(report: &Report, text: &str, quoted: bool, today: Date) -> Result<Ask, GraphError> {
    let is_date = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let date: Option<Date> = text.parse().ok().filter(|_| is_date && !quoted);
    let Some(date) = date else {
        return Err(GraphError::bad_request(format!(
            "The value '{text}' of the parameter 'date' is not of the type Edm.Date."
        )));
    };
    let window = report.date_window_days.unwrap_or(28);
    let back = (today - date).get_days();
    if back < 1 || back > i32::from(window) {
        return Err(GraphError::invalid_date(text, window));
    }
    Ok(Ask::Date(date))
}

impl Options {
    /// Reads the query.
    pub(crate) fn read(report: &Report, query: &str) -> Result<Self, GraphError> {
        let mut options = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "$format" => {
                    options.json = Some(match value.as_ref() {
                        "application/json" => true,
                        "text/csv" => false,
                        _ => {
                            return Err(GraphError::bad_request(
                                "The value of '$format' is invalid.",
                            ));
                        }
                    });
                }
                "$top" => {
                    let top = value.parse().ok().filter(|top| (1..=10_000).contains(top));
                    options.top = Some(top.ok_or_else(|| {
                        GraphError::bad_request("The value of '$top' is invalid.")
                    })?);
                }
                "$skiptoken" | "$skipToken" => options.skip_token = Some(value.into_owned()),
                name if name.starts_with('$') => {
                    return Err(GraphError::bad_request(format!(
                        "The query option '{name}' is not supported."
                    )));
                }
                _ => {}
            }
        }
        let pages = options.top.is_some() || options.skip_token.is_some();
        if pages && !options.is_json(report) {
            return Err(GraphError::bad_request(
                "'$top' and '$skiptoken' need JSON.",
            ));
        }
        if options.top.is_some() && report.json_top.is_none() {
            return Err(GraphError::bad_request(
                "The query option '$top' is not supported.",
            ));
        }
        Ok(options)
    }

    /// Whether JSON is asked for.
    pub(crate) fn is_json(&self, report: &Report) -> bool {
        self.json
            .unwrap_or_else(|| is_json_by_default(&report.function))
    }
}

/// `%27` and the like as what they stand for.
fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
