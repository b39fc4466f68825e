//! A schedule taken apart, for a form that shows it field by field.

use super::Schedule;
use super::days::Weekdays;
use super::month_days::MonthDay;
use super::rule::Rule;

/// The parts of a schedule. Times are written `06:30`, days of the week `mon`, days of the month `15`,
/// `last` or `first-mon`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleParts {
    /// Never by itself.
    Manual,
    /// Again and again within a day.
    Every {
        /// How often, in minutes.
        minutes: u16,
        /// Within which hours.
        hours: Option<(String, String)>,
        /// On which days of the week; empty for all.
        weekdays: Vec<String>,
    },
    /// At one minute of every hour.
    Hourly {
        /// Which.
        minute: u8,
    },
    /// On days of the week.
    Weekly {
        /// Which; empty for all.
        weekdays: Vec<String>,
        /// When.
        times: Vec<String>,
    },
    /// On days of the month.
    Monthly {
        /// Which.
        days: Vec<String>,
        /// When.
        times: Vec<String>,
    },
    /// As cron would: its five fields.
    Cron(String),
}

impl Schedule {
    /// Takes it apart.
    pub fn parts(&self) -> ScheduleParts {
        match &self.rule {
            Rule::Manual => ScheduleParts::Manual,
            Rule::Every {
                interval,
                hours,
                days,
            } => ScheduleParts::Every {
                minutes: interval.minutes(),
                hours: hours.map(|hours| (hours.from.to_string(), hours.to.to_string())),
                weekdays: names(*days),
            },
            Rule::Hourly { minute } => ScheduleParts::Hourly { minute: *minute },
            Rule::Weekly { days, times } => ScheduleParts::Weekly {
                weekdays: names(*days),
                times: times.iter().map(|time| time.to_string()).collect(),
            },
            Rule::Monthly { days, times } => ScheduleParts::Monthly {
                days: days.iter().map(|day| month_day(*day)).collect(),
                times: times.iter().map(|time| time.to_string()).collect(),
            },
            Rule::Cron(cron) => ScheduleParts::Cron(cron.text.clone()),
        }
    }

    /// The time zone in which it is read.
    pub fn zone_name(&self) -> &str {
        self.zone.name()
    }
}

fn names(days: Weekdays) -> Vec<String> {
    match days {
        Weekdays::ALL => Vec::new(),
        some => some
            .iter()
            .map(|day| day.name()[..3].to_lowercase())
            .collect(),
    }
}

fn month_day(day: MonthDay) -> String {
    match day {
        MonthDay::Day(number) => number.to_string(),
        MonthDay::Nth(ordinal, weekday) => {
            format!("{}-{}", ordinal.word(), weekday.name()[..3].to_lowercase())
        }
        MonthDay::Last => "last".into(),
    }
}
