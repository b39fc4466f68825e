//! Says figures per day without a picture: a sentence, a legend, a table, and why there is nothing.

use std::collections::BTreeMap;

use super::calendar::Calendar;
use super::chart::{Chart, LegendEntry, Table};
use super::labels::isolated;
use super::{Daily, Series, Subject, Unit, Why};

/// Everything of a chart but its drawing.
pub(super) fn describe(subject: &Subject, calendar: &Calendar<'_>) -> Chart {
    let daily = calendar.daily;
    let empty = daily.highest().is_none().then(|| nothing(calendar));
    Chart {
        id: subject.id.clone(),
        title: subject.title.clone(),
        svg: String::new(),
        summary: empty.clone().unwrap_or_else(|| summary(subject, calendar)),
        legend: legend(subject, daily),
        table: table(subject, calendar),
        empty,
    }
}

/// The colour of a series: its own, or the next in order.
pub(super) fn colour_of(series: &Series, at: usize) -> u8 {
    series.colour.unwrap_or((at % 5) as u8 + 1)
}

/// `Received: 55,861 on 20 Nov 2026; lowest 11,200 on 25 Oct 2026, highest …. 2 days failed, 3 days awaiting.`
fn summary(subject: &Subject, calendar: &Calendar<'_>) -> String {
    let daily = calendar.daily;
    let mut sentences: Vec<String> = daily
        .series
        .iter()
        .filter_map(|series| one_series(daily, series, series.unit.unwrap_or(subject.unit)))
        .collect();
    if let Some((name, value)) = &subject.limit {
        sentences.push(format!(
            "{}: {}",
            isolated(name),
            subject.unit.write(*value)
        ));
    }
    let missing = missing(calendar);
    if !missing.is_empty() {
        sentences.push(missing);
    }
    format!("{}.", sentences.join(". "))
}

fn one_series(daily: &Daily, series: &Series, unit: Unit) -> Option<String> {
    let (at, latest) = series.latest()?;
    let say = |at: usize, value: f64| format!("{} on {}", unit.write(value), daily.days[at].long());
    let known = || {
        series
            .values
            .iter()
            .enumerate()
            .filter_map(|(at, value)| value.map(|value| (at, value)))
    };
    // The later of two equal days: it is the one that a reader may still see in Microsoft's own pages.
    let (low_at, low) = known().rev().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let (high_at, high) = known().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let name = isolated(&series.name);
    let range = if known().count() == 1 {
        String::new()
    } else if low == high {
        ", the same on every day".to_owned()
    } else {
        format!(
            "; lowest {}, highest {}",
            say(low_at, low),
            say(high_at, high)
        )
    };
    Some(format!("{name}: {}{range}", say(at, latest)))
}

/// `2 days failed, 3 days awaiting`, or nothing.
fn missing(calendar: &Calendar<'_>) -> String {
    let mut counts: BTreeMap<Option<Why>, usize> = BTreeMap::new();
    if calendar.daily.step == 1 {
        for stretch in calendar.stretches() {
            *counts.entry(stretch.why).or_default() +=
                (stretch.last.number() - stretch.first.number() + 1) as usize;
        }
    } else {
        // Between weekly figures nothing is missing: only days that were expected count.
        let daily = calendar.daily;
        let expected = daily
            .days
            .iter()
            .enumerate()
            .filter(|(at, _)| !daily.present(*at));
        for (_, day) in expected {
            *counts.entry(daily.why.get(day).copied()).or_default() += 1;
        }
    }
    let say = |(why, count): (Option<Why>, usize)| {
        let days = if count == 1 { "day" } else { "days" };
        format!(
            "{} {days} {}",
            super::Unit::Count.write(count as f64),
            why.map_or("missing", Why::word)
        )
    };
    counts
        .into_iter()
        .rev()
        .map(say)
        .collect::<Vec<_>>()
        .join(", ")
}

fn nothing(calendar: &Calendar<'_>) -> String {
    let (from, to) = (calendar.from, calendar.to);
    let when = if from == to {
        format!("on {}", from.long())
    } else {
        format!("from {} to {}", from.long(), to.long())
    };
    let missing = missing(calendar);
    let why = if missing.is_empty() {
        String::new()
    } else {
        format!(": {missing}")
    };
    format!("No figures {when}{why}.")
}

fn legend(subject: &Subject, daily: &Daily) -> Vec<LegendEntry> {
    let entry = |(at, series): (usize, &Series)| LegendEntry {
        label: series.name.clone(),
        value: series
            .latest()
            .map(|(_, value)| series.unit.unwrap_or(subject.unit).write(value)),
        series: colour_of(series, at),
    };
    daily.series.iter().enumerate().map(entry).collect()
}

/// One row per day that is known or known to be missing.
fn table(subject: &Subject, calendar: &Calendar<'_>) -> Table {
    let daily = calendar.daily;
    let mut head = vec!["Day".to_owned()];
    head.extend(daily.series.iter().map(|series| series.name.clone()));
    let mut rows = BTreeMap::new();
    for (day, why) in &daily.why {
        rows.insert(*day, vec![why.word().to_owned(); daily.series.len()]);
    }
    for (at, day) in daily.days.iter().enumerate() {
        let word = daily.why.get(day).map_or("no data", |why| why.word());
        let cell = |series: &Series| match series.values[at] {
            Some(value) => series.unit.unwrap_or(subject.unit).write(value),
            None => word.to_owned(),
        };
        rows.insert(*day, daily.series.iter().map(cell).collect());
    }
    let rows = rows.into_iter().map(|(day, mut cells)| {
        cells.insert(0, day.long());
        cells
    });
    Table {
        head,
        rows: rows.collect(),
    }
}
