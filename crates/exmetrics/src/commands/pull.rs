//! `pull`: fetch a report and show it, without a table.

use exmetrics_catalog::{Report, catalog};
use exmetrics_engine::{AccountPlan, Pulled, RunChoice, Waiting};
use exmetrics_store::Account;

use super::{dataset, show_rows};
use crate::{
    app::App,
    args::{Global, PullArguments, ShowArguments},
    failure::{Ended, Failure},
    listing::count,
    progress_bar::Shown,
    say,
};

pub(crate) async fn run(
    app: &App,
    pull: &PullArguments,
    global: &Global,
) -> Result<Ended, Failure> {
    let report = catalog().find(&pull.report)?;
    let details = pull.details.read(report, app.engine.today())?;
    let accounts = app.accounts(&pull.account).await?;
    let plans = app.engine.plan_pull(report, &accounts, details)?;
    if pull.plan {
        let view = app.engine.view_plan(report, &plans, &accounts).await?;
        dataset::show_plan(&view, global.json)?;
        return Ok(if view.requests.is_empty() {
            Ended::Failed
        } else {
            Ended::Done
        });
    }
    refuse_nothing_left(&plans)?;
    let target = pull.show.for_scripts(global.json);
    show_rows::refuse_unusable(&target)?;
    let pulled = {
        let progress = Shown::new(&report.slug, global.quiet || global.json);
        let choice = RunChoice {
            full: true,
            waiting: Waiting::here_unless(pull.no_wait),
        };
        app.engine
            .pull(report, &accounts, &plans, choice, &progress)
            .await?
    };
    let shown = show(app, report, &pulled, &target);
    app.engine.forget_pulled(&pulled);
    let rows = shown?;
    settle(&pulled, &plans, &accounts, rows, global)
}

fn refuse_nothing_left(plans: &[AccountPlan]) -> Result<(), Failure> {
    match plans.first() {
        Some(planned) if planned.plan.nothing_left() => Err(Failure::failed(format!(
            "nothing is left to ask: {}",
            dataset::left_out(&planned.plan)
        ))),
        _ => Ok(()),
    }
}

fn show(
    app: &App,
    report: &Report,
    pulled: &Pulled,
    arguments: &ShowArguments,
) -> Result<Option<u64>, Failure> {
    if pulled.replies.is_empty() {
        return Ok(None);
    }
    let mut writer = show_rows::open(arguments, pulled.columns.clone())?;
    app.engine.show_pulled(report, pulled, |batch| {
        writer.write(batch).map_err(Failure::from)
    })?;
    Ok(Some(writer.finish()?.rows))
}

/// Says what is missing, and with which exit code.
fn settle(
    pulled: &Pulled,
    plans: &[AccountPlan],
    accounts: &[Account],
    rows: Option<u64>,
    global: &Global,
) -> Result<Ended, Failure> {
    if let Some(first) = pulled.failures.first()
        && pulled.replies.is_empty()
        && !first.no_data_yet
    {
        let worst = pulled
            .failures
            .iter()
            .find(|one| one.needs_person)
            .unwrap_or(first);
        let all_need_a_person = accounts.iter().all(|account| {
            pulled
                .failures
                .iter()
                .any(|one| one.account == account.name && one.needs_person)
        });
        let failure = if all_need_a_person {
            Failure::person(&worst.message)
        } else {
            Failure::failed(&worst.message)
        };
        return Err(failure.next(&worst.next_step));
    }
    for failure in &pulled.failures {
        say::note(format!(
            "{}, {}: {}",
            failure.account, failure.asked, failure.message
        ));
        if !failure.next_step.is_empty() {
            say::note(format!("  {}", failure.next_step));
        }
    }
    let mut missing = !pulled.failures.is_empty();
    if let Some(planned) = plans.first() {
        let left_out = dataset::left_out(&planned.plan);
        missing |= !planned.plan.expired.is_empty();
        if !left_out.is_empty() {
            say::note(format!("left out: {left_out}"));
        }
    }
    let awaited = pulled.awaited();
    if !awaited.is_empty() {
        missing = true;
        say::note(format!(
            "not published yet: {}",
            exmetrics_engine::name_days(&awaited)
        ));
    }
    for warning in &pulled.warnings {
        say::note(format!("note: {warning}"));
    }
    if let (Some(rows), false) = (rows, global.quiet || global.json) {
        say::note(count(rows, "row"));
    }
    Ok(if missing { Ended::Partial } else { Ended::Done })
}
