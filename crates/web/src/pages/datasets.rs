//! The list of DataSets.

use std::{cmp::Ordering, collections::BTreeSet};

use axum::{
    Router,
    extract::{Query, State},
    response::Html,
    routing::get,
};
use exmetrics_catalog::catalog;
use exmetrics_engine::{DataSetStanding, Standing};
use exmetrics_store::RunState;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lists::{Choice, Column, Empty, Pager, Url, choices};
use crate::{
    access::Visitor,
    pages::Frame,
    problem::Problem,
    site::Site,
    words::{When, count, number, when},
};

/// How many DataSets a page shows.
const ON_A_PAGE: usize = 100;

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/datasets", get(list))
}

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
    state: String,
    workload: String,
    account: String,
    tag: String,
    sort: String,
    after: String,
}

#[derive(Serialize)]
pub(super) struct List {
    sentence: String,
    none_yet: Option<NoneYet>,
    events_href: String,
    filter: Filter,
    #[serde(flatten)]
    pub(super) table: Table,
}

/// What a filter, a sort or a live event replaces.
#[derive(Serialize)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
    announce: String,
    empty: Option<Empty>,
    pager: Pager,
}

#[derive(Serialize)]
struct NoneYet {
    text: &'static str,
    href: &'static str,
    label: &'static str,
}

#[derive(Serialize)]
struct Filter {
    q: String,
    states: Vec<Choice>,
    workloads: Vec<Choice>,
    accounts: Vec<Choice>,
    tags: Option<Vec<Choice>>,
    sort: String,
    clear_href: Option<&'static str>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    href: String,
    name: String,
    report: String,
    state: &'static str,
    state_text: Option<String>,
    accounts: String,
    accounts_all: String,
    last_update: Option<When>,
    next_run: Option<When>,
    rows: String,
    running: Option<Running>,
}

#[derive(Serialize)]
struct Running {
    href: String,
    text: &'static str,
}

