//! Who changed what, for administrators.

use axum::{
    Router,
    extract::{Query, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use exmetrics_store::{AuditEntry, AuditFilter, AuditPlace, Through};
use jiff::{Timestamp, civil::Date, tz::Offset};
use serde::{Deserialize, Serialize};

use super::{At, MenuEntry, NavLink, at, nav};
use crate::{
    access::{Administrator, Visitor},
    pages::Frame,
    problem::Problem,
    site::Site,
    words,
};

const HERE: &str = "/settings/audit";

/// So many entries on a page.
const ON_A_PAGE: u32 = 50;

/// The kinds of things that are changed: the first word of what was done, one, and all of them.
const KINDS: [(&str, &str, &str); 7] = [
    ("dataset", "DataSet", "DataSets"),
    ("run", "run", "runs"),
    ("account", "account", "accounts"),
    ("person", "person", "people and sign-ins"),
    ("token", "API token", "API tokens"),
    ("channel", "channel", "notifications"),
    ("query", "question", "saved questions"),
];

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/settings/audit", get(page))
        .route("/settings/audit/export", get(export))
}

#[derive(Serialize)]
struct AuditPage {
    audit: Audit,
}

#[derive(Default, Serialize)]
struct Audit {
    nav: Vec<NavLink>,
    allowed: bool,
    events: Vec<Event>,
    form: Form,
    older_href: Option<String>,
    newer_href: Option<String>,
    count: String,
    export_href: String,
    kept: &'static str,
    empty: Option<Empty>,
}

#[derive(Serialize)]
struct Event {
    at: At,
    who: String,
    via: &'static str,
    address: String,
    what: String,
    subject: Subject,
    detail: String,
}

#[derive(Serialize)]
struct Subject {
    kind: String,
    name: String,
    href: Option<String>,
}

#[derive(Default, Serialize)]
struct Form {
    q: String,
    people: Vec<MenuEntry>,
    kinds: Vec<MenuEntry>,
    since: String,
    until: String,
}

#[derive(Serialize)]
struct Empty {
    title: &'static str,
    text: &'static str,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
    person: String,
    kind: String,
    since: String,
    until: String,
    #[serde(skip_serializing)]
    after: String,
}

impl Asked {
    fn filter(&self) -> AuditFilter {
        let day = |text: &str| text.parse::<Date>().ok();
        let start = |day: Date| Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok();
        AuditFilter {
            words: self.q.clone(),
            who: self.person.clone(),
            kind: self.kind.clone(),
            since: day(&self.since).and_then(start),
            // The day itself is in.
            until: day(&self.until)
                .and_then(|day| day.tomorrow().ok())
                .and_then(start),
        }
    }

    /// The place after which to go on: `MICROSECONDS-ID`.
    fn place(&self) -> Option<AuditPlace> {
        let (at, id) = self.after.split_once('-')?;
        Some(AuditPlace {
            at: Timestamp::from_microsecond(at.parse().ok()?).ok()?,
            id: id.to_owned(),
        })
    }

    fn href(&self, path: &str, last: Option<&AuditEntry>) -> String {
        let mut query = serde_html_form::to_string(self).unwrap_or_default();
        if let Some(last) = last {
            query.push_str(&format!("&after={}-{}", last.at.as_microsecond(), last.id));
        }
        format!("{path}?{query}")
    }
}

async fn page(
    State(site): State<Site>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Problem> {
    let audit = match visitor.may_change() {
        true => read(&site, &asked).await?,
        false => Audit {
            nav: nav(HERE),
            ..Audit::default()
        },
    };
    let frame = Frame::of(&site, &visitor, "settings", "Audit").await?;
    frame.page(&site, "settings/audit.html", AuditPage { audit })
}

async fn read(site: &Site, asked: &Asked) -> Result<Audit, Problem> {
    let (store, now) = (site.engine.store(), site.now());
    let filter = asked.filter();
    let place = asked.place();
    // One more than is shown: whether there are older ones.
    let mut entries = store.audit(&filter, place.as_ref(), ON_A_PAGE + 1).await?;
    let has_older = entries.len() > ON_A_PAGE as usize;
    entries.truncate(ON_A_PAGE as usize);
    let count = store.audit_count(&filter).await?;
    let everybody = [MenuEntry::new("", "Everybody", &asked.person)].into_iter();
    let people = store.audit_people().await?.into_iter();
    let everything = [MenuEntry::new("", "Everything", &asked.kind)].into_iter();
    Ok(Audit {
        nav: nav(HERE),
        allowed: true,
        older_href: entries
            .last()
            .filter(|_| has_older)
            .map(|last| asked.href(HERE, Some(last))),
        newer_href: place.is_some().then(|| asked.href(HERE, None)),
        count: match count {
            0 => "No event".into(),
            count => words::count(count, "event"),
        },
        export_href: asked.href("/settings/audit/export", None),
        kept: "Events are kept for 2 years.",
        empty: (count == 0).then_some(Empty {
            title: "No event matches",
            text: "Other words, another person or other days may.",
        }),
        events: entries.into_iter().map(|one| event(one, now)).collect(),
        form: Form {
            q: asked.q.clone(),
            people: everybody
                .chain(people.map(|name| MenuEntry::new(name.clone(), name, &asked.person)))
                .collect(),
            kinds: everything
                .chain(KINDS.map(|(word, _, all)| MenuEntry::new(word, all, &asked.kind)))
                .collect(),
            since: asked.since.clone(),
            until: asked.until.clone(),
        },
    })
}

fn event(entry: AuditEntry, now: Timestamp) -> Event {
    let (kind, what) = in_words(&entry.what);
    let id = &entry.subject_id;
    let href = match kind_of(&entry.what) {
        _ if entry.what.ends_with(".removed") || id.is_empty() => None,
        "dataset" => Some(format!("/datasets/{id}")),
        "account" => Some(format!("/accounts/{id}")),
        "run" => Some(format!("/activity/{id}")),
        "person" => Some("/settings/access".to_owned()),
        "token" => Some("/settings/tokens".to_owned()),
        "channel" => Some("/settings/notifications".to_owned()),
        _ => None,
    };
    Event {
        at: at(entry.at, now),
        who: entry.who,
        via: via(entry.through),
        address: entry.address,
        what,
        subject: Subject {
            kind,
            name: entry.subject,
            href,
        },
        detail: entry.detail,
    }
}

fn via(through: Through) -> &'static str {
    match through {
        Through::Page => "page",
        Through::Api => "API token",
        Through::Command => "command line",
    }
}

fn kind_of(what: &str) -> &str {
    what.split('.').next().unwrap_or_default()
}

/// `dataset.schedule_set` is of a DataSet, and reads `schedule set`.
fn in_words(what: &str) -> (String, String) {
    let (kind, done) = what.split_once('.').unwrap_or(("", what));
    let known = KINDS.iter().find(|(word, _, _)| *word == kind);
    let kind = known.map_or(kind, |(_, one, _)| one);
    (kind.to_owned(), done.replace('_', " "))
}

/// All that the filter asks for, as CSV. Cells that a spreadsheet would take for a formula are marked.
async fn export(
    State(site): State<Site>,
    Administrator(_): Administrator,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = asked.filter();
    let entries = site.engine.store().audit(&filter, None, 100_000).await?;
    let mut text = String::from("at,who,by,address,what,subject_id,subject,detail\r\n");
    for entry in entries {
        let at = entry.at.to_string();
        let cells = [
            at.as_str(),
            &entry.who,
            entry.through.as_str(),
            &entry.address,
            &entry.what,
            &entry.subject_id,
            &entry.subject,
            &entry.detail,
        ];
        text.push_str(&cells.map(cell).join(","));
        text.push_str("\r\n");
    }
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((headers, text).into_response())
}

fn cell(text: &str) -> String {
    let guard = match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => "'",
        false => "",
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
