//! `doctor`: whether everything is as it should be, and what to do where it is not.

use std::{path::Path, time::Duration};

use exmetrics_engine::CheckState;
use exmetrics_lake::DataSetTable;
use exmetrics_store::{Delivered, RunState};
use jiff::SignedDuration;
use serde::Serialize;

use crate::{
    app::App,
    args::Global,
    failure::{Ended, Failure},
    listing::{count, thousands},
    say,
};

/// A DataSet with a schedule whose last good run is older than this is stale.
const STALE: SignedDuration = SignedDuration::from_hours(50);

/// Less room than this is too little for a night's replies.
const LITTLE_ROOM: u64 = 1 << 30;

#[derive(Debug, Serialize)]
struct Finding {
    name: String,
    state: CheckState,
    message: String,
    next_step: Option<String>,
}

pub(crate) async fn run(global: &Global) -> Result<Ended, Failure> {
    let app = match App::open(global.home.clone()).await {
        Ok(app) => app,
        // Home, key or store: nothing else can be looked at.
        Err(failure) => {
            let code = failure.code;
            let mut found = Vec::new();
            add(
                &mut found,
                "home, key and store",
                CheckState::Failed,
                failure.message,
                failure.next_step,
            );
            show(&found, global)?;
            return Ok(if code == 4 {
                Ended::Person
            } else {
                Ended::Failed
            });
        }
    };
    let mut found = Vec::new();
    let ok = CheckState::Ok;
    let home = app.config.home.display().to_string();
    add(&mut found, "home", ok, home, None);
    match app.store().check_key().await {
        Ok(()) => add(
            &mut found,
            "key",
            ok,
            "it opens what is sealed".into(),
            None,
        ),
        Err(error) => add(
            &mut found,
            "key",
            CheckState::Failed,
            error.to_string(),
            None,
        ),
    }
    let store = if app.store().is_shared() {
        "PostgreSQL answers"
    } else {
        "control.db answers"
    };
    add(&mut found, "store", ok, store.into(), None);
    disk(&mut found, &app);
    let needs_person = accounts(&mut found, &app).await?;
    datasets(&mut found, &app).await?;
    notices(&mut found, &app).await?;
    show(&found, global)?;
    let failed = found.iter().any(|one| one.state == CheckState::Failed);
    Ok(match (failed, needs_person) {
        (false, _) => Ended::Done,
        (true, true) => Ended::Person,
        (true, false) => Ended::Failed,
    })
}

fn disk(found: &mut Vec<Finding>, app: &App) {
    let place = |folder: &Path| match free_bytes(folder) {
        Some(free) => (
            free,
            format!(
                "{} MB are free in {}",
                thousands(free / 1_000_000),
                folder.display()
            ),
        ),
        None => (
            u64::MAX,
            format!(
                "how much room is left in {} cannot be told",
                folder.display()
            ),
        ),
    };
    let mut folders = vec![app.config.home.clone()];
    if !app.config.settings.tables.contains("://")
        && !Path::new(&app.config.settings.tables).starts_with(&app.config.home)
    {
        folders.push(app.config.settings.tables.clone().into());
    }
    for folder in folders {
        let (free, message) = place(&folder);
        let (state, next) = match free {
            free if free < LITTLE_ROOM => (
                CheckState::Warning,
                Some("Make room, or move the tables (EXMETRICS_TABLES).".to_owned()),
            ),
            _ => (CheckState::Ok, None),
        };
        add(found, "disk", state, message, next);
    }
}

/// Free bytes of the disk that a folder is on.
fn free_bytes(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.is_dir())?;
    fs4::available_space(there).ok()
}

/// Each account: sign-in, the clock against Microsoft's, reports, names. Whether a person must act.
async fn accounts(found: &mut Vec<Finding>, app: &App) -> Result<bool, Failure> {
    let accounts = app.store().accounts().await?;
    if accounts.is_empty() {
        let next =
            Some("Add one: exmetrics account add NAME --tenant T --client-id ID ...".to_owned());
        add(
            found,
            "accounts",
            CheckState::Warning,
            "there is none yet".into(),
            next,
        );
    }
    let mut needs_person = false;
    for account in accounts {
        let checked = app.engine.check_account(&account).await?;
        needs_person |= checked.needs_person();
        for check in checked.checks {
            let name = format!("account {}, {}", account.name, check.name);
            add(found, &name, check.state, check.message, check.next_step);
        }
        // A clock that was moved for a trial is wrong on purpose.
        let skew = match app.config.now {
            Some(_) => None,
            None => app.engine.clock_skew(&account).await,
        };
        if let Some(skew) = skew.filter(|skew| skew.unsigned_abs() > Duration::from_secs(120)) {
            let message = format!("this machine's clock is {} seconds off", skew.as_secs());
            let next = Some(
                "Set the clock, for example with NTP: sign-ins are refused otherwise.".to_owned(),
            );
            add(found, "clock", CheckState::Warning, message, next);
        }
    }
    Ok(needs_person)
}

