//! `dataset`, as far as the table is concerned: rows, versions, coverage, rejects, upkeep.

use exmetrics_catalog::{Schedule, catalog};
use exmetrics_engine::column_type;
use exmetrics_lake::{DataSetTable, QuerySession};
use exmetrics_store::{CoverageDay, DataSet};
use jiff::{SignedDuration, ToSpan};
use serde_json::json;

use super::{calendar, dataset::base_value, show_rows};
use crate::{
    app::App,
    args::{DataSetCommand, Global, ShowArguments},
    failure::{Ended, Failure},
    listing::{self, count, thousands},
    say,
};

pub(crate) async fn run(
    app: &App,
    command: DataSetCommand,
    global: &Global,
) -> Result<Ended, Failure> {
    let now = app.engine.clock().now();
    match command {
        DataSetCommand::Preview {
            name,
            rows,
            version,
            show,
        } => {
            let show = show.for_scripts(global.json);
            let dataset = app.store().dataset(&name).await?;
            export(&dataset, version, Some(rows), &show).await?;
        }
        DataSetCommand::Export {
            name,
            version,
            show,
        } => {
            let show = show.for_scripts(global.json);
            let dataset = app.store().dataset(&name).await?;
            let rows = export(&dataset, version, None, &show).await?;
            if let Some(file) = &show.output {
                say::note(format!("{} in {}", count(rows, "row"), file.display()));
            }
        }
        DataSetCommand::History { name } => {
            history(&app.store().dataset(&name).await?, global).await?;
        }
        DataSetCommand::Restore { name, version } => {
            let dataset = app.store().dataset(&name).await?;
            let state = app.engine.restore(&dataset, version).await?;
            if global.json {
                say::json(
                    &json!({ "restored": version, "version": state.version, "rows": state.rows }),
                )?;
            } else {
                say::note(format!(
                    "Version {version} is the newest again, as version {} with {}.",
                    state.version,
                    count(state.rows, "row")
                ));
            }
        }
        DataSetCommand::Coverage { name } => {
            coverage(app, &app.store().dataset(&name).await?, global).await?;
        }
        DataSetCommand::Rejects { name, limit } => {
            rejects(app, &app.store().dataset(&name).await?, limit, global)?;
        }
        DataSetCommand::Compact { name } => {
            let dataset = app.store().dataset(&name).await?;
            let _held = app.engine.hold(&dataset).await?;
            let done = DataSetTable::open(&dataset.location)
                .await?
                .compact(now)
                .await?;
            if global.json {
                say::json(&done)?;
            } else {
                say::note(format!(
                    "{} became {}.",
                    count(done.files_before, "file"),
                    done.files_after
                ));
            }
        }
        DataSetCommand::Vacuum { name, keep_days } => {
            let dataset = app.store().dataset(&name).await?;
            let _held = app.engine.hold(&dataset).await?;
            // Another machine may be writing files that no version names yet.
            let least = u32::from(app.store().is_shared());
            let keep = SignedDuration::from_hours(i64::from(keep_days.max(least)) * 24);
            let done = DataSetTable::open(&dataset.location)
                .await?
                .vacuum(keep, now)
                .await?;
            if global.json {
                say::json(&done)?;
            } else {
                say::note(format!("{} removed.", count(done.files, "file")));
            }
        }
        // The others are in `dataset`.
        _ => {}
    }
    Ok(Ended::Done)
}

async fn export(
    dataset: &DataSet,
    version: Option<u64>,
    limit: Option<usize>,
    show: &ShowArguments,
) -> Result<u64, Failure> {
    let table = match version {
        Some(version) => DataSetTable::open_version(&dataset.location, version).await?,
        None => DataSetTable::open(&dataset.location).await?,
    };
    let rows = QuerySession::rows(&table, limit).await?;
    show_rows::stream(rows, show, "reading the table").await
}

/// A DataSet for scripts, with how its table stands.
pub(crate) async fn value(dataset: &DataSet) -> serde_json::Value {
    let mut value = base_value(dataset);
    let state = async { DataSetTable::open(&dataset.location).await?.state().await };
    let state = match state.await {
        Ok(state) => Some(state),
        Err(error) => {
            value["error"] = Failure::from(error).message.into();
            None
        }
    };
    value["rows"] = state.as_ref().map(|state| state.rows).into();
    value["version"] = state.as_ref().map(|state| state.version).into();
    let columns = state.map(|state| {
        let fields = state.schema.fields().iter();
        fields
            .map(|field| json!({ "name": field.name(), "type": column_type(field.data_type()) }))
            .collect::<Vec<_>>()
    });
    value["columns"] = columns.into();
    value
}

