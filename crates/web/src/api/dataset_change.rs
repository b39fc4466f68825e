//! A DataSet is made, changed, removed.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::LOCATION},
};
use exmetrics_catalog::{Report, UpdateMethod, catalog};
use exmetrics_engine::{KEEP_EVERY_DAY, key_columns, means_other_days};
use exmetrics_store::{DataSet, DataSetEdit, JobReason, NewDataSet};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    asked::{Asked, Id, Nothing, Sent},
    dataset_sent::{DataSetEditSent, NewDataSetSent, check_bounds},
    dataset_shown::{DataSetShown, refuse_stale},
    datasets::{accounts_named, answer, by_id},
    visitor::{ApiVisitor, Changer},
};
use crate::{
    access::audit::{self, Change},
    problem::Problem,
    site::Site,
};

pub(super) async fn note(
    site: &Site,
    who: &ApiVisitor,
    what: &'static str,
    dataset: &DataSet,
    detail: String,
) {
    let change = Change {
        what,
        subject_id: &dataset.id,
        subject: &dataset.name,
        detail,
    };
    audit::note(site, &who.visitor(), change).await;
}

/// The report that a body names.
pub(super) fn report_named(name: &str) -> Result<&'static Report, Problem> {
    let found = catalog().find(name);
    found.map_err(|error| {
        Problem::wrong(format!("report: {error}")).next("/api/v1/reports has all reports.")
    })
}

async fn account_ids(site: &Site, named: &[String]) -> Result<Vec<String>, Problem> {
    if named.is_empty() {
        return Err(Problem::wrong("accounts: there is none"));
    }
    let accounts = accounts_named(site, named).await?;
    Ok(accounts.into_iter().map(|account| account.id).collect())
}

/// Make a DataSet
///
/// Nothing runs unless `run` or `keep_every_day` says so.
#[utoipa::path(post, path = "/datasets", operation_id = "create_dataset", tag = "datasets", request_body = NewDataSetSent,
    responses((status = 201, description = "It is made", body = DataSetShown, headers(
        ("ETag" = String, description = "Which state of it this is"),
        ("Location" = String, description = "Where it is")))))]
pub(super) async fn create(
    State(site): State<Site>,
    Changer(who): Changer,
    _: Asked<Nothing>,
    Sent(sent): Sent<NewDataSetSent>,
) -> Result<(StatusCode, HeaderMap, Json<DataSetShown>), Problem> {
    let report = report_named(&sent.report)?;
    let details = sent.details(&site, report)?;
    check_bounds(
        sent.retry_every_seconds,
        sent.retry_times,
        &sent.description,
        &sent.tags,
    )?;
    let (update, schedule) = match sent.keep_every_day {
        true => (UpdateMethod::Partition, KEEP_EVERY_DAY.parse().ok()),
        false => (
            sent.update.unwrap_or_else(|| report.default_update()),
            sent.schedule,
        ),
    };
    let new = NewDataSet {
        name: sent.name,
        report: report.slug.clone(),
        account_ids: account_ids(&site, &sent.accounts).await?,
        details,
        update,
        key: key_columns(report, update, &sent.key)?,
        schedule,
        retry_every_seconds: sent.retry_every_seconds,
        retry_times: sent.retry_times,
        description: sent.description,
        tags: sent.tags,
        tables_root: site.engine.tables_root().to_owned(),
    };
    refuse_taken(&site, &new.name, None).await?;
    let dataset = site.engine.create_dataset(&new).await?;
    if sent.run {
        let (store, now) = (site.engine.store(), site.now());
        let reason = JobReason::Person;
        store.enqueue(&dataset.id, now, reason, false).await?;
    } else if sent.keep_every_day {
        site.engine.make_due(&dataset).await?;
    }
    note(&site, &who, "dataset.made", &dataset, String::new()).await;
    let location = HeaderValue::from_str(&format!("/api/v1/datasets/{}", dataset.id));
    let (mut headers, shown) = answer(&site, dataset).await?;
    if let Ok(location) = location {
        headers.insert(LOCATION, location);
    }
    Ok((StatusCode::CREATED, headers, shown))
}

/// That a name is taken is said before anything is changed, and as a conflict.
async fn refuse_taken(site: &Site, name: &str, unless: Option<&str>) -> Result<(), Problem> {
    let wanted = name.trim().to_lowercase();
    let datasets = site.engine.store().datasets().await?;
    let taken = datasets
        .iter()
        .find(|one| one.name.to_lowercase() == wanted && Some(one.id.as_str()) != unless);
    match taken {
        Some(one) => Err(Problem::new(
            StatusCode::CONFLICT,
            "conflict",
            format!("there is a DataSet '{}' already", one.name),
        )
        .next("Choose another name.")),
        None => Ok(()),
    }
}