/// Whether what people were to be told has reached them.
async fn notices(found: &mut Vec<Finding>, app: &App) -> Result<(), Failure> {
    let channels = app.engine.channel_places().await?;
    if channels.is_empty() {
        return Ok(());
    }
    let told = app.store().notices(100).await?;
    for (name, _) in channels {
        let of_channel = |one: &&Delivered| one.channel == name && one.state != "waiting";
        // The newest delivery tells how the channel is now.
        let last = told
            .iter()
            .find_map(|notice| notice.deliveries.iter().find(of_channel));
        let subject = format!("channel {name}");
        match last {
            Some(last) if last.state == "failed" => add(
                found,
                &subject,
                CheckState::Warning,
                format!(
                    "the last notice did not get through: {}",
                    last.message.as_deref().unwrap_or("no reason was kept")
                ),
                Some(format!("Try it: exmetrics notify test \"{name}\"")),
            ),
            Some(_) => add(
                found,
                &subject,
                CheckState::Ok,
                "the last notice got through".into(),
                None,
            ),
            None => add(
                found,
                &subject,
                CheckState::Ok,
                "nothing was told yet".into(),
                None,
            ),
        }
    }
    Ok(())
}

async fn datasets(found: &mut Vec<Finding>, app: &App) -> Result<(), Failure> {
    let now = app.engine.clock().now();
    let good: std::collections::BTreeMap<_, _> =
        app.store().last_good_runs().await?.into_iter().collect();
    for dataset in app.store().datasets().await? {
        let name = format!("DataSet {}", dataset.name);
        if let Err(error) = DataSetTable::open(&dataset.location).await {
            let failure = Failure::from(error);
            add(
                found,
                &name,
                CheckState::Failed,
                failure.message,
                failure.next_step,
            );
            continue;
        }
        let last = app.store().runs(Some(&dataset.id), 1).await?.pop();
        let age = good.get(&dataset.name).map(|at| now.duration_since(*at));
        let run = format!("exmetrics dataset run \"{}\"", dataset.name);
        let (state, message, next) = match (last, age) {
            (None, _) => (
                CheckState::Warning,
                "it never ran".into(),
                Some(format!("Run it: {run}")),
            ),
            (Some(last), _) if last.state == RunState::Failed => (
                CheckState::Failed,
                format!("its last run failed: {}", last.message.unwrap_or_default()),
                last.next_step.or(Some(format!("Run it again: {run}"))),
            ),
            (_, Some(age)) if dataset.schedule.is_some() && age > STALE => (
                CheckState::Warning,
                format!("nothing came for {} hours", age.as_hours()),
                Some("See whether the service runs: exmetrics serve, or run due from cron.".into()),
            ),
            (_, Some(age)) => (
                CheckState::Ok,
                format!("fresh, {} hours old", age.as_hours()),
                None,
            ),
            (Some(last), None) => (
                CheckState::Warning,
                format!("its last run is {}", last.state.as_str()),
                None,
            ),
        };
        add(found, &name, state, message, next);
    }
    for (account, datasets) in app.engine.days_at_risk().await?.into_values() {
        let days: usize = datasets.iter().map(|(_, days)| days.len()).sum();
        let names: Vec<String> = datasets.into_iter().map(|(name, _)| name).collect();
        let message = format!(
            "{} of {account} expire within three days and are not captured ({})",
            count(days as u64, "day"),
            names.join(", ")
        );
        let next = Some("See why with `exmetrics run list`, then run these DataSets.".to_owned());
        add(found, "days at risk", CheckState::Warning, message, next);
    }
    Ok(())
}

fn add(
    found: &mut Vec<Finding>,
    name: &str,
    state: CheckState,
    message: String,
    next_step: Option<String>,
) {
    found.push(Finding {
        name: name.to_owned(),
        state,
        message,
        next_step,
    });
}

fn show(found: &[Finding], global: &Global) -> Result<(), Failure> {
    if global.json {
        return say::json(&serde_json::json!({ "checks": found }));
    }
    for one in found {
        let mark = match one.state {
            CheckState::Ok => "✔",
            CheckState::Warning => "!",
            CheckState::Failed => "✖",
        };
        say::out(format!("{mark} {}: {}", one.name, one.message))?;
        if let Some(next) = &one.next_step {
            say::out(format!("    {next}"))?;
        }
    }
    Ok(())
}
