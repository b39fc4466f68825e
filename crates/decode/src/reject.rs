//! Cells that have no place in their column.

use std::fmt;

use exmetrics_catalog::ColumnType;

/// A cell, or a row, that did not fit, kept as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Where its row begins: the line of the file, from 1; the number of the object in JSON.
    pub line: u64,
    /// The column's name in tables; `column_14` for a cell beyond the header.
    pub column: String,
    /// The bytes as they came.
    pub value: Vec<u8>,
    /// What is wrong.
    pub problem: RejectProblem,
}

/// Why a cell did not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectProblem {
    /// It is no value of the column's type.
    Unfit(ColumnType),
    /// It is not text in UTF-8.
    InvalidUtf8,
    /// The row has more cells than the header.
    BeyondHeader,
    /// The row has fewer cells than the header. Its value is the whole row, its column the first
    /// that got none.
    ShortRow {
        /// Cells that came.
        came: usize,
        /// Cells of the header.
        expected: usize,
    },
    /// A JSON property that the catalogue does not know and the first page did not have.
    AfterFirstPage,
    /// A JSON property that the same object has already.
    RepeatedProperty,
    /// Something else than an object, where JSON has a row.
    NotARow,
}

impl fmt::Display for RejectProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unfit(ColumnType::Date) => "not a date",
            Self::Unfit(ColumnType::Bigint) => "not a whole number of 64 bits",
            Self::Unfit(ColumnType::Boolean) => "not True, False, Yes or No",
            Self::Unfit(ColumnType::Duration) => {
                "not a duration in days, hours, minutes and seconds"
            }
            Self::Unfit(ColumnType::Text) => "not a text",
            Self::InvalidUtf8 => "not text in UTF-8",
            Self::BeyondHeader => "the row has more cells than the header",
            Self::ShortRow { came, expected } => {
                return write!(
                    f,
                    "the row has {came} cells where the header has {expected}"
                );
            }
            Self::AfterFirstPage => "the column appeared after the first page",
            Self::RepeatedProperty => "the property came twice in one object",
            Self::NotARow => "not an object",
        })
    }
}
