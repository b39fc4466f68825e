//! A DataSet's rows as a file.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use serde::Deserialize;

use crate::{access::Visitor, export, problem::Problem, site::Site};

/// As what, and which version.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default = "csv")]
    format: String,
    version: Option<u64>,
}

fn csv() -> String {
    "csv".into()
}

/// `GET /datasets/{id}/export?format=&version=`
pub(super) async fn export(
    State(site): State<Site>,
    _: Visitor,
    Path(id): Path<String>,
    Query(Wanted { format, version }): Query<Wanted>,
) -> Result<Response, Problem> {
    let dataset = site.engine.store().dataset_by_id(&id).await?;
    let format = export::format_named(&format)?;
    let rows = site.reader.rows(&dataset.location, version).await?;
    let name = match version {
        Some(version) => format!("{}, version {version}", dataset.name),
        None => dataset.name,
    };
    export::stream(rows, format, &name).await
}
