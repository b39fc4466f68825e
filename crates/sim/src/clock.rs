//! The tenant's clock: starts where it is told to, then runs with real time, and can be moved.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A clock that a test can move.
#[derive(Debug)]
pub(crate) struct Clock {
    set: Mutex<(Timestamp, Instant)>,
}

impl Clock {
    /// A clock that shows a time now.
    pub(crate) fn starting_at(now: Timestamp) -> Self {
        Self {
            set: Mutex::new((now, Instant::now())),
        }
    }

    /// What it shows.
    pub(crate) fn now(&self) -> Timestamp {
        let (set_to, set_at) = *self.set.lock().unwrap_or_else(PoisonError::into_inner);
        set_to
            .checked_add(set_at.elapsed())
            .unwrap_or(Timestamp::MAX)
    }

    /// The day it shows, UTC.
    pub(crate) fn today(&self) -> Date {
        utc_day(self.now())
    }

    /// Shows another time from now on.
    pub(crate) fn set(&self, now: Timestamp) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = (now, Instant::now());
    }

    /// Moves forward.
    pub(crate) fn advance(&self, by: Duration) {
        let now = self.now();
        self.set(now.checked_add(by).unwrap_or(Timestamp::MAX));
    }
}

/// The day of a moment, UTC.
pub(crate) fn utc_day(moment: Timestamp) -> Date {
    moment.to_zoned_datetime(TimeZone::UTC).date()
}

/// So many seconds and fractions from one moment to a later one; zero if it is earlier.
pub(crate) fn since(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or(Duration::ZERO)
}
