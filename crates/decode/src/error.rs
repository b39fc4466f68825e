//! Why a reply could not be read to its end.

use std::io;

use arrow_schema::ArrowError;

/// A reply that cannot be used. Nothing of it may land.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes stopped coming.
    #[error("the reply could not be read")]
    Read(#[from] io::Error),
    /// The reply ends in the middle of a row.
    #[error("the reply was cut off in the row at line or object {line}")]
    CutOff {
        /// Where the last row begins, as [`crate::Reject::line`] counts.
        line: u64,
    },
    /// The body is something else: a page of HTML, an error, another report.
    #[error("the reply is not the report: {description}")]
    NotTheReport {
        /// What it is; free of anything that the body says of people.
        description: String,
    },
    /// One row does not end.
    #[error(
        "the row at line or object {line} is longer than {limit} bytes; \
         perhaps a quote is never closed"
    )]
    RecordTooLong {
        /// Where it begins, as [`crate::Reject::line`] counts.
        line: u64,
        /// How long it may be.
        limit: usize,
    },
    /// Arrow refused a batch.
    #[error("the rows do not make a record batch")]
    Batch(#[from] ArrowError),
}

impl DecodeError {
    /// Whether asking Microsoft again may help.
    pub fn is_worth_another_try(&self) -> bool {
        matches!(self, Self::Read(_) | Self::CutOff { .. })
    }

    pub(crate) fn not_the_report(description: impl Into<String>) -> Self {
        Self::NotTheReport {
            description: description.into(),
        }
    }
}
