//! How the rows of a DataSet enter its table: which old rows a new row replaces.

use exmetrics_catalog::{Details, Grain, Report, UpdateMethod};
use exmetrics_store::DataSet;

use crate::UpdateRule;

/// How the rows of a DataSet enter its table: which columns say what a new row replaces.
pub(crate) fn update_rule(report: &Report, dataset: &DataSet) -> UpdateRule {
    let key = match dataset.update {
        UpdateMethod::Append => Vec::new(),
        UpdateMethod::Replace => vec!["_account".to_owned()],
        UpdateMethod::Partition => partition_columns(report, dataset.details),
        UpdateMethod::Upsert if dataset.key.is_empty() => preset_key(report, dataset.details),
        UpdateMethod::Upsert => of_each_account(&dataset.key),
    };
    UpdateRule {
        method: dataset.update,
        key,
    }
}

/// A person's key, for each account by itself: two tenants may have rows with the same key.
fn of_each_account(key: &[String]) -> Vec<String> {
    let mut columns = vec!["_account".to_owned()];
    columns.extend(key.iter().filter(|column| *column != "_account").cloned());
    columns
}

/// What makes a partition, by the report's grain: a day, or one published snapshot of a period.
fn partition_columns(report: &Report, details: Details) -> Vec<String> {
    let refresh_date = "report_refresh_date";
    let mut columns = vec!["_account".to_owned()];
    match (report.grain, details) {
        (Grain::Trend, _) => columns.extend(report.day_column.clone()),
        (_, Details::Date(_) | Details::Range { .. }) => columns.push("_requested_date".into()),
        (Grain::Current, _) | (_, Details::Current) => {}
        (_, Details::Period(_)) => columns.push("_requested_period".into()),
    }
    let snapshot = !matches!(details, Details::Date(_) | Details::Range { .. });
    if report.grain != Grain::Trend && snapshot && report.column(refresh_date).is_some() {
        columns.push(refresh_date.into());
    }
    columns
}

/// What makes a row the same row, for upsert, when no key is chosen: the report's own key, for the account
/// and for what was asked.
pub fn preset_key(report: &Report, details: Details) -> Vec<String> {
    let mut columns = vec!["_account".to_owned()];
    match (report.grain, details) {
        (Grain::Trend | Grain::Current, _) => {}
        (_, Details::Date(_) | Details::Range { .. }) => columns.push("_requested_date".into()),
        (_, Details::Period(_) | Details::Current) => columns.push("_requested_period".into()),
    }
    columns.extend(report.key.iter().cloned());
    columns
}
