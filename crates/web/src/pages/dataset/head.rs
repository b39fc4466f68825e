//! The head of a DataSet's page, which all its tabs share.

use exmetrics_catalog::{Report, catalog};
use exmetrics_engine::{TableFailure, TableState};
use exmetrics_store::{DataSet, Run};
use serde::Serialize;

use super::{
    open_with::{OpenWith, open_with},
    running::{Running, UNDER_WAY, running},
    standing::{Standing, Trouble, standing, trouble},
};
use crate::{
    access::{Role, Visitor},
    pages::moments::Moment,
    problem::Problem,
    site::Site,
    words,
};

/// A tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Overview,
    Data,
    Schema,
    Coverage,
    History,
    Settings,
}

impl Tab {
    const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Overview, "Overview", ""),
        (Self::Data, "Data", "/data"),
        (Self::Schema, "Schema", "/schema"),
        (Self::Coverage, "Coverage", "/coverage"),
        (Self::History, "History", "/history"),
        (Self::Settings, "Settings", "/settings"),
    ];
}

/// A DataSet as its page shows it, with what the tabs need to go on.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) dataset: DataSet,
    pub(crate) report: &'static Report,
    /// How the table stands, or why it cannot be read.
    pub(crate) table: Result<TableState, TableFailure>,
    /// The newest run.
    pub(crate) newest: Option<Run>,
    pub(crate) head: Head,
}

/// What `dataset` is in the templates.
#[derive(Debug, Serialize)]
pub(crate) struct Head {
    id: String,
    pub(super) href: String,
    pub(super) name: String,
    pub(super) table_name: String,
    report: ReportShown,
    description: String,
    tags: Vec<String>,
    state: Standing,
    accounts: Vec<AccountShown>,
    rows: Option<String>,
    columns: Option<String>,
    size: Option<String>,
    updated: Option<Updated>,
    next_run: Option<Moment>,
    next_run_text: Option<String>,
    pub(super) can_change: bool,
    can_run: bool,
    can_read: bool,
    run: Option<Running>,
    trouble: Option<Trouble>,
    exports: Vec<ExportShown>,
    open_with: OpenWith,
    tabs: Vec<TabShown>,
    live_href: String,
    live_every: u8,
}

#[derive(Debug, Serialize)]
struct ReportShown {
    title: String,
    workload: String,
    tells: String,
}

