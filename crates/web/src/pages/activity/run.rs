//! One run: its plan, its requests, what came of them, and what can be done.

use axum::{
    extract::{Path, State},
    response::Html,
};
use exmetrics_store::{JournalLine, RequestRow, RequestState, Run, RunAccount, RunState};
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    fall::{self, Requests},
    trigger,
};
use crate::{
    access::Visitor,
    pages::Frame,
    problem::Problem,
    site::Site,
    words::{count, number, span},
};

/// How many rejects the page shows.
const REJECTS_SHOWN: usize = 20;

#[derive(Serialize)]
pub(in crate::pages) struct Shown {
    id: String,
    events_href: Option<String>,
    dataset: Link,
    started: Moment,
    state: &'static str,
    state_text: Option<String>,
    facts: Vec<Fact>,
    can: Can,
    progress: Option<Progress>,
    problems: Vec<Trouble>,
    counts: Vec<Count>,
    requests: Requests,
    rejects: Option<Rejects>,
    /// Changes of the report's columns stand in the log, as sentences.
    drift: Option<()>,
    log: Log,
}

#[derive(Serialize)]
struct Link {
    name: String,
    href: String,
}

#[derive(Serialize)]
struct Moment {
    text: String,
    at: String,
}

#[derive(Serialize)]
struct Fact {
    label: &'static str,
    value: String,
    href: Option<String>,
}

