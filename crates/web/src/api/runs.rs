//! Runs: the list, one with its requests, its end by hand, and what failed once more.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{HeaderMap, StatusCode},
};
use exmetrics_store::{Run, RunFilter, RunPlace, RunState};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    asked::{Asked, Id, Nothing, is_id},
    dataset_change::note,
    dataset_work::{Queued, busy, queued},
    datasets,
    paging::{Key, Page, Wanted},
    run_shown::{RunInFull, RunShown, in_full, shown},
    visitor::{Reader, Runner},
    words::RunWord,
};
use crate::{problem::Problem, site::Site};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(cancel))
        .routes(routes!(retry))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListRuns {
    /// Those that stand so.
    #[param(value_type = Option<RunWord>)]
    state: Option<RunState>,
    /// Those of a DataSet, by its id or name.
    dataset: Option<String>,
    /// Those that an account has a part in, by its id or name.
    account: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// From the `next` of the page before.
    cursor: Option<String>,
}

async fn by_id(site: &Site, id: &str) -> Result<Run, Problem> {
    let unknown = || Problem::not_found(format!("there is no run with the id '{id}'"));
    if !is_id(id) {
        return Err(unknown().next("Its id is a UUID; the list has it."));
    }
    let found = site.engine.store().run(id).await;
    match found {
        Err(error) if error.kind == exmetrics_store::StoreErrorKind::NotFound => Err(unknown()),
        other => Ok(other?),
    }
}

/// The runs
///
/// The newest first.
#[utoipa::path(get, path = "/runs", operation_id = "list_runs", tag = "runs", params(ListRuns),
    responses((status = 200, description = "Runs", body = Page<RunShown>)))]
async fn list(
    State(site): State<Site>,
    _: Reader,
    OriginalUri(here): OriginalUri,
    Asked(asked): Asked<ListRuns>,
) -> Result<Json<Page<RunShown>>, Problem> {
    let store = site.engine.store();
    let dataset = match &asked.dataset {
        Some(named) => Some(datasets::find(&site, named).await.map_err(as_wrong)?),
        None => None,
    };
    let account = match &asked.account {
        Some(named) => {
            let named = std::slice::from_ref(named);
            datasets::accounts_named(&site, named).await?.pop()
        }
        None => None,
    };
    let wanted = Wanted {
        cursor: asked.cursor.as_deref(),
        limit: asked.limit,
        here: &here,
    };
    let (limit, after) = (
        wanted.limit()?,
        wanted.after(2)?.as_ref().map(place).transpose()?,
    );
    let filter = RunFilter {
        state: asked.state,
        dataset_id: dataset.as_ref().map(|dataset| dataset.id.as_str()),
        account_id: account.as_ref().map(|account| account.id.as_str()),
        text: None,
    };
    let mut runs = store.runs_page(filter, after.as_ref(), limit + 1).await?;
    let more = runs.len() > limit as usize;
    runs.truncate(limit as usize);
    let next = runs
        .last()
        .filter(|_| more)
        .map(|last| wanted.next(&key(last)));
    let mut names: HashMap<String, String> = HashMap::new();
    let mut items = Vec::with_capacity(runs.len());
    for run in runs {
        let name = match names.get(&run.dataset_id) {
            Some(name) => name.clone(),
            None => {
                let name = store.dataset_by_id(&run.dataset_id).await?.name;
                names.insert(run.dataset_id.clone(), name.clone());
                name
            }
        };
        items.push(shown(&site, run, name).await?);
    }
    Ok(Json(Page { items, next }))
}

/// What a question names and is not there is wrong; the address itself is there.
fn as_wrong(problem: Problem) -> Problem {
    match problem.status {
        StatusCode::NOT_FOUND => Problem::wrong(problem.title),
        _ => problem,
    }
}

fn key(run: &Run) -> Key {
    let place = run.place();
    vec![place.started_at.as_microsecond().to_string(), place.id]
}