#[derive(Debug, Serialize)]
struct AccountShown {
    name: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct Updated {
    text: String,
    datetime: String,
    version: String,
}

#[derive(Debug, Serialize)]
struct ExportShown {
    label: &'static str,
    note: String,
    href: String,
}

#[derive(Debug, Serialize)]
struct TabShown {
    label: &'static str,
    href: String,
    current: bool,
    state: Option<&'static str>,
    note: Option<String>,
}

/// How many rows fit a sheet of Excel below its header.
const SHEET_ROWS: u64 = 1_048_575;

impl Head {
    /// Whether a run is under way, or about to be.
    pub(super) fn is_running(&self) -> bool {
        self.run.is_some()
    }
}

impl Shown {
    /// Looks a DataSet up for one of its tabs.
    pub(crate) async fn of(
        site: &Site,
        visitor: &Visitor,
        id: &str,
        tab: Tab,
    ) -> Result<Self, Problem> {
        let store = site.engine.store();
        let dataset = store.dataset_by_id(id).await?;
        let report = catalog()
            .find(&dataset.report)
            .map_err(exmetrics_engine::EngineError::from)?;
        let now = site.now();
        let table = site
            .tables
            .describe(site.reader.as_ref(), &dataset.location, now)
            .await;
        let newest = store.runs(Some(&dataset.id), 1).await?.into_iter().next();
        let run = running(site, &dataset).await?;
        let state = standing(
            &dataset,
            newest.as_ref(),
            table.is_err(),
            run.is_some(),
            now,
        );
        let trouble = trouble(site, &dataset, report, newest.as_ref(), &table).await?;
        let href = format!("/datasets/{}", dataset.id);
        let known = table.as_ref().ok();
        let has_rows = known.is_some_and(|table| table.rows > 0);
        let can_change = visitor.role == Role::Admin;
        let live_href = match run {
            Some(_) => format!("{href}/live?was={UNDER_WAY}"),
            None => format!("{href}/live"),
        };
        let head = Head {
            name: dataset.name.clone(),
            table_name: exmetrics_catalog::column_name(&dataset.name),
            report: ReportShown {
                title: report.title.clone(),
                workload: report.workload.clone(),
                tells: report.tells.clone(),
            },
            description: dataset.description.clone(),
            tags: dataset.tags.clone(),
            state,
            accounts: dataset
                .accounts
                .iter()
                .map(|(id, name)| AccountShown {
                    name: name.clone(),
                    href: format!("/accounts/{id}"),
                })
                .collect(),
            rows: known
                .filter(|_| has_rows)
                .map(|table| words::number(table.rows)),
            columns: known.map(|table| table.columns.fields().len().to_string()),
            size: known
                .filter(|_| has_rows)
                .map(|table| words::bytes(table.bytes)),
            updated: updated(site, &dataset, known).await?,
            next_run: dataset
                .next_due
                .filter(|_| dataset.schedule.is_some())
                .map(|at| Moment::of(at, now)),
            next_run_text: Some(match dataset.schedule {
                None => "when somebody says so".into(),
                Some(_) => "not reckoned yet".into(),
            }),
            can_change,
            can_run: can_change && run.is_none() && table.is_ok(),
            can_read: table.is_ok(),
            live_every: if run.is_some() { 2 } else { 10 },
            run,
            trouble,
            exports: known
                .filter(|_| has_rows)
                .map(|table| exports(&href, table.rows))
                .unwrap_or_default(),
            open_with: open_with(&dataset, report, &site.options.origin),
            tabs: tabs(&href, tab),
            live_href,
            id: dataset.id.clone(),
            href,
        };
        Ok(Self {
            dataset,
            report,
            table,
            newest,
            head,
        })
    }

    /// The table's state, for a tab that can do nothing without.
    pub(crate) fn state(&self) -> Option<&TableState> {
        self.table.as_ref().ok()
    }
}

/// When the newest run that made a version ended.
async fn updated(
    site: &Site,
    dataset: &DataSet,
    table: Option<&TableState>,
) -> Result<Option<Updated>, Problem> {
    let Some(table) = table else {
        return Ok(None);
    };
    let landed = site.engine.store().newest_landing(&dataset.id).await?;
    Ok(landed.map(|at| {
        let moment = Moment::of(at, site.now());
        Updated {
            text: moment.text,
            datetime: moment.datetime,
            version: table.version.to_string(),
        }
    }))
}

fn exports(href: &str, rows: u64) -> Vec<ExportShown> {
    let sheets = rows.div_ceil(SHEET_ROWS).max(1);
    let note = |format: &str| match format {
        "csv" => "any size".to_owned(),
        "xlsx" if sheets == 1 => "one sheet".to_owned(),
        "xlsx" => format!(
            "{sheets} sheets: {} rows fit one",
            words::number(SHEET_ROWS)
        ),
        _ => "types kept, smallest".to_owned(),
    };
    crate::export::OFFERED
        .iter()
        .map(|(format, label)| ExportShown {
            label,
            note: note(format.name()),
            href: format!("{href}/export?format={}", format.name()),
        })
        .collect()
}

fn tabs(href: &str, current: Tab) -> Vec<TabShown> {
    let tab = |(tab, label, path): &(Tab, &'static str, &str)| TabShown {
        label,
        href: format!("{href}{path}"),
        current: *tab == current,
        state: None,
        note: None,
    };
    Tab::ALL.iter().map(tab).collect()
}
