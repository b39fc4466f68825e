//! Saved queries: kept, changed, renamed, removed.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use exmetrics_store::{Question, StoreErrorKind};
use serde::Deserialize;

use super::page::{SaveForm, shown};
use crate::{
    access::{Administrator, Posted, Visitor, audit},
    links::{Chosen, link},
    problem::Problem,
    site::Site,
};

/// A query is text that a person reads; a longer one is something else.
const LONGEST: usize = 100_000;

/// A name and a query.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    name: String,
    #[serde(default)]
    sql: String,
}

/// `POST /explore/saved`
pub(super) async fn keep(
    State(site): State<Site>,
    Administrator(who): Administrator,
    Posted(Named { name, sql }): Posted<Named>,
) -> Result<Response, Problem> {
    let store = site.engine.store();
    let problem = match unusable(&sql) {
        Some(problem) => problem,
        None => match store
            .keep_question(&name, &sql, &who.name, site.now())
            .await
        {
            Ok(question) => {
                note(&site, &who, "query.saved", &question).await;
                let href = link("/explore", "saved", &question.id);
                return Ok(Redirect::to(&href).into_response());
            }
            Err(error) if error.kind == StoreErrorKind::Taken => {
                "There is a query of this name. Choose another.".into()
            }
            Err(error) if error.kind == StoreErrorKind::BadName => format!("{}.", error.message),
            Err(error) => return Err(error.into()),
        },
    };
    let form = SaveForm {
        name,
        problem: Some(problem),
    };
    let chosen = Chosen::default().with("sql", &sql);
    let page = shown(&site, &who, &chosen, form).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /explore/saved/{id}`: other SQL under the same name.
pub(super) async fn change(
    State(site): State<Site>,
    Administrator(who): Administrator,
    Path(id): Path<String>,
    Posted(Named { sql, .. }): Posted<Named>,
) -> Result<Redirect, Problem> {
    if let Some(problem) = unusable(&sql) {
        return Err(Problem::wrong(problem));
    }
    let store = site.engine.store();
    let question = store
        .change_question(&id, &sql, &who.name, site.now())
        .await?;
    note(&site, &who, "query.changed", &question).await;
    Ok(Redirect::to(&link("/explore", "saved", &id)))
}

/// `POST /explore/saved/{id}/rename`
pub(super) async fn rename(
    State(site): State<Site>,
    Administrator(who): Administrator,
    Path(id): Path<String>,
    Posted(Named { name, .. }): Posted<Named>,
) -> Result<Redirect, Problem> {
    let question = site.engine.store().rename_question(&id, &name).await?;
    note(&site, &who, "query.renamed", &question).await;
    Ok(Redirect::to(&link("/explore", "saved", &id)))
}

/// A form that says nothing but who sent it.
#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// `POST /explore/saved/{id}/remove`
pub(super) async fn remove(
    State(site): State<Site>,
    Administrator(who): Administrator,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let store = site.engine.store();
    let question = store.question(&id).await?;
    store.forget_question(&id).await?;
    note(&site, &who, "query.removed", &question).await;
    Ok(Redirect::to("/explore"))
}

fn unusable(sql: &str) -> Option<String> {
    if sql.trim().is_empty() {
        return Some("There is no query to save. Write one first.".into());
    }
    (sql.len() > LONGEST).then(|| "The query is too long to be saved.".into())
}

async fn note(site: &Site, who: &Visitor, what: &'static str, question: &Question) {
    let change = audit::Change {
        what,
        subject_id: &question.id,
        subject: &question.name,
        detail: String::new(),
    };
    audit::note(site, who, change).await;
}
