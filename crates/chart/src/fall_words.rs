//! Says a waterfall without a picture: a sentence for each row, one for the run, a legend, a table.

use super::Unit;
use super::chart::{LegendEntry, Table};
use super::fold::Timeline;
use super::labels::isolated;
use super::requests::{Phase, Row, State};

/// `Mon 26 Oct: failed, 3 attempts, 503; ask 4.3 s, wait 36 s`.
pub(super) fn say(row: &Row) -> String {
    let words = row
        .state
        .map(|state| state.word().to_owned())
        .into_iter()
        .chain(row.note.clone());
    let phases = Phase::ALL.iter().filter(|phase| row.seconds(**phase) > 0.0);
    let phases: Vec<_> = phases
        .map(|phase| {
            format!(
                "{} {}",
                phase.word(),
                Unit::Seconds.write(row.seconds(*phase))
            )
        })
        .collect();
    let words = words.collect::<Vec<_>>().join(", ");
    let both: Vec<_> = [words, phases.join(", ")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    if both.is_empty() {
        isolated(&row.name)
    } else {
        format!("{}: {}", isolated(&row.name), both.join("; "))
    }
}

/// What is folded, or nothing.
pub(super) fn fold_words(time: &Timeline) -> Option<String> {
    let all: Vec<f64> = time.folds().map(|fold| fold.to - fold.from).collect();
    let total = Unit::Seconds.write(all.iter().sum());
    match all.len() {
        0 => None,
        1 => Some(format!("Shaded: {total} in which nothing was asked.")),
        count => Some(format!("Shaded: {count} waits, {total} in all.")),
    }
}

/// `18 requests in 10 min 7 s: 15 published, 2 awaiting, 1 failed. Shaded: ….`
pub(super) fn summary(rows: &[Row], time: &Timeline) -> String {
    let requests = rows.iter().filter(|row| row.state.is_some()).count();
    let end = rows
        .iter()
        .flat_map(|row| &row.spans)
        .map(|span| span.to)
        .fold(0.0, f64::max);
    let states = [
        State::Published,
        State::Empty,
        State::Awaiting,
        State::Failed,
        State::Expired,
        State::NotAsked,
        State::Running,
    ];
    let counts = states.into_iter().filter_map(|state| {
        let count = rows.iter().filter(|row| row.state == Some(state)).count();
        (count > 0).then(|| format!("{count} {}", state.word()))
    });
    let counts = counts.collect::<Vec<_>>().join(", ");
    let requests = if requests == 1 {
        "1 request".to_owned()
    } else {
        format!("{requests} requests")
    };
    let counts = if counts.is_empty() {
        counts
    } else {
        format!(": {counts}")
    };
    let fold = fold_words(time).map_or(String::new(), |words| format!(" {words}"));
    format!("{requests} in {}{counts}.{fold}", Unit::Seconds.write(end))
}

/// The phases that occur.
pub(super) fn legend(rows: &[Row]) -> Vec<LegendEntry> {
    let total = |phase: Phase| rows.iter().map(|row| row.seconds(phase)).sum::<f64>();
    let used = Phase::ALL.into_iter().filter(|phase| total(*phase) > 0.0);
    used.map(|phase| LegendEntry {
        label: phase.word().to_owned(),
        value: None,
        series: phase.colour(),
    })
    .collect()
}

/// One row per row, one column per phase.
pub(super) fn table(rows: &[Row]) -> Table {
    let mut head: Vec<String> = ["Request", "State", "Start"].map(str::to_owned).to_vec();
    head.extend(Phase::ALL.map(|phase| phase.word().to_owned()));
    head.push("Note".to_owned());
    let time = |seconds: f64, none: bool| {
        if none {
            String::new()
        } else {
            Unit::Seconds.write(seconds)
        }
    };
    let cells = |row: &Row| {
        let start = row.spans.iter().map(|span| span.from).reduce(f64::min);
        let mut cells = vec![
            row.name.clone(),
            row.state.map_or("", State::word).to_owned(),
            time(start.unwrap_or(0.0), start.is_none()),
        ];
        cells.extend(Phase::ALL.map(|phase| {
            let spent = row.seconds(phase);
            time(spent, spent == 0.0)
        }));
        cells.push(row.note.clone().unwrap_or_default());
        cells
    };
    Table {
        head,
        rows: rows.iter().map(cells).collect(),
    }
}
