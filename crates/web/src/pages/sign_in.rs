//! Signing in to the pages, and out.

mod openid;

use axum::{
    Extension, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode},
    response::{AppendHeaders, Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use exmetrics_engine::PasswordAnswer;
use exmetrics_store::{NewSession, Pass, Person, Through};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::{
    access::{
        Caller, Cookie, FormToken, Posted, Visitor,
        audit::{self, Change},
        way_back,
    },
    pages::Frame,
    problem::Problem,
    site::Site,
    words,
};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/sign-in", get(page).post(by_password))
        .route("/sign-in/{word}", get(by_link))
        .route("/sign-out", post(sign_out))
        .merge(openid::routes())
}

/// The ways in, and why one is here.
#[derive(Serialize)]
struct SignInPage {
    reason: Option<Reason>,
    password: bool,
    openid: Option<OpenIdWay>,
    one_time_link: bool,
    link_command: Option<&'static str>,
    name: String,
    error: Option<String>,
    locked_until: Option<String>,
    next: String,
}

#[derive(Serialize)]
struct Reason {
    kind: &'static str,
    title: String,
    text: Option<String>,
}

#[derive(Serialize)]
struct OpenIdWay {
    name: String,
    href: String,
}

impl Reason {
    fn new(kind: &'static str, title: impl Into<String>, text: &str) -> Self {
        Self {
            kind,
            title: title.into(),
            text: Some(text.to_owned()).filter(|text| !text.is_empty()),
        }
    }
}

#[derive(Deserialize)]
struct Asked {
    next: Option<String>,
    out: Option<String>,
}

/// The sign-in page. A browser that comes without a cookie gets one, so that its form is known to be its
/// own.
async fn page(
    State(site): State<Site>,
    Query(asked): Query<Asked>,
    visitor: Option<Extension<Visitor>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let next = way_back(asked.next.as_deref());
    if visitor.is_some() {
        return Ok(Redirect::to(next).into_response());
    }
    let has_ended = Cookie::Session.shown(&site, &headers).is_some();
    let reason = match (&asked.out, has_ended) {
        (Some(_), _) => Some(Reason::new("info", "You have signed out.", "")),
        (None, true) => Some(Reason::new(
            "info",
            "You have been signed out.",
            "A sign-in lasts 12 hours without use, and 7 days at most. You return to the page you \
             were on.",
        )),
        (None, false) => None,
    };
    let page = SignInPage::new(&site, next, reason).await?;
    page.show(&site, &headers, StatusCode::OK)
}

impl SignInPage {
    async fn new(site: &Site, next: &str, reason: Option<Reason>) -> Result<Self, Problem> {
        let one_time_link = site.options.only_this_machine;
        Ok(Self {
            reason,
            password: site.engine.store().has_passwords().await?,
            openid: openid::way(site, next),
            one_time_link,
            link_command: one_time_link.then_some("exmetrics access link"),
            name: String::new(),
            error: None,
            locked_until: None,
            next: next.to_owned(),
        })
    }

    /// Shows it to a browser that is nobody yet: what it has of a session is taken away.
    fn show(
        self,
        site: &Site,
        headers: &HeaderMap,
        status: StatusCode,
    ) -> Result<Response, Problem> {
        let known = Cookie::Visit.shown(site, headers);
        let visit = known.unwrap_or_else(|| Pass::new(""));
        let frame = Frame::bare("Sign in").with_form_token(&FormToken::of(&visit));
        let page: Html<String> = frame.page(site, "sign_in.html", self)?;
        let mut cookies = vec![Cookie::Visit.set(site, &visit)];
        if Cookie::Session.shown(site, headers).is_some() {
            cookies.push(Cookie::Session.clear(site));
        }
        Ok((status, AppendHeaders(cookies), page).into_response())
    }
}

#[derive(Deserialize)]
struct SignInForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    next: Option<String>,
}

async fn by_password(
    State(site): State<Site>,
    caller: Caller,
    headers: HeaderMap,
    Posted(form): Posted<SignInForm>,
) -> Result<Response, Problem> {
    let next = way_back(form.next.as_deref());
    let password = SecretString::from(form.password);
    let answer = site
        .engine
        .try_password(&form.name, &password, caller.ip)
        .await?;
    let mut page = SignInPage::new(&site, next, None).await?;
    let status = match answer {
        PasswordAnswer::Right(person) => {
            return begin(&site, &caller, &headers, &person, next).await;
        }
        PasswordAnswer::Wrong(left) => {
            note_refusal(&site, &caller, &form.name).await?;
            let then = match left {
                0 => "Now there is a wait, and a longer one after each further try.".to_owned(),
                1 => "1 more try, then there is a wait.".to_owned(),
                left => format!("{left} more tries, then there is a wait."),
            };
            page.error = Some(format!("The name or the password is wrong. {then}"));
            StatusCode::UNPROCESSABLE_ENTITY
        }
        PasswordAnswer::Wait(until) => {
            let reason = wait_reason(until, site.now());
            page.locked_until = reason.text.clone();
            page.reason = Some(reason);
            StatusCode::TOO_MANY_REQUESTS
        }
    };
    page.name = form.name.chars().take(200).collect();
    page.show(&site, &headers, status)
}

