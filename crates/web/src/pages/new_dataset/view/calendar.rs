//! The days of a plan as calendar and counts.

use std::collections::BTreeMap;

use exmetrics_engine::PlanView;
use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use crate::{pages::new_dataset::schedule_form::WEEKDAYS, words};

/// A calendar of more months would push the form out of sight.
const MOST_MONTHS: usize = 6;
/// How many days something becomes of.
#[derive(Debug, Serialize)]
pub(super) struct Count {
    kind: &'static str,
    label: &'static str,
    value: String,
}

/// A day of the week, short and in full.
#[derive(Debug, Clone, Serialize)]
pub(super) struct NameOfDay {
    short: &'static str,
    long: &'static str,
}

/// A month of the calendar.
#[derive(Debug, Serialize)]
pub(super) struct Month {
    caption: String,
    weeks: Vec<Vec<Option<Day>>>,
}

#[derive(Debug, Serialize)]
struct Day {
    day: String,
    kind: &'static str,
    word: Option<&'static str>,
}

/// Monday to Sunday.
pub(super) fn weekdays() -> Vec<NameOfDay> {
    WEEKDAYS
        .iter()
        .map(|(_, long)| NameOfDay {
            short: &long[..2],
            long,
        })
        .collect()
}

/// What becomes of each day. Of several accounts the one that still asks for it counts.
pub(super) fn kinds(view: &PlanView) -> BTreeMap<Date, &'static str> {
    let mut kinds = BTreeMap::new();
    for (days, kind) in [
        (&view.too_early, "early"),
        (&view.expired, "expired"),
        (&view.settled, "kept"),
        (&view.awaiting, "awaiting"),
        (&view.kept, "asked"),
    ] {
        kinds.extend(days.iter().map(|day| (*day, kind)));
    }
    kinds
}

/// How many days become what.
pub(super) fn counts(kinds: &BTreeMap<Date, &'static str>) -> Vec<Count> {
    if kinds.is_empty() {
        return Vec::new();
    }
    let counted = [
        ("asked", "asked"),
        ("kept", "already kept"),
        ("awaiting", "not published yet"),
        ("early", "too early"),
        ("expired", "expired"),
    ]
    .map(|(kind, label)| {
        let days = kinds.values().filter(|one| **one == kind).count();
        (kind, label, days)
    });
    counted
        .into_iter()
        .filter(|(kind, _, days)| *kind != "awaiting" || *days > 0)
        .map(|(kind, label, days)| Count {
            kind,
            label,
            value: words::number(days as u64),
        })
        .collect()
}

/// The calendar, and what it leaves out.
pub(super) fn months(kinds: &BTreeMap<Date, &'static str>) -> (Vec<Month>, Option<String>) {
    let mut firsts: Vec<Date> = kinds.keys().map(|day| day.first_of_month()).collect();
    firsts.dedup();
    let all = firsts.len();
    let firsts = firsts.split_off(all.saturating_sub(MOST_MONTHS));
    let note = (all > MOST_MONTHS).then(|| {
        format!("The last {MOST_MONTHS} of {all} months are shown; the counts are those of all.")
    });
    let months = firsts.into_iter().map(|first| {
        let length = i64::from(first.days_in_month());
        let lead = usize::try_from(first.weekday().to_monday_zero_offset()).unwrap_or_default();
        let mut cells: Vec<Option<Day>> = (0..lead).map(|_| None).collect();
        for number in 0..length {
            let Ok(day) = first.checked_add(number.days()) else {
                continue;
            };
            let kind = kinds.get(&day).copied().unwrap_or("off");
            cells.push(Some(Day {
                day: day.day().to_string(),
                kind,
                word: match kind {
                    "asked" => Some("will be asked"),
                    "kept" => Some("already kept"),
                    "early" => Some("too early"),
                    "expired" => Some("expired"),
                    "awaiting" => Some("asked today, not published yet"),
                    _ => None,
                },
            }));
        }
        let mut weeks: Vec<Vec<Option<Day>>> = Vec::new();
        for cell in cells {
            match weeks.last_mut().filter(|week| week.len() < 7) {
                Some(week) => week.push(cell),
                None => weeks.push(vec![cell]),
            }
        }
        if let Some(week) = weeks.last_mut() {
            week.resize_with(7, || None);
        }
        Month {
            caption: first.strftime("%B %Y").to_string(),
            weeks,
        }
    });
    (months.collect(), note)
}
