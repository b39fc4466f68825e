//! Details + today + coverage -> the requests that are due.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};
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
    /// How it stands.
    pub standing: DayStanding,
}

/// How a day stands in the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DayStanding {
    /// It was never asked for.
    #[default]
    Unknown,
    /// Its rows are in the table.
    Captured,
    /// It was answered, and there are no rows of it.
    Empty,
    /// It was asked for and is still hoped for: not published yet, or the request failed.
    Open,
    /// It left the window before it was captured.
    Lost,
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
    /// Days that were asked for today already and are not published yet.
    #[serde(default)]
    pub awaiting: Vec<Date>,
}

impl Plan {
    /// Whether there is nothing to ask although something was wanted.
    pub fn nothing_left(&self) -> bool {
        self.requests.is_empty() && self.settled.is_empty() && self.awaiting.is_empty()
    }
}

/// Plans the requests of one account.
///
/// `known` is what coverage holds of each day that was ever asked for; `full` asks for settled days
/// too. A day that the details no longer reach, because they move with today, is still due while it is
/// not settled and its window is open: otherwise a day published late would be lost. So is a day that they
/// moved over while nothing was at work.
///
/// # Errors
/// When the report does not allow the details.
pub fn plan(
    report: &Report,
    details: Details,
    today: Date,
    update: UpdateMethod,
    known: &BTreeMap<Date, DayKnown>,
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
            let sorter = Sorter {
                today,
                window: i64::from(report.window_days().unwrap_or(0)),
                only_due: update.asks_only_what_is_due(),
                full,
                by_day: report.takes(Parameter::Date),
            };
            let mut wanted = details.days(today)?;
            if sorter.only_due {
                wanted = [days_missed(details, known, &wanted), wanted].concat();
            }
            for &day in &wanted {
                let known = known.get(&day).copied().unwrap_or_default();
                sorter.wanted(&mut plan, day, known);
            }
            if sorter.only_due {
                for (&day, &known) in known {
                    if wanted.binary_search(&day).is_err() {
                        sorter.left_over(&mut plan, day, known);
                    }
                }
                plan.kept.sort_unstable();
                plan.expired.sort_unstable();
            }
            // Appended rows would double, and replaced ones are to be the days wanted.
            let known = sorter.only_due.then_some(known).into_iter();
            let at_hand = known.flat_map(BTreeMap::keys).chain(&wanted).copied();
            plan.requests = ask_for(report, &plan.kept, today, at_hand);
            if details == Details::every_day(report) {
                keep_what_comes_beyond(report, &mut plan.requests, today);
            }
        }
    }
    Ok(plan)
}

/// The days between the last one that was asked for and the first that is wanted now: details that move
/// with today have moved over them while nothing was at work.
fn days_missed(details: Details, known: &BTreeMap<Date, DayKnown>, wanted: &[Date]) -> Vec<Date> {
    let (Some(&first), true) = (wanted.first(), details.moves_with_today()) else {
        return Vec::new();
    };
    let Some((&last, _)) = known.range(..first).next_back() else {
        return Vec::new();
    };
    last.series(1.day())
        .skip(1)
        .take_while(|day| *day < first)
        .collect()
}

/// Puts each day where it belongs.
struct Sorter {
    today: Date,
    /// How many days back Microsoft answers for.
    window: i64,
    /// Whether settled days are left out.
    only_due: bool,
    full: bool,
    /// Whether each day is a request of its own.
    by_day: bool,
}

/// A day is looked at once more at this age: by then Microsoft has restated what it restates as a rule.
const SECOND_LOOK: i64 = 10;

/// And once more so many days before its window ends, for what it restates later.
const LAST_LOOK_BEFORE_END: i64 = 2;

impl Sorter {
    /// Whether a day need not be asked for today. One that has been the same three times is looked at
    /// twice more, late, where that costs one request: it may have been restated since. A trend's
    /// days come along with younger ones anyway.
    fn rests(&self, day: Date, known: DayKnown) -> bool {
        let Some(answered_on) = known.answered_on else {
            return known.stable;
        };
        let (age, age_then) = (days_back(day, self.today), days_back(day, answered_on));
        let looks = [SECOND_LOOK, self.window - LAST_LOOK_BEFORE_END];
        let late_look = self.by_day
            && known.standing == DayStanding::Captured
            && looks.iter().any(|look| age >= *look && age_then < *look);
        answered_on == self.today || (known.stable && !late_look)
    }

    /// A day that the details name. One that was answered and has left the window is settled, not lost.
    fn wanted(&self, plan: &mut Plan, day: Date, known: DayKnown) {
        let back = days_back(day, self.today);
        let in_window = back <= self.window;
        let rests = self.rests(day, known);
        let settled = self.only_due
            && if in_window {
                rests && !self.full
            } else {
                matches!(known.standing, DayStanding::Captured | DayStanding::Empty)
            };
        let list = match back {
            back if back < 1 => &mut plan.too_early,
            _ if settled && known.standing == DayStanding::Open => &mut plan.awaiting,
            _ if settled => &mut plan.settled,
            _ if !in_window => &mut plan.expired,
            _ => &mut plan.kept,
        };
        list.push(day);
    }

    /// A day that the details named on an earlier day.
    fn left_over(&self, plan: &mut Plan, day: Date, known: DayKnown) {
        let back = days_back(day, self.today);
        let rests = self.rests(day, known);
        if back < 1 {
            return;
        }
        if back > self.window {
            if known.standing == DayStanding::Open {
                plan.expired.push(day);
            }
        } else if !rests {
            plan.kept.push(day);
        }
    }
}

/// The requests that answer for some days that can all be asked for.
fn ask_for(
    report: &Report,
    days: &[Date],
    today: Date,
    at_hand: impl Iterator<Item = Date>,
) -> Vec<PlannedRequest> {
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
    let Some(&period) = covering else {
        return Vec::new();
    };
    // Days that are settled come along in the same reply: newer figures of them cost nothing.
    let reach = i64::from(period.days().unwrap_or(0));
    let come_along = at_hand.filter(|day| (1..=reach).contains(&days_back(*day, today)));
    vec![PlannedRequest {
        ask: Ask::Period(period),
        keep: Some(days.iter().copied().chain(come_along).collect()),
    }]
}

/// A reply that was published late reaches further back than what can be asked for. Where every day is to
/// be kept, those days are kept as well.
fn keep_what_comes_beyond(report: &Report, requests: &mut [PlannedRequest], today: Date) {
    let window = i32::from(report.window_days().unwrap_or(0));
    for request in requests {
        let Ask::Period(period) = request.ask else {
            continue;
        };
        let reach = i32::from(period.days().unwrap_or(0));
        if let Some(keep) = request.keep.as_mut().filter(|_| reach >= window) {
            let beyond = (window + 1..=window + MOST_LATE_DAYS)
                .filter_map(|back| today.checked_sub(back.days()).ok());
            keep.extend(beyond);
        }
    }
}

/// How many days late a reply is at the most.
const MOST_LATE_DAYS: i32 = 16;

fn days_back(day: Date, today: Date) -> i64 {
    i64::from((today - day).get_days())
}
