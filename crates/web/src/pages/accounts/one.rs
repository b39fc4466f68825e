//! One account: what is wrong with it, its DataSets, and the dialogs that change it.

use std::collections::HashMap;

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use exmetrics_catalog::CloudName;
use exmetrics_engine::{certificate_end, is_by_person};
use exmetrics_store::{Account, DataSet, RunState, SignIn};
use jiff::civil::Date;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::{
    dialogs::{Dialogs, Refused, dialogs},
    findings::{Checks, Ends, Finding, checks, ends, findings},
    sign_in::{self, AttemptPart},
    words::{sign_in_sentence, sign_in_short, state_word},
};
use crate::{
    access::{Role, Visitor},
    pages::Frame,
    problem::Problem,
    site::Site,
    words,
};

#[derive(Serialize)]
struct AccountPage {
    account: Shown,
    attempt: Option<AttemptPart>,
    findings: Vec<Finding>,
    datasets: Vec<Row>,
    checks: Checks,
    facts: Vec<Fact>,
    dialogs: Dialogs,
}

#[derive(Serialize)]
struct Shown {
    name: String,
    state: &'static str,
    sentence: String,
    can_change: bool,
    by_person: bool,
    how: &'static str,
    proof: Option<Proof>,
    fine: &'static str,
    hrefs: Hrefs,
}

#[derive(Serialize)]
struct Proof {
    kind: &'static str,
    title: &'static str,
    replace: &'static str,
}

#[derive(Serialize)]
struct Hrefs {
    check: String,
    secret: String,
    sign_in: String,
    rename: String,
    #[serde(rename = "move")]
    move_to: String,
    delete: String,
    new_dataset: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    href: String,
    name: String,
    state: &'static str,
    others: Option<String>,
    stops: Option<String>,
    last_success: String,
    next_run: String,
}

#[derive(Serialize)]
struct Fact {
    label: &'static str,
    value: String,
    code: bool,
}

/// What may stand in the page's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    attempt: Option<String>,
}

