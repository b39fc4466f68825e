//! What a DataSet asks of its report: a period, a date, or a range of dates.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{Grain, Parameter, Period, Report};

/// A person's choice of what to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Details {
    /// A period that ends with the newest day there is.
    Period(Period),
    /// One day.
    Date(DayChoice),
    /// Every day from one to another, both included.
    Range {
        /// The first day.
        from: DayChoice,
        /// The last day.
        to: DayChoice,
    },
    /// Nothing to choose: how things stand now.
    Current,
}

/// One end of a choice of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayChoice {
    /// A calendar date.
    On(Date),
    /// So many days before today, UTC.
    DaysBack(u16),
}

impl DayChoice {
    /// The calendar date it means today; `None` before the first day that a calendar can write.
    pub fn resolve(self, today: Date) -> Option<Date> {
        match self {
            Self::On(date) => Some(date),
            Self::DaysBack(days) => today.checked_sub(i32::from(days).days()).ok(),
        }
    }
}

impl std::fmt::Display for DayChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::On(date) => write!(f, "{date}"),
            Self::DaysBack(days) => write!(f, "{days} days back"),
        }
    }
}

impl std::fmt::Display for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Period(period) => write!(f, "period {period}"),
            Self::Date(day) => write!(f, "{day}"),
            Self::Range { from, to } => write!(f, "{from} to {to}"),
            Self::Current => f.write_str("as it stands"),
        }
    }
}

/// Details that the report does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DetailsError {
    /// Nothing was chosen where something must be.
    #[error("{report} needs details: {offered}")]
    Missing {
        /// The report's slug.
        report: String,
        /// What could be chosen.
        offered: String,
    },
    /// The period is not one of the report's.
    #[error("{report} has no period {period}; choose one of {offered}")]
    Period {
        /// The report's slug.
        report: String,
        /// What was asked for.
        period: Period,
        /// What could be chosen.
        offered: String,
    },
    /// The report has nothing per day.
    #[error("{report} offers no date: {offered}")]
    NoDate {
        /// The report's slug.
        report: String,
        /// What could be chosen.
        offered: String,
    },
    /// The report takes no parameter.
    #[error("{report} takes no period and no date: it tells how things stand now")]
    NothingToChoose {
        /// The report's slug.
        report: String,
    },
    /// The range ends before it begins.
    #[error("the range ends ({to}) before it begins ({from}); the first day comes first")]
    Backwards {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
    /// A range of more days than anybody means.
    #[error(
        "the range from {from} to {to} is {days} days long; at most 3,660 can be asked at once"
    )]
    TooLong {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
        /// Its length.
        days: i64,
    },
    /// So many days back that no calendar has the day.
    #[error("{0} days back is before the calendar begins")]
    BeforeCalendar(u16),
}

/// Ten years: long enough for any window, short enough to list.
const LONGEST_RANGE_DAYS: i64 = 3_660;

impl Details {
    /// What keeps every day of a report that can still be had: all days that its window holds, or what it
    /// publishes for its shortest period, or how things stand.
    pub fn every_day(report: &Report) -> Self {
        match report.window_days() {
            Some(window) => Self::Range {
                from: DayChoice::DaysBack(window),
                to: DayChoice::DaysBack(1),
            },
            None => report
                .periods
                .iter()
                .filter(|period| period.days().is_some())
                .min_by_key(|period| period.days())
                .map_or(Self::Current, |shortest| Self::Period(*shortest)),
        }
    }

    /// Whether the first day wanted is another one tomorrow.
    pub fn moves_with_today(self) -> bool {
        matches!(
            self,
            Self::Date(DayChoice::DaysBack(_))
                | Self::Range {
                    from: DayChoice::DaysBack(_),
                    ..
                }
        )
    }

    /// Whether the report allows this choice, today.
    ///
    /// # Errors
    /// What is wrong, and what could be chosen instead.
    pub fn check(self, report: &Report, today: Date) -> Result<(), DetailsError> {
        match self {
            _ if report.grain == Grain::Current && self != Self::Current => {
                Err(DetailsError::NothingToChoose {
                    report: report.slug.clone(),
                })
            }
            Self::Current if report.grain != Grain::Current => Err(DetailsError::Missing {
                report: report.slug.clone(),
                offered: offered(report),
            }),
            Self::Current => Ok(()),
            Self::Period(period) if report.periods.contains(&period) => Ok(()),
            Self::Period(period) => Err(DetailsError::Period {
                report: report.slug.clone(),
                period,
                offered: periods(report),
            }),
            Self::Date(_) | Self::Range { .. } if !report.offers_days() => {
                Err(DetailsError::NoDate {
                    report: report.slug.clone(),
                    offered: offered(report),
                })
            }
            Self::Date(_) | Self::Range { .. } => self.days(today).map(|_| ()),
        }
    }

    /// The days chosen, the oldest first; empty for a period.
    ///
    /// # Errors
    /// When a range is backwards or longer than ten years.
    pub fn days(self, today: Date) -> Result<Vec<Date>, DetailsError> {
        let resolve = |choice: DayChoice| {
            choice.resolve(today).ok_or(match choice {
                DayChoice::DaysBack(days) => DetailsError::BeforeCalendar(days),
                DayChoice::On(_) => DetailsError::BeforeCalendar(0),
            })
        };
        let (from, to) = match self {
            Self::Period(_) | Self::Current => return Ok(Vec::new()),
            Self::Date(day) => (resolve(day)?, resolve(day)?),
            Self::Range { from, to } => (resolve(from)?, resolve(to)?),
        };
        if to < from {
            return Err(DetailsError::Backwards { from, to });
        }
        let days = i64::from((to - from).get_days()) + 1;
        if days > LONGEST_RANGE_DAYS {
            return Err(DetailsError::TooLong { from, to, days });
        }
        Ok(from.series(1.day()).take_while(|day| *day <= to).collect())
    }
}

fn offered(report: &Report) -> String {
    match (report.takes(Parameter::Period), report.offers_days()) {
        (true, true) => format!("a period ({}), a date or a range of dates", periods(report)),
        (true, false) => format!("choose a period ({})", periods(report)),
        (false, true) => "a date or a range of dates".into(),
        (false, false) => "nothing can be chosen".into(),
    }
}

fn periods(report: &Report) -> String {
    report
        .periods
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
