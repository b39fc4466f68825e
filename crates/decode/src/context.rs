//! What the caller knows of a reply, and how it wants it read.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};

/// Where the rows of a reply come from: the columns that every table has beside the report's own.
#[derive(Debug, Clone)]
pub struct RowContext {
    /// `_account`: the account's name.
    pub account: String,
    /// `_tenant_id`: the tenant's id, where it is known.
    pub tenant_id: Option<String>,
    /// `_requested_period`: the period that was asked for, as Graph writes it.
    pub requested_period: Option<String>,
    /// `_requested_date`: the day that was asked for.
    pub requested_date: Option<Date>,
    /// `_run_id`: the run that asked.
    pub run_id: String,
    /// `_fetched_at`: when the reply came.
    pub fetched_at: Timestamp,
}

/// How to read a reply.
#[derive(Debug, Clone)]
pub struct Options {
    /// The days to keep of a report with a day column; `None` keeps every row. A row without a day
    /// that can be read is none of them.
    pub keep: Option<BTreeSet<Date>>,
    /// How many rows a batch has at the most.
    pub batch_rows: usize,
    /// How long one row may be in bytes: a quote that is never closed must not take the whole file
    /// into memory.
    pub max_record_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            keep: None,
            batch_rows: 8192,
            max_record_bytes: 8 * 1024 * 1024,
        }
    }
}
