//! What a DataSet is to do: its plan, a run of it, days once more.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::LOCATION},
};
use exmetrics_catalog::catalog;
use exmetrics_engine::{PlanView, PlannedRequestView};
use exmetrics_store::{DataSet, JobReason};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    asked::{Asked, Id, Nothing, Sent},
    dataset_change::{note, report_named},
    dataset_sent::DraftSent,
    datasets::{accounts_named, by_id, find},
    visitor::{Reader, Runner},
    words::Day,
};
use crate::{problem::Problem, site::Site};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::new()
        .routes(routes!(plan))
        .routes(routes!(plan_draft))
        .routes(routes!(run))
        .routes(routes!(days))
}

/// Whether a run, or its plan, asks for settled days, too.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HowMuch {
    /// Ask also for days that are captured and settled.
    full: Option<bool>,
}

/// What would be asked, and which days would be left out.
#[derive(Debug, Serialize, ToSchema)]
struct PlanShown {
    /// The requests, in the order they are made.
    requests: Vec<PlannedRequestShown>,
    /// The days that they answer.
    #[schema(value_type = Vec<Day>)]
    kept: Vec<Date>,
    /// Days that are today or in the future.
    #[schema(value_type = Vec<Day>)]
    too_early: Vec<Date>,
    /// Days that Microsoft no longer has.
    #[schema(value_type = Vec<Day>)]
    expired: Vec<Date>,
    /// Days that are captured and not due again.
    #[schema(value_type = Vec<Day>)]
    settled: Vec<Date>,
    /// Days that were asked for today already and are not published yet.
    #[schema(value_type = Vec<Day>)]
    awaiting: Vec<Date>,
    /// How long the quota makes the requests take.
    estimated_seconds: u64,
}

/// One request of a plan.
#[derive(Debug, Serialize, ToSchema)]
struct PlannedRequestShown {
    /// For which account.
    account: String,
    /// Which function.
    function: String,
    /// The period, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    period: Option<String>,
    /// The date, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date, nullable = false)]
    date: Option<Date>,
}

impl From<PlanView> for PlanShown {
    fn from(plan: PlanView) -> Self {
        let request = |request: PlannedRequestView| PlannedRequestShown {
            account: request.account,
            function: request.function,
            period: request.period,
            date: request.date,
        };
        Self {
            requests: plan.requests.into_iter().map(request).collect(),
            kept: plan.kept,
            too_early: plan.too_early,
            expired: plan.expired,
            settled: plan.settled,
            awaiting: plan.awaiting,
            estimated_seconds: plan.estimated_seconds,
        }
    }
}

/// The plan of a DataSet
///
/// What a run would ask now, which days it would leave out and why.
#[utoipa::path(get, path = "/datasets/{id}/plan", operation_id = "get_plan", tag = "datasets",
    params(("id" = String, Path, description = "Id or name"), HowMuch),
    responses((status = 200, description = "The plan", body = PlanShown)))]
async fn plan(
    State(site): State<Site>,
    _: Reader,
    Id(id): Id,
    Asked(asked): Asked<HowMuch>,
) -> Result<Json<PlanShown>, Problem> {
    let (dataset, engine) = (find(&site, &id).await?, &site.engine);
    let report = catalog().find(&dataset.report);
    let report = report.map_err(|error| Problem::broken("the plan", &error))?;
    let accounts = engine.store().accounts_of(&dataset.id).await?;
    let plans = engine
        .plan_dataset(&dataset, asked.full.unwrap_or(false))
        .await?;
    let view = engine.view_plan(report, &plans, &accounts).await?;
    Ok(Json(view.into()))
}

/// The plan of a draft
///
/// What a DataSet would ask, before it is made. Nothing is changed by it.
#[utoipa::path(post, path = "/plan", operation_id = "plan_draft", tag = "datasets", request_body = DraftSent,
    responses((status = 200, description = "The plan", body = PlanShown)))]
async fn plan_draft(
    State(site): State<Site>,
    _: Reader,
    _: Asked<Nothing>,
    Sent(sent): Sent<DraftSent>,
) -> Result<Json<PlanShown>, Problem> {
    let report = report_named(&sent.report)?;
    let details = sent.details(&site, report)?;
    if sent.accounts.is_empty() {
        return Err(Problem::wrong("accounts: there is none"));
    }
    let accounts = accounts_named(&site, &sent.accounts).await?;
    let plans = site.engine.plan_pull(report, &accounts, details)?;
    let view = site.engine.view_plan(report, &plans, &accounts).await?;
    Ok(Json(view.into()))
}

