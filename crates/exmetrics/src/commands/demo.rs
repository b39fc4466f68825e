//! `demo`: the whole way with nothing to set up.

use std::{net::SocketAddr, path::PathBuf};

use exmetrics_catalog::{
    Cloud, CloudName, DayChoice, Details, Grain, Parameter, Period, Report, catalog, headlines,
};
use exmetrics_engine::{RunChoice, RunReport, ServiceOptions, Waiting};
use exmetrics_lake::{DataSetTable, QuerySession};
use exmetrics_sim::{Sim, SimOptions};
use exmetrics_store::{Account, DataSet, NewAccount, NewDataSet, RunState, SignIn, StoreErrorKind};
use serde_json::json;

use super::{serve, show_rows, sim};
use crate::{
    app::App,
    args::{DemoArguments, Global, ShowArguments},
    config::Config,
    failure::{Ended, Failure},
    listing::{self, count, thousands},
    progress_bar::Shown,
    say,
};

/// The simulated tenant's account.
const ACCOUNT: &str = "demo";

/// What to ask of the tables at the end: (what, SQL).
const QUESTIONS: [(&str, &str); 3] = [
    (
        "Which days were the busiest for mail?",
        "SELECT report_date AS day, send AS sent, receive AS received
         FROM email_activity_counts ORDER BY send DESC NULLS LAST, day LIMIT 5",
    ),
    (
        "Who sent the most mail on the days captured?",
        "SELECT display_name AS name, sum(send_count) AS sent, sum(receive_count) AS received
         FROM email_activity_user_detail GROUP BY display_name
         ORDER BY sent DESC NULLS LAST, name LIMIT 5",
    ),
    (
        "Whose mailbox is nearest to its limit?",
        "SELECT display_name AS name, storage_used_byte / 1000000000 AS used_gb,
                100 * storage_used_byte / prohibit_send_receive_quota_byte AS percent
         FROM mailbox_user_detail WHERE prohibit_send_receive_quota_byte > 0
         ORDER BY percent DESC, name LIMIT 5",
    ),
];

pub(crate) async fn run(demo: &DemoArguments, global: &Global) -> Result<Ended, Failure> {
    let home = home(global)?;
    let app = App::open(Some(home)).await?;
    refuse_a_real_home(&app).await?;
    let secret = sim::new_secret();
    let options = SimOptions {
        people: demo.people,
        now: app.engine.clock().now(),
        client_secret: Some(secret.clone()),
        ..SimOptions::default()
    };
    let tenant = sim::start(options).await?;
    say::note(format!(
        "A simulated tenant of {} people answers on {}.",
        thousands(u64::from(demo.people)),
        tenant.graph_url()
    ));
    let account = account(&app, &tenant, secret).await?;
    say::note("Signed in with client id and secret.");

    let reports: Vec<&Report> = catalog()
        .all()
        .iter()
        .filter(|report| report.connector_name.is_some() || makes_a_headline(report))
        .collect();
    let mut runs = Vec::with_capacity(reports.len());
    for (place, report) in reports.iter().enumerate() {
        let dataset = dataset_for(&app, report, &account).await?;
        let title = format!("[{:>2}/{}] {:<52}", place + 1, reports.len(), dataset.name);
        let progress = Shown::new(&title, global.quiet);
        let choice = RunChoice {
            full: true,
            waiting: Waiting::Here,
        };
        let report = app.engine.run(&dataset, choice, &progress).await?;
        drop(progress);
        if !global.quiet {
            let state = report.state.as_str();
            say::note(format!(
                "{title} {:>10}  {state}",
                count(report.rows, "row")
            ));
        }
        runs.push((dataset, report));
    }
    let ended = summary(&app, &runs, global).await?;
    if !demo.no_serve && !global.json {
        say::note("");
        let site = serve::Answers::everything(&app, free(demo.listen), None).await?;
        serve::run(&app, Some(site), ServiceOptions::default()).await?;
    }
    tenant.stop().await;
    Ok(ended)
}

/// Whether the overview shows something of it.
fn makes_a_headline(report: &Report) -> bool {
    let mut series = headlines().charts.iter().flat_map(|one| &one.series);
    series.any(|one| one.report == report.slug)
}

/// The address, or another port of it where that one is taken: a demo should not fail for that.
fn free(listen: SocketAddr) -> SocketAddr {
    match std::net::TcpListener::bind(listen) {
        Ok(_) => listen,
        Err(_) => SocketAddr::new(listen.ip(), 0),
    }
}

/// A home of its own, so that nobody's tables are mixed with made-up figures.
fn home(global: &Global) -> Result<PathBuf, Failure> {
    match &global.home {
        Some(home) => Ok(home.clone()),
        None => Ok(Config::read(None)?.home.join("demo")),
    }
}

/// Made-up figures must not come into real tables, nor a demo's secret into a real account.
async fn refuse_a_real_home(app: &App) -> Result<(), Failure> {
    let client_id = SimOptions::default().client_id;
    let is_ours = |account: &Account| {
        account.name == ACCOUNT
            && account.client_id == client_id
            && account.cloud.name == CloudName::Custom
    };
    match app
        .store()
        .accounts()
        .await?
        .iter()
        .find(|one| !is_ours(one))
    {
        None => Ok(()),
        Some(real) => Err(Failure::arguments(format!(
            "the home {} has the account '{}'; the demo would mix made-up figures with real ones",
            app.config.home.display(),
            real.name
        ))
        .next("Give the demo a home of its own: exmetrics --home FOLDER demo")),
    }
}

