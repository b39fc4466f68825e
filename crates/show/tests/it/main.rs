//! Rows in, transcripts out: every format, every kind of target, and what goes wrong.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod any_rows;
mod csv_text;
mod formats;
mod json_lines;
mod nothing_half_made;
mod parquet_files;
mod rows;
mod stdout;
mod tables;
mod targets;
mod types;
#[cfg(feature = "xlsx")]
mod workbooks;
