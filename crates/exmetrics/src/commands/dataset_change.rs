//! A DataSet is made or changed: by its own command, by `apply`, by `capture-all`, by the demo.

use exmetrics_catalog::{Details, Grain, Report, UpdateMethod};
use exmetrics_lake::DataSetTable;
use exmetrics_store::{DataSet, DataSetEdit, JobReason, NewDataSet};
use jiff::{RoundMode, TimestampRound, Unit};

use crate::{app::App, failure::Failure};

/// When a DataSet runs that keeps every day.
pub(crate) const KEEP_EVERY_DAY: &str = "daily at 06:00";

/// Makes a DataSet due now, for the service or `run due`: by the time its schedule comes due the oldest day
/// would be lost.
pub(crate) async fn make_due(app: &App, dataset: &DataSet) -> Result<(), Failure> {
    let now = app.engine.clock().now();
    // Since the minute began: whoever looks at the queue in this minute finds it.
    let since = now.round(
        TimestampRound::new()
            .smallest(Unit::Minute)
            .mode(RoundMode::Floor),
    );
    let reason = JobReason::Schedule;
    app.store()
        .enqueue(&dataset.id, since.unwrap_or(now), reason, false)
        .await?;
    Ok(())
}

/// The empty table, then the row: a DataSet that is there has its table. What is left of one that was
/// not finished is a folder that nothing names.
pub(crate) async fn make(app: &App, report: &Report, new: &NewDataSet) -> Result<DataSet, Failure> {
    let prepared = app.store().prepare_dataset(new).await?;
    let columns = exmetrics_decode::table_schema(report);
    let made = async {
        DataSetTable::create(&prepared.location, &prepared.name, &columns).await?;
        let now = app.engine.clock().now();
        Ok(app.store().create_dataset(new, &prepared, now).await?)
    };
    let made: Result<DataSet, Failure> = made.await;
    if made.is_err() {
        let _ = std::fs::remove_dir_all(&prepared.location);
    }
    made
}

/// The key columns, each of them a column of the table.
pub(crate) fn key(
    report: &Report,
    update: UpdateMethod,
    given: &[String],
) -> Result<Vec<String>, Failure> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    if update != UpdateMethod::Upsert {
        return Err(Failure::arguments(format!(
            "a key is for upsert; the update method is {update}"
        )));
    }
    let schema = exmetrics_decode::table_schema(report);
    let names: Vec<&str> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    let mut key = Vec::with_capacity(given.len());
    for column in given {
        let wanted = column.trim().to_lowercase();
        if !names.contains(&wanted.as_str()) {
            let nearest = names
                .iter()
                .map(|name| (strsim::jaro_winkler(&wanted, name), name))
                .filter(|(likeness, _)| *likeness > 0.7)
                .max_by(|left, right| left.0.total_cmp(&right.0))
                .map(|(_, name)| format!("; did you mean '{name}'?"))
                .unwrap_or_default();
            return Err(Failure::arguments(format!(
                "{} has no column '{}'{nearest}",
                report.slug,
                column.trim()
            ))
            .next(format!(
                "`exmetrics report show {}` lists its columns.",
                report.slug
            )));
        }
        key.push(wanted);
    }
    Ok(key)
}

/// A day of the ledger is a day asked for, or the one a period was published on: not both.
pub(crate) fn means_other_days(report: &Report, before: Details, after: Details) -> bool {
    report.grain != Grain::Trend && names_days(before) != names_days(after)
}

/// Changes a DataSet that nobody runs.
pub(crate) async fn change(
    app: &App,
    before: &DataSet,
    edit: &DataSetEdit,
) -> Result<DataSet, Failure> {
    let _held = app.engine.hold(before).await?;
    let dead = app.store().run_under_way(&before.id).await?;
    if let Some(dead) = dead.filter(|_| edit.forget_coverage) {
        return Err(Failure::failed(format!(
            "a run of '{}' was broken off, and still means the days as they were",
            before.name
        ))
        .next(format!(
            "Let it go on with `exmetrics dataset run \"{}\"`, or end it with `exmetrics run cancel {}`.",
            before.name, dead.id
        )));
    }
    let now = app.engine.clock().now();
    Ok(app.store().edit_dataset(&before.id, edit, now).await?)
}

fn names_days(details: Details) -> bool {
    matches!(details, Details::Date(_) | Details::Range { .. })
}
