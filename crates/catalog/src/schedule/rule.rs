//! The rules, and on which days and at which minutes they run.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::clock::{DAY, Times};
use super::cron::Cron;
use super::days::{Weekday, Weekdays};
use super::interval::{Hours, Interval};
use super::month_days::MonthDay;

/// When something runs, in local time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
    /// Never by itself.
    Manual,
    /// Again and again within a day.
    Every {
        /// How often.
        interval: Interval,
        /// Within which hours; `None` is from midnight to midnight.
        hours: Option<Hours>,
        /// On which days; those on which the hours start, when they are over midnight.
        days: Weekdays,
    },
    /// At one minute of every hour.
    Hourly {
        /// 0 to 59.
        minute: u8,
    },
    /// On days of the week; on all of them, it is written as `daily`.
    Weekly {
        /// Which.
        days: Weekdays,
        /// When.
        times: Times,
    },
    /// On days of the month.
    Monthly {
        /// Which; at least one.
        days: BTreeSet<MonthDay>,
        /// When.
        times: Times,
    },
    /// As cron would.
    Cron(Cron),
}

impl Rule {
    /// Whether it runs on a day.
    pub(super) fn runs_on(&self, date: Date) -> bool {
        match self {
            Self::Manual => false,
            Self::Hourly { .. } => true,
            Self::Every { days, .. } | Self::Weekly { days, .. } => {
                days.contains(Weekday::of_date(date))
            }
            Self::Monthly { days, .. } => days.iter().any(|day| day.is(date)),
            Self::Cron(cron) => cron.runs_on(date),
        }
    }

    /// The minutes after local midnight at which it runs on each of its days, in order. Active hours
    /// over midnight go on behind the end of the day.
    pub(super) fn minutes(&self) -> Vec<u16> {
        match self {
            Self::Manual => Vec::new(),
            Self::Every {
                interval, hours, ..
            } => {
                let (from, to) = match hours {
                    Some(hours) => {
                        let from = hours.from.minutes();
                        (from, from + hours.length())
                    }
                    None => (0, DAY - 1),
                };
                (from..=to)
                    .step_by(usize::from(interval.minutes()))
                    .collect()
            }
            Self::Hourly { minute } => (0..24).map(|hour| hour * 60 + u16::from(*minute)).collect(),
            Self::Weekly { times, .. } | Self::Monthly { times, .. } => {
                times.iter().map(super::clock::Clock::minutes).collect()
            }
            Self::Cron(cron) => cron.minutes(),
        }
    }

    /// For what runs round the clock or through active hours, how many minutes pass between two runs;
    /// `None` for what runs at times of the day.
    pub(super) fn rhythm(&self) -> Option<u16> {
        match self {
            Self::Every { interval, .. } => Some(interval.minutes()),
            Self::Hourly { .. } => Some(60),
            Self::Cron(cron) if cron.runs_every_hour() => Some(60),
            _ => None,
        }
    }
}
