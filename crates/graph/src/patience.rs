//! How often and how long one request is tried again inside a run.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use jiff::Timestamp;

use crate::{Failure, Settle, clock::after};

/// The shortest wait between two tries.
const AT_LEAST: Duration = Duration::from_secs(1);

/// Bounded back-off with jitter: some tries, within some minutes. A time that Microsoft gave is kept
/// instead, and a wait for quota is no try at all.
#[derive(Debug)]
pub struct Patience {
    waits: ExponentialBackoff,
}

impl Patience {
    /// So many tries, the first one included, whose own waits add up to no more than `within`.
    pub fn new(tries: usize, within: Duration) -> Self {
        let waits = ExponentialBuilder::new()
            .with_min_delay(Duration::from_secs(1))
            .with_max_delay(Duration::from_secs(30))
            .with_max_times(tries.saturating_sub(1))
            .with_total_delay(Some(within))
            .with_jitter()
            .build();
        Self { waits }
    }

    /// When to try again after a failure; `None` if trying again is of no use or patience is at its
    /// end.
    pub fn next_try(&mut self, failure: &Failure, now: Timestamp) -> Option<Timestamp> {
        let Settle::TryAgain { at } = failure.settle else {
            return None;
        };
        match at {
            Some(at) if failure.is_quota_wait() => Some(at),
            // A time that has passed must not make the tries follow each other at once.
            Some(at) => self.waits.next().map(|_| at.max(after(now, AT_LEAST))),
            None => self.waits.next().map(|wait| after(now, wait)),
        }
    }
}

impl Default for Patience {
    /// Five tries within two minutes.
    fn default() -> Self {
        Self::new(5, Duration::from_secs(120))
    }
}