/// The page.
pub(super) async fn show(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Problem> {
    let account = site.engine.store().account_by_id(&id).await?;
    // A code is for those who may use it.
    let attempt = wanted
        .attempt
        .filter(|_| visitor.role == Role::Admin)
        .and_then(|attempt| sign_in::part(&site, &id, &attempt));
    page(&site, &visitor, &account, attempt, None).await
}

/// The page with a dialog that was refused.
pub(super) async fn refuse(
    site: &Site,
    visitor: &Visitor,
    account: &Account,
    refused: Refused,
) -> Result<Response, Problem> {
    let page = page(site, visitor, account, None, Some(refused)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn page(
    site: &Site,
    visitor: &Visitor,
    account: &Account,
    attempt: Option<AttemptPart>,
    refused: Option<Refused>,
) -> Result<Html<String>, Problem> {
    let store = site.engine.store();
    let can_change = visitor.role == Role::Admin;
    let check = site.engine.last_check(account).await?;
    let on = ends_on(site, account).await;
    let ends = ends(account, on, site.engine.today());
    let accounts = store.accounts().await?;
    let datasets: Vec<DataSet> = store
        .datasets()
        .await?
        .into_iter()
        .filter(|one| one.accounts.iter().any(|(id, _)| *id == account.id))
        .collect();
    let rows = rows(site, account, &datasets).await?;
    let token_file = match account.sign_in {
        SignIn::FederatedToken => store.account_secret(&account.id).await.ok().flatten(),
        _ => None,
    };
    // A path is no secret.
    let token_file = token_file.map(|path| path.expose_secret().to_owned());
    let shown = AccountPage {
        account: shown(account, can_change),
        attempt,
        findings: findings(account, check.as_ref(), &ends, datasets.len()),
        checks: checks(account, check.as_ref(), site.now()),
        facts: facts(account, &ends, token_file.as_deref()),
        dialogs: dialogs(
            account,
            &accounts,
            datasets.is_empty(),
            token_file.as_deref(),
            refused.as_ref(),
        ),
        datasets: rows,
    };
    let frame = Frame::of(site, visitor, "accounts", &account.name).await?;
    frame.page(site, "account.html", shown)
}

/// The day on which a secret ends: as it was told, or as the certificate says.
pub(super) async fn ends_on(site: &Site, account: &Account) -> Option<Date> {
    if account.secret_ends_on.is_some() || account.sign_in != SignIn::Certificate {
        return account.secret_ends_on;
    }
    let pem = site
        .engine
        .store()
        .account_secret(&account.id)
        .await
        .ok()??;
    certificate_end(&pem)
}

fn shown(account: &Account, can_change: bool) -> Shown {
    let here = format!("/accounts/{}", account.id);
    Shown {
        name: account.name.clone(),
        state: state_word(account.state),
        sentence: format!(
            "{}, {}. {}",
            account.tenant,
            account.cloud.name,
            sign_in_sentence(account.sign_in)
        ),
        can_change,
        by_person: is_by_person(account.sign_in),
        how: match account.sign_in {
            SignIn::Device => "device",
            _ => "browser",
        },
        proof: match account.sign_in {
            SignIn::ClientSecret => Some(("client_secret", "New client secret", "New secret")),
            SignIn::Certificate => Some(("certificate", "New certificate", "New certificate")),
            SignIn::FederatedToken => {
                Some(("federated_token", "Another token file", "Another file"))
            }
            SignIn::Browser | SignIn::Device => None,
        }
        .map(|(kind, title, replace)| Proof {
            kind,
            title,
            replace,
        }),
        fine: match account.names_concealed {
            Some(false) => "Signed in, reports are read, names are shown.",
            _ => "Signed in, reports are read.",
        },
        hrefs: Hrefs {
            check: format!("{here}/check"),
            secret: format!("{here}/secret"),
            sign_in: format!("{here}/sign-in"),
            rename: format!("{here}/rename"),
            move_to: format!("{here}/move"),
            delete: format!("{here}/delete"),
            new_dataset: format!("/datasets/new?account={}", account.id),
        },
    }
}

async fn rows(site: &Site, account: &Account, datasets: &[DataSet]) -> Result<Vec<Row>, Problem> {
    let store = site.engine.store();
    let newest = store.newest_runs().await?;
    let good: HashMap<String, _> = store.last_good_runs().await?.into_iter().collect();
    let now = site.now();
    let row = |dataset: &DataSet| {
        let others: Vec<&str> = dataset
            .accounts
            .iter()
            .filter(|(id, _)| *id != account.id)
            .map(|(_, name)| name.as_str())
            .collect();
        let others = (!others.is_empty()).then(|| others.join(", "));
        let run = newest.get(&dataset.id).map(|run| run.state);
        Row {
            id: dataset.id.clone(),
            href: format!("/datasets/{}", dataset.id),
            name: dataset.name.clone(),
            state: match run {
                None => "never run",
                Some(RunState::Failed | RunState::Partial) => "failing",
                Some(RunState::Queued | RunState::Running) => "running",
                Some(RunState::Succeeded | RunState::Cancelled) => "up to date",
            },
            stops: others
                .as_ref()
                .map(|others| format!("goes on for {others}")),
            others: others.map(|others| format!("and {others}")),
            last_success: good
                .get(&dataset.name)
                .map_or("never".into(), |at| words::when(*at, now).text),
            next_run: dataset
                .next_due
                .map_or("by hand".into(), |at| words::when(at, now).text),
        }
    };
    Ok(datasets.iter().map(row).collect())
}

fn facts(account: &Account, ends: &Ends, token_file: Option<&str>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |label, value: &str, code| {
        facts.push(Fact {
            label,
            value: value.to_owned(),
            code,
        });
    };
    add("Tenant", &account.tenant, false);
    if let Some(tenant_id) = &account.tenant_id {
        add("Tenant ID", tenant_id, true);
    }
    add("Client ID", &account.client_id, true);
    add("Cloud", account.cloud.name.as_str(), false);
    if account.cloud.name == CloudName::Custom {
        add("Sign-in address", &account.cloud.login_url, true);
        add("Graph address", &account.cloud.graph_url, true);
    }
    add("Sign-in", sign_in_short(account.sign_in), false);
    match account.sign_in {
        SignIn::ClientSecret => add("Secret ends", &ends.text, false),
        SignIn::Certificate => add("Certificate ends", &ends.text, false),
        SignIn::FederatedToken => {
            if let Some(file) = token_file {
                add("File", file, true);
            }
        }
        SignIn::Browser | SignIn::Device => add("Sign-in ends", &ends.text, false),
    }
    add("Name in tables", &account.label, false);
    let added = account
        .created_at
        .to_zoned_datetime(jiff::tz::TimeZone::UTC);
    add("Added", &words::day(added.date()), false);
    facts
}
