//! People, tokens, notifications, the log of changes, the service.

mod access;
mod audit;
mod notifications;
mod people;
mod service;
mod tokens;

use axum::{Router, response::Redirect, routing::get};
use jiff::Timestamp;
use serde::Serialize;

use crate::{site::Site, words};

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/settings", get(first))
        .merge(access::routes())
        .merge(people::routes())
        .merge(tokens::routes())
        .merge(notifications::routes())
        .merge(audit::routes())
        .merge(service::routes())
}

async fn first() -> Redirect {
    Redirect::to("/settings/access")
}

/// The pages below Settings.
const PAGES: [(&str, &str); 5] = [
    ("Access", "/settings/access"),
    ("API tokens", "/settings/tokens"),
    ("Notifications", "/settings/notifications"),
    ("Audit", "/settings/audit"),
    ("Service", "/settings/service"),
];

#[derive(Debug, Serialize)]
struct NavLink {
    label: &'static str,
    href: &'static str,
    current: bool,
}

/// The way between them.
fn nav(current: &str) -> Vec<NavLink> {
    let links = PAGES.into_iter().map(|(label, href)| NavLink {
        label,
        href,
        current: href == current,
    });
    links.collect()
}

/// A moment as these pages' templates have it.
#[derive(Debug, Serialize)]
struct At {
    text: String,
    datetime: String,
}

fn at(moment: Timestamp, now: Timestamp) -> At {
    let when = words::when(moment, now);
    At {
        text: when.text,
        datetime: when.at,
    }
}

/// An entry of a menu.
#[derive(Debug, Serialize)]
struct MenuEntry {
    value: String,
    label: String,
    selected: bool,
}

impl MenuEntry {
    fn new(value: impl Into<String>, label: impl Into<String>, chosen: &str) -> Self {
        let value = value.into();
        Self {
            selected: value == chosen,
            value,
            label: label.into(),
        }
    }
}
