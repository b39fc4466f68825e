//! The run of a DataSet that is under way, or waits for a worker.

use axum::{
    extract::{Path, Query, State},
    response::Html,
};
use exmetrics_store::{DataSet, JobReason};
use serde::{Deserialize, Serialize};

use super::head::{Head, Shown, Tab};
use crate::{access::Visitor, pages::moments::Moment, problem::Problem, site::Site, words};

/// What a page says to [`live`] that shows a run under way.
pub(super) const UNDER_WAY: &str = "running";

/// A run as its DataSet's page shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Running {
    id: String,
    href: String,
    word: &'static str,
    by: &'static str,
    started: Moment,
    requests_done: u64,
    requests_all: u64,
    requests_text: String,
    rows_text: Option<String>,
    wait_text: Option<String>,
    can_cancel: bool,
}

/// What is under way.
pub(super) async fn running(site: &Site, dataset: &DataSet) -> Result<Option<Running>, Problem> {
    let (store, now) = (site.engine.store(), site.now());
    let job = store.job_of(&dataset.id).await?;
    let by = match job.as_ref().map(|job| job.reason) {
        Some(JobReason::Person) => "a person",
        Some(JobReason::Retry) => "a retry",
        Some(JobReason::Schedule) => "its schedule",
        None => "the command line",
    };
    let clock = |at: jiff::Timestamp| words::when(at, now).text;
    let Some(run) = store.run_under_way(&dataset.id).await? else {
        // A retry that waits for its time is said in what is wrong, not as something under way.
        let Some(job) = job.filter(|job| job.holder.is_some() || job.due_at <= now) else {
            return Ok(None);
        };
        return Ok(Some(Running {
            id: String::new(),
            href: "/activity".into(),
            word: "queued",
            by,
            started: Moment::of(job.due_at, now),
            requests_done: 0,
            requests_all: 1,
            requests_text: "a worker takes it up within seconds, if the service runs".into(),
            rows_text: None,
            wait_text: None,
            can_cancel: true,
        }));
    };
    let progress = store.run_progress(&run.id).await?;
    let waits = job
        .filter(|job| job.holder.is_none() && job.due_at > now)
        .map(|job| format!("waits for Microsoft, goes on {}", clock(job.due_at)));
    let failed = match progress.failed {
        0 => String::new(),
        failed => format!(", {} failed", words::number(failed)),
    };
    Ok(Some(Running {
        href: format!("/activity/{}", run.id),
        word: match (progress.all, &waits) {
            (_, Some(_)) => "waiting",
            (all, None) if all == progress.done + progress.failed => "landing",
            _ => "running",
        },
        by,
        started: Moment::of(run.started_at, now),
        requests_done: progress.done + progress.failed,
        requests_all: progress.all.max(1),
        requests_text: format!(
            "{} of {}{failed}",
            words::number(progress.done + progress.failed),
            words::count(progress.all, "request")
        ),
        rows_text: run
            .rows
            .and_then(|rows| u64::try_from(rows).ok())
            .map(|rows| format!("{} so far", words::count(rows, "row"))),
        wait_text: waits,
        can_cancel: true,
        id: run.id,
    }))
}

#[derive(Serialize)]
struct Live {
    frame: LiveFrame,
    dataset: Head,
    /// Whether a run has begun or ended since the page looked last.
    changed: bool,
    ended: bool,
}

#[derive(Serialize)]
struct LiveFrame {
    csrf: String,
}

/// What the page knew.
#[derive(Deserialize)]
pub(super) struct Was {
    #[serde(default)]
    was: String,
}

/// `GET /datasets/{id}/live`: the run under way, and the head when that has changed, for a page that looks
/// every few seconds.
pub(super) async fn live(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(Was { was }): Query<Was>,
) -> Result<Html<String>, Problem> {
    let shown = Shown::of(&site, &visitor, &id, Tab::Overview).await?;
    let (was, is) = (was == UNDER_WAY, shown.head.is_running());
    let live = Live {
        frame: LiveFrame {
            csrf: visitor.csrf.clone(),
        },
        dataset: shown.head,
        changed: was != is,
        ended: was && !is,
    };
    site.views.render("dataset/live.html", live)
}
