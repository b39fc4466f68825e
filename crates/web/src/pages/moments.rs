//! A moment or a day as templates take it: in words, and for `<time>`.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::words;

/// A moment or a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Moment {
    /// In words.
    pub(super) text: String,
    /// For machines.
    pub(super) datetime: String,
}

impl Moment {
    /// A moment as seen from now.
    pub(super) fn of(at: Timestamp, now: Timestamp) -> Self {
        let when = words::when(at, now);
        Self {
            text: when.text,
            datetime: when.at,
        }
    }

    /// A day.
    pub(super) fn day(day: Date) -> Self {
        Self {
            text: words::day(day),
            datetime: day.to_string(),
        }
    }
}
