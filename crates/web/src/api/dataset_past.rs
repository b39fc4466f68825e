//! What a DataSet has: the days it knows, the versions of its table, and the way back to one.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{OriginalUri, State},
};
use exmetrics_catalog::{Report, catalog};
use exmetrics_engine::TableVersion;
use exmetrics_store::CoverageState;
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    asked::{Asked, Id, Nothing, Sent},
    dataset_change::note,
    datasets::{accounts_named, by_id, find},
    paging::{Page, Wanted, number_key},
    visitor::{Changer, Reader},
    words::{CoverageWord, Day},
};
use crate::{problem::Problem, site::Site};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::new()
        .routes(routes!(coverage))
        .routes(routes!(history))
        .routes(routes!(restore))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListDays {
    /// Those that stand so.
    #[param(value_type = Option<CoverageWord>)]
    state: Option<CoverageState>,
    /// Those of an account, by its id or name.
    account: Option<String>,
    /// The first day.
    #[param(value_type = Option<Day>)]
    from: Option<Date>,
    /// The last day.
    #[param(value_type = Option<Day>)]
    to: Option<Date>,
    /// How many at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// From the `next` of the page before.
    cursor: Option<String>,
}

/// What is known of a day of an account.
#[derive(Debug, Serialize, ToSchema)]
struct DayShown {
    /// The account's name.
    account: String,
    /// The day.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// published, empty, awaiting, failed or expired.
    #[schema(value_type = CoverageWord)]
    state: CoverageState,
    /// How many rows it had.
    rows: Option<i64>,
    /// When it was first seen.
    #[schema(value_type = String, format = DateTime)]
    first_seen: Timestamp,
    /// When it was last checked.
    #[schema(value_type = String, format = DateTime)]
    last_checked: Timestamp,
    /// How often its content changed after it was captured.
    restated: i64,
    /// The day on which Microsoft lets go of it.
    #[schema(value_type = Option<String>, format = Date)]
    expires_on: Option<Date>,
}

/// The coverage of a DataSet
///
/// What is known of each day of each account, the oldest first.
#[utoipa::path(get, path = "/datasets/{id}/coverage", operation_id = "list_coverage", tag = "datasets",
    params(("id" = String, Path, description = "Id or name"), ListDays),
    responses((status = 200, description = "Days", body = Page<DayShown>)))]
async fn coverage(
    State(site): State<Site>,
    _: Reader,
    OriginalUri(here): OriginalUri,
    Id(id): Id,
    Asked(asked): Asked<ListDays>,
) -> Result<Json<Page<DayShown>>, Problem> {
    let (dataset, store) = (find(&site, &id).await?, site.engine.store());
    let window = catalog().find(&dataset.report).ok();
    let window = window.and_then(Report::window_days);
    let only = match &asked.account {
        Some(named) => accounts_named(&site, std::slice::from_ref(named))
            .await?
            .pop(),
        None => None,
    };
    let accounts = store.accounts().await?.into_iter();
    let names: BTreeMap<String, String> =
        accounts.map(|account| (account.id, account.name)).collect();
    let days = store.coverage(&dataset.id).await?.into_iter();
    let found = days.filter(|day| {
        asked.state.is_none_or(|state| day.state == state)
            && only
                .as_ref()
                .is_none_or(|account| day.account_id == account.id)
            && asked.from.is_none_or(|from| day.day >= from)
            && asked.to.is_none_or(|to| day.day <= to)
    });
    let all = found.map(|day| {
        let key = vec![day.day.to_string(), day.account_id.clone()];
        // An account that no longer feeds the DataSet has fed it once.
        let account = names.get(&day.account_id).cloned();
        let expires_on = window.and_then(|days| day.day.checked_add(i64::from(days).days()).ok());
        let shown = DayShown {
            account: account.unwrap_or_else(|| "(removed)".into()),
            date: day.day,
            state: day.state,
            rows: day.rows,
            first_seen: day.first_seen,
            last_checked: day.last_checked,
            restated: day.restated,
            expires_on,
        };
        (key, shown)
    });
    let wanted = Wanted {
        cursor: asked.cursor.as_deref(),
        limit: asked.limit,
        here: &here,
    };
    Ok(Json(wanted.cut(all.collect(), 2, false)?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListVersions {
    /// How many at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// From the `next` of the page before.
    cursor: Option<String>,
}

/// A version of a table.
#[derive(Debug, Serialize, ToSchema)]
struct VersionShown {
    /// Its number.
    version: u64,
    /// The run that made it; null for the empty table, a restore or upkeep.
    run_id: Option<String>,
    /// When it was made.
    #[schema(value_type = Option<String>, format = DateTime)]
    committed_at: Option<Timestamp>,
    /// The update method, or create, restore, compact, vacuum.
    method: String,
    /// How many rows the run brought.
    rows: Option<u64>,
    /// How many rows the table held afterwards.
    table_rows: Option<u64>,
}

impl From<TableVersion> for VersionShown {
    fn from(version: TableVersion) -> Self {
        Self {
            version: version.version,
            run_id: version.run_id,
            committed_at: version.committed_at,
            method: version.method,
            rows: version.rows,
            table_rows: version.table_rows,
        }
    }
}

/// The history of a DataSet
///
/// The versions of its table, the newest first.
#[utoipa::path(get, path = "/datasets/{id}/history", operation_id = "list_versions", tag = "datasets",
    params(("id" = String, Path, description = "Id or name"), ListVersions),
    responses((status = 200, description = "Versions", body = Page<VersionShown>)))]
async fn history(
    State(site): State<Site>,
    _: Reader,
    OriginalUri(here): OriginalUri,
    Id(id): Id,
    Asked(asked): Asked<ListVersions>,
) -> Result<Json<Page<VersionShown>>, Problem> {
    let dataset = find(&site, &id).await?;
    let versions = site.reader.history(&dataset.location).await?.into_iter();
    let all = versions.map(|version| {
        let key = vec![number_key(i128::from(version.version))];
        (key, VersionShown::from(version))
    });
    let wanted = Wanted {
        cursor: asked.cursor.as_deref(),
        limit: asked.limit,
        here: &here,
    };
    Ok(Json(wanted.cut(all.collect(), 1, true)?))
}

/// A version to go back to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RestoreSent {
    /// Its number.
    version: u64,
}

/// What going back made.
#[derive(Debug, Serialize, ToSchema)]
struct RestoredShown {
    /// The version whose rows are the newest again.
    restored: u64,
    /// The new version that holds them.
    version: u64,
    /// How many they are.
    rows: u64,
}

/// Restore a version
///
/// Makes an older version's rows the newest version; nothing is forgotten. Days that it lacks are due again.
#[utoipa::path(post, path = "/datasets/{id}/restore", operation_id = "restore_version", tag = "datasets", request_body = RestoreSent,
    params(("id" = String, Path, description = "Id", format = "uuid")),
    responses((status = 200, description = "It is restored", body = RestoredShown)))]
async fn restore(
    State(site): State<Site>,
    Changer(who): Changer,
    Id(id): Id,
    _: Asked<Nothing>,
    Sent(sent): Sent<RestoreSent>,
) -> Result<Json<RestoredShown>, Problem> {
    let dataset = by_id(&site, &id).await?;
    let done = site.engine.restore(&dataset, sent.version).await?;
    let detail = format!("version {}", sent.version);
    note(&site, &who, "dataset.restored", &dataset, detail).await;
    Ok(Json(RestoredShown {
        restored: sent.version,
        version: done.version,
        rows: done.rows,
    }))
}
