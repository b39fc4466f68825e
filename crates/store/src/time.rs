//! Times as the database holds them: microseconds since 1970, UTC.

use jiff::Timestamp;

pub(crate) fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
