//! Questions in SQL over all DataSets.

use axum::{extract::State, response::Response};
use exmetrics_engine::NamedTable;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer_rows::{self, RowsPage},
    asked::{Asked, Nothing, Sent},
    visitor::Reader,
};
use crate::{problem::Problem, site::Site};

const USUAL: u32 = 1_000;
const MOST: u32 = 10_000;
const LONGEST: usize = 100_000;

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::new().routes(routes!(query))
}

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    /// One SELECT; each DataSet is a table by its name.
    #[schema(min_length = 1, max_length = 100000)]
    sql: String,
    /// How many rows of the answer at most.
    #[schema(minimum = 1, maximum = 10000)]
    limit: Option<u32>,
}

/// Ask in SQL
///
/// Over all DataSets; nothing can be changed by it. Rows, time and memory are limited.
#[utoipa::path(post, path = "/query", operation_id = "ask_in_sql", tag = "rows", request_body = Question,
    responses((status = 200, description = "The answer", body = RowsPage)))]
async fn query(
    State(site): State<Site>,
    _: Reader,
    _: Asked<Nothing>,
    Sent(question): Sent<Question>,
) -> Result<Response, Problem> {
    let limit = question.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::wrong(format!(
            "limit: {limit} is not between 1 and {MOST}"
        )));
    }
    if question.sql.trim().is_empty() {
        return Err(Problem::wrong("sql: the question is empty"));
    }
    if question.sql.len() > LONGEST {
        return Err(Problem::wrong(format!(
            "sql: it is longer than {LONGEST} bytes"
        )));
    }
    let turn = answer_rows::turn(&site)?;
    let datasets = site.engine.store().datasets().await?.into_iter();
    let tables = datasets.map(|one| NamedTable {
        name: one.name,
        location: one.location,
        version: None,
    });
    let asked = answer_rows::ask(&site, turn, tables.collect(), &question.sql, limit as usize);
    Ok(asked.await?.page(None, None))
}
