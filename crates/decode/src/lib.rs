//! From the bytes of a reply to Arrow record batches.
//!
//! A [`Decoder`] pulls from any [`std::io::Read`], a row at a time, so that memory does not grow with
//! the reply. It never loses a cell: what does not fit its column is null there and comes, verbatim,
//! as a [`Reject`]. What it learns on the way (drift, concealed names, the content of each day) is in
//! [`Decoded`].
//!
//! It knows the catalogue and nothing else of ours: no network, no clock, no table.
//!
//! | module | job |
//! |---|---|
//! | `sniff` | what the body is, by its first bytes |
//! | `csv_rows`, `json` | bytes to rows of cells |
//! | `cell` | one cell to a value |
//! | `column`, `batch` | rows to record batches |
//! | `tally`, `content` | what is learnt on the way |

mod batch;
mod cell;
mod column;
mod content;
mod context;
mod csv_rows;
mod decoded;
mod decoder;
mod error;
mod input;
mod json;
mod layout;
mod reject;
mod row;
mod sniff;
mod tally;

pub use context::{Options, RowContext};
pub use decoded::{DayContent, Decoded, Drift};
pub use decoder::Decoder;
pub use error::DecodeError;
pub use layout::table_schema;
pub use reject::{Reject, RejectProblem};
