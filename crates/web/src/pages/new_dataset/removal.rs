//! What is said before a DataSet is removed, and its table if that is wanted.

use exmetrics_store::{CoverageState, DataSet};
use serde::Serialize;

use crate::{problem::Problem, site::Site, words};

/// What is said before it is removed.
#[derive(Debug, Serialize)]
pub(super) struct Removal {
    name: String,
    action: String,
    sentence: &'static str,
    sentences: Vec<String>,
    table_help: String,
}

pub(super) async fn removal(site: &Site, dataset: &DataSet) -> Result<Removal, Problem> {
    let store = site.engine.store();
    let days = store.coverage(&dataset.id).await?;
    let published = days
        .iter()
        .filter(|day| day.state == CoverageState::Published)
        .count();
    let runs = store.runs(Some(&dataset.id), 1000).await?.len();
    let runs = match runs {
        1000 => "1,000 runs or more".to_owned(),
        some => words::count(some as u64, "run"),
    };
    let table = site.reader.describe(&dataset.location).await.ok();
    let stays = match &table {
        Some(table) => format!(
            "The table with {} stays at its place, and other programs go on reading it.",
            words::count(table.rows, "row")
        ),
        None => "Its table cannot be read now; whatever is at its place stays.".into(),
    };
    Ok(Removal {
        name: dataset.name.clone(),
        action: format!("/datasets/{}/delete", dataset.id),
        sentence: "Its schedule stops, and its runs and coverage are forgotten. Its table stays unless \
                   you say otherwise.",
        sentences: vec![
            format!(
                "Runs and coverage are forgotten: {}, {runs}.",
                words::count(published as u64, "day")
            ),
            stays,
        ],
        table_help: match &table {
            Some(table) => format!(
                "All {} go, and nothing can bring them back.",
                words::count(table.version + 1, "version")
            ),
            None => "All versions go, and nothing can bring them back.".into(),
        },
    })
}
