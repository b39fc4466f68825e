//! Schedules: what each form runs at, how texts are read and written, and what is refused.

mod clocks;
mod cron;
mod forms;
mod oracle;
mod parts;
mod previous;
mod properties;
mod refusals;
mod refusals_elsewhere;
mod texts;

use exmetrics_catalog::Schedule;
use jiff::Timestamp;

/// A schedule that is known to be one.
fn schedule(text: &str) -> Schedule {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// An instant as `2026-03-29T01:00Z`; the seconds and the `Z` are left out.
fn at(text: &str) -> Timestamp {
    format!("{text}:00Z")
        .parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// An instant as [`at`] reads it.
fn shown(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Checks the next times after an instant, in UTC.
#[track_caller]
fn runs(text: &str, after: &str, expected: &[&str]) {
    let schedule = schedule(text);
    let times: Vec<String> = schedule
        .next_times(at(after), expected.len())
        .into_iter()
        .map(shown)
        .collect();
    assert_eq!(times, expected, "{text} after {after}");
    // One by one it is the same.
    let mut after = at(after);
    for &time in expected {
        let next = schedule.next_after(after).expect(text);
        assert_eq!(shown(next), time, "{text} after {after}");
        after = next;
    }
}
