//! Schedules: when something is to run, as one line of text that a person writes and reads.
//!
//! ```text
//! manual
//! every 15m | every 2h | every 90 minutes [from 08:00 to 18:00] [on weekdays | on mon, tue]
//! hourly [at :15]
//! daily at 06:30[, 18:00 ...]
//! weekdays at 07:00[, ...]
//! weekly on mon, thu at 07:00[, ...]
//! monthly on 1, 15 | on last day | on day 31 | on first monday at 06:00[, ...]
//! cron 0 6 * * 1-5
//! ```
//!
//! Any of them may end with `in Europe/Berlin`; without it, times are UTC. Case does not matter;
//! spaces, commas and `and` separate words. The zones are those of the tz data that is built in, so a
//! text means the same on every machine, and nothing is read from the disk.
//!
//! # Choices
//!
//! - An interval is 1 minute to 24 hours. It is counted from local midnight, or from the start of the
//!   active hours, anew each day: `every 7h` runs at 00:00, 07:00, 14:00, 21:00 and again at 00:00.
//! - Both ends of the active hours belong to them. `from 22:00 to 04:00` is over midnight, and its
//!   days are those on which it starts. An interval that does not fit into them is refused.
//! - A month without the day is skipped: `monthly on 31` runs seven times a year.
//! - In `cron`, a day matches when both its day fields do; when neither begins with `*`, one of them is
//!   enough. So has cron always done it.
//!
//! # When clocks change
//!
//! A local time that does not exist on a day is moved to the first moment after the gap. One that
//! occurs twice runs once, the first time. Only what runs at least every so often as the repeated
//! stretch is long (`every 15m`, `hourly`, a `cron` line for every hour) goes on through the second
//! pass, for else it would fall silent for an hour. No instant is ever given twice.

mod clock;
mod cron;
mod cron_field;
mod cron_words;
mod days;
mod describe;
mod error;
mod forms;
mod interval;
mod month_days;
mod parse;
mod parts;
mod rule;
mod search;
mod text;
mod words;
mod zone;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use error::ScheduleError;
pub use parts::ScheduleParts;
use rule::Rule;
use zone::Zone;

/// When something is to run: a rule and the time zone in which it is read.
///
/// [`Display`](std::fmt::Display) writes the canonical text, which parses back to the same value; serde
/// reads and writes that text.
///
/// ```
/// use exmetrics_catalog::Schedule;
///
/// let schedule: Schedule = "Daily at 18:00 and 6:30 in europe/berlin".parse()?;
/// assert_eq!(schedule.to_string(), "daily at 06:30, 18:00 in Europe/Berlin");
/// assert_eq!(schedule.describe(), "every day at 06:30 and 18:00, Europe/Berlin");
/// # Ok::<(), exmetrics_catalog::ScheduleError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    rule: Rule,
    zone: Zone,
}

impl Schedule {
    /// The first time it runs after an instant, never at it; `None` when it is manual, or when a
    /// calendar can write no further time.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        search::after(&self.rule, &self.zone, after).next()
    }

    /// The next so many times after an instant, the soonest first; fewer only where
    /// [`next_after`](Self::next_after) would end.
    pub fn next_times(&self, after: Timestamp, count: usize) -> Vec<Timestamp> {
        search::after(&self.rule, &self.zone, after)
            .take(count)
            .collect()
    }

    /// The latest time it ran at an instant or before it; `None` when it is manual.
    ///
    /// It looks back as far as the rarest rule needs, so the run of a leap day is found years later.
    /// Whether that is a run that was missed, who knows the last run must say.
    pub fn previous_at_or_before(&self, at: Timestamp) -> Option<Timestamp> {
        search::at_or_before(&self.rule, &self.zone, at)
    }

    /// A sentence for people, such as `every day at 06:30 and 18:00, Europe/Berlin`.
    pub fn describe(&self) -> String {
        describe::sentence(&self.rule, &self.zone)
    }
}

impl std::str::FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (rule, zone) = parse::parse(text)?;
        Ok(Self { rule, zone })
    }
}

impl std::fmt::Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.rule)?;
        if self.zone.is_utc() {
            return Ok(());
        }
        write!(f, " in {}", self.zone.name())
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
