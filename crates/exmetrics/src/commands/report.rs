//! `report`: the catalogue.

use exmetrics_catalog::{Grain, Report, catalog};
use serde_json::json;

use crate::{
    args::{Global, ReportCommand},
    failure::{Ended, Failure},
    listing, say,
};

pub(crate) fn run(command: &ReportCommand, global: &Global) -> Result<Ended, Failure> {
    match command {
        ReportCommand::List { workload } => list(workload.as_deref(), global.json)?,
        ReportCommand::Show { report } => show(catalog().find(report)?, global.json)?,
    }
    Ok(Ended::Done)
}

fn list(workload: Option<&str>, as_json: bool) -> Result<(), Failure> {
    let wanted = |report: &&Report| {
        workload.is_none_or(|workload| report.workload.eq_ignore_ascii_case(workload.trim()))
    };
    let reports: Vec<&Report> = catalog().all().iter().filter(wanted).collect();
    if reports.is_empty() {
        let mut known: Vec<&str> = catalog()
            .all()
            .iter()
            .map(|report| report.workload.as_str())
            .collect();
        known.sort_unstable();
        known.dedup();
        return Err(Failure::arguments(format!(
            "no report is of the workload '{}'",
            workload.unwrap_or_default()
        ))
        .next(format!("There are: {}.", known.join(", "))));
    }
    if as_json {
        return say::json(
            &reports
                .iter()
                .map(|report| summary(report))
                .collect::<Vec<_>>(),
        );
    }
    let rows: Vec<Vec<String>> = reports
        .iter()
        .map(|report| {
            vec![
                report.slug.clone(),
                report.workload.clone(),
                grain(report.grain).to_owned(),
                choices(report),
                report.title.clone(),
            ]
        })
        .collect();
    listing::table(&["report", "workload", "grain", "choose", "title"], &rows)
}

fn summary(report: &Report) -> serde_json::Value {
    json!({
        "slug": report.slug, "function": report.function, "title": report.title,
        "connector_name": report.connector_name, "workload": report.workload,
        "grain": report.grain, "parameters": report.parameters, "periods": report.periods,
        "date_window_days": report.date_window_days, "retired_since": report.retired_since,
    })
}

fn show(report: &Report, as_json: bool) -> Result<(), Failure> {
    if as_json {
        let mut value = serde_json::to_value(report)
            .map_err(|error| Failure::failed(format!("the report cannot be written: {error}")))?;
        value["default_update"] = report.default_update().as_str().into();
        for (column, known) in value["columns"]
            .as_array_mut()
            .into_iter()
            .flatten()
            .zip(&report.columns)
        {
            column["name"] = known.name().into();
        }
        return say::json(&value);
    }
    say::out(&report.title)?;
    say::out(&report.tells)?;
    if let Some(since) = report.retired_since {
        say::out(format!(
            "The service behind it ended on {since}; it is still asked."
        ))?;
    }
    say::out("")?;
    let clouds = report.clouds.iter().map(|(version, clouds)| {
        let clouds: Vec<&str> = clouds.iter().map(|cloud| cloud.as_str()).collect();
        format!("{} in {}", version.as_str(), clouds.join(", "))
    });
    let permission = |name: &Option<String>| name.clone().unwrap_or_else(|| "not possible".into());
    listing::pairs(&[
        ("report", report.slug.clone()),
        ("function", report.function.clone()),
        (
            "connector name",
            report.connector_name.clone().unwrap_or_else(|| "-".into()),
        ),
        ("workload", report.workload.clone()),
        ("grain", grain(report.grain).to_owned()),
        ("choose", choices(report)),
        ("offered", clouds.collect::<Vec<_>>().join("; ")),
        ("update method", report.default_update().to_string()),
        ("key", report.key.join(", ")),
        (
            "permission",
            format!(
                "app: {}; person: {}",
                permission(&report.permissions.application),
                permission(&report.permissions.delegated)
            ),
        ),
    ])?;
    say::out("")?;
    let rows: Vec<Vec<String>> = report
        .columns
        .iter()
        .map(|column| {
            vec![
                column.name(),
                column.kind.as_str().to_owned(),
                column.unit.clone().unwrap_or_default(),
                if column.personal {
                    "yes".into()
                } else {
                    String::new()
                },
                column.meaning.clone(),
            ]
        })
        .collect();
    listing::table(&["column", "type", "unit", "personal", "meaning"], &rows)
}

fn grain(grain: Grain) -> &'static str {
    match grain {
        Grain::Detail => "detail",
        Grain::Trend => "trend",
        Grain::Summary => "summary",
        Grain::Current => "current",
    }
}

/// What may be chosen, in a few words.
fn choices(report: &Report) -> String {
    let periods: Vec<String> = report.periods.iter().map(ToString::to_string).collect();
    let days = report
        .offers_days()
        .then(|| format!("days ({} back)", report.window_days().unwrap_or_default()));
    let parts: Vec<String> = [(!periods.is_empty()).then(|| periods.join(" ")), days]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        "-".into()
    } else {
        parts.join(", ")
    }
}
