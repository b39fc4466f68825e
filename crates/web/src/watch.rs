//! Whether the service lives, whether it can work, and its figures.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    access::{Caller, api_visitor},
    figures,
    site::Site,
};

/// `/healthz`, `/readyz` and `/metrics`.
pub(crate) fn router(site: Site) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(site)
}

/// The process lives.
async fn healthz() -> &'static str {
    "ok\n"
}

/// It can work: the control database answers.
async fn readyz(State(site): State<Site>) -> Response {
    match site.engine.store().ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("not ready: {error}\n"),
        )
            .into_response(),
    }
}

/// Its figures, as Prometheus reads them. They name accounts and DataSets: where others than this machine
/// can ask, they bring an API token.
async fn metrics(State(site): State<Site>, caller: Caller, headers: HeaderMap) -> Response {
    if !site.options.only_this_machine
        && let Err(problem) = api_visitor(&site, &caller, &headers).await
    {
        return problem.as_text();
    }
    if let Err(error) = figures::look(&site.engine).await {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response();
    }
    let text = site.figures.render();
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    )
        .into_response()
}