/// Change a DataSet
///
/// What is left out stays. With If-Match nothing is changed that somebody else has changed meanwhile.
#[utoipa::path(patch, path = "/datasets/{id}", operation_id = "edit_dataset", tag = "datasets", request_body = DataSetEditSent,
    params(("id" = String, Path, description = "Id", format = "uuid"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the DataSet as you saw it")),
    responses((status = 200, description = "It is changed", body = DataSetShown,
        headers(("ETag" = String, description = "Which state of it this is")))))]
pub(super) async fn edit(
    State(site): State<Site>,
    Changer(who): Changer,
    Id(id): Id,
    headers: HeaderMap,
    _: Asked<Nothing>,
    Sent(sent): Sent<DataSetEditSent>,
) -> Result<(HeaderMap, Json<DataSetShown>), Problem> {
    let before = by_id(&site, &id).await?;
    refuse_stale(&before, &headers)?;
    if let Some(name) = &sent.name {
        refuse_taken(&site, name, Some(&before.id)).await?;
    }
    let edit = read_edit(&site, &before, &sent).await?;
    let mut dataset = site.engine.edit_dataset(&before, &edit).await?;
    if let Some(name) = &sent.name
        && *name != dataset.name
    {
        dataset = site
            .engine
            .store()
            .rename_dataset(&dataset.name, name)
            .await?;
    }
    let detail = match dataset.name == before.name {
        true => String::new(),
        false => format!("before: {}", before.name),
    };
    note(&site, &who, "dataset.edited", &dataset, detail).await;
    answer(&site, dataset).await
}

async fn read_edit(
    site: &Site,
    before: &DataSet,
    sent: &DataSetEditSent,
) -> Result<DataSetEdit, Problem> {
    let report = report_named(&before.report)?;
    let details = sent.details(site, report)?;
    check_bounds(
        sent.retry_every_seconds.flatten(),
        sent.retry_times.flatten(),
        sent.description.as_deref().unwrap_or_default(),
        sent.tags.as_deref().unwrap_or_default(),
    )?;
    let update = sent.update.unwrap_or(before.update);
    let key = match &sent.key {
        Some(key) => Some(key_columns(report, update, key)?),
        None => (update != UpdateMethod::Upsert).then(Vec::new),
    };
    let account_ids = match &sent.accounts {
        Some(named) => Some(account_ids(site, named).await?),
        None => None,
    };
    Ok(DataSetEdit {
        account_ids,
        details,
        update: sent.update,
        key,
        schedule: sent.schedule.clone(),
        retry_every_seconds: sent.retry_every_seconds,
        retry_times: sent.retry_times,
        description: sent.description.clone(),
        tags: sent.tags.clone(),
        forget_coverage: details
            .is_some_and(|details| means_other_days(report, before.details, details)),
        notify: None,
        revision: Some(before.revision),
        by: None,
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RemoveDataSet {
    /// Delete the table and all its versions, too.
    delete_table: Option<bool>,
}

/// What is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RemovedDataSet {
    /// Its name.
    removed: String,
    /// Where its table is, or was.
    location: String,
    /// Whether the table was deleted, too.
    table_deleted: bool,
}

/// Remove a DataSet
///
/// With its runs and coverage. Its table stays, unless `delete_table`.
#[utoipa::path(delete, path = "/datasets/{id}", operation_id = "remove_dataset", tag = "datasets",
    params(("id" = String, Path, description = "Id", format = "uuid"), RemoveDataSet,
        ("If-Match" = Option<String>, Header, description = "The ETag of the DataSet as you saw it")),
    responses((status = 200, description = "It is removed", body = RemovedDataSet)))]
pub(super) async fn remove(
    State(site): State<Site>,
    Changer(who): Changer,
    Id(id): Id,
    headers: HeaderMap,
    Asked(asked): Asked<RemoveDataSet>,
) -> Result<Json<RemovedDataSet>, Problem> {
    let dataset = by_id(&site, &id).await?;
    refuse_stale(&dataset, &headers)?;
    let delete_table = asked.delete_table.unwrap_or(false);
    let table_deleted = site.engine.remove_dataset(&dataset, delete_table).await?;
    let detail = match table_deleted {
        true => "with its table",
        false => "its table stays",
    };
    note(&site, &who, "dataset.removed", &dataset, detail.into()).await;
    Ok(Json(RemovedDataSet {
        removed: dataset.name,
        location: dataset.location,
        table_deleted,
    }))
}
