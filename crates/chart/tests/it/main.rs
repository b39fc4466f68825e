//! What must hold for every chart: gaps stay gaps, text is escaped, drawings are XML and small.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod figures;
mod gaps;
mod markup;
mod numbers;
mod refusals;
mod snapshots;
mod time;
mod waterfall;