/// A run that waits for a worker.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Queued {
    /// The DataSet's name.
    dataset: String,
    /// The DataSet's id.
    dataset_id: String,
    /// queued: a worker takes it within seconds.
    state: &'static str,
    /// Where its runs are; the newest comes first.
    runs: String,
}

/// The answer to what puts a DataSet into the queue.
pub(super) fn queued(dataset: &DataSet) -> (HeaderMap, Queued) {
    let runs = format!("/api/v1/runs?dataset={}", dataset.id);
    let mut headers = HeaderMap::new();
    if let Ok(location) = HeaderValue::from_str(&runs) {
        headers.insert(LOCATION, location);
    }
    let queued = Queued {
        dataset: dataset.name.clone(),
        dataset_id: dataset.id.clone(),
        state: "queued",
        runs,
    };
    (headers, queued)
}

/// A worker has the DataSet just now.
pub(super) fn busy(dataset: &DataSet) -> Problem {
    let what = format!("a run of '{}' is under way", dataset.name);
    Problem::new(StatusCode::CONFLICT, "busy", what).next("Do it again when it has ended.")
}

/// Run a DataSet
///
/// Puts it into the queue; a worker takes it within seconds.
#[utoipa::path(post, path = "/datasets/{id}/run", operation_id = "run_dataset", tag = "datasets",
    params(("id" = String, Path, description = "Id", format = "uuid"), HowMuch),
    responses((status = 202, description = "It is in the queue", body = Queued,
        headers(("Location" = String, description = "Where its runs are")))))]
async fn run(
    State(site): State<Site>,
    Runner(who): Runner,
    Id(id): Id,
    Asked(asked): Asked<HowMuch>,
) -> Result<(StatusCode, HeaderMap, Json<Queued>), Problem> {
    let dataset = by_id(&site, &id).await?;
    let (store, full) = (site.engine.store(), asked.full.unwrap_or(false));
    let reason = JobReason::Person;
    if !store.enqueue(&dataset.id, site.now(), reason, full).await? {
        return Err(busy(&dataset));
    }
    let detail = if full { "settled days, too" } else { "" };
    note(&site, &who, "dataset.run", &dataset, detail.into()).await;
    let (headers, queued) = queued(&dataset);
    Ok((StatusCode::ACCEPTED, headers, Json(queued)))
}

/// Days that are wanted again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DaysSent {
    /// The days.
    #[schema(value_type = Vec<Day>, min_items = 1, max_items = 3660)]
    dates: BTreeSet<Date>,
    /// Of one account, by its id or name; of all without one.
    account: Option<String>,
}

/// Days that are asked for again.
#[derive(Debug, Serialize, ToSchema)]
struct DaysAgainShown {
    #[serde(flatten)]
    queued: Queued,
    /// The days that the run asks for.
    #[schema(value_type = Vec<Day>)]
    asked: BTreeSet<Date>,
    /// Days that cannot be asked for: the details leave them out, or Microsoft does not have them.
    #[schema(value_type = Vec<Day>)]
    left_out: BTreeSet<Date>,
}

/// Ask for days again
///
/// Whatever is known of them: they are due, and the DataSet goes into the queue.
#[utoipa::path(post, path = "/datasets/{id}/days", operation_id = "ask_days_again", tag = "datasets", request_body = DaysSent,
    params(("id" = String, Path, description = "Id", format = "uuid")),
    responses((status = 202, description = "They are due", body = DaysAgainShown,
        headers(("Location" = String, description = "Where its runs are")))))]
async fn days(
    State(site): State<Site>,
    Runner(who): Runner,
    Id(id): Id,
    _: Asked<Nothing>,
    Sent(sent): Sent<DaysSent>,
) -> Result<(StatusCode, HeaderMap, Json<DaysAgainShown>), Problem> {
    let dataset = by_id(&site, &id).await?;
    let account = match &sent.account {
        Some(named) => accounts_named(&site, std::slice::from_ref(named))
            .await?
            .pop(),
        None => None,
    };
    let account_id = account.as_ref().map(|account| account.id.as_str());
    let again = site
        .engine
        .ask_days_again(&dataset, account_id, &sent.dates)
        .await?;
    let detail = format!("{} days", again.asked.len());
    note(&site, &who, "dataset.days_again", &dataset, detail).await;
    let (headers, queued) = queued(&dataset);
    let shown = DaysAgainShown {
        queued,
        asked: again.asked,
        left_out: again.left_out,
    };
    Ok((StatusCode::ACCEPTED, headers, Json(shown)))
}
