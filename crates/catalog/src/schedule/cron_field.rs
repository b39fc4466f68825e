//! One field of a line of cron.

use super::error::ScheduleError;
use super::words::Word;

/// What a field may hold.
pub(super) struct Kind {
    /// What the field is called.
    pub(super) name: &'static str,
    /// The least number.
    low: u8,
    /// The greatest number.
    high: u8,
    /// Names for numbers, from `low` on.
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
/// Sunday is 0 and 7, so that both `sun-tue` and `sat-sun` run forwards.
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Minute, hour, day, month, weekday.
pub(super) const KINDS: [Kind; 5] = [
    kind("minute", 0, 59, &[]),
    kind("hour", 0, 23, &[]),
    kind("day", 1, 31, &[]),
    kind("month", 1, 12, &MONTHS),
    kind("weekday", 0, 7, &WEEKDAYS),
];

const fn kind(name: &'static str, low: u8, high: u8, names: &'static [&'static str]) -> Kind {
    Kind {
        name,
        low,
        high,
        names,
    }
}

/// A set of numbers from 0 to 59.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers(u64);

impl Numbers {
    /// Whether a number is in it.
    pub(super) fn contains(self, number: u8) -> bool {
        self.0 & 1 << number != 0
    }

    /// In order.
    pub(super) fn iter(self) -> impl Iterator<Item = u8> {
        (0..60).filter(move |&number| self.contains(number))
    }

    /// How many there are.
    pub(super) fn len(self) -> u32 {
        self.0.count_ones()
    }
}

impl Kind {
    /// Reads a field.
    pub(super) fn read(&self, word: &Word) -> Result<Numbers, ScheduleError> {
        let mut bits = 0;
        for part in word.low.split(',') {
            bits |= self.part(part, word)?;
        }
        if self.high == 7 && bits & 1 << 7 != 0 {
            bits = bits & !(1 << 7) | 1;
        }
        Ok(Numbers(bits))
    }

    fn part(&self, part: &str, word: &Word) -> Result<u64, ScheduleError> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(self.step(step, word)?)),
            None => (part, None),
        };
        let (from, to) = if range == "*" {
            // Of the two Sundays one is enough.
            (self.low, self.high.min(if self.high == 7 { 6 } else { 59 }))
        } else if let Some((from, to)) = range.split_once('-') {
            let from = self.number(from, word)?;
            let to = match self.number(to, word)? {
                0 if self.high == 7 && from > 0 => 7,
                to => to,
            };
            (from, to)
        } else {
            let number = self.number(range, word)?;
            if step.is_some() {
                let message = format!(
                    "{} needs an end before its step; write {number}-{}/n or */n",
                    word.quoted(),
                    self.high
                );
                return Err(ScheduleError::at(word, message));
            }
            (number, number)
        };
        if from > to {
            let message = format!(
                "{} runs backwards; write a range from low to high, or two ranges with a comma",
                word.quoted()
            );
            return Err(ScheduleError::at(word, message));
        }
        let numbers = (from..=to).step_by(step.unwrap_or(1).into());
        Ok(numbers.fold(0, |bits, number| bits | 1 << number))
    }

    fn step(&self, text: &str, word: &Word) -> Result<u8, ScheduleError> {
        plain(text)
            .filter(|step| (1..=self.high).contains(step))
            .ok_or_else(|| {
                let message = format!(
                    "the step in {} is not one of 1 to {}",
                    word.quoted(),
                    self.high
                );
                ScheduleError::at(word, message)
            })
    }

    fn number(&self, text: &str, word: &Word) -> Result<u8, ScheduleError> {
        let named = self.names.iter().position(|&name| name == text);
        named
            .and_then(|index| u8::try_from(index).ok())
            .map(|index| self.low + index)
            .or_else(|| plain(text))
            .filter(|number| (self.low..=self.high).contains(number))
            .ok_or_else(|| self.refusal(word))
    }

    fn refusal(&self, word: &Word) -> ScheduleError {
        let names = match (self.names.first(), self.names.last()) {
            (Some(first), Some(last)) if self.high == 7 => {
                format!(" (0 and 7 are Sunday) or {first} to {last}")
            }
            (Some(first), Some(last)) => format!(" or {first} to {last}"),
            _ => String::new(),
        };
        let instead = if word.low.contains(['l', 'w', '#']) && self.names.len() != 12 {
            "; for a last day or a first monday write monthly on"
        } else {
            ""
        };
        let message = format!(
            "{} is no {} of cron: it takes {} to {}{names}, *, ranges with -, lists with a comma and \
             steps with /{instead}",
            word.quoted(),
            self.name,
            self.low,
            self.high
        );
        ScheduleError::at(word, message)
    }
}

/// A number of one or two ASCII digits.
fn plain(text: &str) -> Option<u8> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits && text.len() <= 2)
}
