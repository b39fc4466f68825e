//! Days of the week.

use std::fmt;

use jiff::civil::Date;

use super::error::ScheduleError;
use super::words::Word;

/// The days of the week in full, Monday first.
const NAMES: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Weekday(u8);

impl Weekday {
    /// Reads `mon`, `monday` or `mondays`.
    pub(super) fn of(text: &str) -> Option<Self> {
        let found = |text: &str| {
            let fits = |name: &&str| name.to_lowercase().starts_with(text);
            NAMES.iter().position(fits).filter(|_| text.len() >= 3)
        };
        // 'tues' is Tuesday cut short, 'mondays' is more than Monday.
        found(text)
            .or_else(|| found(text.strip_suffix('s')?))
            .and_then(|index| u8::try_from(index).ok())
            .map(Self)
    }

    /// The day of the week of a date.
    pub(super) fn of_date(date: Date) -> Self {
        Self(date.weekday().to_monday_zero_offset().unsigned_abs())
    }

    /// Its name in full, with a capital.
    pub(super) fn name(self) -> &'static str {
        NAMES[usize::from(self.0 % 7)]
    }

    /// The first three letters of its name, in lower case.
    fn short(self) -> String {
        self.name()[..3].to_lowercase()
    }
}

/// A set of days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weekdays(u8);

impl Weekdays {
    /// Monday to Sunday.
    pub(super) const ALL: Self = Self(0b111_1111);
    /// Monday to Friday.
    pub(super) const WORKDAYS: Self = Self(0b001_1111);
    const WEEKEND: Self = Self(0b110_0000);

    /// Reads days, of which there is at least one: names, ranges such as `mon-fri`, `weekdays`,
    /// `weekends`.
    pub(super) fn read(words: &[Word]) -> Result<Self, ScheduleError> {
        words.iter().try_fold(Self(0), |days, word| {
            let more = Self::one(&word.low).ok_or_else(|| {
                let message = format!(
                    "{} is no day of the week; write mon, tue, wed, thu, fri, sat, sun, weekdays or \
                     weekends",
                    word.quoted()
                );
                ScheduleError::at(word, message)
            })?;
            Ok(Self(days.0 | more.0))
        })
    }

    /// What one word stands for.
    pub(super) fn one(text: &str) -> Option<Self> {
        match text {
            "weekday" | "weekdays" => return Some(Self::WORKDAYS),
            "weekend" | "weekends" => return Some(Self::WEEKEND),
            _ => {}
        }
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let (from, to) = (Weekday::of(from)?, Weekday::of(to)?);
        // Round the week: 'sat-mon' is three days.
        let length = (to.0 + 7 - from.0) % 7;
        let bits = (0..=length).fold(0, |bits, day| bits | 1 << ((from.0 + day) % 7));
        Some(Self(bits))
    }

    /// Whether a day is one of them.
    pub(super) fn contains(self, day: Weekday) -> bool {
        self.0 & 1 << day.0 != 0
    }

    /// Monday first.
    pub(super) fn iter(self) -> impl Iterator<Item = Weekday> {
        (0..7).map(Weekday).filter(move |&day| self.contains(day))
    }
}

impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::WORKDAYS {
            return f.write_str("weekdays");
        }
        let names: Vec<String> = self.iter().map(Weekday::short).collect();
        f.write_str(&names.join(", "))
    }
}
