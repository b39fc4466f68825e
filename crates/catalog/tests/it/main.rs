//! The catalogue's rows and what follows from them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod details;
mod fixtures;
mod header;
mod known;
mod names;
mod plan;
mod rows;
mod schedule;
mod words;

use exmetrics_catalog::{Report, catalog};
use jiff::civil::Date;

/// The report that a test speaks of.
fn report(slug: &str) -> &'static Report {
    catalog().find(slug).unwrap()
}

/// A calendar day, as people write it.
fn day(text: &str) -> Date {
    text.parse().unwrap()
}
