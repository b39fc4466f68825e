//! Rows of a table: some as JSON, or all as a download.

use axum::{
    extract::{OriginalUri, State},
    response::Response,
};
use exmetrics_catalog::catalog;
use exmetrics_engine::NamedTable;
use exmetrics_store::DataSet;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer_rows::{self, RowsPage},
    asked::{Asked, Id},
    datasets::find,
    paging::with_parameter,
    visitor::Reader,
};
use crate::{export, problem::Problem, site::Site};

const USUAL: u32 = 100;
const MOST: u32 = 10_000;
const FARTHEST: u32 = 1_000_000;

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::new()
        .routes(routes!(rows))
        .routes(routes!(download))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListRows {
    /// Of an older version.
    version: Option<u64>,
    /// How many at most.
    #[param(minimum = 1, maximum = 10000)]
    limit: Option<u32>,
    /// How many to leave out before.
    #[param(minimum = 0, maximum = 1000000)]
    offset: Option<u32>,
    /// These columns only, with commas between them.
    columns: Option<String>,
}

/// The rows of a DataSet
///
/// In a lasting order, page by page; the pages after the first are of the same version.
#[utoipa::path(get, path = "/datasets/{id}/rows", operation_id = "list_rows", tag = "rows",
    params(("id" = String, Path, description = "Id or name"), ListRows),
    responses((status = 200, description = "Rows", body = RowsPage)))]
async fn rows(
    State(site): State<Site>,
    _: Reader,
    OriginalUri(here): OriginalUri,
    Id(id): Id,
    Asked(asked): Asked<ListRows>,
) -> Result<Response, Problem> {
    let (limit, offset) = bounds(&asked)?;
    let dataset = find(&site, &id).await?;
    let state = site.reader.describe(&dataset.location).await?;
    let version = match asked.version {
        Some(version) if version > state.version => {
            return Err(Problem::wrong(format!(
                "version: there is no version {version}; the newest is {}",
                state.version
            )));
        }
        Some(version) => version,
        None => state.version,
    };
    let columns = match version == state.version {
        true => state.columns,
        // An older version may have fewer columns.
        false => {
            let rows = site.reader.rows(&dataset.location, Some(version)).await?;
            rows.columns
        }
    };
    let names: Vec<&str> = columns
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    let wanted = wanted_columns(&dataset, &names, asked.columns.as_deref())?;
    let order = lasting_order(&dataset, &names);
    let order = match order.is_empty() {
        true => String::new(),
        false => format!(" ORDER BY {}", order.join(", ")),
    };
    // One more tells whether there is another page.
    let question = format!(
        "SELECT {} FROM t{order} LIMIT {} OFFSET {offset}",
        wanted.join(", "),
        limit + 1
    );
    let table = NamedTable {
        name: "t".into(),
        location: dataset.location,
        version: Some(version),
    };
    let turn = answer_rows::turn(&site)?;
    let answer = answer_rows::ask(&site, turn, vec![table], &question, limit as usize).await?;
    let next = answer.more.then(|| {
        let shown = u64::from(offset) + answer.rows as u64;
        let here = with_parameter(&here, "version", &version.to_string());
        here.parse()
            .ok()
            .map(|here| with_parameter(&here, "offset", &shown.to_string()))
    });
    Ok(answer.page(Some(version), next.flatten().as_deref()))
}

fn bounds(asked: &ListRows) -> Result<(u32, u32), Problem> {
    let limit = asked.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::wrong(format!(
            "limit: {limit} is not between 1 and {MOST}"
        )));
    }
    let offset = asked.offset.unwrap_or(0);
    if offset > FARTHEST {
        return Err(
            Problem::wrong(format!("offset: {offset} is more than {FARTHEST}"))
                .next("Download the whole table, or ask in SQL."),
        );
    }
    Ok((limit, offset))
}

fn quoted(column: &str) -> String {
    format!("\"{}\"", column.replace('"', "\"\""))
}

fn wanted_columns(
    dataset: &DataSet,
    names: &[&str],
    asked: Option<&str>,
) -> Result<Vec<String>, Problem> {
    let Some(asked) = asked else {
        return Ok(names.iter().map(|name| quoted(name)).collect());
    };
    let mut wanted = Vec::new();
    for name in asked.split(',').map(str::trim) {
        if !names.contains(&name) {
            return Err(Problem::wrong(format!(
                "columns: '{}' has no column '{name}'",
                dataset.name
            ))
            .next(format!("It has: {}.", names.join(", "))));
        }
        let name = quoted(name);
        if wanted.contains(&name) {
            return Err(Problem::wrong(format!("columns: {name} is there twice")));
        }
        wanted.push(name);
    }
    Ok(wanted)
}

/// By what came when, and by what tells one row from another, as far as the table has it.
fn lasting_order(dataset: &DataSet, names: &[&str]) -> Vec<String> {
    let report = catalog().find(&dataset.report).ok();
    let day = report.and_then(|report| report.day_column.clone());
    let key = report.map(|report| report.key.clone()).unwrap_or_default();
    let ours = [
        "_requested_date",
        "_requested_period",
        "_account",
        "_fetched_at",
    ];
    let mut order: Vec<String> = Vec::new();
    let all = day.into_iter().chain(ours.map(str::to_owned)).chain(key);
    for column in all.filter(|column| names.contains(&column.as_str())) {
        let column = quoted(&column);
        if !order.contains(&column) {
            order.push(column);
        }
    }
    order
}

/// What a download is written as.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ExportFormat {
    Csv,
    Jsonl,
    Json,
    Parquet,
    Xlsx,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Download {
    /// csv, jsonl, json, parquet or xlsx.
    #[param(inline)]
    format: ExportFormat,
    /// Of an older version.
    version: Option<u64>,
}

/// Download a DataSet
///
/// All rows of its table, while they are read. A download that fails half-way breaks off.
#[utoipa::path(get, path = "/datasets/{id}/export", operation_id = "export_dataset", tag = "rows",
    params(("id" = String, Path, description = "Id or name"), Download),
    responses((status = 200, description = "The rows", content(
        (String = "text/csv"), (String = "application/x-ndjson"), (serde_json::Value = "application/json"),
        ([u8] = "application/vnd.apache.parquet"),
        ([u8] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
        headers(("Content-Disposition" = String, description = "A name for the file")))))]
async fn download(
    State(site): State<Site>,
    _: Reader,
    Id(id): Id,
    Asked(asked): Asked<Download>,
) -> Result<Response, Problem> {
    let dataset = find(&site, &id).await?;
    let format = match asked.format {
        ExportFormat::Csv => exmetrics_show::Format::Csv,
        ExportFormat::Jsonl => exmetrics_show::Format::Jsonl,
        ExportFormat::Json => exmetrics_show::Format::Json,
        ExportFormat::Parquet => exmetrics_show::Format::Parquet,
        ExportFormat::Xlsx => exmetrics_show::Format::Xlsx,
    };
    let rows = site.reader.rows(&dataset.location, asked.version).await?;
    export::stream(rows, format, &dataset.name).await
}
