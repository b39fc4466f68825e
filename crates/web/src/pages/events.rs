//! What changes while somebody looks: parts of pages, sent when they differ from what was sent before.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    extract::{RawQuery, State},
    response::sse::{Event, KeepAlive, Sse},
    routing::get,
};
use futures::{Stream, stream};
use serde::Deserialize;

use super::{activity, datasets, overview};
use crate::{
    access::Visitor,
    pages::{Frame, frame::Page},
    problem::Problem,
    site::Site,
};

/// How often is looked whether something has changed.
const LOOK_EVERY: Duration = Duration::from_secs(2);

pub(super) fn routes() -> Router<Site> {
    Router::new().route("/events", get(events))
}

#[derive(Debug, Deserialize)]
struct About {
    about: String,
    #[serde(default)]
    run: String,
}

/// What a stream is about.
#[derive(Debug, Clone)]
enum Part {
    DataSets(datasets::Wanted),
    Activity(activity::list::Wanted),
    Run(String),
    Overview(overview::Wanted),
}

async fn events(
    State(site): State<Site>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let query = query.unwrap_or_default();
    let wrong = |_| Problem::not_found("there are no such events");
    let about: About = serde_html_form::from_str(&query).map_err(wrong)?;
    let part = match about.about.as_str() {
        "datasets" => Part::DataSets(serde_html_form::from_str(&query).map_err(wrong)?),
        "activity" => Part::Activity(serde_html_form::from_str(&query).map_err(wrong)?),
        "run" => Part::Run(about.run),
        "overview" => Part::Overview(serde_html_form::from_str(&query).map_err(wrong)?),
        _ => return Err(Problem::not_found("there are no such events")),
    };
    // What the page shows already is not sent.
    let before = render(&site, &visitor, &part).await?;
    let changes = stream::unfold((site, visitor, part, before), |mut state| async move {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let (site, visitor, part, before) = &mut state;
            // Whoever looks has a page that says what is wrong when it asks again.
            let now = render(site, visitor, part).await.ok()?;
            if now != *before {
                before.clone_from(&now);
                return Some((Ok(Event::default().data(now)), state));
            }
        }
    });
    Ok(Sse::new(changes).keep_alive(KeepAlive::default()))
}

async fn render(site: &Site, visitor: &Visitor, part: &Part) -> Result<String, Problem> {
    let frame = Frame::of(site, visitor, "activity", "").await?;
    let html = match part {
        Part::DataSets(wanted) => {
            let content = datasets::look(site, wanted).await?;
            let page = Page { frame, content };
            site.views.render("parts/dataset_rows.html", page)?
        }
        Part::Activity(wanted) => {
            let content = activity::list::look(site, wanted).await?;
            let page = Page { frame, content };
            site.views.render("parts/activity_live.html", page)?
        }
        Part::Run(id) => {
            let content = activity::run::look(site, id).await?;
            let page = Page { frame, content };
            site.views.render("parts/run_live.html", page)?
        }
        Part::Overview(wanted) => {
            let content = overview::look(site, wanted).await?;
            let page = Page { frame, content };
            site.views.render("parts/overview_live.html", page)?
        }
    };
    Ok(html.0)
}
