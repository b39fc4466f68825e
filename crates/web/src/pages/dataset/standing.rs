//! How a DataSet stands, and what is the matter with it.

use exmetrics_catalog::Report;
use exmetrics_engine::{TableFailure, TableState};
use exmetrics_store::{DataSet, Run, RunState};
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;

use crate::{problem::Problem, site::Site, words};

/// How long after its time a DataSet that has not run is late.
const LATE_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// A word and its colour.
#[derive(Debug, Serialize)]
pub(crate) struct Standing {
    kind: &'static str,
    word: &'static str,
    detail: Option<String>,
}

/// In one word.
pub(super) fn standing(
    dataset: &DataSet,
    newest: Option<&Run>,
    unreadable: bool,
    running: bool,
    now: Timestamp,
) -> Standing {
    let said = |kind, word, detail: Option<&str>| Standing {
        kind,
        word,
        detail: detail.map(str::to_owned),
    };
    if unreadable {
        return said("bad", "failing", Some("its table cannot be read"));
    }
    if running {
        return said("run", "running", None);
    }
    let late = dataset.schedule.is_some()
        && dataset
            .next_due
            .is_some_and(|due| now.duration_since(due) > LATE_AFTER);
    match newest.map(|run| run.state) {
        None => said("mute", "never run", None),
        Some(RunState::Failed) => said("bad", "failing", None),
        Some(_) if late => said("wait", "late", Some("the service does not run")),
        Some(RunState::Partial) => said("wait", "up to date", Some("in part")),
        Some(RunState::Cancelled) => said("wait", "up to date", Some("the last run was cancelled")),
        Some(_) => said("good", "up to date", None),
    }
}

/// What is the matter, and what to do.
#[derive(Debug, Serialize)]
pub(crate) struct Trouble {
    kind: &'static str,
    title: String,
    text: String,
    next_step: Option<String>,
    link: Option<Link>,
    retry: Option<Retry>,
    rebuild: bool,
}

#[derive(Debug, Serialize)]
struct Link {
    href: String,
    label: &'static str,
}

#[derive(Debug, Serialize)]
struct Retry {
    action: String,
    label: String,
    account: String,
}

/// The worst of what is the matter, if anything is.
pub(super) async fn trouble(
    site: &Site,
    dataset: &DataSet,
    report: &Report,
    newest: Option<&Run>,
    table: &Result<TableState, TableFailure>,
) -> Result<Option<Trouble>, Problem> {
    if let Err(failure) = table {
        return Ok(Some(unreadable(site, dataset, report, failure)));
    }
    let Some(run) = newest else {
        return Ok(None);
    };
    if !matches!(run.state, RunState::Failed | RunState::Partial) {
        return Ok(None);
    }
    let link = |href: String, label| Some(Link { href, label });
    let accounts = site.engine.store().run_accounts(&run.id).await?;
    let failed: Vec<_> = accounts
        .iter()
        .filter(|account| account.state == RunState::Failed)
        .collect();
    let Some(first) = failed.first() else {
        // Days are missing, and the run says which; that is no trouble of today.
        let failed = run.state == RunState::Failed;
        return Ok(failed.then(|| Trouble {
            kind: "bad",
            title: "The last run failed.".into(),
            text: run.message.clone().unwrap_or_default(),
            next_step: run.next_step.clone(),
            link: link(format!("/activity/{}", run.id), "See the run"),
            retry: None,
            rebuild: false,
        }));
    };
    let title = match failed.len() {
        1 if accounts.len() == 1 => "The last run failed.".to_owned(),
        1 => format!("{} failed in the last run.", first.name),
        many => format!(
            "{many} of {} accounts failed in the last run.",
            accounts.len()
        ),
    };
    Ok(Some(Trouble {
        kind: "bad",
        title,
        text: first.message.clone().unwrap_or_default(),
        next_step: first.next_step.clone(),
        link: link(format!("/accounts/{}", first.account_id), "See the account"),
        retry: Some(Retry {
            action: format!("/activity/{}/retry", run.id),
            label: match failed.len() {
                1 => format!("Try {} again", first.name),
                _ => "Try again".into(),
            },
            account: match failed.len() {
                1 => first.account_id.clone(),
                _ => String::new(),
            },
        }),
        rebuild: false,
    }))
}

fn unreadable(site: &Site, dataset: &DataSet, report: &Report, failure: &TableFailure) -> Trouble {
    let folder = std::path::Path::new(&dataset.location);
    let gone = folder.is_absolute() && !folder.join("_delta_log").is_dir();
    if !gone {
        let next = Some(failure.next_step.clone()).filter(|next| !next.is_empty());
        return Trouble {
            kind: "bad",
            title: "The table cannot be read.".into(),
            text: failure.message.clone(),
            next_step: next,
            link: None,
            retry: None,
            rebuild: false,
        };
    }
    let today = site.engine.today();
    let still = report
        .window_days()
        .and_then(|window| today.checked_sub(i64::from(window).days()).ok())
        .map(|oldest| {
            format!(
                "Or make an empty table and fetch again what Microsoft still has: {} to yesterday. \
                 What is older is lost then.",
                words::short_day(oldest, today)
            )
        })
        .unwrap_or_else(|| "Or make an empty table and begin anew.".into());
    Trouble {
        kind: "bad",
        title: "The table is gone.".into(),
        text: format!(
            "There is no table in {}. The DataSet, its runs and its coverage are still known.",
            dataset.location
        ),
        next_step: Some(format!("Bring the folder back from a backup. {still}")),
        link: None,
        retry: None,
        rebuild: true,
    }
}
