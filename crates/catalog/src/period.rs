//! Periods as Graph writes them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A period that a report may be asked for: `D7`, `D30`, ..., or `ALL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Period {
    /// So many days, ending with the reply's refresh date.
    Days(u16),
    /// Every period that the report has, in one reply.
    All,
}

impl Period {
    /// Its length, where it has one.
    pub fn days(&self) -> Option<u16> {
        match self {
            Self::Days(days) => Some(*days),
            Self::All => None,
        }
    }
}

/// A text that is no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no period; write it as Microsoft does, for example D7 or D30")]
pub struct PeriodError(pub String);

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let upper = text.trim().to_ascii_uppercase();
        if upper == "ALL" {
            return Ok(Self::All);
        }
        upper
            .strip_prefix('D')
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .filter(|days| *days > 0)
            .map(Self::Days)
            .ok_or_else(|| PeriodError(text.into()))
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "D{days}"),
            Self::All => f.write_str("ALL"),
        }
    }
}
