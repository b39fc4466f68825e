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
    status: u16,
    title: &'a str,
    what: &'a str,
    facts: [(); 0],
    next_step: &'a str,
    actions: [Action; 1],
    typed: [(); 0],
    trace: Option<&'a str>,
}

#[derive(Serialize)]
struct Action {
    label: &'static str,
    href: &'static str,
}

/// Puts a page into the place of a problem.
pub(super) async fn show(State(site): State<Site>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned();
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
    let shown = Shown {
        status: problem.status.as_u16(),
        title: in_short(problem.status),
        what: &problem.title,
        facts: [],
        next_step: &problem.next_step,
        actions: [match &visitor {
            Some(_) => Action {
                label: "Overview",
                href: "/",
            },
            None => Action {
                label: "Sign in",
                href: "/sign-in",
            },
        }],
        typed: [],
        trace: None,
    };
    match frame.page(&site, "error.html", shown) {
        Ok(page) => (problem.status, page).into_response(),
        Err(_) => problem.as_text(),
    }
}

fn in_short(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "You are not signed in",
        StatusCode::FORBIDDEN => "This is not allowed",
        StatusCode::NOT_FOUND => "There is nothing here",
        StatusCode::CONFLICT => "Something is in the way",
        StatusCode::UNPROCESSABLE_ENTITY => "Something is wrong with that",
        _ => "This did not work",
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