/// What a person can do about it.
#[derive(Serialize)]
struct Can {
    retry: bool,
    retry_accounts: [(); 0],
    cancel: bool,
    cancel_sentences: Option<Vec<String>>,
    replay: bool,
    replay_sentences: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Progress {
    done: usize,
    total: usize,
    label: &'static str,
    left: String,
    right: String,
}

#[derive(Serialize)]
struct Trouble {
    kind: &'static str,
    title: String,
    text: Option<String>,
    href: Option<String>,
    label: Option<&'static str>,
}

#[derive(Serialize)]
struct Count {
    label: &'static str,
    value: String,
    note: String,
}

#[derive(Serialize)]
struct Rejects {
    note: String,
    download_href: String,
    rows: Vec<Rejected>,
}

/// A cell that did not fit.
#[derive(Serialize)]
pub(super) struct Rejected {
    pub(super) reply: String,
    pub(super) line: String,
    pub(super) column: String,
    pub(super) cell: String,
    pub(super) why: String,
}

#[derive(Serialize)]
struct Log {
    note: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    at: String,
    time: String,
    level: &'static str,
    text: String,
}

pub(super) async fn page(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Problem> {
    let content = look(&site, &id).await?;
    let title = format!("Run of {}", content.started.text);
    let frame = Frame::of(&site, &visitor, "activity", title).await?;
    frame.page(&site, "run.html", content)
}

/// How a run stands.
pub(in crate::pages) async fn look(site: &Site, id: &str) -> Result<Shown, Problem> {
    let store = site.engine.store();
    let run = store.run(id).await?;
    let dataset = store.dataset_by_id(&run.dataset_id).await?;
    let accounts = store.run_accounts(&run.id).await?;
    let requests = store.requests(&run.id).await?;
    let now = site.now();
    let running = run.state == RunState::Running;
    let waits_until = match running {
        true => store
            .jobs()
            .await?
            .into_iter()
            .find(|job| job.dataset_id == run.dataset_id && job.holder.is_none())
            .map(|job| job.due_at),
        false => None,
    };
    let rejects = rejects_of(site, &run, REJECTS_SHOWN + 1)?;
    let done = requests
        .iter()
        .filter(|one| one.state == RequestState::Done)
        .count();
    let rows: i64 = requests.iter().filter_map(|one| one.rows).sum();
    let rows = u64::try_from(rows).unwrap_or_default();
    let moment = run.started_at.to_zoned_datetime(TimeZone::UTC);
    let shown = Shown {
        events_href: running.then(|| format!("/events?about=run&run={}", run.id)),
        started: Moment {
            text: moment.strftime("%-d %b %Y, %H:%M").to_string(),
            at: moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        },
        state: run.state.as_str(),
        state_text: state_text(&run, &accounts),
        facts: facts(&run, &accounts, now),
        can: Can {
            retry: matches!(run.state, RunState::Failed | RunState::Partial)
                && requests.iter().any(|one| one.state == RequestState::Failed),
            retry_accounts: [],
            cancel: running,
            cancel_sentences: running.then(|| {
                vec![
                    format!(
                        "{done} of {} requests have been answered; their replies stay in the archive.",
                        requests.len()
                    ),
                    "Nothing of this run lands. The next run asks for what is missing then.".into(),
                ]
            }),
            replay: false,
            replay_sentences: None,
        },
        progress: running.then(|| Progress {
            done,
            total: requests.len().max(1),
            label: "Asking Microsoft",
            left: format!("{} rows so far", number(rows)),
            right: match waits_until {
                Some(at) => format!(
                    "{done} of {} requests; waits for the quota until {}",
                    requests.len(),
                    clock(at)
                ),
                None => format!("{done} of {} requests", requests.len()),
            },
        }),
        problems: problems(&accounts, &run),
        counts: vec![
            Count {
                label: "Requests",
                value: number(done as u64),
                note: format!("of {} planned", requests.len()),
            },
            Count {
                label: "Rows",
                value: number(rows),
                note: String::new(),
            },
            Count {
                label: "Rejects",
                value: match rejects.len() {
                    many if many > REJECTS_SHOWN => format!("over {REJECTS_SHOWN}"),
                    many => many.to_string(),
                },
                note: String::new(),
            },
        ],
        requests: fall::requests(&run, &accounts, &requests, now),
        rejects: (!rejects.is_empty()).then(|| Rejects {
            note: "null in their column, kept as they came".into(),
            download_href: format!("/activity/{}/rejects.csv", run.id),
            rows: rejects.into_iter().take(REJECTS_SHOWN).collect(),
        }),
        drift: None,
        log: log(&run, &accounts, &requests),
        dataset: Link {
            name: dataset.name,
            href: format!("/datasets/{}", dataset.id),
        },
        id: run.id,
    };
    Ok(shown)
}

/// The cells of a run that did not fit, at most so many.
pub(super) fn rejects_of(site: &Site, run: &Run, limit: usize) -> Result<Vec<Rejected>, Problem> {
    let rejects = site
        .engine
        .rejects()
        .read_run(&run.dataset_id, &run.id, limit);
    let rejects = rejects.map_err(|error| Problem::broken("the list of rejects", &error))?;
    let text = |value: &serde_json::Value, key: &str| match &value[key] {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    Ok(rejects
        .iter()
        .map(|one| Rejected {
            reply: text(one, "asked"),
            line: text(one, "line"),
            column: text(one, "column"),
            cell: text(one, "value"),
            why: text(one, "problem"),
        })
        .collect())
}

fn clock(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC)
        .strftime("%H:%M:%S UTC")
        .to_string()
}

fn state_text(run: &Run, accounts: &[RunAccount]) -> Option<String> {
    let failed = accounts
        .iter()
        .filter(|one| one.state == RunState::Failed)
        .count();
    match run.state {
        RunState::Partial if failed > 0 => Some(format!(
            "partial, {} of {} accounts",
            accounts.len() - failed,
            accounts.len()
        )),
        RunState::Partial => Some("partial, some days missing".into()),
        _ => None,
    }
}

fn facts(run: &Run, accounts: &[RunAccount], now: Timestamp) -> Vec<Fact> {
    let fact = |label, value: String| Fact {
        label,
        value,
        href: None,
    };
    let took = span(run.ended_at.unwrap_or(now).duration_since(run.started_at));
    let good = accounts
        .iter()
        .filter(|one| matches!(one.state, RunState::Succeeded | RunState::Partial))
        .count();
    let landed = match (run.version, run.state) {
        (Some(version), _) => Fact {
            href: Some(format!(
                "/datasets/{}/data?version={version}",
                run.dataset_id
            )),
            ..fact("Landed", format!("version {version}"))
        },
        (None, RunState::Running) => fact("Landed", "not yet".into()),
        (None, _) => fact("Landed", "nothing".into()),
    };
    let mut facts = vec![
        fact(
            "Started",
            format!("{} {}", clock(run.started_at), trigger(run)),
        ),
        fact(
            "Took",
            if run.ended_at.is_some() {
                took
            } else {
                format!("{took} so far")
            },
        ),
    ];
    if run.state != RunState::Running {
        facts.push(fact(
            "Accounts",
            format!("{good} of {} succeeded", accounts.len()),
        ));
    }
    facts.push(landed);
    facts
}

fn problems(accounts: &[RunAccount], run: &Run) -> Vec<Trouble> {
    let of_accounts = accounts
        .iter()
        .filter(|one| one.message.is_some())
        .map(|one| {
            let failed = one.state == RunState::Failed;
            Trouble {
                kind: if failed { "bad" } else { "wait" },
                title: format!("{}: {}", one.name, one.message.clone().unwrap_or_default()),
                text: one.next_step.clone(),
                href: failed.then(|| format!("/accounts/{}", one.account_id)),
                label: failed.then_some("See the account"),
            }
        });
    let mut problems: Vec<Trouble> = of_accounts.collect();
    if problems.is_empty() && run.state == RunState::Failed {
        problems.extend(run.message.clone().map(|title| Trouble {
            kind: "bad",
            title,
            text: run.next_step.clone(),
            href: None,
            label: None,
        }));
    }
    problems
}

/// What happened, in the order it happened.
fn log(run: &Run, accounts: &[RunAccount], requests: &[RequestRow]) -> Log {
    let mut lines = vec![JournalLine {
        at: run.started_at,
        warning: false,
        text: format!(
            "plan: {} for {}",
            count(requests.len() as u64, "request"),
            count(accounts.len() as u64, "account")
        ),
    }];
    for request in requests {
        for span in request.trace.iter().filter(|span| span.note.is_some()) {
            let why = span.note.clone().unwrap_or_default();
            lines.push(JournalLine {
                at: span.from,
                warning: why != "quota",
                text: match why.as_str() {
                    "quota" => format!("{}: waits for the quota", request.ask),
                    _ => format!("{}: {why}", request.ask),
                },
            });
        }
        if let (RequestState::Done, Some(at)) = (request.state, request.answered_at) {
            let rows = u64::try_from(request.rows.unwrap_or_default()).unwrap_or_default();
            let rows = count(rows, "row");
            lines.push(JournalLine {
                at,
                warning: false,
                text: format!("{}: answered, {rows}", request.ask),
            });
        }
    }
    lines.extend(run.journal.iter().cloned());
    lines.sort_by_key(|line| line.at);
    let lines: Vec<Line> = lines
        .into_iter()
        .map(|line| Line {
            at: line.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            time: line
                .at
                .to_zoned_datetime(TimeZone::UTC)
                .strftime("%H:%M:%S")
                .to_string(),
            level: if line.warning { "warn" } else { "info" },
            text: line.text,
        })
        .collect();
    Log {
        note: count(lines.len() as u64, "line"),
        lines,
    }
}
