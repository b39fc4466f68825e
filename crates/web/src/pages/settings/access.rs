//! Who may sign in, and who is signed in.

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use exmetrics_engine::password_problem;
use exmetrics_store::{Person, Role, Session};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{At, NavLink, at, nav};
use crate::{
    access::{
        Posted, Visitor,
        audit::{self, Change},
    },
    pages::Frame,
    problem::Problem,
    site::Site,
    words,
};

const HERE: &str = "/settings/access";

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/settings/access", get(page))
        .route("/settings/access/password", post(own_password))
        .route("/settings/access/sessions/{id}/end", post(end_session))
}

#[derive(Serialize)]
struct AccessPage {
    access: Access,
}

#[derive(Serialize)]
struct Access {
    nav: Vec<NavLink>,
    can_change: bool,
    me: Me,
    people: Vec<PersonRow>,
    count: String,
    sessions: Vec<SessionRow>,
    sign_in: Ways,
    form: NewPersonForm,
    password_form: PasswordForm,
}

#[derive(Serialize)]
struct Me {
    name: String,
    can_password: bool,
}

#[derive(Serialize)]
struct PersonRow {
    id: String,
    name: String,
    role: Role,
    source: &'static str,
    last_seen: Option<At>,
    is_me: bool,
    can_password: bool,
    can_role: bool,
    can_remove: bool,
    why_not: Option<&'static str>,
}

#[derive(Serialize)]
struct SessionRow {
    id: String,
    person: String,
    device: String,
    address: String,
    since: At,
    last: At,
    ends: At,
    current: bool,
    can_end: bool,
}

#[derive(Serialize)]
struct Ways {
    word: &'static str,
    text: &'static str,
    facts: Vec<Fact>,
}

#[derive(Serialize)]
struct Fact {
    term: &'static str,
    value: String,
}

/// The form for a new person: what was typed, without the password, and what is wrong with it.
#[derive(Default, Serialize)]
pub(super) struct NewPersonForm {
    pub(super) name: String,
    pub(super) role: &'static str,
    pub(super) problems: NewPersonProblems,
    pub(super) open: bool,
}

#[derive(Default, Serialize)]
pub(super) struct NewPersonProblems {
    pub(super) name: Option<String>,
    pub(super) password: Option<String>,
}

/// What is wrong with a new password: one's own, or that of the person named.
#[derive(Default, Serialize)]
pub(super) struct PasswordForm {
    pub(super) person: Option<String>,
    pub(super) problems: PasswordProblems,
}

#[derive(Default, Serialize)]
pub(super) struct PasswordProblems {
    pub(super) current: Option<String>,
    pub(super) password: Option<String>,
}

async fn page(State(site): State<Site>, visitor: Visitor) -> Result<Html<String>, Problem> {
    show(
        &site,
        &visitor,
        NewPersonForm::default(),
        PasswordForm::default(),
    )
    .await
}

/// The page, with a form as it was sent if something was wrong in it.
pub(super) async fn show(
    site: &Site,
    visitor: &Visitor,
    mut form: NewPersonForm,
    password_form: PasswordForm,
) -> Result<Html<String>, Problem> {
    let (store, now) = (site.engine.store(), site.now());
    let can_change = visitor.may_change();
    let people = store.people().await?;
    let admins = people.iter().filter(|one| one.role == Role::Admin).count();
    let me = people
        .iter()
        .find(|one| Some(&one.id) == visitor.person_id.as_ref());
    let whose = match can_change {
        true => None,
        // Nobody, for a visitor without an id.
        false => Some(visitor.person_id.as_deref().unwrap_or("-")),
    };
    let sessions = store.sessions(whose, now).await?;
    if form.role.is_empty() {
        form.role = Role::Viewer.as_str();
    }
    let access = Access {
        nav: nav(HERE),
        can_change,
        me: Me {
            name: visitor.name.clone(),
            can_password: me.is_some_and(|me| me.has_password),
        },
        count: match people.len() {
            1 => "1 person".into(),
            many => format!("{} people", words::number(many as u64)),
        },
        people: people
            .iter()
            .map(|person| PersonRow {
                last_seen: person.last_seen.map(|seen| at(seen, now)),
                ..row(person, visitor, admins)
            })
            .collect(),
        sessions: sessions
            .into_iter()
            .map(|session| SessionRow {
                since: at(session.created_at, now),
                last: at(session.last_seen, now),
                ends: at(session.idle_until.min(session.ends_at), now),
                current: Some(&session.id) == visitor.session_id.as_ref(),
                can_end: true,
                id: session.id,
                person: session.person.name,
                device: session.agent,
                address: session.address,
            })
            .collect(),
        sign_in: ways(site, people.iter().any(|one| one.has_password)),
        form,
        password_form,
    };
    let frame = Frame::of(site, visitor, "settings", "Access").await?;
    frame.page(site, "settings/access.html", AccessPage { access })
}

