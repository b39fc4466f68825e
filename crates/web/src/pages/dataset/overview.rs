//! The tab Overview: whether the data is whole, the charts, and how the DataSet is fed.

use axum::{
    extract::{Path, Query, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{Html, IntoResponse, Response},
};
use exmetrics_catalog::{Schedule, UpdateMethod};
use exmetrics_store::{CoverageDay, CoverageState, DataSet, RunState};
use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Serialize};

use super::{
    charts::{self, Charts},
    head::{Head, Shown, Tab},
};
use crate::{
    access::Visitor,
    links::{Chosen, link},
    pages::{Frame, drawn::Drawn},
    problem::Problem,
    site::Site,
    words,
};

#[derive(Serialize)]
struct Page {
    dataset: Head,
    overview: Overview,
}

#[derive(Serialize)]
struct Overview {
    whole: Option<Whole>,
    figures: Vec<Figure>,
    spans: Vec<SpanShown>,
    charts: Vec<Drawn>,
    top: Option<TopShown>,
    empty: Option<Empty>,
    rejects: Option<Rejects>,
    details: Vec<Detail>,
}

/// Up to which day nothing is missing.
#[derive(Serialize)]
struct Whole {
    title: String,
    text: String,
    href: String,
    link: &'static str,
}

#[derive(Serialize)]
struct Figure {
    label: &'static str,
    value: String,
    note: String,
    kind: Option<&'static str>,
    href: String,
}

#[derive(Serialize)]
struct SpanShown {
    label: &'static str,
    href: String,
    current: bool,
}

#[derive(Serialize)]
struct TopShown {
    title: String,
    unit: String,
    note: String,
    empty: Option<String>,
    max: f64,
    rows: Vec<TopRow>,
    href: String,
}

#[derive(Serialize)]
struct TopRow {
    name: String,
    account: String,
    value: f64,
    text: String,
}

#[derive(Serialize)]
struct Empty {
    title: String,
    text: String,
    note: Option<String>,
}

#[derive(Serialize)]
struct Rejects {
    text: String,
    href: String,
}

#[derive(Serialize)]
struct Detail {
    term: &'static str,
    value: String,
}

/// How far back the charts go, in days; none is everything.
const SPANS: [(&str, Option<i64>); 5] = [
    ("30 days", Some(30)),
    ("six weeks", Some(42)),
    ("6 months", Some(183)),
    ("1 year", Some(366)),
    ("all", None),
];
const USUAL_SPAN: i64 = 42;

/// How many cells that did not fit are counted.
const MOST_REJECTS: usize = 1000;

/// What was chosen of the charts.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    days: Option<String>,
    chart: Option<String>,
}

impl Wanted {
    fn days_back(&self) -> Option<i64> {
        match self.days.as_deref() {
            Some("all") => None,
            Some(days) => Some(days.parse().unwrap_or(USUAL_SPAN).clamp(1, 40_000)),
            None => Some(USUAL_SPAN),
        }
    }
}

/// `GET /datasets/{id}?days=`
pub(super) async fn page(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Problem> {
    let shown = Shown::of(&site, &visitor, &id, Tab::Overview).await?;
    let coverage = site.engine.store().coverage(&id).await?;
    let days_back = wanted.days_back();
    let charts = drawn(&site, &shown, &coverage, days_back).await?;
    let frame = Frame::of(&site, &visitor, "datasets", shown.dataset.name.clone()).await?;
    let href = &shown.head.href;
    let spans = SPANS.iter().map(|(label, days)| SpanShown {
        label,
        href: link(
            href,
            "days",
            &days.map_or_else(|| "all".to_owned(), |days| days.to_string()),
        ),
        current: *days == days_back,
    });
    let has_rows = shown.state().is_some_and(|state| state.rows > 0);
    let (top, drawn) = match charts {
        Some(charts) => (top(&shown, &charts), charts.drawn),
        None => (None, Vec::new()),
    };
    let overview = Overview {
        whole: whole(&site, &shown, &coverage),
        figures: figures(&site, &shown, &coverage).await?,
        spans: spans.collect(),
        top,
        empty: empty(&shown, has_rows, drawn.is_empty()),
        charts: drawn,
        rejects: rejects(&site, &shown.dataset, href),
        details: details(&shown.dataset),
    };
    let page = Page {
        dataset: shown.head,
        overview,
    };
    frame.page(&site, "dataset/overview.html", page)
}

/// `GET /datasets/{id}/chart.csv?chart=&days=`: the numbers of one chart.
pub(super) async fn chart_csv(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let shown = Shown::of(&site, &visitor, &id, Tab::Overview).await?;
    let coverage = site.engine.store().coverage(&id).await?;
    let chart = wanted.chart.as_deref().unwrap_or_default();
    let text = drawn(&site, &shown, &coverage, wanted.days_back())
        .await?
        .and_then(|charts| charts.csv(chart))
        .ok_or_else(|| Problem::not_found("there is no such chart"))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"chart.csv\""),
    ];
    Ok((headers, text).into_response())
}

