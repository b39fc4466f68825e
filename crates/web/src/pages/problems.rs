//! A problem becomes a page that says what happened, to what, and what to do next.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{access::Visitor, pages::Frame, problem::Problem, site::Site};

#[derive(Serialize)]
struct Shown<'a> {
    status: String,
    title: &'static str,
    what: String,
    facts: [(); 0],
    typed: [(); 0],
    trace: Option<()>,
    next_step: &'a str,
    actions: Vec<Action>,
}

/// Where to go from here.
#[derive(Serialize)]
struct Action {
    label: &'static str,
    href: String,
}

fn shown<'a>(problem: &'a Problem, path: &str) -> Shown<'a> {
    let (words, title) = match problem.status {
        StatusCode::UNAUTHORIZED => ("signed out", "You are not signed in"),
        StatusCode::FORBIDDEN => ("not allowed", "This is not yours to do"),
        StatusCode::NOT_FOUND => ("not found", "This is not here"),
        StatusCode::CONFLICT => ("in the way", "That cannot be done just now"),
        StatusCode::UNPROCESSABLE_ENTITY => ("not understood", "That cannot be done so"),
        status if status.is_server_error() => ("failed", "Something went wrong here"),
        _ => ("refused", "That cannot be done"),
    };
    let mut actions = Vec::new();
    if problem.status == StatusCode::UNAUTHORIZED {
        let next = serde_html_form::to_string([("next", path)]).unwrap_or_default();
        actions.push(Action {
            label: "Sign in",
            href: format!("/sign-in?{next}"),
        });
    } else {
        actions.push(Action {
            label: "Overview",
            href: "/".into(),
        });
        actions.push(Action {
            label: "DataSets",
            href: "/datasets".into(),
        });
    }
    Shown {
        status: format!("{}, {words}", problem.status.as_u16()),
        title,
        what: sentence(&problem.title),
        facts: [],
        typed: [],
        trace: None,
        next_step: &problem.next_step,
        actions,
    }
}

/// A message as a sentence.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let mut text: String = letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    });
    if !text.ends_with(['.', '?']) {
        text.push('.');
    }
    text
}

/// Puts a page into the place of a problem.
pub(super) async fn show(State(site): State<Site>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else {
        return response;
    };
    let frame = match &visitor {
        // The frame itself may be what is broken.
        Some(visitor) => Frame::of(&site, visitor, "overview", problem.title.clone())
            .await
            .unwrap_or_else(|_| Frame::bare(problem.title.clone())),
        None => Frame::bare(problem.title.clone()),
    };
    match frame.page(&site, "error.html", shown(&problem, &path)) {
        Ok(page) => (problem.status, page).into_response(),
        Err(_) => problem.as_text(),
    }
}

pub(super) async fn no_such_page(request: Request) -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        format!("there is no page {}", request.uri().path()),
    )
    .next("The menu shows what there is.")
}
