//! `dataset`: make, change, run, plan. What concerns the table itself is in `dataset_table`.

use exmetrics_catalog::{Details, Plan, Report, UpdateMethod, catalog};
use exmetrics_engine::{
    KEEP_EVERY_DAY, PlanView, RunChoice, RunReport, Waiting, key_columns, means_other_days,
    name_days, next_try,
};
use exmetrics_store::{DataSet, DataSetEdit, NewDataSet, RunState};
use serde_json::json;

use super::dataset_table;
use crate::{
    app::App,
    args::{CreateDataSet, DataSetCommand, DetailsArguments, EditDataSet, Global},
    failure::{Ended, Failure},
    listing::{self, count},
    progress_bar::Shown,
    say,
};

pub(crate) async fn run(
    app: &App,
    command: DataSetCommand,
    global: &Global,
) -> Result<Ended, Failure> {
    match command {
        DataSetCommand::Create(arguments) => return create(app, &arguments, global).await,
        DataSetCommand::Edit(arguments) => edit(app, &arguments, global).await?,
        DataSetCommand::List => list(app, global).await?,
        DataSetCommand::Show { name } => {
            let dataset = app.store().dataset(&name).await?;
            dataset_table::show(app, &dataset, global).await?;
        }
        DataSetCommand::Rename { name, to } => {
            let dataset = app.store().rename_dataset(&name, &to).await?;
            changed(
                global,
                &dataset,
                &format!("The DataSet is called '{}' now.", dataset.name),
            )
            .await?;
        }
        DataSetCommand::Remove { name, delete_table } => {
            dataset_table::remove(app, &name, delete_table, global).await?;
        }
        DataSetCommand::Run {
            name,
            full,
            no_wait,
            retry,
        } => {
            let dataset = app.store().dataset(&name).await?;
            let choice = RunChoice {
                full,
                waiting: Waiting::here_unless(no_wait),
            };
            if retry {
                return execute_and_retry(app, &dataset, choice, global).await;
            }
            return execute(app, &dataset, choice, global).await;
        }
        DataSetCommand::Plan { name, full } => return plan(app, &name, full, global).await,
        other => return dataset_table::run(app, other, global).await,
    }
    Ok(Ended::Done)
}

async fn create(app: &App, arguments: &CreateDataSet, global: &Global) -> Result<Ended, Failure> {
    let report = catalog().find(&arguments.report)?;
    let details = if arguments.keep_every_day {
        Details::every_day(report)
    } else {
        arguments.details.read(report, app.engine.today())?
    };
    let accounts = app.accounts(&arguments.account).await?;
    let update = match arguments.keep_every_day {
        true => UpdateMethod::Partition,
        false => arguments
            .update
            .update
            .unwrap_or_else(|| report.default_update()),
    };
    let key = key_columns(report, update, &arguments.update.key)?;
    let schedule = match arguments.keep_every_day {
        true => KEEP_EVERY_DAY.parse().ok(),
        false => arguments.schedule.schedule.clone(),
    };
    let new = NewDataSet {
        name: arguments.name.clone(),
        report: report.slug.clone(),
        account_ids: accounts.iter().map(|account| account.id.clone()).collect(),
        details,
        update,
        key,
        schedule,
        retry_every_seconds: arguments.schedule.retry_every,
        retry_times: arguments.schedule.retry_times,
        description: arguments.description.clone(),
        tags: arguments.schedule.tag.clone(),
        tables_root: app.engine.tables_root().to_owned(),
    };
    let dataset = app.engine.create_dataset(&new).await?;
    if arguments.keep_every_day && !arguments.run {
        app.engine.make_due(&dataset).await?;
    }
    if arguments.run {
        return execute(
            app,
            &dataset,
            RunChoice {
                full: false,
                waiting: Waiting::Here,
            },
            global,
        )
        .await;
    }
    let next = format!("Run it: exmetrics dataset run \"{}\"", dataset.name);
    changed(
        global,
        &dataset,
        &format!("The DataSet '{}' is made. {next}", dataset.name),
    )
    .await?;
    Ok(Ended::Done)
}

