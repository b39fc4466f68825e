//! What a run tells while it works. Who listens decides how it looks.

use exmetrics_catalog::Ask;
use jiff::Timestamp;

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Step<'a> {
    /// So many requests are to be made.
    Planned {
        /// How many.
        requests: usize,
    },
    /// A request is being made.
    Asking {
        /// For which account.
        account: &'a str,
        /// What.
        ask: Ask,
    },
    /// Nothing happens before a time.
    Waiting {
        /// For which account.
        account: &'a str,
        /// Until when.
        until: Timestamp,
        /// Why, in a few words.
        why: &'a str,
    },
    /// Rows came.
    Rows {
        /// How many more.
        more: u64,
    },
    /// A request ended, well or not.
    Asked {
        /// For which account.
        account: &'a str,
        /// What.
        ask: Ask,
        /// What went wrong, if something did.
        problem: Option<&'a str>,
    },
    /// The rows are becoming a version.
    Landing,
}

/// Who listens.
pub trait Progress: Send + Sync {
    /// Hears of one step.
    fn step(&self, step: Step<'_>);
}

/// Nobody listens.
#[derive(Debug, Clone, Copy)]
pub struct Quiet;

impl Progress for Quiet {
    fn step(&self, _: Step<'_>) {}
}
