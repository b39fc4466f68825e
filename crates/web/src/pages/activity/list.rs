//! All runs, the newest first, and what is under way.

use std::collections::HashMap;

use axum::{
    extract::{Query, State},
    response::Html,
};
use exmetrics_store::{Job, JobReason, RequestCounts, Run, RunFilter, RunPlace, RunState};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::trigger;
use crate::{
    access::Visitor,
    pages::{
        Frame,
        lists::{Choice, Empty, Pager, Url, choices},
    },
    problem::Problem,
    site::Site,
    words::{When, count, number, span, weekday},
};

/// How many runs a page shows.
const ON_A_PAGE: u32 = 50;

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Wanted {
    q: String,
    state: String,
    dataset: String,
    account: String,
    after: String,
}

#[derive(Serialize)]
pub(in crate::pages) struct Activity {
    sentence: String,
    events_href: String,
    filter: Filter,
    #[serde(flatten)]
    now: Now,
    #[serde(flatten)]
    table: Table,
}

#[derive(Serialize)]
struct Now {
    now: Vec<UnderWay>,
    now_note: String,
}

#[derive(Serialize)]
struct UnderWay {
    name: String,
    href: String,
    done: u64,
    total: u64,
    left: String,
    right: String,
}

#[derive(Serialize)]
struct Filter {
    q: String,
    states: Vec<Choice>,
    datasets: Vec<Choice>,
    accounts: Vec<Choice>,
    clear_href: Option<&'static str>,
}

#[derive(Serialize)]
struct Table {
    announce: String,
    empty: Option<Empty>,
    days: Vec<DayOfRuns>,
    pager: Pager,
}

#[derive(Serialize)]
struct DayOfRuns {
    day: String,
    runs: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    href: String,
    started: When,
    dataset: Link,
    trigger: String,
    state: &'static str,
    state_text: Option<String>,
    requests: String,
    rows: String,
    took: String,
    outcome: String,
    message: Option<String>,
}

#[derive(Serialize)]
struct Link {
    name: String,
    href: String,
}

