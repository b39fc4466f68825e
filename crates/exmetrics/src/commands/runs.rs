//! `run`: what ran, and how it ended.

use exmetrics_engine::{RunChoice, Waiting};
use exmetrics_store::{RequestState, Run, RunState};
use serde_json::json;

use super::{dataset, due};
use crate::{
    app::App,
    args::{Global, RunCommand},
    failure::{Ended, Failure},
    listing,
    progress_bar::Shown,
    say,
};

pub(crate) async fn run(app: &App, command: RunCommand, global: &Global) -> Result<Ended, Failure> {
    match command {
        RunCommand::List { dataset, limit } => {
            list(app, dataset.as_deref(), limit, global).await?;
            Ok(Ended::Done)
        }
        RunCommand::Show { id } => {
            show(app, &app.store().run(&id).await?, global).await?;
            Ok(Ended::Done)
        }
        RunCommand::Due { no_wait } => due::run(app, no_wait, global).await,
        RunCommand::Cancel { id } => cancel(app, &id, global).await,
        RunCommand::Retry { id, no_wait } => {
            let run = app.store().run(&id).await?;
            if run.state == RunState::Succeeded {
                say::note("the run succeeded; there is nothing to ask again");
                if global.json {
                    let dataset = app.store().dataset_by_id(&run.dataset_id).await?;
                    say::json(&value(app, &run, &dataset.name).await?)?;
                }
                return Ok(Ended::Done);
            }
            let report = {
                let progress = Shown::new("retry", global.quiet || global.json);
                let choice = RunChoice {
                    full: run.full,
                    waiting: Waiting::here_unless(no_wait),
                };
                app.engine.retry(&run, choice, &progress).await?
            };
            dataset::show_report(&report, global.json)
        }
    }
}

async fn cancel(app: &App, id: &str, global: &Global) -> Result<Ended, Failure> {
    let run = app.store().run(id).await?;
    let now = app.engine.clock().now();
    if !app.store().cancel_run(&run.id, now).await? {
        return Err(Failure::failed(format!(
            "the run has ended already: {}",
            app.store().run(&run.id).await?.state.as_str()
        )));
    }
    if global.json {
        let run = app.store().run(&run.id).await?;
        let dataset = app.store().dataset_by_id(&run.dataset_id).await?;
        say::json(&value(app, &run, &dataset.name).await?)?;
    } else {
        say::note("The run is cancelled; whoever works on it stops within some seconds.");
    }
    Ok(Ended::Done)
}

async fn list(
    app: &App,
    dataset: Option<&str>,
    limit: u32,
    global: &Global,
) -> Result<(), Failure> {
    let of = match dataset {
        Some(name) => Some(app.store().dataset(name).await?.id),
        None => None,
    };
    let runs = app.store().runs(of.as_deref(), limit).await?;
    let mut listed = Vec::with_capacity(runs.len());
    for run in runs {
        let dataset = app.store().dataset_by_id(&run.dataset_id).await?.name;
        listed.push((run, dataset));
    }
    if global.json {
        let mut values = Vec::with_capacity(listed.len());
        for (run, dataset) in &listed {
            values.push(value(app, run, dataset).await?);
        }
        return say::json(&values);
    }
    let rows: Vec<Vec<String>> = listed
        .iter()
        .map(|(run, dataset)| {
            vec![
                run.id.clone(),
                dataset.clone(),
                run.state.as_str().to_owned(),
                seconds(run.started_at),
                run.rows.map(|rows| rows.to_string()).unwrap_or_default(),
                run.version
                    .map(|version| version.to_string())
                    .unwrap_or_default(),
                run.message.clone().unwrap_or_default(),
            ]
        })
        .collect();
    listing::table(
        &[
            "run", "dataset", "state", "started", "rows", "version", "message",
        ],
        &rows,
    )
}

async fn value(app: &App, run: &Run, dataset: &str) -> Result<serde_json::Value, Failure> {
    let accounts = app.store().run_accounts(&run.id).await?;
    let accounts: Vec<_> = accounts
        .iter()
        .map(|one| {
            json!({ "name": one.name, "state": one.state, "message": one.message,
                    "next_step": one.next_step })
        })
        .collect();
    Ok(json!({
        "id": run.id, "dataset": dataset, "state": run.state, "started_at": run.started_at,
        "ended_at": run.ended_at, "rows": run.rows, "version": run.version, "accounts": accounts,
        "message": run.message, "next_step": run.next_step,
    }))
}

async fn show(app: &App, run: &Run, global: &Global) -> Result<(), Failure> {
    let dataset = app.store().dataset_by_id(&run.dataset_id).await?.name;
    let requests = app.store().requests(&run.id).await?;
    let accounts = app.store().run_accounts(&run.id).await?;
    let name = |id: &str| {
        accounts
            .iter()
            .find(|one| one.account_id == id)
            .map(|one| one.name.clone())
            .unwrap_or_default()
    };
    if global.json {
        let mut value = value(app, run, &dataset).await?;
        value["requests"] = requests
            .iter()
            .map(|request| {
                json!({
                    "account": name(&request.account_id), "asked": request.ask.to_string(),
                    "state": request.state, "landed": request.landed,
                    "answered_at": request.answered_at,
                    "message": request.failure.as_ref().map(|failure| &failure.message),
                    "next_step": request.failure.as_ref().map(|failure| &failure.next_step),
                })
            })
            .collect();
        return say::json(&value);
    }
    listing::pairs(&[
        ("run", run.id.clone()),
        ("DataSet", dataset),
        ("state", run.state.as_str().to_owned()),
        ("started", seconds(run.started_at)),
        ("ended", run.ended_at.map(seconds).unwrap_or_default()),
        (
            "rows",
            run.rows.map(|rows| rows.to_string()).unwrap_or_default(),
        ),
        (
            "version",
            run.version
                .map(|version| version.to_string())
                .unwrap_or_default(),
        ),
        ("message", run.message.clone().unwrap_or_default()),
        ("next step", run.next_step.clone().unwrap_or_default()),
    ])?;
    say::out("")?;
    let rows: Vec<Vec<String>> = requests
        .iter()
        .map(|request| {
            let state = match (request.state, request.landed) {
                (RequestState::Done, true) => "landed",
                (RequestState::Done, false) => "answered",
                (RequestState::Failed, _) => "failed",
                (RequestState::Pending, _) => "to be asked",
            };
            let problem = request
                .failure
                .as_ref()
                .map(|failure| failure.message.clone());
            vec![
                name(&request.account_id),
                request.ask.to_string(),
                state.to_owned(),
                request.answered_at.map(seconds).unwrap_or_default(),
                problem.unwrap_or_default(),
            ]
        })
        .collect();
    listing::table(&["account", "asked", "state", "answered", "message"], &rows)
}

fn seconds(at: jiff::Timestamp) -> String {
    at.round(jiff::Unit::Second).unwrap_or(at).to_string()
}