async fn edit(app: &App, arguments: &EditDataSet, global: &Global) -> Result<(), Failure> {
    let before = app.store().dataset(&arguments.name).await?;
    let report = catalog().find(&before.report)?;
    let details = new_details(app, report, &arguments.details)?;
    let account_ids = if arguments.account.is_empty() {
        None
    } else {
        let accounts = app.accounts(&arguments.account).await?;
        Some(accounts.into_iter().map(|account| account.id).collect())
    };
    let update = arguments.update.update.unwrap_or(before.update);
    let key = if arguments.update.key.is_empty() {
        (update != UpdateMethod::Upsert).then(Vec::new)
    } else {
        Some(key_columns(report, update, &arguments.update.key)?)
    };
    let edit = DataSetEdit {
        account_ids,
        details,
        update: arguments.update.update,
        key,
        schedule: arguments.schedule.schedule.clone().map(Some),
        retry_every_seconds: arguments.schedule.retry_every.map(Some),
        retry_times: arguments.schedule.retry_times.map(Some),
        tags: Some(arguments.schedule.tag.clone()).filter(|tags| !tags.is_empty()),
        description: arguments.description.clone(),
        forget_coverage: details
            .is_some_and(|details| means_other_days(report, before.details, details)),
        ..DataSetEdit::default()
    };
    let dataset = app.engine.edit_dataset(&before, &edit).await?;
    changed(
        global,
        &dataset,
        &format!("The DataSet '{}' is changed.", dataset.name),
    )
    .await
}

fn new_details(
    app: &App,
    report: &Report,
    arguments: &DetailsArguments,
) -> Result<Option<Details>, Failure> {
    if !arguments.is_given() {
        return Ok(None);
    }
    arguments.read(report, app.engine.today()).map(Some)
}

async fn list(app: &App, global: &Global) -> Result<(), Failure> {
    let datasets = app.store().datasets().await?;
    if global.json {
        let mut values = Vec::with_capacity(datasets.len());
        for dataset in &datasets {
            values.push(dataset_table::value(dataset).await);
        }
        return say::json(&values);
    }
    if datasets.is_empty() {
        say::note(
            "There is no DataSet yet. Make one: exmetrics dataset create NAME --report REPORT ...",
        );
        return Ok(());
    }
    let mut rows = Vec::with_capacity(datasets.len());
    for dataset in &datasets {
        let last = app.store().runs(Some(&dataset.id), 1).await?;
        let last = last.first().map(|run| run.state.as_str().to_owned());
        let accounts: Vec<&str> = dataset
            .accounts
            .iter()
            .map(|(_, name)| name.as_str())
            .collect();
        rows.push(vec![
            dataset.name.clone(),
            accounts.join(", "),
            dataset.details.to_string(),
            dataset
                .schedule
                .as_ref()
                .map_or_else(|| "manual".into(), ToString::to_string),
            last.unwrap_or_else(|| "never ran".into()),
        ]);
    }
    listing::table(
        &["dataset", "accounts", "details", "schedule", "last run"],
        &rows,
    )
}

/// Runs a DataSet and shows how it ended.
pub(crate) async fn execute(
    app: &App,
    dataset: &DataSet,
    choice: RunChoice,
    global: &Global,
) -> Result<Ended, Failure> {
    let report = {
        let progress = Shown::new(&dataset.name, global.quiet || global.json);
        app.engine.run(dataset, choice, &progress).await?
    };
    show_report(&report, global.json)
}

/// Runs a DataSet, and what failed by something that may pass again and again, as the DataSet says.
async fn execute_and_retry(
    app: &App,
    dataset: &DataSet,
    choice: RunChoice,
    global: &Global,
) -> Result<Ended, Failure> {
    let clock = app.engine.clock();
    let mut outcome = {
        let progress = Shown::new(&dataset.name, global.quiet || global.json);
        app.engine.run(dataset, choice, &progress).await
    };
    for attempt in 0.. {
        let Some(at) = next_try(dataset, attempt, &outcome, clock.now()) else {
            break;
        };
        say::note(format!(
            "{}: it is tried again at {}",
            dataset.name,
            at.round(jiff::Unit::Second).unwrap_or(at)
        ));
        clock.sleep_until(at).await;
        let progress = Shown::new(&dataset.name, global.quiet || global.json);
        outcome = match &outcome {
            Ok(report) => {
                let run = app.store().run(&report.id).await?;
                app.engine.retry(&run, choice, &progress).await
            }
            Err(_) => app.engine.run(dataset, choice, &progress).await,
        };
    }
    show_report(&outcome?, global.json)
}