pub(super) async fn page(
    State(site): State<Site>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Problem> {
    let content = look(&site, &wanted).await?;
    let frame = Frame::of(&site, &visitor, "activity", "Activity").await?;
    frame.page(&site, "activity.html", content)
}

/// The runs as the address wants them.
pub(in crate::pages) async fn look(site: &Site, wanted: &Wanted) -> Result<Activity, Problem> {
    let store = site.engine.store();
    let datasets = store.datasets().await?;
    let names: HashMap<String, String> = datasets
        .iter()
        .map(|one| (one.id.clone(), one.name.clone()))
        .collect();
    let filter = RunFilter {
        state: state_of(&wanted.state),
        dataset_id: given(&wanted.dataset),
        account_id: given(&wanted.account),
        text: given(wanted.q.trim()),
    };
    let after = place_of(&wanted.after)?;
    let mut runs = store
        .runs_page(filter, after.as_ref(), ON_A_PAGE + 1)
        .await?;
    let more = runs.len() > ON_A_PAGE as usize;
    runs.truncate(ON_A_PAGE as usize);
    let ids: Vec<String> = runs.iter().map(|run| run.id.clone()).collect();
    let counts = store.request_counts(&ids).await?;
    let url = Url::new(
        "/activity",
        &[
            ("q", &wanted.q),
            ("state", &wanted.state),
            ("dataset", &wanted.dataset),
            ("account", &wanted.account),
        ],
    );
    let next_href = runs
        .last()
        .filter(|_| more)
        .map(|run| url.with("after", &mark(run)));
    let shown = runs.len();
    let now = site.now();
    let accounts = store.accounts().await?;
    let (under_way, now_note) = under_way(site, &names).await?;
    let states = [
        RunState::Running,
        RunState::Succeeded,
        RunState::Partial,
        RunState::Failed,
        RunState::Cancelled,
    ];
    let filtered = url.is_filtered(&[]);
    Ok(Activity {
        sentence: sentence(site, under_way.len()).await?,
        events_href: url
            .with("about", "activity")
            .replacen("/activity", "/events", 1),
        filter: Filter {
            q: wanted.q.clone(),
            states: choices(
                "Any result",
                states.map(|state| (state.as_str().to_owned(), capital(state.as_str()))),
                &wanted.state,
            ),
            datasets: choices(
                "Any DataSet",
                datasets.into_iter().map(|one| (one.id, one.name)),
                &wanted.dataset,
            ),
            accounts: choices(
                "Any account",
                accounts.into_iter().map(|one| (one.id, one.name)),
                &wanted.account,
            ),
            clear_href: filtered.then_some("/activity"),
        },
        now: Now {
            now: under_way,
            now_note,
        },
        table: Table {
            announce: match shown {
                0 => "no run".into(),
                shown => count(shown as u64, "run"),
            },
            empty: (shown == 0).then(|| nothing(filtered)),
            days: by_day(runs, &names, &counts, now),
            pager: Pager {
                sentence: match (&after, next_href.is_some()) {
                    (None, true) => format!("The newest {shown} runs"),
                    (None, false) => count(shown as u64, "run"),
                    (Some(_), _) => format!("{} before that", count(shown as u64, "run")),
                },
                previous_href: after.map(|_| url.text()),
                next_href,
            },
        },
    })
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn state_of(word: &str) -> Option<RunState> {
    [
        RunState::Running,
        RunState::Succeeded,
        RunState::Partial,
        RunState::Failed,
        RunState::Cancelled,
    ]
    .into_iter()
    .find(|state| state.as_str() == word)
}

/// Where a page ended, for the address.
fn mark(run: &Run) -> String {
    format!("{}-{}", run.started_at.as_microsecond(), run.id)
}

fn place_of(mark: &str) -> Result<Option<RunPlace>, Problem> {
    if mark.is_empty() {
        return Ok(None);
    }
    let place = mark.split_once('-').and_then(|(micros, id)| {
        Some(RunPlace {
            started_at: Timestamp::from_microsecond(micros.parse().ok()?).ok()?,
            id: id.to_owned(),
        })
    });
    place
        .map(Some)
        .ok_or_else(|| Problem::not_found("there is no such page of runs"))
}

fn nothing(filtered: bool) -> Empty {
    let (title, text) = match filtered {
        true => ("No run matches", "Clear the filter to see all runs."),
        false => (
            "No runs yet",
            "A run is one execution of a DataSet. Runs begin by schedule, or by hand.",
        ),
    };
    Empty {
        title: title.into(),
        text: text.into(),
        href: Some(if filtered { "/activity" } else { "/datasets" }.into()),
        label: Some(
            if filtered {
                "Clear the filter"
            } else {
                "See the DataSets"
            }
            .into(),
        ),
        picture: false,
    }
}

async fn sentence(site: &Site, under_way: usize) -> Result<String, Problem> {
    let since = site
        .now()
        .saturating_sub(SignedDuration::from_hours(24))
        .unwrap_or(Timestamp::MIN);
    let ended = site.engine.store().ended_since(since).await?;
    let of = |state| {
        ended
            .iter()
            .find(|(known, _)| *known == state)
            .map_or(0, |(_, many)| *many)
    };
    let runs = match under_way {
        0 => "Nothing is under way".to_owned(),
        1 => "1 run is under way or waits".to_owned(),
        many => format!("{many} runs are under way or wait"),
    };
    Ok(format!(
        "{runs}. In the last 24 hours {} succeeded, {} were partial and {} failed.",
        number(of(RunState::Succeeded)),
        number(of(RunState::Partial)),
        number(of(RunState::Failed))
    ))
}

/// What is in the queue and due, or in a worker's hands.
async fn under_way(
    site: &Site,
    names: &HashMap<String, String>,
) -> Result<(Vec<UnderWay>, String), Problem> {
    let store = site.engine.store();
    let running = store
        .runs_page(
            RunFilter {
                state: Some(RunState::Running),
                ..RunFilter::default()
            },
            None,
            20,
        )
        .await?;
    let jobs = store.jobs().await?;
    let ids: Vec<String> = running.iter().map(|run| run.id.clone()).collect();
    let counts = store.request_counts(&ids).await?;
    let mut entries = Vec::new();
    for run in &running {
        let of_run = counts.get(&run.id).copied().unwrap_or_default();
        let waits = jobs
            .iter()
            .find(|job| job.dataset_id == run.dataset_id && job.holder.is_none());
        entries.push(UnderWay {
            name: names.get(&run.dataset_id).cloned().unwrap_or_default(),
            href: format!("/activity/{}", run.id),
            done: of_run.done,
            total: of_run.all.max(1),
            left: format!("{} so far", count(of_run.rows, "row")),
            right: match waits {
                Some(job) => format!(
                    "{} of {} requests; waits for the quota until {}",
                    of_run.done,
                    of_run.all,
                    clock(job.due_at)
                ),
                None => format!("{} of {} requests", of_run.done, of_run.all),
            },
        });
    }
    let waiting: Vec<&Job> = jobs
        .iter()
        .filter(|job| job.holder.is_none())
        .filter(|job| !running.iter().any(|run| run.dataset_id == job.dataset_id))
        .take(20)
        .collect();
    let note = match (running.len(), waiting.len()) {
        (0, 0) => "Nothing is under way.".to_owned(),
        (runs, 0) => format!("{} under way", count(runs as u64, "run")),
        (runs, waits) => format!(
            "{} under way, {waits} in the queue",
            count(runs as u64, "run")
        ),
    };
    for job in waiting {
        entries.push(UnderWay {
            name: names.get(&job.dataset_id).cloned().unwrap_or_default(),
            href: match &job.run_id {
                Some(run) => format!("/activity/{run}"),
                None => format!("/datasets/{}", job.dataset_id),
            },
            done: 0,
            total: 1,
            left: match job.reason {
                JobReason::Retry => format!("waits for its retry, number {}", job.attempt),
                JobReason::Schedule => "in the queue, by its schedule".into(),
                JobReason::Person => "in the queue, because a person asked for it".into(),
            },
            right: format!("at {}", clock(job.due_at)),
        });
    }
    Ok((entries, note))
}

fn clock(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC)
        .strftime("%H:%M UTC")
        .to_string()
}

fn by_day(
    runs: Vec<Run>,
    names: &HashMap<String, String>,
    counts: &HashMap<String, RequestCounts>,
    now: Timestamp,
) -> Vec<DayOfRuns> {
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    let mut days: Vec<DayOfRuns> = Vec::new();
    for run in runs {
        let date = run.started_at.to_zoned_datetime(TimeZone::UTC).date();
        let mut day = weekday(date);
        if date == today {
            day.push_str(", today");
        }
        let row = row(
            &run,
            names,
            counts.get(&run.id).copied().unwrap_or_default(),
            now,
        );
        match days.last_mut().filter(|last| last.day == day) {
            Some(last) => last.runs.push(row),
            None => days.push(DayOfRuns {
                day,
                runs: vec![row],
            }),
        }
    }
    days
}

fn row(run: &Run, names: &HashMap<String, String>, requests: RequestCounts, now: Timestamp) -> Row {
    let moment = run.started_at.to_zoned_datetime(TimeZone::UTC);
    let took = span(run.ended_at.unwrap_or(now).duration_since(run.started_at));
    Row {
        href: format!("/activity/{}", run.id),
        started: When {
            text: moment.strftime("%H:%M").to_string(),
            at: moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            full: moment.strftime("%-d %b %Y, %H:%M:%S UTC").to_string(),
        },
        dataset: Link {
            name: names.get(&run.dataset_id).cloned().unwrap_or_default(),
            href: format!("/datasets/{}", run.dataset_id),
        },
        trigger: trigger(run),
        state: run.state.as_str(),
        state_text: None,
        requests: format!("{} of {}", requests.done, requests.all),
        rows: number(u64::try_from(run.rows.unwrap_or_default()).unwrap_or_default()),
        took: match run.ended_at {
            Some(_) => took,
            None => format!("{took} so far"),
        },
        outcome: match (run.version, run.state) {
            (_, RunState::Running) => String::new(),
            (Some(version), _) => format!("Version {version}"),
            (None, _) => "No new version".into(),
        },
        message: run.message.clone(),
        id: run.id.clone(),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