fn row(person: &Person, visitor: &Visitor, admins: usize) -> PersonRow {
    let is_me = Some(&person.id) == visitor.person_id.as_ref();
    let is_last_admin = person.role == Role::Admin && admins == 1;
    let from_issuer = person.subject.is_some();
    let can_change = visitor.may_change();
    PersonRow {
        id: person.id.clone(),
        name: person.name.clone(),
        role: person.role,
        source: match (from_issuer, person.has_password) {
            (true, _) => "OpenID Connect",
            (false, true) => "password",
            (false, false) => "one-time link",
        },
        last_seen: None,
        is_me,
        // One's own stands beside.
        can_password: can_change && !from_issuer && !(is_me && person.has_password),
        can_role: can_change && !is_last_admin && !from_issuer,
        can_remove: can_change && !is_last_admin && !is_me,
        why_not: match (can_change, is_last_admin, from_issuer) {
            (true, true, _) => Some("The only administrator: stays one."),
            (true, false, true) => Some("The issuer decides over the role."),
            _ => None,
        },
    }
}

fn ways(site: &Site, passwords: bool) -> Ways {
    let mut facts = vec![Fact {
        term: "People open",
        value: site.options.origin.clone(),
    }];
    facts.push(Fact {
        term: "Sessions end",
        value: "after 12 hours without use, 7 days at most".into(),
    });
    if let Some(openid) = &site.openid {
        facts.push(Fact {
            term: "OpenID Connect",
            value: openid.issuer.clone(),
        });
        facts.push(Fact {
            term: "Administrators",
            value: or_nobody(&openid.admins),
        });
        facts.push(Fact {
            term: "Viewers",
            value: or_nobody(&openid.viewers),
        });
    }
    let (word, text) = match (passwords, site.options.only_this_machine) {
        (true, _) => (
            "Name and password",
            "People sign in with a name and a password of their own. Passwords are kept as argon2id \
             hashes.",
        ),
        (false, true) => (
            "One-time link",
            "exmetrics listens on this machine only and prints a sign-in link when it starts; \
             `exmetrics access link` prints another. To open it to others, add a person with a \
             password first.",
        ),
        (false, false) => ("OpenID Connect", "People sign in where the issuer says."),
    };
    Ways { word, text, facts }
}

fn or_nobody(who: &[String]) -> String {
    match who {
        [] => "nobody".into(),
        who => who.join(", "),
    }
}

#[derive(Deserialize)]
struct OwnPassword {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

/// One's own password: whoever knows the present one. A viewer may.
async fn own_password(
    State(site): State<Site>,
    visitor: Visitor,
    Posted(form): Posted<OwnPassword>,
) -> Result<Response, Problem> {
    let id = visitor.person_id.clone().unwrap_or_default();
    let person = site.engine.store().person_by_id(&id).await?;
    let new = SecretString::from(form.password);
    let mut problems = PasswordProblems {
        password: password_problem(&new),
        ..PasswordProblems::default()
    };
    let current = SecretString::from(form.current);
    let address = visitor.address.parse().ok();
    let answer = site
        .engine
        .try_password(&person.name, &current, address)
        .await?;
    problems.current = super::people::in_words(&answer, site.now());
    if problems.current.is_some() || problems.password.is_some() {
        let form = PasswordForm {
            person: None,
            problems,
        };
        let page = show(&site, &visitor, NewPersonForm::default(), form).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let session = visitor.session_id.as_deref();
    site.engine.set_password(&person, &new, session).await?;
    super::people::note(&site, &visitor, "person.password_changed", &person, "").await;
    Ok(Redirect::to(HERE).into_response())
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Ends a session: an administrator anybody's, others their own.
async fn end_session(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let store = site.engine.store();
    let is_mine = |session: &Session| Some(&session.person.id) == visitor.person_id.as_ref();
    let session = store
        .sessions(None, site.now())
        .await?
        .into_iter()
        .find(|session| session.id == id && (visitor.may_change() || is_mine(session)))
        .ok_or_else(|| Problem::not_found("there is no such session any more"))?;
    store.end_session(&session.id).await?;
    let change = Change {
        what: "person.signed_out",
        subject_id: &session.person.id,
        subject: &session.person.name,
        detail: session.agent.clone(),
    };
    audit::note(&site, &visitor, change).await;
    Ok(Redirect::to(HERE))
}
