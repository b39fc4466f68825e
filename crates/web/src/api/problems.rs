//! A problem becomes a document that says what happened, to what, and what to do next: RFC 9457.

use axum::{
    extract::{OriginalUri, Request},
    http::{
        HeaderValue, StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// How long to wait where the service has too much to do.
const WAIT_SECONDS: &str = "2";

/// What happened, to what, and what to do next.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemDocument {
    /// Tells one kind of problem from another; stable.
    #[serde(rename = "type")]
    #[schema(example = "urn:exmetrics:problem:not_found")]
    kind_uri: String,
    /// The status in words.
    title: &'static str,
    /// The status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened, to what.
    detail: String,
    /// The kind as one word; stable.
    kind: &'static str,
    /// What to do next.
    next_step: Option<String>,
}

/// Puts a document into the place of a problem, and of whatever the router itself refuses.
pub(super) async fn show(request: Request, next: Next) -> Response {
    let asked = format!("{} {}", request.method(), full_path(&request));
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        None => refused(status, &asked),
    };
    let allow = response.headers().get(ALLOW).cloned();
    let next_step = Some(problem.next_step).filter(|next_step| !next_step.is_empty());
    let document = ProblemDocument {
        kind_uri: format!("urn:exmetrics:problem:{}", problem.kind),
        title: status.canonical_reason().unwrap_or("Problem"),
        status: status.as_u16(),
        detail: problem.title,
        kind: problem.kind,
        next_step,
    };
    let mut answer = (status, axum::Json(document)).into_response();
    let headers = answer.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if let Some(allow) = allow {
        headers.insert(ALLOW, allow);
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static(WAIT_SECONDS));
    }
    answer
}

/// The path as it was asked for: inside a nested router it is a shorter one.
fn full_path(request: &Request) -> String {
    let original = request.extensions().get::<OriginalUri>();
    let uri = original.map_or_else(|| request.uri(), |original| &original.0);
    uri.path().to_owned()
}

/// What the router said without a word of ours.
fn refused(status: StatusCode, asked: &str) -> Problem {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(status, "method", format!("there is no {asked}"))
                .next("The header Allow names what there is.")
        }
        StatusCode::NOT_FOUND => Problem::new(status, "not_found", format!("there is no {asked}"))
            .next("/api/openapi.json lists what there is."),
        _ => Problem::new(status, "refused", format!("{asked} cannot be answered")),
    }
}
