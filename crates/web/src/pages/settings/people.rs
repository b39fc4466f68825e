//! People are added, given another role or password, removed.

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use exmetrics_engine::{EngineErrorKind, PasswordAnswer, password_problem};
use exmetrics_store::{Person, Role};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;

use super::access::{
    NewPersonForm, NewPersonProblems, Nothing, PasswordForm, PasswordProblems, show,
};
use crate::{
    access::{
        Administrator, Posted, Visitor,
        audit::{self, Change},
    },
    problem::Problem,
    site::Site,
    words,
};

const BACK: &str = "/settings/access";

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/settings/access", post(add))
        .route("/settings/access/{id}/role", post(set_role))
        .route("/settings/access/{id}/password", post(set_password))
        .route("/settings/access/{id}/remove", post(remove))
}

#[derive(Deserialize)]
struct NewPerson {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    role: Role,
}

async fn add(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Posted(form): Posted<NewPerson>,
) -> Result<Response, Problem> {
    let password = SecretString::from(form.password);
    let mut problems = NewPersonProblems {
        name: None,
        password: password_problem(&password),
    };
    if problems.password.is_none() {
        let added = site
            .engine
            .add_person(&form.name, form.role, &password)
            .await;
        match added {
            Ok(person) => {
                note(&site, &visitor, "person.added", &person, form.role.as_str()).await;
                return Ok(Redirect::to(BACK).into_response());
            }
            Err(error) if error.kind == EngineErrorKind::WrongArgument => {
                problems.name = Some(error.message);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let form = NewPersonForm {
        name: form.name,
        role: form.role.as_str(),
        problems,
        open: true,
    };
    let page = show(&site, &visitor, form, PasswordForm::default()).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

#[derive(Deserialize)]
struct NewRole {
    role: Role,
}

async fn set_role(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(form): Posted<NewRole>,
) -> Result<Redirect, Problem> {
    let store = site.engine.store();
    let person = store.person_by_id(&id).await?;
    if person.subject.is_some() {
        return Err(Problem::wrong("the issuer decides over this person's role")
            .next("Change EXMETRICS_OIDC_ADMINS or EXMETRICS_OIDC_VIEWERS."));
    }
    store.set_role(&id, form.role).await?;
    note(
        &site,
        &visitor,
        "person.role_set",
        &person,
        form.role.as_str(),
    )
    .await;
    Ok(Redirect::to(BACK))
}

#[derive(Deserialize)]
struct NewPassword {
    #[serde(default)]
    password: String,
}

async fn set_password(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(form): Posted<NewPassword>,
) -> Result<Response, Problem> {
    let person = site.engine.store().person_by_id(&id).await?;
    let is_me = visitor.person_id.as_deref() == Some(person.id.as_str());
    if is_me && person.has_password {
        return Err(Problem::wrong("your own password needs the present one")
            .next("Change it beside, under Your password."));
    }
    let password = SecretString::from(form.password);
    if let Some(problem) = password_problem(&password) {
        let form = PasswordForm {
            person: Some(id),
            problems: PasswordProblems {
                current: None,
                password: Some(problem),
            },
        };
        let page = show(&site, &visitor, NewPersonForm::default(), form).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    // An administrator who came by a link stays here with it.
    let session = visitor.session_id.as_deref().filter(|_| is_me);
    site.engine
        .set_password(&person, &password, session)
        .await?;
    note(&site, &visitor, "person.password_changed", &person, "").await;
    Ok(Redirect::to(BACK).into_response())
}

async fn remove(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let store = site.engine.store();
    let person = store.person_by_id(&id).await?;
    store.remove_person(&id).await?;
    note(&site, &visitor, "person.removed", &person, "").await;
    Ok(Redirect::to(BACK))
}

pub(super) async fn note(
    site: &Site,
    who: &Visitor,
    what: &'static str,
    person: &Person,
    detail: &str,
) {
    let change = Change {
        what,
        subject_id: &person.id,
        subject: &person.name,
        detail: detail.to_owned(),
    };
    audit::note(site, who, change).await;
}

/// What is wrong with a password that was to be the present one.
pub(super) fn in_words(answer: &PasswordAnswer, now: Timestamp) -> Option<String> {
    match answer {
        PasswordAnswer::Right(_) => None,
        PasswordAnswer::Wrong(_) => Some("This is not your present password.".into()),
        PasswordAnswer::Wait(until) => Some(format!(
            "Too many wrong passwords: wait for {}.",
            words::span(until.duration_since(now))
        )),
    }
}