async fn list(
    State(site): State<Site>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Problem> {
    let content = look(&site, &wanted).await?;
    let frame = Frame::of(&site, &visitor, "datasets", "DataSets").await?;
    frame.page(&site, "datasets.html", content)
}

/// The list as the address wants it.
pub(super) async fn look(site: &Site, wanted: &Wanted) -> Result<List, Problem> {
    let all = site.engine.standings().await?;
    let accounts = site.engine.store().accounts().await?;
    let workload = |one: &DataSetStanding| {
        let report = catalog().find(&one.dataset.report);
        report
            .map(|report| report.workload.to_string())
            .unwrap_or_default()
    };
    let workloads: BTreeSet<String> = all.iter().map(workload).collect();
    let tags: BTreeSet<String> = all
        .iter()
        .flat_map(|one| one.dataset.tags.clone())
        .collect();
    let url = Url::new(
        "/datasets",
        &[
            ("q", &wanted.q),
            ("state", &wanted.state),
            ("workload", &wanted.workload),
            ("account", &wanted.account),
            ("tag", &wanted.tag),
            ("sort", &wanted.sort),
        ],
    );
    let sentence = sentence(&all);
    let total = all.len();
    let mut shown: Vec<DataSetStanding> = all
        .into_iter()
        .filter(|one| {
            let text = wanted.q.trim().to_lowercase();
            let said = format!("{} {}", one.dataset.name, report_line(one)).to_lowercase();
            let feeds =
                |by: &dyn Fn(&(String, String)) -> bool| one.dataset.accounts.iter().any(by);
            (text.is_empty()
                || said.contains(&text)
                || feeds(&|(_, name)| name.to_lowercase().contains(&text)))
                && (wanted.state.is_empty() || word(one.standing).replace(' ', "-") == wanted.state)
                && (wanted.workload.is_empty() || workload(one) == wanted.workload)
                && (wanted.account.is_empty() || feeds(&|(id, _)| *id == wanted.account))
                && (wanted.tag.is_empty() || one.dataset.tags.contains(&wanted.tag))
        })
        .collect();
    sort(&mut shown, &wanted.sort);
    let none_yet = (total == 0).then_some(NoneYet {
        text: "Choose a report and how far back. The page shows which days it will ask for before \
               anything is saved.",
        href: "/datasets/new",
        label: "New DataSet",
    });
    let first: usize = wanted.after.parse().unwrap_or_default();
    let found = shown.len();
    let page: Vec<Row> = shown
        .into_iter()
        .skip(first)
        .take(ON_A_PAGE)
        .map(|one| row(one, site.now()))
        .collect();
    let last = first + page.len();
    let empty = (found == 0 && total > 0).then(|| Empty {
        title: "No DataSet matches".into(),
        text: format!("{} are there.", count(total as u64, "DataSet")),
        href: Some("/datasets".into()),
        label: Some("Clear the filter".into()),
        picture: false,
    });
    let state_choices = [
        Standing::UpToDate,
        Standing::Late,
        Standing::Failing,
        Standing::NeverRun,
    ]
    .map(word)
    .map(|word| (word.replace(' ', "-"), capital(word)));
    Ok(List {
        sentence,
        none_yet,
        events_href: url
            .with("about", "datasets")
            .replacen("/datasets", "/events", 1),
        filter: Filter {
            q: wanted.q.clone(),
            states: choices("Any state", state_choices, &wanted.state),
            workloads: choices(
                "Any workload",
                workloads.into_iter().map(|one| (one.clone(), one)),
                &wanted.workload,
            ),
            accounts: choices(
                "Any account",
                accounts.into_iter().map(|one| (one.id, one.name)),
                &wanted.account,
            ),
            tags: (!tags.is_empty()).then(|| {
                choices(
                    "Any tag",
                    tags.into_iter().map(|one| (one.clone(), one)),
                    &wanted.tag,
                )
            }),
            sort: wanted.sort.clone(),
            clear_href: url.is_filtered(&["sort"]).then_some("/datasets"),
        },
        table: Table {
            columns: vec![
                Column::sorting("Name", "name", sort_or_name(&wanted.sort), &url),
                Column::sorting("State", "state", &wanted.sort, &url),
                Column::plain("Accounts").wide_only(),
                Column::sorting("Last update", "updated", &wanted.sort, &url).wide_only(),
                Column::sorting("Next run", "next", &wanted.sort, &url).wide_only(),
                Column::sorting("Rows", "rows", &wanted.sort, &url)
                    .num()
                    .wide_only(),
            ],
            announce: match found {
                0 => "no DataSet matches".into(),
                found => count(found as u64, "DataSet"),
            },
            rows: page,
            empty,
            pager: Pager {
                sentence: format!("{} to {last} of {found}", (first + 1).min(found)),
                previous_href: (first > 0).then(|| {
                    let before = first.saturating_sub(ON_A_PAGE);
                    url.with("after", &before.to_string())
                }),
                next_href: (last < found).then(|| url.with("after", &last.to_string())),
            },
        },
    })
}

fn sort_or_name(sort: &str) -> &str {
    if sort.is_empty() { "name" } else { sort }
}

/// A standing in the words of the pages.
pub(super) fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::UpToDate => "up to date",
        Standing::Late => "late",
        Standing::Failing => "failing",
        Standing::NeverRun => "never run",
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn sentence(all: &[DataSetStanding]) -> String {
    let of = |standing| all.iter().filter(|one| one.standing == standing).count();
    if all.is_empty() {
        return "A DataSet is a table that one report feeds, run after run.".into();
    }
    let mut parts = vec![format!(
        "{} of {} are up to date",
        of(Standing::UpToDate),
        all.len()
    )];
    for (standing, one, many) in [
        (Standing::Failing, "is failing", "are failing"),
        (Standing::Late, "is late", "are late"),
        (Standing::NeverRun, "has never run", "have never run"),
    ] {
        match of(standing) {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            number => parts.push(format!("{number} {many}")),
        }
    }
    match parts.split_first() {
        Some((first, [])) => format!("{first}."),
        Some((first, others)) => format!("{first}; {}.", others.join(", ")),
        None => String::new(),
    }
}

fn report_line(one: &DataSetStanding) -> String {
    match catalog().find(&one.dataset.report) {
        Ok(report) => format!("{} · {}", report.title, report.workload),
        Err(_) => one.dataset.report.clone(),
    }
}

fn sort(shown: &mut [DataSetStanding], by: &str) {
    let (key, backwards) = match by.strip_prefix('-') {
        Some(key) => (key, true),
        None => (by, false),
    };
    let compare = |one: &DataSetStanding, other: &DataSetStanding| -> Ordering {
        let name = |one: &DataSetStanding| one.dataset.name.to_lowercase();
        let order = match key {
            "state" => urgency(one.standing).cmp(&urgency(other.standing)),
            "updated" => one.last_good.cmp(&other.last_good),
            "next" => {
                let next = |one: &DataSetStanding| one.dataset.next_due.unwrap_or(Timestamp::MAX);
                next(one).cmp(&next(other))
            }
            "rows" => one.dataset.table_rows.cmp(&other.dataset.table_rows),
            _ => name(one).cmp(&name(other)),
        };
        let order = if backwards { order.reverse() } else { order };
        order.then_with(|| name(one).cmp(&name(other)))
    };
    shown.sort_by(compare);
}

/// What a person should look at first.
fn urgency(standing: Standing) -> u8 {
    match standing {
        Standing::Failing => 0,
        Standing::Late => 1,
        Standing::NeverRun => 2,
        Standing::UpToDate => 3,
    }
}

fn row(one: DataSetStanding, now: Timestamp) -> Row {
    let report = report_line(&one);
    let running = one
        .newest
        .as_ref()
        .filter(|run| run.state == RunState::Running)
        .map(|run| Running {
            href: format!("/activity/{}", run.id),
            text: match one.job.as_ref().is_some_and(|job| job.holder.is_none()) {
                true => "waits for the quota",
                false => "running",
            },
        });
    let names: Vec<&str> = one
        .dataset
        .accounts
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    let accounts = match names.as_slice() {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
    };
    Row {
        href: format!("/datasets/{}", one.dataset.id),
        report,
        state: word(one.standing),
        state_text: None,
        accounts,
        accounts_all: names.join(", "),
        last_update: one.last_good.map(|at| when(at, now)),
        next_run: one.dataset.next_due.map(|at| when(at, now)),
        rows: one.dataset.table_rows.map_or_else(
            || "0".to_owned(),
            |rows| number(u64::try_from(rows).unwrap_or_default()),
        ),
        running,
        name: one.dataset.name,
        id: one.dataset.id,
    }
}
