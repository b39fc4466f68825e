//! A run as programs see it: in lists, and with its requests.

use std::collections::HashMap;

use axum::Json;
use exmetrics_store::{RequestState, Run, RunState};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::{RequestWord, RunWord};
use crate::{problem::Problem, site::Site};

/// One execution of a DataSet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunShown {
    /// Its id.
    id: String,
    /// The DataSet's name.
    dataset: String,
    /// The DataSet's id.
    dataset_id: String,
    /// queued, running, succeeded, partial, failed or cancelled.
    #[schema(value_type = RunWord)]
    state: RunState,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// How many rows it brought.
    rows: Option<i64>,
    /// The version it made.
    version: Option<i64>,
    /// Each account's part.
    accounts: Vec<RunAccountShown>,
    /// Why it ended as it did.
    message: Option<String>,
    /// What to do about it.
    next_step: Option<String>,
}

/// An account's part in a run.
#[derive(Debug, Serialize, ToSchema)]
struct RunAccountShown {
    /// Its name at the time.
    name: String,
    /// queued, running, succeeded, partial, failed or cancelled.
    #[schema(value_type = RunWord)]
    state: RunState,
    /// What happened.
    message: Option<String>,
    /// What to do about it.
    next_step: Option<String>,
}

/// A run in full.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunInFull {
    #[serde(flatten)]
    run: RunShown,
    /// Its requests, in the order they are made.
    requests: Vec<RequestShown>,
}

/// A request of a run.
#[derive(Debug, Serialize, ToSchema)]
struct RequestShown {
    /// For which account.
    account: String,
    /// The period or the day.
    asked: String,
    /// pending, done or failed.
    #[schema(value_type = RequestWord)]
    state: RequestState,
    /// Whether its rows are in the table.
    landed: bool,
    /// When it was answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<Timestamp>,
    /// What went wrong.
    message: Option<String>,
    /// What to do about it.
    next_step: Option<String>,
}

/// A run of a DataSet of this name.
pub(super) async fn shown(site: &Site, run: Run, dataset: String) -> Result<RunShown, Problem> {
    let accounts = site.engine.store().run_accounts(&run.id).await?.into_iter();
    let accounts = accounts.map(|one| RunAccountShown {
        name: one.name,
        state: one.state,
        message: one.message,
        next_step: one.next_step,
    });
    Ok(RunShown {
        id: run.id,
        dataset,
        dataset_id: run.dataset_id,
        state: run.state,
        started_at: run.started_at,
        ended_at: run.ended_at,
        rows: run.rows,
        version: run.version,
        accounts: accounts.collect(),
        message: run.message,
        next_step: run.next_step,
    })
}

/// A run with its requests.
pub(super) async fn in_full(site: &Site, run: Run) -> Result<Json<RunInFull>, Problem> {
    let store = site.engine.store();
    let dataset = store.dataset_by_id(&run.dataset_id).await?.name;
    let accounts = store.run_accounts(&run.id).await?.into_iter();
    let names: HashMap<String, String> = accounts.map(|one| (one.account_id, one.name)).collect();
    let requests = store.requests(&run.id).await?.into_iter();
    let requests = requests.map(|request| {
        let failure = request.failure;
        RequestShown {
            account: names.get(&request.account_id).cloned().unwrap_or_default(),
            asked: request.ask.to_string(),
            state: request.state,
            landed: request.landed,
            answered_at: request.answered_at,
            message: failure.as_ref().map(|failure| failure.message.clone()),
            next_step: failure.map(|failure| failure.next_step),
        }
    });
    Ok(Json(RunInFull {
        requests: requests.collect(),
        run: shown(site, run, dataset).await?,
    }))
}
