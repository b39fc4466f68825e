//! Local times of day, to the minute.

use std::collections::BTreeSet;
use std::fmt;

use super::error::ScheduleError;
use super::words::Word;

/// The minutes of a day of 24 hours.
pub(super) const DAY: u16 = 24 * 60;
/// No more times a day than every half hour: whoever wants more wants an interval.
const MOST_TIMES: usize = 48;

/// A local time of day: the minutes since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Clock(u16);

impl Clock {
    /// Reads `06:30`.
    pub(super) fn read(word: &Word) -> Result<Self, ScheduleError> {
        word.low
            .split_once(':')
            .and_then(|(hour, minute)| {
                let hour = digits(hour, 1..=2).filter(|&hour| hour < 24)?;
                let minute = digits(minute, 2..=2).filter(|&minute| minute < 60)?;
                Some(Self(hour * 60 + minute))
            })
            .ok_or_else(|| {
                let message = format!("{} is no time of day; write 00:00 to 23:59", word.quoted());
                ScheduleError::at(word, message)
            })
    }

    /// The time so many minutes after midnight, round the clock.
    pub(super) fn at(minutes: u16) -> Self {
        Self(minutes % DAY)
    }

    /// The minutes since midnight.
    pub(super) fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// A number of so many ASCII digits.
fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<u16> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    if all && length.contains(&text.len()) {
        text.parse().ok()
    } else {
        None
    }
}

/// Reads the minute of `hourly at :15`; the hour may be left out or be `0`.
pub(super) fn minute_of_hour(word: &Word) -> Result<u8, ScheduleError> {
    let minute = match word.low.split_once(':') {
        Some(("" | "0" | "00", minute)) => minute,
        Some(_) => "",
        None => &word.low,
    };
    digits(minute, 1..=2)
        .and_then(|minute| u8::try_from(minute).ok())
        .filter(|&minute| minute < 60)
        .ok_or_else(|| {
            let message = format!("{} is no minute; write :00 to :59", word.quoted());
            ScheduleError::at(word, message)
        })
}

/// The times of a day: at least one, each once, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Times(BTreeSet<Clock>);

impl Times {
    /// Reads times, of which there is at least one.
    pub(super) fn read(words: &[Word]) -> Result<Self, ScheduleError> {
        let mut times = BTreeSet::new();
        for word in words {
            times.insert(Clock::read(word)?);
            if times.len() > MOST_TIMES {
                let message = format!(
                    "{} is one time too many: at most {MOST_TIMES} a day; write an interval, such as \
                     every 15m",
                    word.quoted()
                );
                return Err(ScheduleError::at(word, message));
            }
        }
        Ok(Self(times))
    }

    /// In order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Clock> + '_ {
        self.0.iter().copied()
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, time) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{time}")?;
        }
        Ok(())
    }
}
