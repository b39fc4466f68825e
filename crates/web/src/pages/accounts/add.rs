//! A new account.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use exmetrics_catalog::{Cloud, CloudName};
use exmetrics_engine::{
    EngineError, custom_cloud, is_by_person, known_cloud, usable_address, usable_client_id,
    usable_tenant,
};
use exmetrics_store::{NewAccount, SignIn};
use secrecy::SecretString;
use serde::Deserialize;

use super::{
    add_form::{WAYS, Wrong, page},
    attempts,
    change::{NewSecret, typed_secret},
    own_path,
};
use crate::{
    access::{
        Administrator, Posted, Visitor,
        audit::{self, Change},
    },
    pages::new_dataset::fault::sentence,
    problem::Problem,
    site::Site,
};

/// What was typed. Secrets are read once and never shown again.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct Given {
    pub(super) back: String,
    pub(super) name: String,
    pub(super) sign_in: String,
    pub(super) tenant: String,
    pub(super) client_id: String,
    pub(super) cloud: String,
    pub(super) login_url: String,
    pub(super) graph_url: String,
    #[serde(deserialize_with = "typed_secret")]
    pub(super) client_secret: SecretString,
    pub(super) secret_ends_on: String,
    #[serde(deserialize_with = "typed_secret")]
    pub(super) certificate: SecretString,
    pub(super) federated_token_file: String,
}

impl Default for Given {
    fn default() -> Self {
        let nothing = || SecretString::from("");
        Self {
            back: String::new(),
            name: String::new(),
            sign_in: "client_secret".into(),
            tenant: String::new(),
            client_id: String::new(),
            cloud: "global".into(),
            login_url: String::new(),
            graph_url: String::new(),
            client_secret: nothing(),
            secret_ends_on: String::new(),
            certificate: nothing(),
            federated_token_file: String::new(),
        }
    }
}

/// What may stand in the page's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    back: String,
    sign_in: String,
}

/// The empty form.
pub(super) async fn show(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Problem> {
    let mut given = Given {
        back: wanted.back,
        ..Given::default()
    };
    if WAYS.iter().any(|(way, ..)| *way == wanted.sign_in) {
        given.sign_in = wanted.sign_in;
    }
    page(&site, &visitor, &given, &[]).await
}

/// What is to be kept: the account, and when its secret ends.
type Read = (NewAccount, Option<jiff::civil::Date>);

async fn read(site: &Site, given: &Given) -> Result<Read, Vec<Wrong>> {
    let mut wrong: Vec<Wrong> = Vec::new();
    let said = |error: &EngineError| match error.next_step.as_str() {
        "" => sentence(&error.message),
        next => format!("{} {next}", sentence(&error.message)),
    };
    let name = given.name.trim();
    if name.is_empty() {
        wrong.push(("name", "Write a name.".into()));
    } else if let Err(error) = site.engine.refuse_taken_account(name).await {
        wrong.push(("name", said(&error)));
    }
    let tenant = usable_tenant(&given.tenant).map_err(|error| wrong.push(("tenant", said(&error))));
    let client_id =
        usable_client_id(&given.client_id).map_err(|error| wrong.push(("client_id", said(&error))));
    let cloud = cloud(given, &mut wrong);
    let sign_in = match given.sign_in.as_str() {
        "certificate" => SignIn::Certificate,
        "federated_token" => SignIn::FederatedToken,
        "browser" if site.options.only_this_machine => SignIn::Browser,
        "browser" | "device" => SignIn::Device,
        _ => SignIn::ClientSecret,
    };
    let (mut secret, mut ends_on) = (None, None);
    if !is_by_person(sign_in) {
        let new = NewSecret::new(
            given.client_secret.clone(),
            given.secret_ends_on.clone(),
            given.certificate.clone(),
            given.federated_token_file.clone(),
        );
        match new.read(sign_in) {
            Ok((read, on)) => (secret, ends_on) = (Some(read), on),
            Err((field, error)) => wrong.push((field, said(&error))),
        }
    }
    let (Ok(tenant), Ok(client_id), Some(cloud), true) =
        (tenant, client_id, cloud, wrong.is_empty())
    else {
        return Err(wrong);
    };
    let new = NewAccount {
        name: name.to_owned(),
        tenant,
        client_id,
        sign_in,
        cloud,
        secret,
    };
    Ok((new, ends_on))
}

fn cloud(given: &Given, wrong: &mut Vec<Wrong>) -> Option<Cloud> {
    let Ok(name) = given.cloud.parse::<CloudName>() else {
        wrong.push(("cloud", "Choose a cloud.".into()));
        return None;
    };
    if let Some(cloud) = known_cloud(name) {
        return Some(cloud);
    }
    let addresses = [
        ("login_url", "sign-in", given.login_url.trim()),
        ("graph_url", "Graph", given.graph_url.trim()),
    ];
    for (field, what, address) in addresses {
        if address.is_empty() {
            wrong.push((field, format!("A custom cloud needs a {what} address.")));
        } else if let Err(error) = usable_address(what, address) {
            wrong.push((field, sentence(&error.message)));
        }
    }
    custom_cloud(given.login_url.trim(), given.graph_url.trim()).ok()
}

/// Adds it, then checks it or lets a person sign in.
pub(super) async fn submit(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Posted(given): Posted<Given>,
) -> Result<Response, Problem> {
    let (new, ends_on) = match read(&site, &given).await {
        Ok(read) => read,
        Err(wrong) => return refuse(&site, &visitor, &given, &wrong).await,
    };
    let store = site.engine.store();
    let account = match store.add_account(&new, site.now()).await {
        Ok(account) => account,
        Err(error) => {
            let wrong = [("name", sentence(&error.message))];
            return refuse(&site, &visitor, &given, &wrong).await;
        }
    };
    store.note_secret_end(&account.id, ends_on).await?;
    let change = Change {
        what: "account.added",
        subject_id: &account.id,
        subject: &account.name,
        detail: account.tenant.clone(),
    };
    audit::note(&site, &visitor, change).await;
    let here = format!("/accounts/{}", account.id);
    let back = own_path(&given.back).map(|back| with_account(&back, &account.id));
    if is_by_person(account.sign_in) {
        let how = account.sign_in;
        let attempt = attempts::begin(&site, &visitor, &account, how, back).await;
        return Ok(Redirect::to(&format!("{here}?attempt={attempt}")).into_response());
    }
    // Kept, whatever the check meets: what is missing is said on its page.
    let found = site.engine.check_account(&account).await?;
    Ok(match back {
        Some(back) if found.is_fine() => Redirect::to(&back),
        _ => Redirect::to(&here),
    }
    .into_response())
}

/// A new DataSet begins with the account that was added for it.
fn with_account(back: &str, account_id: &str) -> String {
    match back.starts_with("/datasets/new?") {
        true => format!("{back}&account={account_id}"),
        false => back.to_owned(),
    }
}

async fn refuse(
    site: &Site,
    visitor: &Visitor,
    given: &Given,
    wrong: &[Wrong],
) -> Result<Response, Problem> {
    let page = page(site, visitor, given, wrong).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