/// How a run ended, and with which exit code.
pub(crate) fn show_report(report: &RunReport, as_json: bool) -> Result<Ended, Failure> {
    let ended = match report.state {
        RunState::Partial => Ended::Partial,
        RunState::Failed if report.accounts.iter().all(|one| one.needs_person) => Ended::Person,
        RunState::Failed | RunState::Cancelled => Ended::Failed,
        RunState::Queued | RunState::Running | RunState::Succeeded => Ended::Done,
    };
    if as_json {
        say::json(report)?;
        return Ok(ended);
    }
    let version = report
        .version
        .map(|version| format!(" in version {version}"))
        .unwrap_or_default();
    say::out(format!(
        "{}: {}, {}{version}",
        report.dataset,
        report.state.as_str(),
        count(report.rows, "row")
    ))?;
    let several = report.accounts.len() > 1;
    for account in &report.accounts {
        if several || account.message.is_some() {
            let message = account.message.as_deref().unwrap_or(account.state.as_str());
            say::note(format!("  {}: {message}", account.name));
        }
        if let Some(next_step) = &account.next_step {
            say::note(format!("    {next_step}"));
        }
    }
    for warning in &report.warnings {
        say::note(format!("  note: {warning}"));
    }
    Ok(ended)
}

async fn plan(app: &App, name: &str, full: bool, global: &Global) -> Result<Ended, Failure> {
    let dataset = app.store().dataset(name).await?;
    let report = catalog().find(&dataset.report)?;
    let accounts = app.accounts_of(&dataset).await?;
    let plans = app.engine.plan_dataset(&dataset, full).await?;
    let view = app.engine.view_plan(report, &plans, &accounts).await?;
    show_plan(&view, global.json)?;
    let nothing_left = plans.iter().all(|planned| planned.plan.nothing_left());
    Ok(if nothing_left {
        Ended::Failed
    } else {
        Ended::Done
    })
}

/// A plan: what would be asked, and which days are left out and why.
pub(crate) fn show_plan(view: &PlanView, as_json: bool) -> Result<(), Failure> {
    if as_json {
        return say::json(view);
    }
    let rows: Vec<Vec<String>> = view
        .requests
        .iter()
        .map(|request| {
            let asked = request
                .period
                .clone()
                .or(request.date.map(|date| date.to_string()));
            vec![
                request.account.clone(),
                request.function.clone(),
                asked.unwrap_or_default(),
            ]
        })
        .collect();
    if rows.is_empty() {
        say::out("nothing to ask")?;
    } else {
        listing::table(&["account", "function", "asked"], &rows)?;
        say::out("")?;
    }
    for (days, what) in [
        (&view.kept, "asked"),
        (&view.too_early, "too early: not over yet"),
        (&view.expired, "expired: no longer available from Microsoft"),
        (&view.settled, "settled: captured, and not due again"),
        (
            &view.awaiting,
            "awaited: asked today, and not published yet",
        ),
    ] {
        if !days.is_empty() {
            say::out(format!(
                "{} {what} ({})",
                count(days.len() as u64, "day"),
                name_days(days)
            ))?;
        }
    }
    let requests = count(view.requests.len() as u64, "request");
    match view.estimated_seconds {
        0 => say::out(format!("{requests}; the quota allows them at once")),
        seconds => say::out(format!(
            "{requests}; the quota makes them take about {} minutes",
            seconds.div_ceil(60)
        )),
    }
}

/// The days that a plan leaves out, in a sentence.
pub(crate) fn left_out(plan: &Plan) -> String {
    let parts: Vec<String> = [
        (&plan.too_early, "not over yet"),
        (&plan.expired, "no longer available from Microsoft"),
    ]
    .into_iter()
    .filter(|(days, _)| !days.is_empty())
    .map(|(days, why)| format!("{}: {why}", name_days(days)))
    .collect();
    parts.join("; ")
}

async fn changed(global: &Global, dataset: &DataSet, sentence: &str) -> Result<(), Failure> {
    if global.json {
        return say::json(&dataset_table::value(dataset).await);
    }
    say::note(sentence);
    Ok(())
}

/// What stands in `dataset show` and in lists, for scripts.
pub(crate) fn base_value(dataset: &DataSet) -> serde_json::Value {
    let accounts: Vec<&str> = dataset
        .accounts
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    json!({
        "name": dataset.name, "report": dataset.report, "accounts": accounts,
        "details": dataset.details, "update": dataset.update, "key": dataset.key,
        "schedule": dataset.schedule, "next_run_at": dataset.next_due,
        "retry_every_seconds": dataset.retry_every_seconds, "retry_times": dataset.retry_times,
        "description": dataset.description, "tags": dataset.tags,
        "location": dataset.location,
    })
}
