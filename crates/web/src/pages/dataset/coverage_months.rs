//! The days of a year as months of weeks, each day with how it stands.

use std::collections::BTreeMap;

use exmetrics_store::{CoverageDay, CoverageState};
use jiff::{ToSpan, civil::Date};
use serde::Serialize;

/// A month.
#[derive(Debug, Serialize)]
pub(super) struct Month {
    name: String,
    /// How many of the days that were asked for are published.
    count: Option<String>,
    weeks: Vec<[Option<DayShown>; 7]>,
}

/// A day in its week.
#[derive(Debug, Clone, Serialize)]
pub(super) struct DayShown {
    day: String,
    date: String,
    state: Option<&'static str>,
    restated: bool,
    label: String,
    chosen: bool,
}

/// One colour of the calendar.
#[derive(Debug, Serialize)]
pub(super) struct LegendEntry {
    state: &'static str,
    word: &'static str,
    count: String,
}

/// How a day stands, in the calendar's words.
pub(super) fn state(day: &CoverageDay) -> &'static str {
    match day.state {
        CoverageState::Published if day.is_stable() => "stable",
        CoverageState::Published => "settling",
        other => other.as_str(),
    }
}

/// The same for people.
pub(super) fn state_words(day: &CoverageDay) -> &'static str {
    match day.state {
        CoverageState::Published if day.is_stable() => "published, stable",
        CoverageState::Published => "published, not yet stable",
        other => other.as_str(),
    }
}

/// The months of a year in which a day is known.
pub(super) fn months(
    days: &BTreeMap<Date, &CoverageDay>,
    year: i16,
    chosen: Option<Date>,
) -> Vec<Month> {
    let of_year = |day: &&Date| day.year() == year;
    let (Some(first), Some(last)) = (days.keys().find(of_year), days.keys().rev().find(of_year))
    else {
        return Vec::new();
    };
    let months = first.month()..=last.month();
    months
        .filter_map(|month| Date::new(year, month, 1).ok())
        .map(|first| month(first, days, chosen))
        .collect()
}

fn month(first: Date, days: &BTreeMap<Date, &CoverageDay>, chosen: Option<Date>) -> Month {
    let mut weeks: Vec<[Option<DayShown>; 7]> = Vec::new();
    let (mut asked, mut published) = (0, 0);
    for date in first.series(1.day()).take(first.days_in_month() as usize) {
        let place = date.weekday().to_monday_zero_offset() as usize;
        if place == 0 || weeks.is_empty() {
            weeks.push(Default::default());
        }
        let known = days.get(&date).copied();
        asked += usize::from(known.is_some());
        published += usize::from(known.is_some_and(|day| day.state == CoverageState::Published));
        if let Some(week) = weeks.last_mut() {
            week[place] = Some(shown(date, known, chosen));
        }
    }
    Month {
        name: first.strftime("%B").to_string(),
        count: (asked > 0).then(|| format!("{published} of {asked}")),
        weeks,
    }
}

fn shown(date: Date, known: Option<&CoverageDay>, chosen: Option<Date>) -> DayShown {
    let restated = known.is_some_and(|day| day.restated > 0);
    let words = known.map_or("not asked for", state_words);
    let again = if restated { ", restated" } else { "" };
    DayShown {
        day: date.day().to_string(),
        date: date.to_string(),
        state: known.map(state),
        restated,
        label: format!("{}: {words}{again}", date.strftime("%a %-d %b")),
        chosen: chosen == Some(date),
    }
}

/// What the colours say, with how many days have each.
pub(super) fn legend(days: &BTreeMap<Date, &CoverageDay>) -> Vec<LegendEntry> {
    let kinds = [
        ("stable", "published, stable"),
        ("settling", "not yet stable"),
        ("restated", "restated"),
        ("empty", "empty"),
        ("awaiting", "awaiting"),
        ("failed", "failed"),
        ("expired", "expired"),
    ];
    let entry = |(kind, word)| LegendEntry {
        state: kind,
        word,
        count: days
            .values()
            .filter(|day| match kind {
                "restated" => day.restated > 0,
                kind => state(day) == kind,
            })
            .count()
            .to_string(),
    };
    kinds.into_iter().map(entry).collect()
}
