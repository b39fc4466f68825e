//! A DataSet as programs see it: what feeds it, and how its table stands.

use axum::http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ETAG, IF_MATCH},
};
use exmetrics_catalog::{Details, Schedule, UpdateMethod};
use exmetrics_engine::{Standing, column_type};
use exmetrics_store::DataSet;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::{StandingWord, UpdateWord};
use crate::{problem::Problem, site::Site};

/// A DataSet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DataSetShown {
    /// Its lasting id.
    id: String,
    /// Its name.
    name: String,
    /// The report's slug.
    report: String,
    /// The accounts that feed it.
    accounts: Vec<String>,
    /// What is asked: `{"period": "D30"}`, `{"date": {"days_back": 3}}`, `{"range": {"from": ..., "to":
    /// ...}}` or `"current"`.
    #[schema(value_type = serde_json::Value)]
    details: Details,
    /// How rows enter the table: replace, append, upsert or partition.
    #[schema(value_type = UpdateWord)]
    update: UpdateMethod,
    /// The key columns, for upsert.
    key: Vec<String>,
    /// When it runs; null by hand only.
    #[schema(value_type = Option<String>)]
    schedule: Option<Schedule>,
    /// When its schedule comes due next.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_run_at: Option<Timestamp>,
    /// How long a failed run waits to be tried again; null for the usual time.
    retry_every_seconds: Option<i64>,
    /// How often a failed run is tried again; null for the usual number.
    retry_times: Option<i64>,
    /// What it is for.
    description: String,
    /// Words by which it is found.
    tags: Vec<String>,
    /// Where its table is.
    location: String,
    /// up_to_date, late, failing or never_run.
    #[schema(value_type = StandingWord)]
    state: Standing,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// How many rows its table holds; null where it cannot be read.
    rows: Option<u64>,
    /// Its table's newest version; null where it cannot be read.
    version: Option<u64>,
    /// Its table's columns; null where it cannot be read.
    columns: Option<Vec<ColumnShown>>,
    /// Why its table cannot be read.
    error: Option<String>,
}

/// A column of a table.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ColumnShown {
    /// Its name.
    pub(super) name: String,
    /// date, bigint, boolean, text, timestamp, or the table's own word.
    #[serde(rename = "type")]
    pub(super) kind: String,
}

impl ColumnShown {
    /// The columns of a table or of an answer.
    pub(super) fn of(columns: &arrow_schema::Schema) -> Vec<Self> {
        let fields = columns.fields().iter();
        let shown = fields.map(|field| Self {
            name: field.name().clone(),
            kind: column_type(field.data_type()),
        });
        shown.collect()
    }
}

/// A DataSet with how its table stands. A table that cannot be read is said, and no failure.
pub(super) async fn shown(site: &Site, dataset: DataSet, state: Standing) -> DataSetShown {
    let (table, error) = match site.reader.describe(&dataset.location).await {
        Ok(table) => (Some(table), None),
        Err(failure) => (None, Some(failure.message)),
    };
    DataSetShown {
        state,
        accounts: dataset.accounts.into_iter().map(|(_, name)| name).collect(),
        id: dataset.id,
        name: dataset.name,
        report: dataset.report,
        details: dataset.details,
        update: dataset.update,
        key: dataset.key,
        schedule: dataset.schedule,
        next_run_at: dataset.next_due,
        retry_every_seconds: dataset.retry_every_seconds,
        retry_times: dataset.retry_times,
        description: dataset.description,
        tags: dataset.tags,
        location: dataset.location,
        created_at: dataset.created_at,
        rows: table.as_ref().map(|table| table.rows),
        version: table.as_ref().map(|table| table.version),
        columns: table.map(|table| ColumnShown::of(&table.columns)),
        error,
    }
}

/// Changes with whatever a person can change of a DataSet, and with nothing else.
pub(super) fn etag(dataset: &DataSet) -> String {
    let settings = DataSet {
        next_due: None,
        table_rows: None,
        ..dataset.clone()
    };
    let written = serde_json::to_vec(&settings).unwrap_or_default();
    format!("\"{}\"", &blake3::hash(&written).to_hex()[..32])
}

/// The header that says which state of a DataSet this is.
pub(super) fn etag_header(dataset: &DataSet) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&etag(dataset)) {
        headers.insert(ETAG, value);
    }
    headers
}

/// Refuses a change to a DataSet that is no longer as the one who changes it saw it.
pub(super) fn refuse_stale(dataset: &DataSet, headers: &HeaderMap) -> Result<(), Problem> {
    let wanted: Vec<&str> = headers
        .get_all(IF_MATCH)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .collect();
    let current = etag(dataset);
    if wanted.is_empty() || wanted.contains(&"*") || wanted.contains(&current.as_str()) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "stale",
        format!("'{}' was changed since you looked at it", dataset.name),
    )
    .next("Get it again, then change it with its new ETag."))
}
