//! All accounts.

use std::collections::BTreeSet;

use axum::{
    extract::{Query, State},
    response::Html,
};
use exmetrics_store::{Account, AccountState};
use serde::{Deserialize, Serialize};

use super::{
    findings::{Ends, ends},
    one::ends_on,
    words::{sign_in_short, state_word},
};
use crate::{
    access::{Role, Visitor},
    pages::{
        Frame,
        new_dataset::boxes::{Choosable, choosable},
    },
    problem::Problem,
    site::Site,
    words::{self, When},
};

/// So many accounts stand on a page.
const ON_A_PAGE: usize = 50;

const STATES: [(&str, &str); 4] = [
    ("", "All states"),
    ("ready", "ready"),
    ("failed", "needs a person"),
    ("unchecked", "not checked"),
];

/// What the page's address asks for.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
    state: String,
    cloud: String,
    sort: String,
    after: usize,
}

#[derive(Serialize)]
struct ListPage {
    accounts: List,
}

#[derive(Serialize)]
struct List {
    sentence: String,
    any: bool,
    can_change: bool,
    q: String,
    states: Vec<Choosable>,
    clouds: Vec<Choosable>,
    sort: Option<String>,
    shown: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    pager: Option<Pager>,
}

#[derive(Serialize)]
struct Column {
    label: &'static str,
    href: Option<String>,
    sorted: Option<&'static str>,
    num: bool,
    wide_only: bool,
}

#[derive(Serialize)]
struct Row {
    href: String,
    name: String,
    tenant: String,
    state: &'static str,
    sign_in: &'static str,
    cloud: String,
    datasets: String,
    last_success: Option<When>,
    ends: Ends,
}

#[derive(Serialize)]
struct Pager {
    sentence: String,
    previous_href: Option<String>,
    next_href: Option<String>,
}

/// An account with what the list tells of it.
struct Listed {
    account: Account,
    datasets: usize,
    ends: Ends,
}

/// The page.
pub(super) async fn show(
    State(site): State<Site>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Problem> {
    let store = site.engine.store();
    let datasets = store.datasets().await?;
    let today = site.engine.today();
    let mut all = Vec::new();
    for account in store.accounts().await? {
        let uses =
            |one: &&exmetrics_store::DataSet| one.accounts.iter().any(|(id, _)| *id == account.id);
        let on = ends_on(&site, &account).await;
        all.push(Listed {
            datasets: datasets.iter().filter(uses).count(),
            ends: ends(&account, on, today),
            account,
        });
    }
    let sentence = sentence(&all);
    let total = all.len();
    let clouds: BTreeSet<&'static str> = all
        .iter()
        .map(|one| one.account.cloud.name.as_str())
        .collect();
    let mut cloud_options = vec![("", "All clouds")];
    cloud_options.extend(clouds.into_iter().map(|cloud| (cloud, cloud)));
    let mut matching: Vec<Listed> = all
        .into_iter()
        .filter(|one| matches(one, &wanted))
        .collect();
    sort(&mut matching, &wanted.sort);
    let found = matching.len();
    let first = wanted.after.min(found);
    let last = (first + ON_A_PAGE).min(found);
    let pager = (found > ON_A_PAGE).then(|| Pager {
        sentence: format!("{} to {last} of {found}", first + 1),
        previous_href: (first > 0).then(|| href(&wanted, first.saturating_sub(ON_A_PAGE))),
        next_href: (last < found).then(|| href(&wanted, last)),
    });
    let now = site.now();
    let list = List {
        sentence,
        any: total > 0,
        can_change: visitor.role == Role::Admin,
        q: wanted.q.clone(),
        states: choosable(&STATES, &wanted.state),
        clouds: choosable(&cloud_options, &wanted.cloud),
        sort: (!wanted.sort.is_empty()).then(|| wanted.sort.clone()),
        shown: format!("{found} of {total}"),
        columns: columns(&wanted),
        rows: matching
            .drain(first..last)
            .map(|one| row(one, now))
            .collect(),
        pager,
    };
    let frame = Frame::of(&site, &visitor, "accounts", "Accounts").await?;
    frame.page(&site, "accounts.html", ListPage { accounts: list })
}

fn sentence(all: &[Listed]) -> String {
    if all.is_empty() {
        return "Each holds the credentials for one tenant.".into();
    }
    let tenants: BTreeSet<&str> = all.iter().map(|one| one.account.tenant.as_str()).collect();
    let broken: Vec<&Listed> = all
        .iter()
        .filter(|one| one.account.state == AccountState::Failed)
        .collect();
    let still: usize = broken.iter().map(|one| one.datasets).sum();
    let mut text = format!(
        "{} for {}.",
        words::count(all.len() as u64, "account"),
        words::count(tenants.len() as u64, "tenant")
    );
    match (broken.len(), still) {
        (0, _) => {}
        (1, 0) => text.push_str(" 1 needs a person."),
        (many, 0) => text.push_str(&format!(" {many} need a person.")),
        (1, still) => text.push_str(&format!(
            " 1 needs a person: {} could go on.",
            words::count(still as u64, "DataSet")
        )),
        (many, still) => text.push_str(&format!(
            " {many} need a person: {} could go on.",
            words::count(still as u64, "DataSet")
        )),
    }
    text
}

fn matches(one: &Listed, wanted: &Wanted) -> bool {
    let text = format!("{} {}", one.account.name, one.account.tenant).to_lowercase();
    let found = wanted
        .q
        .to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word));
    let state = match wanted.state.as_str() {
        "ready" => one.account.state == AccountState::Ok,
        "failed" => one.account.state == AccountState::Failed,
        "unchecked" => one.account.state == AccountState::Unchecked,
        _ => true,
    };
    let cloud = wanted.cloud.is_empty() || wanted.cloud == one.account.cloud.name.as_str();
    found && state && cloud
}

