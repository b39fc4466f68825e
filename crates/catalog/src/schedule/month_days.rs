//! Days of the month.

use std::fmt;

use jiff::civil::Date;

use super::days::Weekday;
use super::error::ScheduleError;
use super::words::Word;

/// Which of the days of the week in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ordinal {
    /// The one on day 1 to 7.
    First,
    /// The one on day 8 to 14.
    Second,
    /// The one on day 15 to 21.
    Third,
    /// The one on day 22 to 28.
    Fourth,
    /// The one in the last seven days.
    Last,
}

impl Ordinal {
    const ALL: [(Self, &str); 5] = [
        (Self::First, "first"),
        (Self::Second, "second"),
        (Self::Third, "third"),
        (Self::Fourth, "fourth"),
        (Self::Last, "last"),
    ];

    fn of(text: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, word)| *word == text)?;
        Some(found.0)
    }

    /// Its word.
    pub(super) fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// A day of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MonthDay {
    /// By number.
    Day(u8),
    /// The first Monday, the last Friday.
    Nth(Ordinal, Weekday),
    /// The last day.
    Last,
}

impl MonthDay {
    /// Whether a date is that day of its month.
    pub(super) fn is(self, date: Date) -> bool {
        let day = date.day().unsigned_abs();
        let length = date.days_in_month().unsigned_abs();
        match self {
            Self::Day(number) => day == number,
            Self::Last => day == length,
            Self::Nth(_, weekday) if Weekday::of_date(date) != weekday => false,
            Self::Nth(Ordinal::Last, _) => day + 7 > length,
            Self::Nth(ordinal, _) => (day - 1) / 7 == ordinal as u8,
        }
    }

    /// Reads days of a month, of which there is at least one: `1`, `15th`, `day 31`, `last day`,
    /// `first and third monday`.
    pub(super) fn read(words: &[Word]) -> Result<Vec<Self>, ScheduleError> {
        let mut days = Vec::new();
        // Ordinals that still wait for their day, and a 'day' that waits for its number.
        let mut ordinals: Vec<(Ordinal, &Word)> = Vec::new();
        let mut day: Option<&Word> = None;
        for word in words {
            if let Some(ordinal) = Ordinal::of(&word.low).filter(|_| day.is_none()) {
                ordinals.push((ordinal, word));
            } else if matches!(word.low.as_str(), "day" | "days") && day.is_none() {
                if ordinals.is_empty() {
                    day = Some(word);
                }
                days.extend(ordinals.drain(..).map(|(ordinal, _)| match ordinal {
                    Ordinal::Last => Self::Last,
                    nth => Self::Day(nth as u8 + 1),
                }));
            } else if let Some(weekday) = Weekday::of(&word.low).filter(|_| !ordinals.is_empty()) {
                days.extend(ordinals.drain(..).map(|(nth, _)| Self::Nth(nth, weekday)));
            } else if ordinals.is_empty() {
                days.push(Self::numbered(word)?);
                day = None;
            } else {
                return Err(no_day(word));
            }
        }
        match ordinals.first().map(|(_, word)| *word).or(day) {
            Some(waiting) => Err(no_day(waiting)),
            None => Ok(days),
        }
    }

    fn numbered(word: &Word) -> Result<Self, ScheduleError> {
        let text = ["st", "nd", "rd", "th"]
            .iter()
            .find_map(|suffix| word.low.strip_suffix(suffix))
            .unwrap_or(&word.low);
        text.parse()
            .ok()
            .filter(|number| (1..=31).contains(number))
            .filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
            .map(Self::Day)
            .ok_or_else(|| no_day(word))
    }
}

fn no_day(word: &Word) -> ScheduleError {
    let message = format!(
        "{} names no day of a month; write 1 to 31, last day, or first, second, third, fourth or last \
         with a day of the week, such as first monday",
        word.quoted()
    );
    ScheduleError::at(word, message)
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(number) => write!(f, "{number}"),
            Self::Nth(ordinal, weekday) => {
                write!(f, "{} {}", ordinal.word(), weekday.name().to_lowercase())
            }
            Self::Last => f.write_str("last day"),
        }
    }
}