async fn drawn(
    site: &Site,
    shown: &Shown,
    coverage: &[CoverageDay],
    days_back: Option<i64>,
) -> Result<Option<Charts>, Problem> {
    let Some(state) = shown.state().filter(|state| state.rows > 0) else {
        return Ok(None);
    };
    let (dataset, report) = (&shown.dataset, shown.report);
    let charts = charts::charts(site, dataset, report, state, coverage, days_back).await?;
    Ok(Some(charts))
}

fn whole(site: &Site, shown: &Shown, coverage: &[CoverageDay]) -> Option<Whole> {
    let published: Vec<&CoverageDay> = coverage
        .iter()
        .filter(|day| day.state == CoverageState::Published)
        .collect();
    let first = published.iter().map(|day| day.day).min()?;
    let last = published.iter().map(|day| day.day).max()?;
    let today = site.engine.today();
    let href = format!("{}/coverage", shown.head.href);
    if !charts::is_daily(shown.report, shown.dataset.details) {
        return Some(Whole {
            title: format!("Newest snapshot: {}.", words::day(last)),
            text: format!(
                "{} kept, the oldest of {}.",
                words::count(published.len() as u64, "snapshot"),
                words::short_day(first, today)
            ),
            href,
            link: "See the snapshots",
        });
    }
    // The first day that is still hoped for, or lost: up to the one before it nothing is missing.
    let open = |state| matches!(state, CoverageState::Awaiting | CoverageState::Failed);
    let first_open = coverage
        .iter()
        .filter(|day| open(day.state) && day.day >= first)
        .map(|day| day.day)
        .min();
    let until = match first_open {
        Some(open) => open.yesterday().ok().filter(|until| *until >= first)?,
        None => last,
    };
    let waiting = coverage.iter().filter(|day| open(day.state)).count();
    let lost = coverage
        .iter()
        .filter(|day| day.state == CoverageState::Expired)
        .count();
    let mut text = format!(
        "{} published since {}.",
        words::count(published.len() as u64, "day"),
        words::short_day(first, today)
    );
    if waiting > 0 {
        text.push_str(&format!(
            " {} awaiting or failed.",
            words::count(waiting as u64, "day")
        ));
    }
    if lost > 0 {
        text.push_str(&format!(
            " {} expired before they were captured.",
            words::count(lost as u64, "day")
        ));
    }
    Some(Whole {
        title: format!("Whole up to {}.", words::day(until)),
        text,
        href,
        link: "See the days",
    })
}

async fn figures(
    site: &Site,
    shown: &Shown,
    coverage: &[CoverageDay],
) -> Result<Vec<Figure>, Problem> {
    let Some(newest) = &shown.newest else {
        return Ok(Vec::new());
    };
    let (now, today, href) = (site.now(), site.engine.today(), &shown.head.href);
    let published = coverage
        .iter()
        .filter(|day| day.state == CoverageState::Published);
    let published = published.count() as u64;
    let mut figures = Vec::new();
    if charts::is_daily(shown.report, shown.dataset.details) {
        figures.push(Figure {
            label: "Days published",
            value: words::number(published),
            note: format!("of {}", words::number(coverage.len() as u64)),
            kind: None,
            href: format!("{href}/coverage"),
        });
        let window = i64::from(shown.report.window_days().unwrap_or_default());
        let soon = today.checked_sub((window - 3).days()).unwrap_or(today);
        let at_risk = coverage.iter().filter(|day| {
            matches!(day.state, CoverageState::Awaiting | CoverageState::Failed) && day.day <= soon
        });
        let at_risk = at_risk.count() as u64;
        figures.push(Figure {
            label: "Days at risk",
            value: words::number(at_risk),
            note: match at_risk {
                0 => "none expires within 3 days".into(),
                _ => "expire within 3 days".into(),
            },
            kind: (at_risk > 0).then_some("bad"),
            href: format!("{href}/coverage"),
        });
    } else {
        figures.push(Figure {
            label: "Snapshots kept",
            value: words::number(published),
            note: "by refresh date".into(),
            kind: None,
            href: format!("{href}/coverage"),
        });
    }
    figures.push(Figure {
        label: "Rows in the last run",
        value: newest
            .rows
            .and_then(|rows| u64::try_from(rows).ok())
            .map_or_else(|| "none".into(), words::number),
        note: format!("run of {}", words::when(newest.started_at, now).text),
        kind: None,
        href: format!("{href}/history"),
    });
    let month_ago = now - SignedDuration::from_hours(30 * 24);
    let runs = site
        .engine
        .store()
        .run_counts(&shown.dataset.id, month_ago)
        .await?;
    let failed = runs.get(&RunState::Failed).copied().unwrap_or_default();
    figures.push(Figure {
        label: "Runs, last 30 days",
        value: words::number(runs.values().sum()),
        note: match failed {
            0 => "none failed".into(),
            failed => format!("{} failed", words::number(failed)),
        },
        kind: (failed > 0).then_some("bad"),
        href: format!("{href}/history?result=failed"),
    });
    Ok(figures)
}

