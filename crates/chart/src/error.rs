//! Why a chart cannot be drawn. Every case is a mistake of the caller, never of the figures' owner.

use std::fmt;

/// What is wrong with the figures or the subject. None of these is worth trying again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The id may hold ASCII letters, digits, `-` and `_`, and begins with a letter.
    BadId(String),
    /// There is no day, no bar or no row to draw.
    Nothing,
    /// Days must rise strictly; this one does not come after the one before it.
    UnsortedDays(super::Day),
    /// The first and the last day are more than a hundred years apart.
    TooLong,
    /// A series has another number of values than there are days.
    LengthMismatch {
        /// The series' name.
        series: String,
        /// How many values it has.
        values: usize,
        /// How many days there are.
        days: usize,
    },
    /// More series than this kind of chart can tell apart by colour.
    TooManySeries {
        /// How many it can.
        most: usize,
    },
    /// A value is negative, beyond 1e100 or not a number. Usage figures are none of these.
    BadValue {
        /// Whose value it is: a series', a bar's or a row's name.
        name: String,
        /// The value as Rust writes it.
        value: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadId(id) => write!(f, "the chart id {id:?} is not a plain word"),
            Self::Nothing => write!(f, "there is nothing to draw"),
            Self::UnsortedDays(day) => {
                write!(f, "{} does not come after the day before it", day.iso())
            }
            Self::TooLong => write!(f, "the days span more than a hundred years"),
            Self::LengthMismatch {
                series,
                values,
                days,
            } => {
                write!(
                    f,
                    "the series {series:?} has {values} values for {days} days"
                )
            }
            Self::TooManySeries { most } => write!(f, "this chart takes at most {most} series"),
            Self::BadValue { name, value } => {
                write!(f, "{name:?} has the value {value}, which cannot be drawn")
            }
        }
    }
}

impl std::error::Error for Error {}
