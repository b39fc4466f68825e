//! A new DataSet is made of the form, or the form comes back with what is wrong.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use exmetrics_store::{JobReason, StoreErrorKind};

use super::{
    fault::{Fault, Pane, sentence},
    fields::Fields,
    page::{keep, whole},
    reading::Reading,
    view::Looks,
    world::World,
};
use crate::{
    access::{
        Administrator, Posted, Visitor,
        audit::{self, Change},
    },
    problem::Problem,
    site::Site,
};

/// A pane's button, or one of those that save.
pub(super) async fn submit(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Posted(fields): Posted<Fields>,
) -> Result<Response, Problem> {
    let world = World::look(&site, None).await?;
    if let Some(pane) = pane_named(&fields.go) {
        let saved = keep(&site, &visitor, &fields).await?;
        let reading = Reading::of(fields, &world);
        let page = whole(&site, &visitor, &world, &reading, Looks::open(pane), saved).await?;
        return Ok(page.into_response());
    }
    let mut reading = Reading::of(fields, &world);
    if reading.fields.then.is_empty() {
        reading.fields.then = "save".into();
    }
    let Some(new) = reading.new_dataset(&site) else {
        return refuse(&site, &visitor, &world, &reading, None).await;
    };
    let engine = &site.engine;
    let made = match engine.create_dataset(&new).await {
        Ok(made) => made,
        Err(error) => {
            // Somebody else may have taken the name since it was looked for.
            let trouble = match engine.store().dataset(&new.name).await {
                Err(missing) if missing.kind == StoreErrorKind::NotFound => {
                    Some(sentence(&error.message))
                }
                _ => {
                    let text = error.message.clone();
                    reading
                        .faults
                        .push(Fault::new(Pane::Name, "name", "Name", text));
                    None
                }
            };
            return refuse(&site, &visitor, &world, &reading, trouble).await;
        }
    };
    if let Some(edit) = reading.notify_edit() {
        engine
            .store()
            .edit_dataset(&made.id, &edit, site.now())
            .await?;
    }
    let change = Change {
        what: "dataset.made",
        subject_id: &made.id,
        subject: &made.name,
        detail: format!("{}, {}", made.report, made.details),
    };
    audit::note(&site, &visitor, change).await;
    let store = engine.store();
    store
        .remove_draft(&reading.fields.draft, &visitor.name)
        .await?;
    let then = reading.fields.then.as_str();
    if then == "run" {
        store
            .enqueue(&made.id, site.now(), JobReason::Person, false)
            .await?;
    } else if reading.keeps_every_day() {
        engine.make_due(&made).await?;
    }
    Ok(Redirect::to(&match then {
        "new" => format!("/datasets/new?from={}", made.id),
        _ => format!("/datasets/{}", made.id),
    })
    .into_response())
}

async fn refuse(
    site: &Site,
    visitor: &Visitor,
    world: &World,
    reading: &Reading,
    trouble: Option<String>,
) -> Result<Response, Problem> {
    let saved = keep(site, visitor, &reading.fields).await?;
    let looks = Looks {
        all_faults: true,
        open: Vec::new(),
        trouble,
        preview: None,
        stale: None,
    };
    let page = whole(site, visitor, world, reading, looks, saved).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The pane that a button names.
pub(super) fn pane_named(word: &str) -> Option<Pane> {
    [
        Pane::Credentials,
        Pane::Details,
        Pane::Scheduling,
        Pane::Name,
    ]
    .into_iter()
    .find(|pane| pane.word() == word)
}
