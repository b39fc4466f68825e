//! The menu of reports, and the one that is chosen.

use exmetrics_catalog::{Grain, Report, catalog};
use serde::Serialize;

use super::Said;
use crate::{
    pages::new_dataset::{reading::Reading, world::World},
    words,
};

/// The menu.
#[derive(Debug, Serialize)]
pub(super) struct ReportMenu {
    fixed: bool,
    open: bool,
    total: String,
    error: Option<String>,
    chosen: Option<ChosenReport>,
    groups: Vec<ReportGroup>,
}

#[derive(Debug, Serialize)]
struct ChosenReport {
    title: String,
    workload: String,
    grain: &'static str,
    connector_name: Option<String>,
    tells: String,
    note: Option<String>,
}

#[derive(Debug, Serialize)]
struct ReportGroup {
    workload: String,
    count: String,
    reports: Vec<ReportOption>,
}

#[derive(Debug, Serialize)]
struct ReportOption {
    slug: String,
    title: String,
    tells: String,
    words: Option<String>,
    note: Option<String>,
    selected: bool,
}

pub(super) fn menu(world: &World, reading: &Reading, said: &Said<'_>) -> ReportMenu {
    let fixed = world.there.is_some();
    let all = catalog().all();
    let mut groups: Vec<ReportGroup> = Vec::new();
    for report in all.iter().filter(|_| !fixed) {
        let option = ReportOption {
            slug: report.slug.clone(),
            title: report.title.clone(),
            tells: report.tells.clone(),
            words: search_words(report),
            note: report
                .retired_since
                .map(|ended| format!("ended {}", words::day(ended))),
            selected: reading.report.is_some_and(|one| one.slug == report.slug),
        };
        match groups
            .iter_mut()
            .find(|group| group.workload == report.workload)
        {
            Some(group) => group.reports.push(option),
            None => groups.push(ReportGroup {
                workload: report.workload.clone(),
                count: String::new(),
                reports: vec![option],
            }),
        }
    }
    for group in &mut groups {
        group.count = group.reports.len().to_string();
    }
    ReportMenu {
        fixed,
        open: reading.report.is_none(),
        total: all.len().to_string(),
        error: said.beside("report"),
        chosen: reading.report.map(|report| ChosenReport {
            title: report.title.clone(),
            workload: report.workload.clone(),
            grain: grain_words(report.grain),
            connector_name: report.connector_name.clone(),
            tells: report.tells.clone(),
            note: report.retired_since.map(|ended| {
                format!(
                    "The service behind it ended on {}: Microsoft still answers, without new days.",
                    words::day(ended)
                )
            }),
        }),
        groups,
    }
}

/// What the search finds beside title, sentence and slug: the connector's name, where its words are others.
fn search_words(report: &Report) -> Option<String> {
    let name = report.connector_name.as_deref()?.to_lowercase();
    let seen = format!(
        "{} {} {} {}",
        report.workload, report.title, report.tells, report.slug
    )
    .to_lowercase();
    let others = name.split_whitespace().any(|word| !seen.contains(word));
    others.then_some(name)
}

fn grain_words(grain: Grain) -> &'static str {
    match grain {
        Grain::Detail => "one row per user",
        Grain::Trend => "one row per day",
        Grain::Summary => "totals of a period",
        Grain::Current => "as it stands now",
    }
}
