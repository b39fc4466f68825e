//! What a person does with a DataSet: run it, stop it, fetch days again, begin anew, remove it.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use exmetrics_engine::{Stopped, Wished};
use jiff::civil::Date;
use serde::Deserialize;

use crate::{
    access::{Administrator, Posted, audit},
    problem::Problem,
    site::Site,
};

/// A form that says nothing but who sent it.
#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// `POST /datasets/{id}/run`
pub(super) async fn run(
    State(site): State<Site>,
    Administrator(who): Administrator,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let dataset = site.engine.store().dataset_by_id(&id).await?;
    let wished = site.engine.run_now(&dataset, &who.name).await?;
    if wished == Wished::Queued {
        let change = audit::Change {
            what: "dataset.run",
            subject_id: &dataset.id,
            subject: &dataset.name,
            detail: String::new(),
        };
        audit::note(&site, &who, change).await;
    }
    Ok(Redirect::to(&format!("/datasets/{id}")))
}

/// `POST /datasets/{id}/cancel`
pub(super) async fn cancel(
    State(site): State<Site>,
    Administrator(who): Administrator,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let dataset = site.engine.store().dataset_by_id(&id).await?;
    if site.engine.stop(&dataset).await? != Stopped::Nothing {
        let change = audit::Change {
            what: "dataset.run_cancelled",
            subject_id: &dataset.id,
            subject: &dataset.name,
            detail: String::new(),
        };
        audit::note(&site, &who, change).await;
    }
    Ok(Redirect::to(&format!("/datasets/{id}")))
}

/// Days of one account.
#[derive(Debug, Deserialize)]
pub(super) struct Days {
    account: String,
    #[serde(default)]
    day: Vec<Date>,
}

/// `POST /datasets/{id}/days`: fetch days again.
pub(super) async fn days(
    State(site): State<Site>,
    Administrator(who): Administrator,
    Path(id): Path<String>,
    Posted(Days { account, day: days }): Posted<Days>,
) -> Result<Redirect, Problem> {
    let dataset = site.engine.store().dataset_by_id(&id).await?;
    if days.is_empty() {
        return Err(Problem::wrong("no day was chosen").next("Choose a day in the calendar."));
    }
    site.engine
        .ask_again(&dataset, &account, &days, &who.name)
        .await?;
    let change = audit::Change {
        what: "dataset.days_asked_again",
        subject_id: &dataset.id,
        subject: &dataset.name,
        detail: exmetrics_engine::name_days(&days),
    };
    audit::note(&site, &who, change).await;
    Ok(Redirect::to(&format!("/datasets/{id}/coverage")))
}

/// `POST /datasets/{id}/rebuild`: an empty table in the place of one that is gone.
pub(super) async fn rebuild(
    State(site): State<Site>,
    Administrator(who): Administrator,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    let dataset = site.engine.store().dataset_by_id(&id).await?;
    site.engine.make_table_again(&dataset).await?;
    site.tables.changed(&dataset.location);
    let change = audit::Change {
        what: "dataset.table_made_again",
        subject_id: &dataset.id,
        subject: &dataset.name,
        detail: dataset.location.clone(),
    };
    audit::note(&site, &who, change).await;
    Ok(Redirect::to(&format!("/datasets/{id}")))
}

/// Whether the table goes too.
#[derive(Debug, Deserialize)]
pub(super) struct Delete {
    #[serde(default)]
    delete_table: String,
}

/// `POST /datasets/{id}/delete`
pub(super) async fn delete(
    State(site): State<Site>,
    Administrator(who): Administrator,
    Path(id): Path<String>,
    Posted(Delete { delete_table }): Posted<Delete>,
) -> Result<Redirect, Problem> {
    let dataset = site.engine.store().dataset_by_id(&id).await?;
    let deleted = site
        .engine
        .remove_dataset(&dataset, delete_table == "yes")
        .await?;
    let change = audit::Change {
        what: "dataset.removed",
        subject_id: &dataset.id,
        subject: &dataset.name,
        detail: match deleted {
            true => "its table was deleted".into(),
            false => format!("its table stays in {}", dataset.location),
        },
    };
    audit::note(&site, &who, change).await;
    Ok(Redirect::to("/datasets"))
}