impl SignInPage {
    /// The page for somebody who was not let in.
    async fn refused(
        site: &Site,
        headers: &HeaderMap,
        title: String,
        text: &str,
    ) -> Result<Response, Problem> {
        let reason = Reason::new("bad", title, text);
        let page = Self::new(site, "/", Some(reason)).await?;
        page.show(site, headers, StatusCode::FORBIDDEN)
    }
}

fn wait_reason(until: Timestamp, now: Timestamp) -> Reason {
    let wait = words::span(until.duration_since(now));
    let at = until.strftime("%H:%M:%S");
    Reason::new(
        "bad",
        "Too many tries.",
        &format!(
            "For this name or from this address nobody can sign in for {wait}, until {at} UTC. Whoever \
             is signed in stays so."
        ),
    )
}

/// What an unknown name was is not written down: it may be a password in the wrong field.
async fn note_refusal(site: &Site, caller: &Caller, name: &str) -> Result<(), Problem> {
    let known = site.engine.store().person(name).await.ok();
    let change = Change {
        what: "person.refused",
        subject_id: known.as_ref().map_or("", |person| &person.id),
        subject: known
            .as_ref()
            .map_or("an unknown name", |person| &person.name),
        detail: "a wrong password".into(),
    };
    let somebody = Visitor {
        name: "unknown".into(),
        role: crate::access::Role::Viewer,
        csrf: String::new(),
        person_id: None,
        session_id: None,
        through: Through::Page,
        address: caller.address(),
    };
    audit::note(site, &somebody, change).await;
    Ok(())
}

/// The link that the program prints. Whoever shows it first is in; a browser that only looks ahead, or
/// asks for nothing but the head, does not use it up.
async fn by_link(
    State(site): State<Site>,
    Path(word): Path<String>,
    method: Method,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let looks_ahead = headers.contains_key("sec-purpose") || headers.contains_key("purpose");
    if method != Method::GET || looks_ahead {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if let Some(person) = site.engine.use_link(&Pass::shown(word)).await? {
        return begin(&site, &caller, &headers, &person, "/").await;
    }
    let reason = Reason::new("wait", "This link has been used or is too old.", "");
    let mut page = SignInPage::new(&site, "/", Some(reason)).await?;
    page.one_time_link = true;
    page.link_command = Some("exmetrics access link");
    page.show(&site, &headers, StatusCode::FORBIDDEN)
}

/// Begins a session, always a new one: a cookie that somebody slipped in before is worth nothing.
async fn begin(
    site: &Site,
    caller: &Caller,
    headers: &HeaderMap,
    person: &Person,
    next: &str,
) -> Result<Response, Problem> {
    let (store, now) = (site.engine.store(), site.now());
    if let Some(old) = Cookie::Session.shown(site, headers)
        && let Some(old) = store.session(&old, now).await?
    {
        store.end_session(&old.id).await?;
    }
    let pass = Pass::new("");
    let new = NewSession {
        pass: &pass,
        person_id: &person.id,
        agent: &caller.agent,
        address: &caller.address(),
    };
    let session = store.begin_session(&new, now).await?;
    let visitor = Visitor {
        name: person.name.clone(),
        role: person.role,
        csrf: String::new(),
        person_id: Some(person.id.clone()),
        session_id: Some(session.id),
        through: Through::Page,
        address: caller.address(),
    };
    let change = Change {
        what: "person.signed_in",
        subject_id: &person.id,
        subject: &person.name,
        detail: caller.agent.clone(),
    };
    audit::note(site, &visitor, change).await;
    let cookies: [(HeaderName, HeaderValue); 2] =
        [Cookie::Session.set(site, &pass), Cookie::Visit.clear(site)];
    Ok((AppendHeaders(cookies), Redirect::to(next)).into_response())
}

#[derive(Deserialize)]
struct Nothing {}

async fn sign_out(
    State(site): State<Site>,
    visitor: Visitor,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Problem> {
    if let Some(session) = &visitor.session_id {
        site.engine.store().end_session(session).await?;
    }
    let cookies = [Cookie::Session.clear(&site)];
    let to = Redirect::to("/sign-in?out=yes");
    Ok((AppendHeaders(cookies), to).into_response())
}
