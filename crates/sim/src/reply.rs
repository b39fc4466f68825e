//! What becomes of a request: an answer, sometimes late, sometimes cut off, sometimes none.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use futures::{StreamExt, stream};
use serde_json::Value;

use crate::{faults::Fault, hash};

/// What becomes of a request.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What is waited for before.
    pub(crate) wait: Duration,
    /// `None`: the connection is reset.
    pub(crate) response: Option<Response<Body>>,
}

impl From<Response<Body>> for Outcome {
    fn from(response: Response<Body>) -> Self {
        Self {
            wait: Duration::ZERO,
            response: Some(response),
        }
    }
}

/// A response with a body that is there already.
pub(crate) fn response(status: u16, content_type: &str, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    if status != 204 && status != 304 {
        set(&mut response, header::CONTENT_TYPE, content_type);
    }
    response
}

/// A response of JSON.
pub(crate) fn json(status: u16, body: &Value) -> Response<Body> {
    response(status, "application/json; charset=utf-8", body.to_string())
}

/// A page.
pub(crate) fn html(status: u16, title: &str, body: &str) -> Response<Body> {
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body><h1>{title}</h1>{body}</body></html>\n"
    );
    response(status, "text/html; charset=utf-8", page)
}

/// A redirect.
pub(crate) fn redirect(status: u16, content_type: &str, location: &str) -> Response<Body> {
    let mut response = response(status, content_type, Bytes::new());
    set(&mut response, header::LOCATION, location);
    response
}

/// Sets a header; a value that no header can hold is left out.
pub(crate) fn set(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Text that can stand in a page.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// What a fault makes of a request without asking what the usual answer is; `None` if it needs it.
pub(crate) fn instead(fault: &Fault) -> Option<Outcome> {
    let response = match fault {
        Fault::Reset => {
            return Some(Outcome {
                wait: Duration::ZERO,
                response: None,
            });
        }
        Fault::Html200 => html(
            200,
            "Sign in to this network",
            "<p>Accept the terms to go on.</p>",
        ),
        Fault::Empty200 => response(200, "application/octet-stream", Bytes::new()),
        Fault::Status204 => response(204, "", Bytes::new()),
        Fault::GarbageBytes => {
            let garbage: Vec<u8> = (0..512)
                .flat_map(|part| hash::mix(part).to_be_bytes())
                .collect();
            response(200, "application/octet-stream", garbage)
        }
        Fault::RedirectTo { url } => redirect(302, "text/plain", url),
        Fault::Status {
            status,
            body: Some(body),
            retry_after,
        } => {
            let content_type = if body.starts_with(['{', '[']) {
                "application/json"
            } else {
                "text/plain"
            };
            let mut response = response(*status, content_type, body.clone());
            retry_later(&mut response, retry_after.as_deref());
            response
        }
        _ => return None,
    };
    Some(response.into())
}

/// Sets `Retry-After`, if there is one.
pub(crate) fn retry_later(response: &mut Response<Body>, retry_after: Option<&str>) {
    if let Some(retry_after) = retry_after {
        set(response, header::RETRY_AFTER, retry_after);
    }
}

/// What a fault makes of the usual answer.
pub(crate) fn spoilt(response: Response<Body>, fault: Option<&Fault>) -> Outcome {
    match fault {
        Some(Fault::Stall { seconds }) => Outcome {
            wait: Duration::from_secs(*seconds),
            response: Some(response),
        },
        Some(Fault::CutAfter { bytes }) => cut(response, *bytes).into(),
        _ => response.into(),
    }
}

/// The same response, whose connection ends after so many bytes of the body.
fn cut(response: Response<Body>, bytes: u64) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    // The client is told how much was to come, where that is known.
    if let Some(length) = body.size_hint().exact() {
        parts
            .headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    let left = usize::try_from(bytes).unwrap_or(usize::MAX);
    let start = (body.into_data_stream(), left);
    let stream = stream::unfold(start, |(mut chunks, left)| async move {
        if left > 0
            && let Some(Ok(chunk)) = chunks.next().await
        {
            let kept = chunk.slice(..chunk.len().min(left));
            let left = left - kept.len();
            return Some((Ok(kept), (chunks, left)));
        }
        // What has been written so far is on its way before the connection ends.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Some((
            Err(std::io::Error::other("cut off by a fault rule")),
            (chunks, 0),
        ))
    });
    Response::from_parts(parts, Body::from_stream(stream))
}
