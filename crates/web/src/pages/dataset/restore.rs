//! Going back to an older version: what it would do, and doing it.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use exmetrics_engine::TableVersion;
use serde::{Deserialize, Serialize};

use super::head::Shown;
use crate::{
    access::{Administrator, Posted, audit},
    links::Chosen,
    problem::Problem,
    site::Site,
    words,
};

/// The dialog that asks whether to restore.
#[derive(Debug, Serialize)]
pub(super) struct RestoreShown {
    version: String,
    title: String,
    text: String,
    facts: Vec<Fact>,
    hold: Option<Hold>,
    action: String,
    button: String,
    close_href: String,
}

#[derive(Debug, Serialize)]
struct Fact {
    term: &'static str,
    value: String,
    note: Option<String>,
}

/// Nothing yet offers to hold a schedule.
#[derive(Debug, Serialize)]
enum Hold {}

/// What restoring the version of the address would do.
pub(super) fn restore_shown(
    site: &Site,
    shown: &Shown,
    versions: &[TableVersion],
    chosen: &Chosen,
    path: &str,
) -> Result<Option<RestoreShown>, Problem> {
    let (Some(wanted), Some(state)) = (chosen.get("restore"), shown.state()) else {
        return Ok(None);
    };
    let version = wanted
        .parse()
        .ok()
        .and_then(|wanted: u64| versions.iter().find(|version| version.version == wanted))
        .ok_or_else(|| Problem::not_found(format!("there is no version {wanted}")))?;
    let of = version
        .committed_at
        .map(|at| format!(" of {}", words::when(at, site.now()).text))
        .unwrap_or_default();
    let number = version.version;
    let between = match state.version - number {
        0 | 1 => format!("Version {} stays in the history", state.version),
        _ => format!(
            "Versions {} to {} stay in the history",
            number + 1,
            state.version
        ),
    };
    let mut facts = Vec::new();
    if let Some(rows) = version.table_rows {
        let (less, more) = (
            state.rows.saturating_sub(rows),
            rows.saturating_sub(state.rows),
        );
        facts.push(Fact {
            term: "Rows",
            value: format!("{} to {}", words::number(state.rows), words::number(rows)),
            note: match (less, more) {
                (0, 0) => None,
                (less, 0) => Some(format!("{} fewer", words::number(less))),
                (_, more) => Some(format!("{} more", words::number(more))),
            },
        });
    }
    facts.push(Fact {
        term: "Coverage",
        value: "days that only newer versions had are asked for again by the next run".into(),
        note: None,
    });
    Ok(Some(RestoreShown {
        title: format!("Restore version {number}?"),
        text: format!(
            "The table gets the rows{of} again, as a new version. {between}, so this can be undone."
        ),
        facts,
        hold: None,
        action: format!("{}/restore", shown.head.href),
        button: format!("Restore version {number}"),
        close_href: chosen.without(&["restore"]).at(path),
        version: number.to_string(),
    }))
}

/// Which version.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    version: u64,
}

/// `POST /datasets/{id}/restore`
pub(super) async fn restore(
    State(site): State<Site>,
    Administrator(who): Administrator,
    Path(id): Path<String>,
    Posted(Wanted { version }): Posted<Wanted>,
) -> Result<Redirect, Problem> {
    let dataset = site.engine.store().dataset_by_id(&id).await?;
    let restored = site.engine.restore(&dataset, version).await?;
    site.tables.changed(&dataset.location);
    let change = audit::Change {
        what: "dataset.restored",
        subject_id: &dataset.id,
        subject: &dataset.name,
        detail: format!("version {version}, as version {}", restored.version),
    };
    audit::note(&site, &who, change).await;
    Ok(Redirect::to(&format!("/datasets/{id}/history")))
}
