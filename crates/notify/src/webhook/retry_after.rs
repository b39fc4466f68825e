//! `Retry-After`: seconds, or a date.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// Nobody means a longer wait.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long to wait, where it says so. A date is held against the answer's own `Date`, so that no
/// clock of ours takes part.
pub(crate) fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let until = text(RETRY_AFTER)?;
    if let Ok(seconds) = until.parse() {
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let wait = date(until)?.duration_since(date(text(DATE)?)?);
    Some(
        wait.max(jiff::SignedDuration::ZERO)
            .unsigned_abs()
            .min(LONGEST),
    )
}

fn date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}
