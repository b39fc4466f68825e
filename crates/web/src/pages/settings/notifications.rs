//! Notifications: the channels, and what was told lately.

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use exmetrics_engine::NewChannel;
use exmetrics_store::{Delivered, StandingNotice};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{At, NavLink, at, nav};
use crate::{
    access::{
        Administrator, Posted, Role, Visitor,
        audit::{self, Change},
    },
    pages::Frame,
    problem::Problem,
    site::Site,
};

const HERE: &str = "/settings/notifications";

/// How many notices are shown.
const SHOWN: u32 = 50;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/settings/notifications", get(page).post(add))
        .route("/settings/notifications/test", post(test))
        .route("/settings/notifications/remove", post(remove))
}

#[derive(Serialize)]
struct NotificationsPage {
    notifications: Notifications,
}

#[derive(Serialize)]
struct Notifications {
    nav: Vec<NavLink>,
    can_change: bool,
    channels: Vec<ChannelRow>,
    deliveries: Vec<NoticeRow>,
    form: Form,
    tested: Option<Tested>,
}

#[derive(Serialize)]
struct ChannelRow {
    id: usize,
    name: String,
    place: String,
    events: [&'static str; 1],
    state: Word,
    last: Option<At>,
    problem: Option<String>,
    can_change: bool,
}

#[derive(Serialize)]
struct Word {
    kind: &'static str,
    word: &'static str,
}

#[derive(Serialize)]
struct NoticeRow {
    at: At,
    event: String,
    title: String,
    subject: String,
    over: Option<String>,
    channels: Vec<Reached>,
}

#[derive(Serialize)]
struct Reached {
    name: String,
    kind: &'static str,
    word: &'static str,
    problem: Option<String>,
}

/// What was typed, but for secrets, and what is wrong with it.
#[derive(Default, Serialize)]
struct Form {
    kind: &'static str,
    name: String,
    url: &'static str,
    server: &'static str,
    from: String,
    to: String,
    problems: Problems,
    open: bool,
}

#[derive(Default, Serialize)]
struct Problems {
    name: Option<String>,
    url: Option<String>,
    server: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Serialize)]
struct Tested {
    kind: &'static str,
    title: String,
    text: String,
}