/// The tenant's account; in a home that had a demo before, it now points to this tenant.
async fn account(
    app: &App,
    tenant: &Sim,
    secret: secrecy::SecretString,
) -> Result<Account, Failure> {
    let cloud = Cloud::custom(tenant.login_url(), tenant.graph_url());
    let account = match app.store().account(ACCOUNT).await {
        Ok(account) => {
            app.store().keep_secret(&account.id, &secret).await?;
            app.store().move_account(&account.id, &cloud).await?
        }
        Err(error) if error.kind == StoreErrorKind::NotFound => {
            let new = NewAccount {
                name: ACCOUNT.into(),
                tenant: tenant.tenant_id().into(),
                client_id: tenant.client_id().into(),
                sign_in: SignIn::ClientSecret,
                cloud,
                secret: Some(secret),
            };
            app.store()
                .add_account(&new, app.engine.clock().now())
                .await?
        }
        Err(error) => return Err(error.into()),
    };
    let found = app.engine.check_account(&account).await?;
    match found
        .checks
        .iter()
        .find(|check| check.state == exmetrics_engine::CheckState::Failed)
    {
        Some(check) => Err(Failure::person(format!(
            "{}: {}",
            check.name, check.message
        ))),
        None => Ok(account),
    }
}

async fn dataset_for(app: &App, report: &Report, account: &Account) -> Result<DataSet, Failure> {
    let name = report.connector_name.as_deref().unwrap_or(&report.title);
    match app.store().dataset(name).await {
        Ok(dataset) => return Ok(dataset),
        Err(error) if error.kind == StoreErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let new = NewDataSet {
        name: name.into(),
        report: report.slug.clone(),
        account_ids: vec![account.id.clone()],
        details: details(report),
        update: report.default_update(),
        key: Vec::new(),
        schedule: None,
        retry_every_seconds: None,
        retry_times: None,
        description: report.tells.clone(),
        tags: Vec::new(),
        tables_root: app.engine.tables_root().to_owned(),
    };
    Ok(app.engine.create_dataset(&new).await?)
}

/// A few days of detail, a month of trends: what the quota allows without waiting.
fn details(report: &Report) -> Details {
    let wanted = if report.grain == Grain::Trend {
        Period::Days(30)
    } else {
        Period::Days(7)
    };
    if report.grain == Grain::Detail && report.takes(Parameter::Date) {
        let (from, to) = (DayChoice::DaysBack(7), DayChoice::DaysBack(4));
        return Details::Range { from, to };
    }
    report
        .periods
        .iter()
        .find(|period| **period == wanted)
        .or(report.periods.first())
        .map_or(Details::Current, |period| Details::Period(*period))
}

async fn summary(
    app: &App,
    runs: &[(DataSet, RunReport)],
    global: &Global,
) -> Result<Ended, Failure> {
    let mut table_rows = 0;
    let mut versions = 0;
    let mut days = std::collections::BTreeSet::new();
    for (dataset, _) in runs {
        let state = DataSetTable::open(&dataset.location).await?.state().await?;
        table_rows += state.rows;
        versions += state.version;
        let known = app.store().coverage(&dataset.id).await?;
        days.extend(known.into_iter().map(|day| day.day));
    }
    let landed: u64 = runs.iter().map(|(_, report)| report.rows).sum();
    let failed: Vec<&RunReport> = runs
        .iter()
        .map(|(_, report)| report)
        .filter(|report| report.state != RunState::Succeeded)
        .collect();
    let tables = &app.config.settings.tables;
    if global.json {
        say::json(&json!({
            "datasets": runs.len(), "succeeded": runs.len() - failed.len(), "rows_landed": landed,
            "rows": table_rows, "days": days.len(), "versions": versions, "tables": tables,
            "runs": runs.iter().map(|(_, report)| report).collect::<Vec<_>>(),
        }))?;
    } else {
        say::out("")?;
        listing::pairs(&[
            (
                "DataSets",
                format!("{} of {} succeeded", runs.len() - failed.len(), runs.len()),
            ),
            (
                "rows",
                format!(
                    "{} landed, {} in the tables",
                    thousands(landed),
                    thousands(table_rows)
                ),
            ),
            ("days", thousands(days.len() as u64)),
            ("versions", thousands(versions)),
            ("tables", tables.clone()),
        ])?;
        questions(app).await?;
        say::out("")?;
        say::out("Ask your own:")?;
        say::out(format!(
            "  exmetrics --home {} query \"SELECT * FROM email_activity_counts LIMIT 5\"",
            app.config.home.display()
        ))?;
    }
    Ok(if failed.is_empty() {
        Ended::Done
    } else {
        Ended::Partial
    })
}

async fn questions(app: &App) -> Result<(), Failure> {
    let session = QuerySession::new(app.named_tables().await?)?;
    let show = ShowArguments {
        format: None,
        output: None,
        safe_for_spreadsheets: false,
    };
    for (question, sql) in QUESTIONS {
        say::out("")?;
        say::out(question)?;
        let sql: Vec<&str> = sql.lines().map(str::trim).collect();
        say::out(format!("  {}", sql.join("\n    ")))?;
        let rows = session.sql(&sql.join(" ")).await?;
        show_rows::stream(rows, &show, "the question").await?;
    }
    Ok(())
}
