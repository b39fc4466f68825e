//! `capture-all`: a DataSet that keeps every day, for every report that a tenant answers.

use std::sync::Arc;

use exmetrics_engine::{Service, ServiceOptions};
use exmetrics_store::JobReason;
use serde_json::json;

use super::due::{self, Passed};
use crate::{
    app::App,
    args::{CaptureAllArguments, Global},
    failure::{Ended, Failure},
    listing::{self, count},
    say,
};

pub(crate) async fn run(
    app: &App,
    arguments: &CaptureAllArguments,
    global: &Global,
) -> Result<Ended, Failure> {
    let account = app.store().account(&arguments.account).await?;
    let all = app.engine.capture_all(&account, arguments.plan).await?;
    if arguments.run {
        let now = app.engine.clock().now();
        for dataset in all.kept.iter().filter_map(|one| one.dataset.as_ref()) {
            let reason = JobReason::Person;
            app.store().enqueue(&dataset.id, now, reason, false).await?;
        }
    }
    let (requests, seconds) = (all.requests, all.estimated_seconds);
    if global.json && !arguments.run {
        let names: Vec<&str> = all.kept.iter().map(|one| one.name.as_str()).collect();
        let left_out: Vec<_> = all
            .left_out
            .iter()
            .map(|(report, why)| json!({ "report": report, "message": why }))
            .collect();
        say::json(&json!({
            "account": account.name, "datasets": names, "left_out": left_out,
            "requests": requests, "estimated_seconds": seconds, "planned_only": arguments.plan,
        }))?;
    } else if !global.json {
        if !all.left_out.is_empty() {
            let rows: Vec<Vec<String>> = all
                .left_out
                .iter()
                .map(|(report, why)| vec![report.clone(), why.clone()])
                .collect();
            listing::table(&["not answered", "why"], &rows)?;
            say::out("")?;
        }
        let what = if arguments.plan {
            "would be kept"
        } else {
            "are kept"
        };
        say::out(format!(
            "{} {what} for {}, every day from now on.",
            count(all.kept.len() as u64, "report"),
            account.name
        ))?;
        say::out(format!(
            "The first capture asks {}; the quota makes it take {}.",
            count(requests, "request"),
            minutes(seconds)
        ))?;
    }
    if !arguments.run {
        return Ok(Ended::Done);
    }
    let passed = Passed::new(global.quiet || global.json);
    Service::new(
        Arc::clone(&app.engine),
        ServiceOptions::default(),
        passed.clone(),
    )?
    .run_due()
    .await?;
    due::settle(&passed, global)
}

fn minutes(seconds: u64) -> String {
    match seconds {
        0 => "no longer than Microsoft's answers".into(),
        1..=90 => format!("about {seconds} seconds"),
        _ => format!("about {} minutes", seconds.div_ceil(60)),
    }
}