fn place(key: &Key) -> Result<RunPlace, Problem> {
    let [started_at, id] = key.as_slice() else {
        return Err(Problem::wrong("cursor: it is no cursor of this list"));
    };
    let moment = started_at.parse().ok();
    let moment = moment.and_then(|at| Timestamp::from_microsecond(at).ok());
    match moment {
        Some(started_at) => Ok(RunPlace {
            started_at,
            id: id.clone(),
        }),
        None => Err(Problem::wrong("cursor: it is no cursor of this list")),
    }
}

/// One run
///
/// With its accounts and requests.
#[utoipa::path(get, path = "/runs/{id}", operation_id = "get_run", tag = "runs",
    params(("id" = String, Path, description = "Id", format = "uuid")),
    responses((status = 200, description = "The run", body = RunInFull)))]
async fn one(
    State(site): State<Site>,
    _: Reader,
    Id(id): Id,
    _: Asked<Nothing>,
) -> Result<Json<RunInFull>, Problem> {
    let run = by_id(&site, &id).await?;
    in_full(&site, run).await
}

/// Cancel a run
///
/// Whoever works on it stops within some seconds.
#[utoipa::path(post, path = "/runs/{id}/cancel", operation_id = "cancel_run", tag = "runs",
    params(("id" = String, Path, description = "Id", format = "uuid")),
    responses((status = 200, description = "It is cancelled", body = RunInFull)))]
async fn cancel(
    State(site): State<Site>,
    Runner(who): Runner,
    Id(id): Id,
    _: Asked<Nothing>,
) -> Result<Json<RunInFull>, Problem> {
    let run = by_id(&site, &id).await?;
    let store = site.engine.store();
    if !store.cancel_run(&run.id, site.now()).await? {
        let state = store.run(&run.id).await?.state.as_str();
        let what = format!("the run has ended already: {state}");
        return Err(Problem::new(StatusCode::CONFLICT, "ended", what));
    }
    let dataset = store.dataset_by_id(&run.dataset_id).await?;
    note(&site, &who, "run.cancelled", &dataset, run.id.clone()).await;
    let run = store.run(&run.id).await?;
    in_full(&site, run).await
}

/// Retry a run
///
/// Puts what failed in it into the queue; a worker takes it within seconds.
#[utoipa::path(post, path = "/runs/{id}/retry", operation_id = "retry_run", tag = "runs",
    params(("id" = String, Path, description = "Id", format = "uuid")),
    responses((status = 202, description = "It is in the queue", body = Queued)))]
async fn retry(
    State(site): State<Site>,
    Runner(who): Runner,
    Id(id): Id,
    _: Asked<Nothing>,
) -> Result<(StatusCode, HeaderMap, Json<Queued>), Problem> {
    let run = by_id(&site, &id).await?;
    let store = site.engine.store();
    let dataset = store.dataset_by_id(&run.dataset_id).await?;
    let refused = |kind, what: &str, next: &str| {
        Err(Problem::new(StatusCode::CONFLICT, kind, what).next(next))
    };
    match run.state {
        RunState::Partial | RunState::Failed => {}
        RunState::Queued | RunState::Running => return Err(busy(&dataset)),
        RunState::Succeeded => {
            return refused(
                "succeeded",
                "the run succeeded; there is nothing to ask again",
                "",
            );
        }
        RunState::Cancelled => {
            let next = "Run the DataSet: what is missing is asked for.";
            return refused("cancelled", "the run was cancelled", next);
        }
    }
    if !store
        .enqueue_retry(&run, site.now(), &who.visitor().name)
        .await?
    {
        return Err(busy(&dataset));
    }
    note(&site, &who, "run.retried", &dataset, run.id.clone()).await;
    let (headers, queued) = queued(&dataset);
    Ok((StatusCode::ACCEPTED, headers, Json(queued)))
}
