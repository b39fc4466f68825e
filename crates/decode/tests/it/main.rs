//! What the decoder makes of replies: every trap that real ones have set, on made-up bytes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod any_bytes;
mod content;
mod csv_traps;
mod drift;
mod fixtures;
mod json_replies;
mod not_the_report;
mod random_tables;
mod reading;
mod typed_cells;
