//! Whether the service lives, whether it can work, and its figures.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{figures, site::Site};

/// `/healthz` and `/readyz`, and `/metrics` where only this machine can ask: it names accounts and
/// DataSets.
pub(crate) fn router(site: Site) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz));
    if site.options.only_this_machine {
        router = router.route("/metrics", get(metrics));
    }
    router.with_state(site)
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

/// Its figures, as Prometheus reads them.
async fn metrics(State(site): State<Site>) -> Response {
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
