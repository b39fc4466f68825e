//! `/datasets/new`: the page, its live parts, the preview, saving.

use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Redirect, Response},
};
use exmetrics_catalog::catalog;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    fault::Pane,
    fields::Fields,
    reading::Reading,
    view::{self, Looks, PREVIEW_ROWS, PreviewPart, preview_key},
    wants_fragment,
    world::World,
    written::fields_of,
};
use crate::{
    access::{Administrator, Posted, Role, Visitor},
    pages::Frame,
    problem::Problem,
    site::Site,
    words,
};

/// What may stand in the page's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    draft: Option<String>,
    from: Option<String>,
    account: Option<String>,
    report: Option<String>,
}

/// For somebody who may not make one.
#[derive(Serialize)]
struct LookOnly {
    form: NotForYou,
}

#[derive(Serialize)]
struct NotForYou {
    can_change: bool,
}

/// The page: a draft that is there, another DataSet's settings, or a fresh form.
pub(super) async fn show(
    State(site): State<Site>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    if visitor.role != Role::Admin {
        let frame = Frame::of(&site, &visitor, "datasets", "New DataSet").await?;
        let form = NotForYou { can_change: false };
        let page = frame.page(&site, "new_dataset.html", LookOnly { form })?;
        return Ok(page.into_response());
    }
    let world = World::look(&site, None).await?;
    let fresh = wanted.from.is_some() || wanted.account.is_some() || wanted.report.is_some();
    let (mut fields, saved) = match (&wanted.draft, &wanted.from) {
        (Some(id), _) => draft(&site, &visitor, id).await?,
        (None, Some(from)) => (copied(&site, from).await?, None),
        (None, None) if !fresh => match site.engine.store().newest_draft(&visitor.name).await? {
            Some(draft) => draft_fields(&draft),
            None => (Fields::default(), None),
        },
        (None, None) => (Fields::default(), None),
    };
    if Uuid::parse_str(&fields.draft).is_err() {
        fields.draft = Uuid::now_v7().to_string();
    }
    fields.account.extend(wanted.account);
    if let Some(report) = wanted.report.and_then(|name| catalog().find(&name).ok()) {
        fields.report.clone_from(&report.slug);
    }
    if let ([only], true) = (world.accounts.as_slice(), fields.account.is_empty()) {
        fields.account.push(only.id.clone());
    }
    let pane = first_open(&world, &fields);
    let reading = Reading::of(fields, &world);
    let mut looks = Looks::open(pane);
    looks.all_faults = false;
    let page = whole(&site, &visitor, &world, &reading, looks, saved).await?;
    Ok(page.into_response())
}

/// The pane in which something is to be chosen.
fn first_open(world: &World, fields: &Fields) -> Pane {
    let chosen = world
        .accounts
        .iter()
        .any(|account| fields.account.contains(&account.id));
    match chosen {
        true => Pane::Details,
        false => Pane::Credentials,
    }
}

/// A draft by its id; the beginning of one where there is none yet.
async fn draft(
    site: &Site,
    visitor: &Visitor,
    id: &str,
) -> Result<(Fields, Option<jiff::Timestamp>), Problem> {
    let store = site.engine.store();
    Ok(match store.draft(id, &visitor.name).await? {
        Some(draft) => draft_fields(&draft),
        None => {
            let fields = Fields {
                draft: id.to_owned(),
                ..Fields::default()
            };
            (fields, None)
        }
    })
}

fn draft_fields(draft: &exmetrics_store::Draft) -> (Fields, Option<jiff::Timestamp>) {
    let fields = Fields {
        draft: draft.id.clone(),
        ..Fields::of_draft(&draft.fields)
    };
    (fields, Some(draft.saved_at))
}

/// Like another DataSet, under a name that is still to be found; its report is to be chosen anew.
async fn copied(site: &Site, from: &str) -> Result<Fields, Problem> {
    let dataset = site.engine.store().dataset_by_id(from).await?;
    let like = fields_of(&dataset);
    Ok(Fields {
        report: String::new(),
        revision: String::new(),
        name: String::new(),
        description: String::new(),
        keys_of: String::new(),
        key: Vec::new(),
        update: String::new(),
        update_preset: String::new(),
        parameter_type: String::new(),
        ..like
    })
}

pub(super) async fn whole(
    site: &Site,
    visitor: &Visitor,
    world: &World,
    reading: &Reading,
    looks: Looks,
    saved: Option<jiff::Timestamp>,
) -> Result<Html<String>, Problem> {
    let mut panes = view::panes(site, world, reading, looks).await?;
    panes.form.draft_note = saved.map(|at| note(at, world.now));
    let frame = Frame::of(site, visitor, "datasets", "New DataSet").await?;
    frame.page(site, "new_dataset.html", panes)
}