fn top(shown: &Shown, charts: &Charts) -> Option<TopShown> {
    let top = charts.top.as_ref()?;
    let max = top.rows.first().map_or(1.0, |(_, _, value)| value.max(1.0));
    let day = exmetrics_engine::day_column(shown.report, shown.dataset.details);
    let chosen = Chosen::default()
        .with("sort", &format!("-{}", top.measure.column))
        .with(&format!("f.{day}"), &top.day.to_string());
    Some(TopShown {
        title: format!("Highest {}", top.measure.label.to_lowercase()),
        unit: top.word.clone(),
        note: words::day(top.day),
        empty: None,
        max,
        rows: top
            .rows
            .iter()
            .map(|(name, account, value)| TopRow {
                name: name.clone(),
                account: account.clone(),
                value: *value,
                text: top.unit.write(*value),
            })
            .collect(),
        href: chosen.at(&format!("{}/data", shown.head.href)),
    })
}

fn empty(shown: &Shown, has_rows: bool, no_chart: bool) -> Option<Empty> {
    let said = |title: &str, text: &str| {
        Some(Empty {
            title: title.to_owned(),
            text: text.to_owned(),
            note: None,
        })
    };
    match (&shown.table, &shown.newest) {
        (Err(_), _) => said("No rows to draw", "The table cannot be read."),
        (Ok(_), None) => Some(Empty {
            title: "No run yet".into(),
            text: "The first run asks for every day of its details that Microsoft still has."
                .into(),
            note: shown
                .dataset
                .schedule
                .as_ref()
                .map(|schedule| format!("It runs by itself: {}.", schedule.describe())),
        }),
        (Ok(_), Some(_)) if !has_rows => said(
            "No rows yet",
            "No run has brought any. History says what each one met.",
        ),
        (Ok(_), Some(_)) if no_chart => said(
            "Nothing to draw",
            "There is no figure in the days chosen. Choose a longer span.",
        ),
        _ => None,
    }
}

fn rejects(site: &Site, dataset: &DataSet, href: &str) -> Option<Rejects> {
    let rejects = site.engine.rejects().read(&dataset.id, MOST_REJECTS).ok()?;
    let count = match rejects.len() {
        0 => return None,
        MOST_REJECTS => format!("{} cells or more", words::number(MOST_REJECTS as u64)),
        some => words::count(some as u64, "cell"),
    };
    Some(Rejects {
        text: format!("{count} did not fit their column."),
        href: format!("{href}/schema#rejects"),
    })
}

fn details(dataset: &DataSet) -> Vec<Detail> {
    let update = match dataset.update {
        UpdateMethod::Replace => "replace: the run's rows become the table",
        UpdateMethod::Append => "append: the run's rows are added",
        UpdateMethod::Upsert => "upsert: rows with the same key are replaced, others added",
        UpdateMethod::Partition => "partition: each account's day or snapshot is replaced whole",
    };
    let schedule = dataset
        .schedule
        .as_ref()
        .map_or_else(|| "manual".to_owned(), Schedule::describe);
    vec![
        Detail {
            term: "Details",
            value: dataset.details.to_string(),
        },
        Detail {
            term: "Update method",
            value: update.into(),
        },
        Detail {
            term: "Schedule",
            value: schedule,
        },
        Detail {
            term: "Retry",
            value: retry(dataset),
        },
    ]
}

fn retry(dataset: &DataSet) -> String {
    let every = dataset.retry_every_seconds.unwrap_or(15 * 60);
    match dataset.retry_times.unwrap_or(3) {
        0 => "no retry".into(),
        times => format!(
            "every {}, at most {}",
            words::span(SignedDuration::from_secs(every)),
            words::count(u64::try_from(times).unwrap_or_default(), "time")
        ),
    }
}
