//! API tokens: the list, making one, revoking one.

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use exmetrics_engine::EngineErrorKind;
use exmetrics_store::{ApiToken, Pass, Scope};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{At, MenuEntry, NavLink, access::Nothing, at, nav};
use crate::{
    access::{
        Administrator, Posted, Visitor,
        audit::{self, Change},
    },
    pages::Frame,
    problem::Problem,
    site::Site,
    words,
};

const HERE: &str = "/settings/tokens";

/// A token that ends within so many days says so.
const ENDS_SOON: i64 = 14;

/// How long a token may live: days, in words.
const LIVES: [(&str, &str); 4] = [
    ("30", "in 30 days"),
    ("90", "in 90 days"),
    ("365", "in a year"),
    ("", "never"),
];

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/settings/tokens", get(page).post(make))
        .route("/settings/tokens/{id}/revoke", post(revoke))
}

#[derive(Serialize)]
struct TokensPage {
    tokens: Tokens,
}

#[derive(Serialize)]
struct Tokens {
    nav: Vec<NavLink>,
    can_change: bool,
    tokens: Vec<TokenRow>,
    made: Option<Made>,
    form: Form,
    api: Api,
}

#[derive(Serialize)]
struct TokenRow {
    id: String,
    name: String,
    prefix: String,
    scopes: Vec<&'static str>,
    by: String,
    made: At,
    expires: Option<At>,
    state: TokenState,
    last_used: Option<At>,
    last_address: String,
    can_revoke: bool,
}

#[derive(Serialize)]
struct TokenState {
    kind: &'static str,
    word: String,
}

/// The token that was just made: the only time that its word is shown.
#[derive(Serialize)]
struct Made {
    name: String,
    secret: String,
    text: &'static str,
}

#[derive(Serialize)]
struct Form {
    name: String,
    scopes: Vec<ScopeChoice>,
    ends: Vec<MenuEntry>,
    problems: Problems,
}

#[derive(Default, Serialize)]
struct Problems {
    name: Option<String>,
    scopes: Option<String>,
}

#[derive(Serialize)]
struct ScopeChoice {
    value: &'static str,
    label: &'static str,
    help: &'static str,
    checked: bool,
}

#[derive(Serialize)]
struct Api {
    base: String,
    example: String,
    document_href: &'static str,
}

impl Form {
    fn new(name: &str, scope: Scope, days: &str, problems: Problems) -> Self {
        let choices = Scope::ALL.into_iter().map(|one| ScopeChoice {
            value: one.as_str(),
            label: one.as_str(),
            help: match one {
                Scope::Read => "Read DataSets, rows, coverage and runs.",
                Scope::Run => "Also start, cancel and retry runs; fetch days again.",
                Scope::Admin => "All that an administrator may do: accounts, DataSets, settings.",
            },
            checked: one == scope,
        });
        let ends = LIVES
            .iter()
            .map(|(value, label)| MenuEntry::new(*value, *label, days));
        Self {
            name: name.to_owned(),
            scopes: choices.collect(),
            ends: ends.collect(),
            problems,
        }
    }

    fn empty() -> Self {
        Self::new("", Scope::Read, "90", Problems::default())
    }
}

async fn page(State(site): State<Site>, visitor: Visitor) -> Result<Html<String>, Problem> {
    show(&site, &visitor, Form::empty(), None).await
}

async fn show(
    site: &Site,
    visitor: &Visitor,
    form: Form,
    made: Option<Made>,
) -> Result<Html<String>, Problem> {
    let now = site.now();
    let can_change = visitor.may_change();
    let tokens = site.engine.store().tokens().await?;
    let base = format!("{}/api/v1", site.options.origin);
    let tokens = Tokens {
        nav: nav(HERE),
        can_change,
        tokens: tokens
            .into_iter()
            .map(|token| row(token, can_change, now))
            .collect(),
        made,
        form,
        api: Api {
            example: format!("curl -H \"Authorization: Bearer $TOKEN\" {base}/datasets"),
            base,
            document_href: "/api/openapi.json",
        },
    };
    let frame = Frame::of(site, visitor, "settings", "API tokens").await?;
    frame.page(site, "settings/tokens.html", TokensPage { tokens })
}

fn row(token: ApiToken, can_change: bool, now: Timestamp) -> TokenRow {
    let state = match token.expires_at {
        None => ("good", "valid, no end".to_owned()),
        Some(end) if end <= now => ("mute", "ended".to_owned()),
        Some(end) => {
            let left = end.duration_since(now);
            match left.as_hours() / 24 < ENDS_SOON {
                true => ("wait", format!("ends in {}", words::span(left))),
                false => ("good", "valid".to_owned()),
            }
        }
    };
    TokenRow {
        id: token.id,
        name: token.name,
        prefix: token.beginning,
        scopes: Scope::ALL
            .into_iter()
            .filter(|scope| *scope <= token.scope)
            .map(Scope::as_str)
            .collect(),
        by: token.person.unwrap_or_else(|| "the command".to_owned()),
        made: at(token.created_at, now),
        expires: token.expires_at.map(|end| at(end, now)),
        state: TokenState {
            kind: state.0,
            word: state.1,
        },
        last_used: token.last_used.map(|used| at(used, now)),
        last_address: token.last_address.unwrap_or_default(),
        can_revoke: can_change,
    }
}

#[derive(Deserialize)]
struct NewToken {
    #[serde(default)]
    name: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    ends: String,
}

async fn make(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Posted(asked): Posted<NewToken>,
) -> Result<Response, Problem> {
    let scope = Scope::named(&asked.scope);
    let mut problems = Problems::default();
    if asked.name.trim().is_empty() {
        problems.name = Some("A name is needed, so that you know it again.".into());
    }
    if scope.is_none() {
        problems.scopes = Some("Choose how far it reaches.".into());
    }
    // Only the lives that the menu has: whatever else comes is the first of them.
    let known = LIVES.iter().find(|(value, _)| *value == asked.ends);
    let days = known.map_or(LIVES[0].0, |(value, _)| *value);
    let lives = days
        .parse()
        .ok()
        .map(|days: i64| SignedDuration::from_hours(24 * days));
    if let (Some(scope), None) = (scope, &problems.name) {
        let by = visitor.person_id.as_deref();
        match site.engine.add_token(&asked.name, scope, by, lives).await {
            Ok((token, pass)) => return made(&site, &visitor, &token, &pass).await,
            Err(error) if error.kind == EngineErrorKind::WrongArgument => {
                problems.name = Some(error.message);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let form = Form::new(&asked.name, scope.unwrap_or(Scope::Read), days, problems);
    let page = show(&site, &visitor, form, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Not a redirect: the word is nowhere but in this answer.
async fn made(
    site: &Site,
    visitor: &Visitor,
    token: &ApiToken,
    pass: &Pass,
) -> Result<Response, Problem> {
    note(site, visitor, "token.made", token).await;
    let made = Made {
        name: token.name.clone(),
        secret: pass.reveal().to_owned(),
        text: "Copy it now: only its hash is kept, and it is not shown again.",
    };
    let page = show(site, visitor, Form::empty(), Some(made)).await?;
    Ok(page.into_response())
}

async fn revoke(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let token = site.engine.store().revoke_token(&id).await?;
    note(&site, &visitor, "token.revoked", &token).await;
    Ok(Redirect::to(HERE))
}

async fn note(site: &Site, who: &Visitor, what: &'static str, token: &ApiToken) {
    let change = Change {
        what,
        subject_id: &token.id,
        subject: &token.name,
        detail: format!("scope {}", token.scope.as_str()),
    };
    audit::note(site, who, change).await;
}
