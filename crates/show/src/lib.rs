//! The last stage: rows, as Arrow record batches, to a table for eyes, CSV, JSON lines, Parquet or
//! an Excel workbook, on stdout or into a file.
//!
//! A [`RowWriter`] is opened for a [`Target`] and a [`Format`], takes batch after batch, and is
//! finished. Memory does not grow with the rows. A file appears under its name only when it is
//! whole; a writer that is dropped unfinished leaves nothing behind.
//!
//! | format | null | empty text | floats | dates and timestamps |
//! |---|---|---|---|---|
//! | table | blank | `""` | at most 6 decimals | as in CSV |
//! | csv | empty field | `""` | shortest that reads back the same | `2026-11-01`, `2026-11-01T06:30:00Z` |
//! | jsonl | `null` | `""` | as in CSV; what is not a number is `null` | as in CSV, as strings |
//! | parquet | null | empty | the same bits | the same type |
//! | xlsx | empty cell | empty cell | number | Excel date, timestamps in UTC |
//!
//! Three things hold for every format. A timestamp without a zone is taken as UTC, and one of
//! another zone is shown in UTC. A column name that occurs again gets `_2`. Lists and structs are
//! shown as JSON where the format has no such thing.
//!
//! Everything here is synchronous. Nothing here reads the environment: whether stdout is a terminal,
//! how wide it is and whether it may be coloured comes in with [`ShowOptions`].

mod cell;
mod columns;
mod csv;
mod error;
mod format;
mod jsonl;
mod parquet_file;
mod sink;
mod table;
#[cfg(feature = "xlsx")]
mod workbook;
mod writer;

pub use error::{ShowError, ShowErrorKind};
pub use format::{Format, UnknownFormat, default_format};
pub use sink::Target;
pub use writer::{RowWriter, ShowOptions, Shown};
