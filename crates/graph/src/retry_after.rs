//! `Retry-After`: seconds, or a date.

use std::time::Duration;

use http::{HeaderMap, header::RETRY_AFTER};
use jiff::{Timestamp, fmt::rfc2822};

use crate::clock::after;

/// Nobody means a longer wait; one is asked again then.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// When the header allows the next request; `None` without a header that can be read. A date that
/// has passed means now.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let latest = after(now, LONGEST);
    if let Ok(seconds) = text.parse() {
        return Some(after(now, Duration::from_secs(seconds)).min(latest));
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(date.clamp(now, latest))
}
