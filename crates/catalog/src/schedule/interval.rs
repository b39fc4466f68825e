//! `every 15m`: intervals and active hours.

use std::fmt;

use super::clock::{Clock, DAY};
use super::error::ScheduleError;
use super::words::Word;

/// An interval: 1 minute to 24 hours, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval(u16);

impl Interval {
    /// Reads `15m`, `2h`, `1h30m`, `90 minutes` or `hour`; there is at least one word.
    pub(super) fn read(words: &[Word]) -> Result<Self, ScheduleError> {
        let mut total: u64 = 0;
        // A number that still waits for its unit.
        let mut number: Option<u64> = None;
        for word in words {
            for piece in pieces(&word.low) {
                if piece.starts_with(|c: char| c.is_ascii_digit()) && number.is_none() {
                    // Too many digits are too long an interval.
                    number = Some(piece.parse().unwrap_or(u64::MAX));
                    continue;
                }
                let unit = unit(piece, word)?;
                // 'every hour' needs no number.
                let alone = words.len() == 1 && piece == word.low;
                let count = number.take().or(alone.then_some(1));
                let count = count.ok_or_else(|| no_interval(word))?;
                total = total.saturating_add(count.saturating_mul(unit));
            }
        }
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return Err(ScheduleError::whole(
                "an interval is missing; write 15m or 2h",
            ));
        };
        if number.is_some() {
            let message = format!("{} lacks its unit; write 15m or 2h", last.quoted());
            return Err(ScheduleError::at(last, message));
        }
        if total == 0 {
            let message = "an interval of 0 is none; the shortest is 1m";
            return Err(ScheduleError::at(first, message));
        }
        u16::try_from(total)
            .ok()
            .filter(|&minutes| minutes <= DAY)
            .map(Self)
            .ok_or_else(|| {
                let message = "an interval is at most 24h; for rarer runs write daily at, weekly on or \
                               monthly on";
                ScheduleError::at(first, message)
            })
    }

    /// In minutes.
    pub(super) fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(60) {
            write!(f, "{}h", self.0 / 60)
        } else {
            write!(f, "{}m", self.0)
        }
    }
}

/// Cuts `1h30m` where digits and other characters meet.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let digit = rest.chars().next()?.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != digit)
            .unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        Some(piece)
    })
}

/// The minutes of a unit.
fn unit(text: &str, word: &Word) -> Result<u64, ScheduleError> {
    let refuse = |message: &str| Err(ScheduleError::at(word, message));
    match text {
        "m" | "min" | "mins" | "minute" | "minutes" => Ok(1),
        "h" | "hr" | "hrs" | "hour" | "hours" => Ok(60),
        "s" | "sec" | "secs" | "second" | "seconds" => {
            refuse("an interval has no seconds; the shortest is 1m")
        }
        "d" | "day" | "days" => {
            refuse("an interval has no days; write daily at 06:30 or weekly on mon, thu at 06:30")
        }
        "w" | "week" | "weeks" => refuse("an interval has no weeks; write weekly on mon at 06:30"),
        "month" | "months" => refuse("an interval has no months; write monthly on 1 at 06:30"),
        _ => Err(no_interval(word)),
    }
}

fn no_interval(word: &Word) -> ScheduleError {
    let message = format!(
        "{} is no interval; write 15m, 2h or 90 minutes",
        word.quoted()
    );
    ScheduleError::at(word, message)
}

/// The hours of a day within which an interval runs, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hours {
    /// Where they start, and where the interval is counted from.
    pub(super) from: Clock,
    /// Where they end: on the next day, unless it is later than the start.
    pub(super) to: Clock,
}

impl Hours {
    /// Hours that are not empty and into which the interval fits.
    pub(super) fn new(
        (from_word, to_word): (&Word, &Word),
        interval: Interval,
    ) -> Result<Self, ScheduleError> {
        let hours = Self {
            from: Clock::read(from_word)?,
            to: Clock::read(to_word)?,
        };
        if hours.from == hours.to {
            let message = format!(
                "active hours from {} to {} are empty; leave them out to run all day",
                hours.from, hours.to
            );
            return Err(ScheduleError::at(to_word, message));
        }
        if interval.minutes() > hours.length() {
            let message = format!(
                "an interval of {interval} does not fit between {} and {}; for one run write daily at \
                 {}",
                hours.from, hours.to, hours.from
            );
            return Err(ScheduleError::at(from_word, message));
        }
        Ok(hours)
    }

    /// Whether they end on the day after the one on which they start.
    pub(super) fn over_midnight(self) -> bool {
        self.to < self.from
    }

    /// Their length in minutes.
    pub(super) fn length(self) -> u16 {
        (self.to.minutes() + DAY - self.from.minutes()) % DAY
    }
}
