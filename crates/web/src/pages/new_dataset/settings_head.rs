//! The head of a DataSet's page, as its Settings tab needs it.

use exmetrics_catalog::catalog;
use exmetrics_store::{DataSet, RunState};
use serde::Serialize;

use crate::{problem::Problem, site::Site, words};

/// The DataSet above its tabs.
#[derive(Debug, Serialize)]
pub(super) struct DataSetHead {
    id: String,
    href: String,
    name: String,
    report: HeadReport,
    state: HeadState,
    accounts: Vec<HeadAccount>,
    rows: Option<String>,
    columns: Option<String>,
    size: Option<String>,
    updated: Option<HeadUpdate>,
    next_run: Option<HeadMoment>,
    next_run_text: Option<&'static str>,
    can_change: bool,
    can_run: bool,
    can_read: bool,
    run: Option<()>,
    trouble: Option<()>,
    exports: Vec<()>,
    open_with: Option<()>,
    tabs: Vec<Tab>,
    events_href: String,
}

#[derive(Debug, Serialize)]
struct HeadReport {
    title: String,
    workload: String,
    tells: String,
}

#[derive(Debug, Serialize)]
struct HeadState {
    kind: &'static str,
    word: &'static str,
    detail: Option<String>,
}

#[derive(Debug, Serialize)]
struct HeadAccount {
    name: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct HeadUpdate {
    #[serde(flatten)]
    moment: HeadMoment,
    version: String,
}

#[derive(Debug, Serialize)]
struct HeadMoment {
    text: String,
    datetime: String,
}

#[derive(Debug, Serialize)]
struct Tab {
    label: &'static str,
    href: String,
    current: bool,
    state: Option<&'static str>,
    note: Option<String>,
}

/// What stands above the Settings tab.
pub(super) async fn head(
    site: &Site,
    dataset: &DataSet,
    can_change: bool,
) -> Result<DataSetHead, Problem> {
    let href = format!("/datasets/{}", dataset.id);
    let now = site.now();
    let moment = |at| {
        let when = words::when(at, now);
        HeadMoment {
            text: when.text,
            datetime: when.at,
        }
    };
    let report = catalog()
        .find(&dataset.report)
        .map_err(exmetrics_engine::EngineError::from)?;
    let runs = site.engine.store().runs(Some(&dataset.id), 20).await?;
    let newest = runs.first();
    let landed = runs
        .iter()
        .find_map(|run| Some((run.ended_at?, run.version?)));
    let state = match newest.map(|run| run.state) {
        None => ("mute", "never run"),
        Some(RunState::Failed | RunState::Partial) => ("bad", "failing"),
        Some(RunState::Running | RunState::Queued) => ("run", "running"),
        Some(RunState::Succeeded | RunState::Cancelled) => ("good", "up to date"),
    };
    let table = site.reader.describe(&dataset.location).await.ok();
    let tab = |label, path: &str| Tab {
        label,
        href: format!("{href}{path}"),
        current: label == "Settings",
        state: None,
        note: None,
    };
    Ok(DataSetHead {
        id: dataset.id.clone(),
        name: dataset.name.clone(),
        report: HeadReport {
            title: report.title.clone(),
            workload: report.workload.clone(),
            tells: report.tells.clone(),
        },
        state: HeadState {
            kind: state.0,
            word: state.1,
            detail: None,
        },
        accounts: dataset
            .accounts
            .iter()
            .map(|(id, name)| HeadAccount {
                name: name.clone(),
                href: format!("/accounts/{id}"),
            })
            .collect(),
        rows: table.as_ref().map(|table| words::number(table.rows)),
        columns: table
            .as_ref()
            .map(|table| table.columns.fields().len().to_string()),
        size: table.as_ref().map(|table| words::bytes(table.bytes)),
        updated: landed.map(|(at, version)| HeadUpdate {
            moment: moment(at),
            version: version.to_string(),
        }),
        next_run: dataset.next_due.map(moment),
        next_run_text: dataset
            .next_due
            .is_none()
            .then_some("only when started by hand"),
        can_change,
        can_run: can_change,
        can_read: false,
        run: None,
        trouble: None,
        exports: Vec::new(),
        open_with: None,
        tabs: vec![
            tab("Overview", ""),
            tab("Data", "/data"),
            tab("Schema", "/schema"),
            tab("Coverage", "/coverage"),
            tab("History", "/history"),
            tab("Settings", "/settings"),
        ],
        events_href: format!("/events?dataset={}", dataset.id),
        href,
    })
}