pub(crate) async fn show(app: &App, dataset: &DataSet, global: &Global) -> Result<(), Failure> {
    if global.json {
        // A table that cannot be opened is a failure here; in a list it is one of many.
        DataSetTable::open(&dataset.location).await?;
        return say::json(&value(dataset).await);
    }
    let accounts: Vec<&str> = dataset
        .accounts
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    let table = DataSetTable::open(&dataset.location).await?;
    let state = table.state().await?;
    let mut pairs = vec![
        ("DataSet", dataset.name.clone()),
        ("report", dataset.report.clone()),
        ("accounts", accounts.join(", ")),
        ("details", dataset.details.to_string()),
        ("update method", dataset.update.to_string()),
        (
            "schedule",
            dataset
                .schedule
                .as_ref()
                .map_or_else(|| "manual".into(), Schedule::describe),
        ),
    ];
    if let Some(schedule) = &dataset.schedule {
        let next = schedule.next_times(app.engine.clock().now(), 5);
        let next: Vec<String> = next
            .iter()
            .map(|at| at.strftime("%Y-%m-%d %H:%MZ").to_string())
            .collect();
        if !next.is_empty() {
            pairs.push(("next runs", next.join(", ")));
        }
    }
    if !dataset.key.is_empty() {
        pairs.push(("key", dataset.key.join(", ")));
    }
    if !dataset.description.is_empty() {
        pairs.push(("description", dataset.description.clone()));
    }
    pairs.push(("table", dataset.location.clone()));
    pairs.push(("rows", thousands(state.rows)));
    pairs.push(("version", state.version.to_string()));
    pairs.push((
        "files",
        format!(
            "{} ({} kB)",
            state.files,
            thousands(state.bytes.div_ceil(1000))
        ),
    ));
    listing::pairs(&pairs)?;
    say::out("")?;
    let report = catalog().find(&dataset.report)?;
    let rows: Vec<Vec<String>> = state
        .schema
        .fields()
        .iter()
        .map(|field| {
            let meaning = report
                .column(field.name())
                .map(|column| column.meaning.clone());
            vec![
                field.name().clone(),
                column_type(field.data_type()),
                meaning.unwrap_or_default(),
            ]
        })
        .collect();
    listing::table(&["column", "type", "meaning"], &rows)
}

pub(crate) async fn remove(
    app: &App,
    name: &str,
    delete_table: bool,
    global: &Global,
) -> Result<(), Failure> {
    let dataset = app.store().dataset(name).await?;
    let folder = std::path::Path::new(&dataset.location);
    let delete_table = app.engine.remove_dataset(&dataset, delete_table).await?;
    if global.json {
        return say::json(
            &json!({ "removed": dataset.name, "location": dataset.location,
                                  "table_deleted": delete_table }),
        );
    }
    say::note(format!("The DataSet '{}' is forgotten.", dataset.name));
    if !delete_table && folder.is_dir() {
        say::note(format!("  Its table stays in {}", dataset.location));
    }
    Ok(())
}

async fn history(dataset: &DataSet, global: &Global) -> Result<(), Failure> {
    let versions = DataSetTable::open(&dataset.location)
        .await?
        .history()
        .await?;
    if global.json {
        return say::json(&versions);
    }
    let number = |number: Option<u64>| number.map(thousands).unwrap_or_default();
    let rows: Vec<Vec<String>> = versions
        .iter()
        .map(|version| {
            let at = version
                .committed_at
                .map(|at| at.round(jiff::Unit::Second).unwrap_or(at));
            vec![
                version.version.to_string(),
                at.map(|at| at.to_string()).unwrap_or_default(),
                version.method.clone(),
                number(version.rows),
                number(version.table_rows),
                version.run_id.clone().unwrap_or_default(),
            ]
        })
        .collect();
    listing::table(
        &[
            "version",
            "committed",
            "method",
            "rows landed",
            "rows in table",
            "run",
        ],
        &rows,
    )
}

async fn coverage(app: &App, dataset: &DataSet, global: &Global) -> Result<(), Failure> {
    let report = catalog().find(&dataset.report)?;
    let days = app.store().coverage(&dataset.id).await?;
    let accounts = app.store().accounts().await?;
    // An account that no longer feeds the DataSet has fed it once.
    let name = |id: &str| {
        let found = accounts.iter().find(|account| account.id == id);
        found.map_or_else(|| "(removed)".to_owned(), |account| account.name.clone())
    };
    let expires = |day: jiff::civil::Date| {
        report
            .window_days()
            .and_then(|window| day.checked_add(i64::from(window).days()).ok())
    };
    if global.json {
        let values: Vec<_> = days
            .iter()
            .map(|day| {
                json!({ "account": name(&day.account_id), "date": day.day, "state": day.state,
                        "rows": day.rows, "first_seen": day.first_seen,
                        "last_checked": day.last_checked, "restated": day.restated,
                        "reason": day.code, "expires_on": expires(day.day) })
            })
            .collect();
        return say::json(&values);
    }
    if days.is_empty() {
        say::note(
            "Nothing is known of any day yet: the DataSet never ran, or its report has no days.",
        );
        return Ok(());
    }
    let mut by_account: std::collections::BTreeMap<String, Vec<&CoverageDay>> = Default::default();
    for day in &days {
        by_account
            .entry(name(&day.account_id))
            .or_default()
            .push(day);
    }
    for (place, (account, days)) in by_account.iter().enumerate() {
        if place > 0 {
            say::out("")?;
        }
        calendar::show(account, days)?;
    }
    Ok(())
}

fn rejects(app: &App, dataset: &DataSet, limit: usize, global: &Global) -> Result<(), Failure> {
    let rejects = app
        .engine
        .rejects()
        .read(&dataset.id, limit)
        .map_err(|error| Failure::failed(format!("the rejects cannot be read: {error}")))?;
    if global.json {
        return say::json(&rejects);
    }
    if rejects.is_empty() {
        say::note("Every cell fitted its column.");
        return Ok(());
    }
    let text = |reject: &serde_json::Value, name: &str| match &reject[name] {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows: Vec<Vec<String>> = rejects
        .iter()
        .map(|reject| {
            ["account", "request", "line", "column", "value", "problem"]
                .map(|name| text(reject, name))
                .to_vec()
        })
        .collect();
    listing::table(
        &["account", "request", "line", "column", "value", "problem"],
        &rows,
    )
}
