//! `/datasets/{id}/settings`: the same panes for a DataSet that is there. Two people who change it at once
//! are told so.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use exmetrics_catalog::catalog;
use exmetrics_engine::{EngineError, EngineErrorKind};
use exmetrics_store::{DataSet, JobReason};
use serde::Serialize;

use super::{
    fault::{Fault, Pane, sentence},
    fields::Fields,
    page::{fragment, load, parts},
    reading::Reading,
    removal::{Removal, removal},
    save::pane_named,
    stale::stale,
    view::{self, Looks, Panes, details_words, retry_words, update_words},
    wants_fragment,
    world::World,
    written::fields_of,
};
use crate::{
    access::{
        Administrator, Posted, Role, Visitor,
        audit::{self, Change},
    },
    pages::{
        Frame,
        dataset::{Head, Shown as HeadShown, Tab},
    },
    problem::Problem,
    site::Site,
    words,
};

/// The tab for somebody who may change it.
#[derive(Serialize)]
struct Settings {
    #[serde(flatten)]
    panes: Panes,
    dataset: Head,
    removal: Removal,
    facts: Vec<FactGroup>,
}

/// The tab for somebody who may look.
#[derive(Serialize)]
struct LookOnly {
    form: NotForYou,
    dataset: Head,
    facts: Vec<FactGroup>,
}

#[derive(Serialize)]
struct NotForYou {
    can_change: bool,
}

#[derive(Serialize)]
struct FactGroup {
    title: &'static str,
    facts: Vec<Fact>,
}

#[derive(Serialize)]
struct Fact {
    label: &'static str,
    value: String,
}

/// The DataSet and what is around it.
async fn look(site: &Site, id: &str) -> Result<(World, DataSet), Problem> {
    let there = site.engine.store().dataset_by_id(id).await?;
    let world = World::look(site, Some(there.clone())).await?;
    Ok((world, there))
}