/// A channel to add.
#[derive(Debug, Deserialize)]
struct Given {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    server: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    then: String,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

async fn page(State(site): State<Site>, visitor: Visitor) -> Result<Html<String>, Problem> {
    shown(&site, &visitor, Form::fresh(), None).await
}

async fn add(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Posted(given): Posted<Given>,
) -> Result<Response, Problem> {
    let mail = given.kind == "mail";
    let channel = match mail {
        true => NewChannel::Mail {
            server: SecretString::from(given.server.trim()),
            from: given.from.trim().to_owned(),
            to: given
                .to
                .split(',')
                .map(|one| one.trim().to_owned())
                .filter(|one| !one.is_empty())
                .collect(),
        },
        false => NewChannel::Webhook {
            url: SecretString::from(given.url.trim()),
        },
    };
    let missing = given.name.trim().is_empty();
    let refused = match missing {
        true => Some("A channel needs a name.".to_owned()),
        false => site
            .engine
            .add_channel(&given.name, channel)
            .await
            .err()
            .map(|error| error.to_string()),
    };
    if let Some(what) = refused {
        let mut form = Form {
            kind: if mail { "mail" } else { "webhook" },
            name: given.name.clone(),
            from: given.from.clone(),
            to: given.to.clone(),
            open: true,
            ..Form::default()
        };
        // The sentence stands beside what it is about, as far as that can be told.
        let about_name = missing || what.contains("already") || what.contains("name");
        let place = match (about_name, mail) {
            (true, _) => &mut form.problems.name,
            (false, true) => &mut form.problems.server,
            (false, false) => &mut form.problems.url,
        };
        *place = Some(what);
        let page = shown(&site, &visitor, form, None).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    changed(&site, &visitor, "channel.added", &given.name).await;
    if given.then == "test" {
        return tried(&site, &visitor, &given.name).await;
    }
    Ok(Redirect::to(HERE).into_response())
}

async fn test(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Posted(Named { name }): Posted<Named>,
) -> Result<Response, Problem> {
    tried(&site, &visitor, &name).await
}

async fn tried(site: &Site, visitor: &Visitor, name: &str) -> Result<Response, Problem> {
    let tested = match site.engine.try_channel(name).await {
        Ok(()) => Tested {
            kind: "good",
            title: format!("A trial was sent through {name}."),
            text: "See whether it came.".into(),
        },
        Err(error) => Tested {
            kind: "bad",
            title: format!("The trial through {name} failed: {error}"),
            text: error.next_step,
        },
    };
    let page = shown(site, visitor, Form::fresh(), Some(tested)).await?;
    Ok(page.into_response())
}

async fn remove(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Posted(Named { name }): Posted<Named>,
) -> Result<Redirect, Problem> {
    site.engine.store().remove_channel(&name).await?;
    changed(&site, &visitor, "channel.removed", &name).await;
    Ok(Redirect::to(HERE))
}

async fn changed(site: &Site, visitor: &Visitor, what: &'static str, name: &str) {
    let change = Change {
        what,
        subject_id: name,
        subject: name,
        detail: String::new(),
    };
    audit::note(site, visitor, change).await;
}

impl Form {
    fn fresh() -> Self {
        Self {
            kind: "webhook",
            ..Self::default()
        }
    }
}

async fn shown(
    site: &Site,
    visitor: &Visitor,
    form: Form,
    tested: Option<Tested>,
) -> Result<Html<String>, Problem> {
    let can_change = visitor.role == Role::Admin;
    let told = site.engine.store().notices(SHOWN).await?;
    let places = site.engine.channel_places().await?;
    let channels = places.into_iter().enumerate().map(|(id, (name, place))| {
        let last = last_of(&told, &name);
        let (state, problem) = match last {
            None => (word("mute", "not used yet"), None),
            Some((_, one)) if one.state == "failed" => (word("bad", "failed"), one.message.clone()),
            Some(_) => (word("good", "works"), None),
        };
        ChannelRow {
            id,
            place,
            events: ["all events"],
            state,
            last: last.map(|(notice, _)| at(notice.made_at, site.now())),
            problem,
            can_change,
            name,
        }
    });
    let notifications = Notifications {
        nav: nav(HERE),
        can_change,
        channels: channels.collect(),
        deliveries: told.iter().map(|notice| row(site, notice)).collect(),
        form,
        tested,
    };
    let frame = Frame::of(site, visitor, "settings", "Notifications").await?;
    frame.page(
        site,
        "settings/notifications.html",
        NotificationsPage { notifications },
    )
}

fn word(kind: &'static str, word: &'static str) -> Word {
    Word { kind, word }
}

/// The newest notice that went through a channel, well or not.
fn last_of<'a>(
    told: &'a [StandingNotice],
    channel: &str,
) -> Option<(&'a StandingNotice, &'a Delivered)> {
    told.iter().find_map(|notice| {
        let mut deliveries = notice.deliveries.iter();
        let own = deliveries.find(|one| one.channel == channel && one.state != "waiting");
        own.map(|own| (notice, own))
    })
}

fn row(site: &Site, notice: &StandingNotice) -> NoticeRow {
    let body: serde_json::Value = serde_json::from_str(&notice.body).unwrap_or_default();
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let now = site.now();
    NoticeRow {
        at: at(notice.made_at, now),
        event: notice.kind.replace('_', " "),
        title: text("title"),
        subject: match text("dataset") {
            name if name.is_empty() => text("account"),
            name => name,
        },
        over: notice.ended_at.map(|ended| at(ended, now).text),
        channels: notice
            .deliveries
            .iter()
            .map(|one| {
                let (kind, word) = match one.state.as_str() {
                    "sent" => ("good", "sent"),
                    "failed" => ("bad", "failed"),
                    _ => ("wait", "waiting"),
                };
                Reached {
                    name: one.channel.clone(),
                    kind,
                    word,
                    problem: one.message.clone(),
                }
            })
            .collect(),
    }
}
