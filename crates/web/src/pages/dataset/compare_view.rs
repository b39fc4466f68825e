//! Two versions against each other, as the tab History shows it.

use exmetrics_engine::TableVersion;
use jiff::civil::Date;
use serde::Serialize;

use super::{compare::Pair, head::Shown};
use crate::{
    cells::{self, Cell},
    problem::Problem,
    site::Site,
    words,
};

/// How many days and changed cells are listed.
const MOST_DAYS: usize = 60;
const MOST_CELLS: usize = 20;

/// The comparison.
#[derive(Debug, Serialize)]
pub(super) struct Compared {
    title: String,
    note: String,
    figures: Vec<Figure>,
    days: Vec<Day>,
    changes_title: String,
    changes: Vec<Change>,
    before: String,
    after: String,
    columns: Vec<String>,
    limit: Option<String>,
    download_href: String,
    close_href: String,
}

#[derive(Debug, Serialize)]
struct Figure {
    label: &'static str,
    value: String,
    kind: Option<&'static str>,
    note: Option<String>,
}

#[derive(Debug, Serialize)]
struct Day {
    day: String,
    account: String,
    rows: String,
    kind: Option<&'static str>,
    changed: String,
    why: &'static str,
}

#[derive(Debug, Serialize)]
struct Change {
    row: String,
    column: String,
    before: String,
    after: String,
}

#[derive(Default)]
struct Counts {
    added: u64,
    removed: u64,
    changed: u64,
}

/// Compares two versions.
pub(super) async fn compared(
    site: &Site,
    shown: &Shown,
    versions: &[TableVersion],
    before: u64,
    after: u64,
    path: &str,
) -> Result<Compared, Problem> {
    let pair = Pair::of(site, shown, before, after).await?;
    let by_day = pair.ask(site, &pair.by_day()).await?;
    let by_day = cells::first(by_day, 10_000).await?.cells(10_000)?;
    let mut all = Counts::default();
    let mut days = Vec::new();
    for row in &by_day {
        let counts = Counts {
            added: number(row, 2),
            removed: number(row, 3),
            changed: number(row, 4),
        };
        all.added += counts.added;
        all.removed += counts.removed;
        all.changed += counts.changed;
        if days.len() < MOST_DAYS {
            days.push(day(row, &counts));
        }
    }
    let changes = changes(site, &pair).await?;
    let when = |version: u64| {
        let found = versions.iter().find(|other| other.version == version);
        let at = found.and_then(|version| version.committed_at);
        at.map_or_else(
            || "an unknown time".into(),
            |at| words::when(at, site.now()).text,
        )
    };
    Ok(Compared {
        title: format!("Version {before} compared with {after}"),
        note: format!(
            "{} and {}. Rows are matched by {}.",
            when(before),
            when(after),
            pair.key.join(", ")
        ),
        figures: vec![
            figure("Rows added", all.added, "plus", "+"),
            figure("Rows removed", all.removed, "minus", "−"),
            figure("Rows changed", all.changed, "faint", ""),
            Figure {
                label: "Days that differ",
                value: words::number(by_day.len() as u64),
                kind: None,
                note: None,
            },
        ],
        limit: (by_day.len() > MOST_DAYS).then(|| {
            format!("The newest {MOST_DAYS} days are listed. The download has every row.")
        }),
        days,
        changes_title: match changes.len() {
            0 => "No cell changed".into(),
            some => format!("Changed cells, the first {some}"),
        },
        changes,
        before: before.to_string(),
        after: after.to_string(),
        columns: pair.other_columns.clone(),
        download_href: format!("{}/compare.csv?a={before}&b={after}", shown.head.href),
        close_href: path.to_owned(),
    })
}

fn figure(label: &'static str, count: u64, kind: &'static str, sign: &str) -> Figure {
    let sign = if count == 0 { "" } else { sign };
    Figure {
        label,
        value: format!("{sign}{}", words::number(count)),
        kind: (count > 0).then_some(kind),
        note: None,
    }
}

fn day(row: &[Cell], counts: &Counts) -> Day {
    let text = |place: usize| {
        row.get(place)
            .map(|cell| cell.text.clone())
            .unwrap_or_default()
    };
    let date: Option<Date> = text(0).parse().ok();
    let (rows, kind) = match (counts.added, counts.removed) {
        (0, 0) => ("0".into(), None),
        (added, 0) => (format!("+{}", words::number(added)), Some("plus")),
        (0, removed) => (format!("−{}", words::number(removed)), Some("minus")),
        (added, removed) => (
            format!("+{}, −{}", words::number(added), words::number(removed)),
            None,
        ),
    };
    Day {
        day: date.map_or_else(|| text(0), words::day),
        account: text(1),
        rows,
        kind,
        changed: words::number(counts.changed),
        why: match (counts.added, counts.removed, counts.changed) {
            (_, 0, 0) => "new",
            (0, _, 0) => "gone",
            _ => "restated",
        },
    }
}

/// The cells that differ in the first rows that do.
async fn changes(site: &Site, pair: &Pair<'_>) -> Result<Vec<Change>, Problem> {
    let rows = pair.ask(site, &pair.changed(MOST_CELLS)).await?;
    let rows = cells::first(rows, MOST_CELLS).await?.cells(MOST_CELLS)?;
    let mut changes = Vec::new();
    let keys = pair.key.len();
    for row in &rows {
        // The last part of the key names the row best; the others are its account and day.
        let name = row.get(keys.saturating_sub(1));
        for (place, column) in pair.compared.iter().enumerate() {
            let at = keys + 2 * place;
            let (Some(before), Some(after)) = (row.get(at), row.get(at + 1)) else {
                continue;
            };
            if before != after && changes.len() < MOST_CELLS {
                changes.push(Change {
                    row: name.map(|cell| cell.text.clone()).unwrap_or_default(),
                    column: column.clone(),
                    before: before.text.clone(),
                    after: after.text.clone(),
                });
            }
        }
    }
    Ok(changes)
}

/// A count that a cell shows.
fn number(row: &[Cell], place: usize) -> u64 {
    let digits = row.get(place).map(|cell| cell.text.replace(',', ""));
    digits
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default()
}
