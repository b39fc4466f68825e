//! The tab History: runs and versions, the newest first.

use std::collections::{BTreeMap, HashSet};

use axum::{
    extract::{Path, RawQuery, State},
    response::Html,
};
use exmetrics_engine::TableVersion;
use exmetrics_store::{Run, RunState};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    compare_view::{Compared, compared},
    head::{Head, Shown, Tab},
    restore::{RestoreShown, restore_shown},
};
use crate::{
    access::Visitor,
    links::Chosen,
    pages::{Frame, activity::trigger, moments::Moment},
    problem::Problem,
    site::Site,
    words,
};

/// How many runs and versions a page has, and how many runs are looked through.
const PAGE: usize = 25;
const MOST_RUNS: u32 = 10_000;

#[derive(Serialize)]
struct Page {
    dataset: Head,
    history: HistoryShown,
}

#[derive(Serialize)]
struct HistoryShown {
    form: Form,
    rows: Vec<Row>,
    summary: String,
    summary_more: Option<String>,
    older_href: Option<String>,
    newer_href: Option<String>,
    compare: Option<Compared>,
    compare_problem: Option<&'static str>,
    restore: Option<RestoreShown>,
    empty: Option<Empty>,
}

#[derive(Serialize)]
struct Form {
    action: String,
    q: String,
    results: Vec<Choice>,
    shows: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    label: &'static str,
    selected: bool,
}

#[derive(Serialize)]
struct Row {
    version: Option<String>,
    run: Option<RunLink>,
    at: Moment,
    took: String,
    by: String,
    result: ResultShown,
    requests: Option<String>,
    changed: Option<Changed>,
    note: Option<String>,
    rows_after: String,
    current: bool,
    chosen: bool,
    preview_href: Option<String>,
    download_href: Option<String>,
    restore_href: Option<String>,
}

#[derive(Serialize)]
struct RunLink {
    href: String,
}

#[derive(Serialize)]
struct ResultShown {
    kind: &'static str,
    word: String,
}

#[derive(Serialize)]
struct Changed {
    text: String,
    kind: &'static str,
}

#[derive(Serialize)]
struct Empty {
    title: &'static str,
    text: &'static str,
    clear_href: Option<String>,
}

/// A run, a version, or a run that made a version.
struct Entry<'a> {
    at: Timestamp,
    run: Option<&'a Run>,
    version: Option<&'a TableVersion>,
    /// How many rows the table had before.
    rows_before: Option<u64>,
}

