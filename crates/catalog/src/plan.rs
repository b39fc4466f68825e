//! Details + today + coverage -> the requests that are due.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Details, DetailsError, Grain, Parameter, Period, Report, UpdateMethod};

/// What one request says to the report function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// `period='D7'`
    Period(Period),
    /// `date=2026-11-01`
    Date(Date),
    /// Nothing: the function takes no parameter.
    Current,
}

impl std::fmt::Display for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Period(period) => write!(f, "{period}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Current => f.write_str("current"),
        }
    }
}

impl std::str::FromStr for Ask {
    type Err = String;

    /// Reads what [`std::fmt::Display`] wrote.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "current" {
            return Ok(Self::Current);
        }
        if let Ok(period) = text.parse() {
            return Ok(Self::Period(period));
        }
        text.parse()
            .map(Self::Date)
            .map_err(|_| format!("'{text}' is no period and no date"))
    }
}

/// One request that a plan makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRequest {
    /// What it asks.
    pub ask: Ask,
    /// The days whose rows are kept out of a reply that covers more; `None` keeps every row.
    pub keep: Option<BTreeSet<Date>>,
}

/// What is known of one day, as far as planning goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayKnown {
    /// The UTC day on which the day was last answered.
    pub answered_on: Option<Date>,
    /// Whether its content has been the same on enough checks that it need not be asked again.
    pub stable: bool,
    /// Whether rows of the day are in the table.
    pub captured: bool,
}

/// The requests that are due for one account, and the days left out and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// In the order they are made: the day that expires soonest first.
    pub requests: Vec<PlannedRequest>,
    /// The days that the requests answer, for details that name days.
    pub kept: Vec<Date>,
    /// Days that are today or in the future.
    pub too_early: Vec<Date>,
    /// Days that Microsoft no longer answers for.
    pub expired: Vec<Date>,
    /// Days that are captured and not due again.
    pub settled: Vec<Date>,
}

impl Plan {
    /// Whether there is nothing to ask although something was wanted.
    pub fn nothing_left(&self) -> bool {
        self.requests.is_empty() && self.settled.is_empty()
    }
}

/// Plans the requests of one account.
///
/// `known` tells what coverage holds of a day; `full` asks for settled days too.
///
/// # Errors
/// When the report does not allow the details.
pub fn plan(
    report: &Report,
    details: Details,
    today: Date,
    update: UpdateMethod,
    known: impl Fn(Date) -> DayKnown,
    full: bool,
) -> Result<Plan, DetailsError> {
    details.check(report, today)?;
    let mut plan = Plan::default();
    match details {
        Details::Current => plan.requests.push(PlannedRequest {
            ask: Ask::Current,
            keep: None,
        }),
        Details::Period(period) => {
            plan.requests.push(PlannedRequest {
                ask: Ask::Period(period),
                keep: None,
            });
        }
        Details::Date(_) | Details::Range { .. } => {
            let only_due = update.asks_only_what_is_due();
            let settled = |day: Date, in_window: bool| {
                let known = known(day);
                let done = known.stable || known.answered_on == Some(today);
                only_due
                    && if in_window {
                        done && !full
                    } else {
                        known.captured
                    }
            };
            sort_days(&mut plan, report, &details.days(today)?, today, settled);
            plan.requests = ask_for(report, &plan.kept, today);
        }
    }
    Ok(plan)
}

/// Puts each day where it belongs. A captured day that has left the window is settled, not lost.
fn sort_days(
    plan: &mut Plan,
    report: &Report,
    days: &[Date],
    today: Date,
    settled: impl Fn(Date, bool) -> bool,
) {
    let window = i64::from(report.window_days().unwrap_or(0));
    for &day in days {
        let back = days_back(day, today);
        let list = match back {
            back if back < 1 => &mut plan.too_early,
            back if settled(day, back <= window) => &mut plan.settled,
            back if back > window => &mut plan.expired,
            _ => &mut plan.kept,
        };
        list.push(day);
    }
}

/// The requests that answer for some days that can all be asked for.
fn ask_for(report: &Report, days: &[Date], today: Date) -> Vec<PlannedRequest> {
    let Some(&oldest) = days.first() else {
        return Vec::new();
    };
    if report.takes(Parameter::Date) {
        let by_day = |&day| PlannedRequest {
            ask: Ask::Date(day),
            keep: None,
        };
        return days.iter().map(by_day).collect();
    }
    debug_assert_eq!(report.grain, Grain::Trend);
    // The reply ends at its refresh date, one day back at the earliest: a period of P days reaches
    // P days back at the least.
    let covering = report
        .periods
        .iter()
        .filter(|period| {
            period
                .days()
                .is_some_and(|days| days_back(oldest, today) <= i64::from(days))
        })
        .min_by_key(|period| period.days());
    covering
        .map(|&period| PlannedRequest {
            ask: Ask::Period(period),
            keep: Some(days.iter().copied().collect()),
        })
        .into_iter()
        .collect()
}

fn days_back(day: Date, today: Date) -> i64 {
    i64::from((today - day).get_days())
}