fn sort(listed: &mut [Listed], by: &str) {
    // They come by name.
    let (column, backwards) = match by.strip_prefix('-') {
        Some(column) => (column, true),
        None => (by, false),
    };
    match column {
        "state" => listed.sort_by_key(|one| match one.account.state {
            AccountState::Failed => 0,
            AccountState::Unchecked => 1,
            AccountState::Ok => 2,
        }),
        "datasets" => listed.sort_by_key(|one| one.datasets),
        "last_success" => listed.sort_by_key(|one| one.account.last_success),
        "ends" => listed.sort_by_key(|one| (one.ends.on.is_none(), one.ends.on)),
        _ => {}
    }
    if backwards {
        listed.reverse();
    }
}

fn columns(wanted: &Wanted) -> Vec<Column> {
    let sorted = match wanted.sort.as_str() {
        "" => "name",
        sort => sort,
    };
    let column = |label, name: Option<&str>, num, wide_only| {
        let (mut now, mut next) = (None, None);
        if let Some(name) = name {
            let backwards = format!("-{name}");
            now = match sorted {
                sort if sort == name => Some("ascending"),
                sort if sort == backwards => Some("descending"),
                _ => None,
            };
            let to = match now {
                Some("ascending") => backwards,
                _ => name.to_owned(),
            };
            let other = Wanted {
                sort: to,
                ..wanted.clone()
            };
            next = Some(href(&other, 0));
        }
        Column {
            label,
            href: next,
            sorted: now,
            num,
            wide_only,
        }
    };
    vec![
        column("Name", Some("name"), false, false),
        column("State", Some("state"), false, false),
        column("Sign-in", None, false, true),
        column("Cloud", None, false, true),
        column("DataSets", Some("datasets"), true, false),
        column("Last success", Some("last_success"), false, true),
        column("Secret or sign-in ends", Some("ends"), false, true),
    ]
}

/// The same list from another place.
fn href(wanted: &Wanted, after: usize) -> String {
    let mut pairs: Vec<(&str, String)> = [
        ("q", &wanted.q),
        ("state", &wanted.state),
        ("cloud", &wanted.cloud),
        ("sort", &wanted.sort),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| (name, value.clone()))
    .collect();
    if after > 0 {
        pairs.push(("after", after.to_string()));
    }
    match serde_html_form::to_string(&pairs) {
        Ok(query) if !query.is_empty() => format!("/accounts?{query}"),
        _ => "/accounts".into(),
    }
}

fn row(one: Listed, now: jiff::Timestamp) -> Row {
    Row {
        href: format!("/accounts/{}", one.account.id),
        state: state_word(one.account.state),
        sign_in: sign_in_short(one.account.sign_in),
        cloud: one.account.cloud.name.to_string(),
        datasets: words::number(one.datasets as u64),
        last_success: one.account.last_success.map(|at| words::when(at, now)),
        ends: one.ends,
        name: one.account.name,
        tenant: one.account.tenant,
    }
}