fn note(at: jiff::Timestamp, now: jiff::Timestamp) -> String {
    let when = words::when(at, now).text;
    let when = match when.strip_prefix("today ") {
        Some(clock) => format!("at {clock}"),
        None => when,
    };
    format!("Draft saved {when}")
}

/// Keeps what was typed. A page without a usable id gets none.
pub(super) async fn keep(
    site: &Site,
    visitor: &Visitor,
    fields: &Fields,
) -> Result<Option<jiff::Timestamp>, Problem> {
    if Uuid::parse_str(&fields.draft).is_err() {
        return Ok(None);
    }
    let (store, now) = (site.engine.store(), site.now());
    store
        .save_draft(&fields.draft, &visitor.name, &fields.to_draft(), now)
        .await?;
    Ok(Some(now))
}

/// The parts that a change of the form changes.
pub(super) async fn live(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Posted(fields): Posted<Fields>,
) -> Result<Html<String>, Problem> {
    let saved = keep(&site, &visitor, &fields).await?;
    let world = World::look(&site, None).await?;
    parts(&site, &visitor, &world, fields, saved).await
}

/// The answer to a change of the form, of a new DataSet or of one that is there.
pub(super) async fn parts(
    site: &Site,
    visitor: &Visitor,
    world: &World,
    mut fields: Fields,
    saved: Option<jiff::Timestamp>,
) -> Result<Html<String>, Problem> {
    let before = std::mem::take(&mut fields.preview_of);
    (fields.go, fields.then) = (String::new(), String::new());
    let reading = Reading::of(fields, world);
    let mut looks = Looks::open(Pane::Details);
    looks.open.clear();
    let mut panes = view::panes(site, world, &reading, looks).await?;
    panes.form.preview_changed = before != preview_key(&reading);
    panes.form.draft_note = saved.map(|at| note(at, world.now));
    let frame = Frame::of(site, visitor, "datasets", "").await?;
    frame.page(site, "panes/live.html", panes)
}

/// The first rows, with one request of the quota.
pub(super) async fn preview(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    headers: HeaderMap,
    Posted(fields): Posted<Fields>,
) -> Result<Html<String>, Problem> {
    let saved = keep(&site, &visitor, &fields).await?;
    let world = World::look(&site, None).await?;
    let reading = Reading::of(fields, &world);
    let part = load(&site, &world, &reading).await?;
    let mut looks = Looks::open(Pane::Details);
    looks.preview = part;
    if wants_fragment(&headers) {
        return fragment(&site, &visitor, &world, &reading, looks).await;
    }
    whole(&site, &visitor, &world, &reading, looks, saved).await
}

/// The preview alone.
pub(super) async fn fragment(
    site: &Site,
    visitor: &Visitor,
    world: &World,
    reading: &Reading,
    looks: Looks,
) -> Result<Html<String>, Problem> {
    let panes = view::panes(site, world, reading, looks).await?;
    let frame = Frame::of(site, visitor, "datasets", "").await?;
    frame.page(site, "panes/preview.html", panes)
}

/// Asks for a preview, if the form says what of.
pub(super) async fn load(
    site: &Site,
    world: &World,
    reading: &Reading,
) -> Result<Option<PreviewPart>, Problem> {
    let blocked = reading
        .faults
        .iter()
        .any(|fault| matches!(fault.pane, Pane::Credentials | Pane::Details));
    let (Some(report), Some(details), false) = (reading.report, reading.details, blocked) else {
        return Ok(None);
    };
    let engine = &site.engine;
    // What is captured does not matter here: the rows are to be seen.
    let plans = engine
        .plan_unsaved(report, &reading.accounts, details, reading.update, None)
        .await?;
    let found = engine
        .preview(report, &reading.accounts, &plans, PREVIEW_ROWS)
        .await;
    Ok(Some(PreviewPart::of(world, reading, report, found)))
}

/// Which draft.
#[derive(Debug, Deserialize)]
pub(super) struct OfDraft {
    #[serde(default)]
    draft: String,
}

/// Forgets a draft.
pub(super) async fn discard(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Posted(of): Posted<OfDraft>,
) -> Result<Redirect, Problem> {
    let store = site.engine.store();
    store.remove_draft(&of.draft, &visitor.name).await?;
    Ok(Redirect::to("/datasets"))
}
