//! What can be done about a run.

use axum::{
    extract::{Path, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Redirect, Response},
};
use exmetrics_store::RunState;
use serde::Deserialize;

use crate::{
    access::{
        Administrator, Posted, Visitor,
        audit::{self, Change},
    },
    problem::Problem,
    site::Site,
};

/// A form with nothing in it but the session's token.
#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Ends a run that is under way.
pub(super) async fn cancel(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let store = site.engine.store();
    let run = store.run(&id).await?;
    // That it has ended by itself meanwhile is what the page shows next.
    if store.cancel_run(&run.id, site.now()).await? {
        let dataset = store.dataset_by_id(&run.dataset_id).await?;
        let change = Change {
            what: "run.cancelled",
            subject_id: &run.id,
            subject: &dataset.name,
            detail: String::new(),
        };
        audit::note(&site, &visitor, change).await;
    }
    Ok(Redirect::to(&format!("/activity/{}", run.id)))
}

/// Asks again what failed in a run.
pub(super) async fn retry(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let store = site.engine.store();
    let run = store.run(&id).await?;
    if !matches!(run.state, RunState::Failed | RunState::Partial) {
        return Err(Problem::wrong(format!("the run is {}", run.state.as_str()))
            .next("Only what failed can be asked again."));
    }
    let asked = store.enqueue_retry(&run, site.now(), &visitor.name).await?;
    if !asked {
        return Err(Problem::new(
            axum::http::StatusCode::CONFLICT,
            "busy",
            "the DataSet is being run just now",
        )
        .next("Wait until that run has ended."));
    }
    let dataset = store.dataset_by_id(&run.dataset_id).await?;
    let change = Change {
        what: "run.retried",
        subject_id: &run.id,
        subject: &dataset.name,
        detail: String::new(),
    };
    audit::note(&site, &visitor, change).await;
    Ok(Redirect::to(&format!("/activity/{}", run.id)))
}

/// The cells of a run that did not fit, as CSV.
pub(super) async fn rejects(
    State(site): State<Site>,
    _: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let run = site.engine.store().run(&id).await?;
    let lines = super::run::rejects_of(&site, &run, usize::MAX)?;
    let mut text = String::from("reply,line,column,cell,why\r\n");
    for line in lines {
        let cells = [&line.reply, &line.line, &line.column, &line.cell, &line.why];
        let quoted = cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        text.push_str(&quoted.join(","));
        text.push_str("\r\n");
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"rejects-{}.csv\"", run.id),
        ),
    ];
    Ok((headers, text).into_response())
}