/// `GET /datasets/{id}/history`
pub(super) async fn page(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Problem> {
    let shown = Shown::of(&site, &visitor, &id, Tab::History).await?;
    let title = format!("{}, history", shown.dataset.name);
    let frame = Frame::of(&site, &visitor, "datasets", title).await?;
    let chosen = Chosen::read(query.as_deref());
    let history = history(&site, &shown, &chosen).await?;
    let page = Page {
        dataset: shown.head,
        history,
    };
    frame.page(&site, "dataset/history.html", page)
}

async fn history(site: &Site, shown: &Shown, chosen: &Chosen) -> Result<HistoryShown, Problem> {
    let path = format!("{}/history", shown.head.href);
    let runs = site
        .engine
        .store()
        .runs(Some(&shown.dataset.id), MOST_RUNS)
        .await?;
    let versions = match shown.state() {
        Some(state) => {
            let (reader, location) = (site.reader.as_ref(), &shown.dataset.location);
            site.tables.history(reader, location, state.version).await?
        }
        None => Default::default(),
    };
    let entries = entries(&runs, &versions);
    let all = entries.len();
    let fitting: Vec<Entry<'_>> = entries
        .into_iter()
        .filter(|entry| fits(entry, chosen))
        .collect();
    let after: usize = chosen
        .get("after")
        .and_then(|after| after.parse().ok())
        .unwrap_or(0);
    let found = fitting.len();
    let picked: Vec<u64> = chosen
        .all("compare")
        .filter_map(|version| version.parse().ok())
        .collect();
    let mut rows = Vec::with_capacity(PAGE);
    for entry in fitting.iter().skip(after).take(PAGE) {
        rows.push(row(site, shown, entry, &picked, chosen, &path).await?);
    }
    let filtered = ["q", "result", "show"]
        .iter()
        .any(|name| chosen.get(name).is_some());
    let until = after + rows.len();
    let page_at = |after: usize| {
        let after = if after == 0 {
            String::new()
        } else {
            after.to_string()
        };
        chosen
            .without(&["compare", "restore"])
            .with("after", &after)
            .at(&path)
    };
    let (compare, compare_problem) = match picked.as_slice() {
        [] => (None, None),
        [one, two] => {
            let (before, after) = (*one.min(two), *one.max(two));
            (
                Some(compared(site, shown, &versions, before, after, &path).await?),
                None,
            )
        }
        _ => (
            None,
            Some("Choose two versions to compare, no more and no fewer."),
        ),
    };
    Ok(HistoryShown {
        form: form(chosen, &path),
        summary: match filtered {
            true => format!(
                "{} of {}",
                words::number(found as u64),
                words::number(all as u64)
            ),
            false => words::count(runs.len() as u64, "run"),
        },
        summary_more: versions.last().map(|oldest| {
            let since = oldest
                .committed_at
                .map(|at| words::when(at, site.now()).text);
            let since = since.map(|since| format!(", the oldest of {since}"));
            format!(
                "{}{}",
                words::count(versions.len() as u64, "version"),
                since.unwrap_or_default()
            )
        }),
        older_href: (until < found).then(|| page_at(until)),
        newer_href: (after > 0).then(|| page_at(after.saturating_sub(PAGE))),
        compare,
        compare_problem,
        restore: restore_shown(site, shown, &versions, chosen, &path)?,
        empty: rows.is_empty().then(|| match filtered {
            true => Empty {
                title: "Nothing fits",
                text: "No run or version has what you search for.",
                clear_href: Some(path.clone()),
            },
            false => Empty {
                title: "No run yet",
                text: "Each run is listed here, with the version that it made.",
                clear_href: None,
            },
        }),
        rows,
    })
}

/// Runs and versions in one list, the newest first.
fn entries<'a>(runs: &'a [Run], versions: &'a [TableVersion]) -> Vec<Entry<'a>> {
    let known: HashSet<&str> = runs.iter().map(|run| run.id.as_str()).collect();
    let mut by_run: BTreeMap<&str, (&TableVersion, Option<u64>)> = BTreeMap::new();
    let mut entries = Vec::with_capacity(runs.len() + versions.len());
    for (place, version) in versions.iter().enumerate() {
        let before = versions.get(place + 1).and_then(|before| before.table_rows);
        let of_run = version.run_id.as_deref();
        match of_run.filter(|id| known.contains(id)) {
            Some(id) => {
                // A run that landed twice has its newest version; the first one stands alone.
                by_run.entry(id).or_insert((version, before));
            }
            None => entries.push(Entry {
                at: version.committed_at.unwrap_or_default(),
                run: None,
                version: Some(version),
                rows_before: before,
            }),
        }
    }
    for run in runs {
        let made = by_run.get(run.id.as_str());
        entries.push(Entry {
            at: run.started_at,
            run: Some(run),
            version: made.map(|(version, _)| *version),
            rows_before: made.and_then(|(_, before)| *before),
        });
    }
    entries.sort_by(|left, right| {
        let number = |entry: &Entry<'_>| entry.version.map(|version| version.version);
        (right.at, number(right)).cmp(&(left.at, number(left)))
    });
    entries
}

fn fits(entry: &Entry<'_>, chosen: &Chosen) -> bool {
    let result = chosen
        .get("result")
        .is_none_or(|wanted| entry.run.is_some_and(|run| run.state.as_str() == wanted));
    let show = match chosen.get("show") {
        Some("versions") => entry.version.is_some(),
        Some("runs") => entry.run.is_some(),
        _ => true,
    };
    let text = chosen.get("q").is_none_or(|wanted| {
        let wanted = wanted.trim().to_lowercase();
        let of_version = entry.version.is_some_and(|version| {
            version.version.to_string() == wanted || version.method.contains(&wanted)
        });
        let of_run = entry.run.is_some_and(|run| {
            run.id.starts_with(&wanted)
                || run.state.as_str().contains(&wanted)
                || run
                    .message
                    .as_ref()
                    .is_some_and(|message| message.to_lowercase().contains(&wanted))
        });
        of_version
            || of_run
            || words::day(day_of(entry.at))
                .to_lowercase()
                .contains(&wanted)
    });
    result && show && text
}

fn day_of(at: Timestamp) -> jiff::civil::Date {
    jiff::tz::Offset::UTC.to_datetime(at).date()
}

async fn row(
    site: &Site,
    shown: &Shown,
    entry: &Entry<'_>,
    picked: &[u64],
    chosen: &Chosen,
    path: &str,
) -> Result<Row, Problem> {
    let now = site.now();
    let href = &shown.head.href;
    let number = entry.version.map(|version| version.version);
    let newest = shown.state().map(|state| state.version);
    let current = number.is_some() && number == newest;
    let progress = match entry.run {
        Some(run) => Some(site.engine.store().run_progress(&run.id).await?),
        None => None,
    };
    let after = entry.version.and_then(|version| version.table_rows);
    // Upkeep moves rows about and changes none.
    let is_upkeep = entry.run.is_none()
        && entry
            .version
            .is_some_and(|version| matches!(version.method.as_str(), "compact" | "vacuum"));
    Ok(Row {
        version: number.map(|number| number.to_string()),
        run: entry.run.map(|run| RunLink {
            href: format!("/activity/{}", run.id),
        }),
        at: Moment::of(entry.at, now),
        took: entry
            .run
            .and_then(|run| Some(words::span(run.ended_at?.duration_since(run.started_at))))
            .unwrap_or_default(),
        by: match (
            entry.run,
            entry.version.map(|version| version.method.as_str()),
        ) {
            (Some(run), _) => trigger(run),
            (None, Some("compact" | "vacuum")) => "upkeep".into(),
            (None, Some("restore")) => "a person".into(),
            (None, _) => "exmetrics".into(),
        },
        result: result(entry),
        requests: progress.map(|progress| words::number(progress.all)),
        changed: changed(entry, after, is_upkeep),
        note: None,
        rows_after: after.map(words::number).unwrap_or_default(),
        current,
        chosen: number.is_some_and(|number| picked.contains(&number)),
        preview_href: number.map(|number| format!("{href}/data?version={number}")),
        download_href: number.map(|number| format!("{href}/export?format=csv&version={number}")),
        restore_href: number
            .filter(|_| shown.head.can_change && !current)
            .map(|number| {
                let chosen = chosen.without(&["compare"]);
                chosen.with("restore", &number.to_string()).at(path)
            }),
    })
}

fn result(entry: &Entry<'_>) -> ResultShown {
    let said = |kind, word: &str| ResultShown {
        kind,
        word: word.to_owned(),
    };
    match (entry.run.map(|run| run.state), entry.version) {
        (Some(RunState::Queued | RunState::Running), _) => said("run", "running"),
        (Some(RunState::Succeeded), None) => said("good", "nothing new"),
        (Some(RunState::Succeeded), Some(_)) => said("good", "succeeded"),
        (Some(RunState::Partial), _) => said("wait", "in part"),
        (Some(RunState::Failed), _) => said("bad", "failed"),
        (Some(RunState::Cancelled), _) => said("mute", "cancelled"),
        (None, Some(version)) => match version.method.as_str() {
            "create" => said("mute", "made"),
            "restore" => said("good", "restored"),
            "compact" => said("mute", "compacted"),
            "vacuum" => said("mute", "old files removed"),
            // The run itself is forgotten.
            other => said("good", other),
        },
        (None, None) => said("mute", ""),
    }
}

fn changed(entry: &Entry<'_>, after: Option<u64>, is_upkeep: bool) -> Option<Changed> {
    let version = entry.version?;
    if is_upkeep || version.method == "create" {
        return Some(Changed {
            text: "no row".into(),
            kind: "faint",
        });
    }
    match (entry.rows_before, after) {
        (Some(before), Some(after)) if after > before => Some(Changed {
            text: format!("+{}", words::number(after - before)),
            kind: "plus",
        }),
        (Some(before), Some(after)) if after < before => Some(Changed {
            text: format!("−{}", words::number(before - after)),
            kind: "minus",
        }),
        (Some(_), Some(_)) => Some(Changed {
            text: "same number".into(),
            kind: "faint",
        }),
        _ => version.rows.map(|rows| Changed {
            text: format!("{} landed", words::number(rows)),
            kind: "faint",
        }),
    }
}

fn form(chosen: &Chosen, path: &str) -> Form {
    let choices = |name: &str, all: &[(&'static str, &'static str)]| {
        let now = chosen.get(name).unwrap_or_default();
        all.iter()
            .map(|(value, label)| Choice {
                value,
                label,
                selected: *value == now,
            })
            .collect()
    };
    Form {
        action: path.to_owned(),
        q: chosen.get("q").unwrap_or_default().to_owned(),
        results: choices(
            "result",
            &[
                ("", "All results"),
                ("succeeded", "succeeded"),
                ("partial", "in part"),
                ("failed", "failed"),
                ("cancelled", "cancelled"),
            ],
        ),
        shows: choices(
            "show",
            &[
                ("", "Runs and versions"),
                ("versions", "Versions only"),
                ("runs", "Runs only"),
            ],
        ),
    }
}
