//! Which days have no figures, and why.

use std::collections::{BTreeMap, BTreeSet};

use exmetrics_chart::{Day, Why};
use exmetrics_store::{CoverageDay, CoverageState, DataSet};
use jiff::{ToSpan, civil::Date};

/// The days that a chart must not draw. A sum in which an account is missing would look like a fall.
pub(super) fn gaps(
    dataset: &DataSet,
    coverage: &[CoverageDay],
    since: Option<Date>,
) -> BTreeMap<Date, Why> {
    let feeding: BTreeSet<&str> = dataset.accounts.iter().map(|(id, _)| id.as_str()).collect();
    let mut gaps: BTreeMap<Date, Why> = BTreeMap::new();
    let mut answered: BTreeSet<Date> = BTreeSet::new();
    let reached = |day: &&CoverageDay| {
        since.is_none_or(|since| day.day >= since) && feeding.contains(day.account_id.as_str())
    };
    for day in coverage.iter().filter(reached) {
        let why = match day.state {
            CoverageState::Published => {
                answered.insert(day.day);
                continue;
            }
            CoverageState::Empty => Why::Empty,
            CoverageState::Awaiting => Why::Awaiting,
            CoverageState::Failed => Why::Failed,
            CoverageState::Expired => Why::Expired,
        };
        // Of two accounts' reasons the one that a person can do something about.
        let worse = gaps
            .get(&day.day)
            .is_none_or(|known| rank(why) > rank(*known));
        if worse {
            gaps.insert(day.day, why);
        }
    }
    // An account without anything on a day takes nothing from the others' sum.
    gaps.retain(|day, why| *why != Why::Empty || !answered.contains(day));
    gaps
}

const fn rank(why: Why) -> u8 {
    match why {
        Why::Empty => 0,
        Why::Awaiting => 1,
        Why::Expired => 2,
        Why::Failed => 3,
    }
}

/// A day as charts count them.
pub(super) fn day(date: Date) -> Day {
    let since = date - Date::constant(1970, 1, 1);
    Day::since_epoch(since.get_days())
}

/// How far apart figures are that come every so many days.
pub(super) fn step(days: &[Date]) -> u16 {
    let apart = days
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).get_days())
        .filter(|days| *days > 0)
        .min();
    apart.and_then(|days| u16::try_from(days).ok()).unwrap_or(1)
}

/// The first day of so many before today.
pub(super) fn back(today: Date, days: i64) -> Option<Date> {
    today.checked_sub(days.days()).ok()
}
