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
    problem: &'a str,
    next_step: &'a str,
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
        problem: &problem.title,
        next_step: &problem.next_step,
    };
    match frame.page(&site, "error.html", shown) {
        Ok(page) => (problem.status, page).into_response(),
        Err(_) => (
            problem.status,
            format!("{}\n{}\n", problem.title, problem.next_step),
        )
            .into_response(),
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
