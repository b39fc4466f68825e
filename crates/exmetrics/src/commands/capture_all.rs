//! `capture-all`: a DataSet that keeps every day, for every report that a tenant answers.

use std::sync::Arc;

use exmetrics_catalog::{Ask, Details, Report, UpdateMethod, catalog};
use exmetrics_engine::{
    Answers, EngineErrorKind, KEEP_EVERY_DAY, ReadySignIn, Service, ServiceOptions,
};
use exmetrics_store::{Account, DataSet, JobReason, NewDataSet};
use futures::{StreamExt, stream};
use serde_json::json;

use super::due::{self, Passed};
use crate::{
    app::App,
    args::{CaptureAllArguments, Global},
    failure::{Ended, Failure},
    listing::{self, count},
    say,
};

/// How many reports are tried at the same time.
const TRIED_AT_ONCE: usize = 8;

/// A report and whether the tenant answers it.
struct Tried {
    report: &'static Report,
    answers: Answers,
}

pub(crate) async fn run(
    app: &App,
    arguments: &CaptureAllArguments,
    global: &Global,
) -> Result<Ended, Failure> {
    let account = app.store().account(&arguments.account).await?;
    let ready = app.engine.session(&account).await?;
    let offered: Vec<&Report> = catalog()
        .all()
        .iter()
        .filter(|report| report.version_for(account.cloud.name).is_some())
        .collect();
    let tried = try_all(app, &ready, &offered).await;
    refuse_if_none(&account, &tried)?;

    let mut datasets = Vec::new();
    let mut left_out = Vec::new();
    for Tried { report, answers } in tried {
        match answers {
            // What cannot be told today is kept, too: its days would be lost.
            Answers::Yes | Answers::Unknown { .. } => {
                datasets.push(dataset_for(app, report, &account, arguments.plan).await?);
            }
            Answers::No { message, .. } => left_out.push((report.slug.clone(), message)),
        }
    }
    let made: Vec<DataSet> = datasets
        .iter()
        .filter_map(|one| one.dataset.clone())
        .collect();
    let (requests, seconds) = estimate(app, &account, &datasets).await?;
    if arguments.run {
        let now = app.engine.clock().now();
        for dataset in &made {
            let reason = JobReason::Person;
            app.store().enqueue(&dataset.id, now, reason, false).await?;
        }
    }
    if global.json && !arguments.run {
        let names: Vec<&str> = datasets.iter().map(|one| one.name.as_str()).collect();
        let left_out: Vec<_> = left_out
            .iter()
            .map(|(report, why)| json!({ "report": report, "message": why }))
            .collect();
        say::json(&json!({
            "account": account.name, "datasets": names, "left_out": left_out,
            "requests": requests, "estimated_seconds": seconds, "planned_only": arguments.plan,
        }))?;
    } else if !global.json {
        if !left_out.is_empty() {
            let rows: Vec<Vec<String>> = left_out
                .into_iter()
                .map(|(report, why)| vec![report, why])
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
            count(datasets.len() as u64, "report"),
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

async fn try_all(app: &App, ready: &ReadySignIn, reports: &[&'static Report]) -> Vec<Tried> {
    stream::iter(reports.iter().copied())
        .map(|report| async move {
            let answers = app
                .engine
                .answers(ready, report, smallest_ask(report))
                .await;
            Tried { report, answers }
        })
        .buffered(TRIED_AT_ONCE)
        .collect()
        .await
}

/// What costs Microsoft and us the least.
fn smallest_ask(report: &Report) -> Ask {
    match report
        .periods
        .iter()
        .min_by_key(|period| period.days().unwrap_or(u16::MAX))
    {
        Some(period) => Ask::Period(*period),
        None => Ask::Current,
    }
}

/// Where nothing is answered, the account is what is wrong.
fn refuse_if_none(account: &Account, tried: &[Tried]) -> Result<(), Failure> {
    if tried.iter().any(|one| matches!(one.answers, Answers::Yes)) {
        return Ok(());
    }
    let later = "It may pass by itself; try again in some minutes.".to_owned();
    let first = tried.iter().find_map(|one| match &one.answers {
        Answers::No {
            message,
            next_step,
            kind,
        } => Some((message, next_step, *kind)),
        Answers::Unknown { message } => Some((message, &later, EngineErrorKind::Failed)),
        Answers::Yes => None,
    });
    let Some((message, next_step, kind)) = first else {
        return Err(Failure::failed(format!(
            "no report is offered in the cloud of '{}'",
            account.name
        )));
    };
    let failure = match kind {
        EngineErrorKind::Person => Failure::person(message),
        _ => Failure::failed(message),
    };
    Err(failure.next(next_step))
}

/// A DataSet of a report, made or to be made.
struct Kept {
    name: String,
    report: &'static Report,
    dataset: Option<DataSet>,
}

/// The account's DataSet of a report that keeps every day: one that is there, or a new one.
async fn dataset_for(
    app: &App,
    report: &'static Report,
    account: &Account,
    plan_only: bool,
) -> Result<Kept, Failure> {
    let details = Details::every_day(report);
    let all = app.store().datasets().await?;
    let there = all.iter().find(|one| {
        let feeds = one.accounts.iter().any(|(id, _)| *id == account.id);
        one.report == report.slug && one.details == details && feeds && one.schedule.is_some()
    });
    if let Some(there) = there {
        return Ok(Kept {
            name: there.name.clone(),
            report,
            dataset: Some(there.clone()),
        });
    }
    let taken = |name: &str| {
        all.iter()
            .any(|one| one.name.to_lowercase() == name.to_lowercase())
    };
    let mut name = report.title.clone();
    if taken(&name) {
        name = format!("{} ({})", report.title, account.name);
    }
    let dataset = if plan_only {
        None
    } else {
        let new = NewDataSet {
            name: name.clone(),
            report: report.slug.clone(),
            account_ids: vec![account.id.clone()],
            details,
            update: UpdateMethod::Partition,
            key: Vec::new(),
            schedule: KEEP_EVERY_DAY.parse().ok(),
            retry_every_seconds: None,
            retry_times: None,
            description: report.tells.clone(),
            tags: vec!["every day".to_owned()],
            tables_root: app.engine.tables_root().to_owned(),
        };
        let dataset = app.engine.create_dataset(&new).await?;
        app.engine.make_due(&dataset).await?;
        Some(dataset)
    };
    Ok(Kept {
        name,
        report,
        dataset,
    })
}

/// How many requests the first capture makes, and how long the quota makes it take: functions do not
/// wait for each other, so the longest counts.
async fn estimate(app: &App, account: &Account, kept: &[Kept]) -> Result<(u64, u64), Failure> {
    let accounts = [account.clone()];
    let (mut requests, mut seconds) = (0, 0);
    for one in kept {
        let plans = match &one.dataset {
            Some(dataset) => app.engine.plan_dataset(dataset, false).await?,
            None => app
                .engine
                .plan_pull(one.report, &accounts, Details::every_day(one.report))?,
        };
        let view = app.engine.view_plan(one.report, &plans, &accounts).await?;
        requests += view.requests.len() as u64;
        seconds = seconds.max(view.estimated_seconds);
    }
    Ok((requests, seconds))
}

fn minutes(seconds: u64) -> String {
    match seconds {
        0 => "no longer than Microsoft's answers".into(),
        1..=90 => format!("about {seconds} seconds"),
        _ => format!("about {} minutes", seconds.div_ceil(60)),
    }
}