/// The tab.
pub(super) async fn show(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Problem> {
    let (world, there) = look(&site, &id).await?;
    let reading = Reading::of(fields_of(&there), &world);
    if visitor.role == Role::Admin {
        let looks = Looks::open(Pane::Details);
        return whole(&site, &visitor, &world, &reading, looks).await;
    }
    let title = format!("{}: Settings", there.name);
    let frame = Frame::of(&site, &visitor, "datasets", title).await?;
    let shown = LookOnly {
        form: NotForYou { can_change: false },
        dataset: HeadShown::of(&site, &visitor, &there.id, Tab::Settings)
            .await?
            .head,
        facts: facts(&there, &reading, &world),
    };
    frame.page(&site, "dataset_settings.html", shown)
}

async fn whole(
    site: &Site,
    visitor: &Visitor,
    world: &World,
    reading: &Reading,
    looks: Looks,
) -> Result<Html<String>, Problem> {
    let Some(there) = &world.there else {
        return Err(Problem::not_found("the DataSet was removed"));
    };
    let frame = Frame::of(
        site,
        visitor,
        "datasets",
        format!("{}: Settings", there.name),
    )
    .await?;
    let shown = Settings {
        panes: view::panes(site, world, reading, looks).await?,
        dataset: HeadShown::of(site, visitor, &there.id, Tab::Settings)
            .await?
            .head,
        removal: removal(site, there).await?,
        facts: Vec::new(),
    };
    frame.page(site, "dataset_settings.html", shown)
}

fn facts(there: &DataSet, reading: &Reading, world: &World) -> Vec<FactGroup> {
    let fact = |label, value: String| Fact { label, value };
    let none = |text: String| match text.is_empty() {
        true => "none".to_owned(),
        false => text,
    };
    let names: Vec<&str> = there
        .accounts
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    let report = catalog()
        .find(&there.report)
        .map_or(there.report.clone(), |report| report.title.clone());
    let schedule = match &there.schedule {
        Some(schedule) => schedule.describe(),
        None => "only when started by hand".into(),
    };
    vec![
        FactGroup {
            title: "Credentials",
            facts: vec![fact("Accounts", names.join(", "))],
        },
        FactGroup {
            title: "Details",
            facts: vec![
                fact("Report", report),
                fact("Days", details_words(there.details, world.today)),
            ],
        },
        FactGroup {
            title: "Scheduling",
            facts: vec![
                fact("Schedule", schedule),
                fact("When a run fails", retry_words(reading)),
                fact("Update method", update_words(reading)),
            ],
        },
        FactGroup {
            title: "Name & Describe",
            facts: vec![
                fact("Name", there.name.clone()),
                fact("Description", none(there.description.clone())),
                fact("Tags", none(there.tags.join(", "))),
            ],
        },
    ]
}

/// The parts that a change of the form changes.
pub(super) async fn live(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(fields): Posted<Fields>,
) -> Result<Html<String>, Problem> {
    let (world, _) = look(&site, &id).await?;
    parts(&site, &visitor, &world, fields, None).await
}

/// The first rows, with one request of the quota.
pub(super) async fn preview(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    headers: HeaderMap,
    Posted(fields): Posted<Fields>,
) -> Result<Html<String>, Problem> {
    let (world, _) = look(&site, &id).await?;
    let reading = Reading::of(fields, &world);
    let mut looks = Looks::open(Pane::Details);
    looks.preview = load(&site, &world, &reading).await?;
    if wants_fragment(&headers) {
        return fragment(&site, &visitor, &world, &reading, looks).await;
    }
    whole(&site, &visitor, &world, &reading, looks).await
}

/// A pane's button, or one of those that save.
pub(super) async fn submit(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(fields): Posted<Fields>,
) -> Result<Response, Problem> {
    let (world, before) = look(&site, &id).await?;
    if let Some(pane) = pane_named(&fields.go) {
        let reading = Reading::of(fields, &world);
        let page = whole(&site, &visitor, &world, &reading, Looks::open(pane)).await?;
        return Ok(page.into_response());
    }
    let mut reading = Reading::of(fields, &world);
    if reading.fields.then.is_empty() {
        reading.fields.then = "save".into();
    }
    let newest = before.revision.to_string();
    if reading.fields.then == "mine" && reading.fields.over == newest {
        // A choice, made after a look at what differs.
        reading.fields.then = "save".into();
        reading.fields.revision.clone_from(&newest);
    }
    if reading.fields.revision != newest {
        return refuse_stale(&site, &visitor, &world, before, reading).await;
    }
    let Some(edit) = reading.edit(&before, &visitor) else {
        return refuse(&site, &visitor, &world, &reading, None).await;
    };
    if let Err(error) = site.engine.edit_dataset(&before, &edit).await {
        let saved = site.engine.store().dataset_by_id(&id).await?;
        if saved.revision != before.revision {
            return refuse_stale(&site, &visitor, &world, saved, reading).await;
        }
        let trouble = said(&site, &before, &error).await;
        return refuse(&site, &visitor, &world, &reading, Some(trouble)).await;
    }
    let name = reading.fields.name.trim();
    if name != before.name
        && let Err(error) = site.engine.store().rename_dataset(&before.name, name).await
    {
        let text = error.message;
        reading
            .faults
            .push(Fault::new(Pane::Name, "name", "Name", text));
        // The rest is saved: the form goes on from there.
        let saved = site.engine.store().dataset_by_id(&id).await?;
        reading.fields.revision = saved.revision.to_string();
        return refuse(&site, &visitor, &world, &reading, None).await;
    }
    let detail = match name == before.name {
        true => String::new(),
        false => format!("was '{}'", before.name),
    };
    let change = Change {
        what: "dataset.edited",
        subject_id: &id,
        subject: name,
        detail,
    };
    audit::note(&site, &visitor, change).await;
    if reading.fields.then == "run" {
        let now = site.now();
        site.engine
            .store()
            .enqueue(&id, now, JobReason::Person, false)
            .await?;
        return Ok(Redirect::to(&format!("/datasets/{id}")).into_response());
    }
    Ok(Redirect::to(&format!("/datasets/{id}/settings")).into_response())
}

/// Why it could not be saved, in one sentence.
async fn said(site: &Site, dataset: &DataSet, error: &EngineError) -> String {
    if error.kind == EngineErrorKind::Busy {
        let under_way = site.engine.store().run_under_way(&dataset.id).await;
        let since = match under_way {
            Ok(Some(run)) => {
                let when = words::when(run.started_at, site.now()).text;
                format!(" since {}", when.trim_start_matches("today "))
            }
            _ => String::new(),
        };
        return format!(
            "A run is under way{since}. Save again when it has ended, or cancel it first."
        );
    }
    match error.next_step.as_str() {
        "" => sentence(&error.message),
        next => format!("{} {next}", sentence(&error.message)),
    }
}

/// Somebody else has saved meanwhile. What was typed stays in the form, which stays of the revision it was
/// typed over: only the choice to save over theirs gets by.
async fn refuse_stale(
    site: &Site,
    visitor: &Visitor,
    world: &World,
    saved: DataSet,
    mut reading: Reading,
) -> Result<Response, Problem> {
    let part = stale(world, &saved, &reading);
    reading.fields.then.clear();
    let mut looks = Looks::open(Pane::Details);
    looks.stale = Some(part);
    let page = whole(site, visitor, world, &reading, looks).await?;
    Ok((StatusCode::CONFLICT, page).into_response())
}

async fn refuse(
    site: &Site,
    visitor: &Visitor,
    world: &World,
    reading: &Reading,
    trouble: Option<String>,
) -> Result<Response, Problem> {
    let looks = Looks {
        all_faults: true,
        open: Vec::new(),
        trouble,
        preview: None,
        stale: None,
    };
    let page = whole(site, visitor, world, reading, looks).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
