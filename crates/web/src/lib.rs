//! What the service answers over HTTP: whether it lives, whether it can work, and its figures.
//!
//! Reads the store through the engine; never speaks to Microsoft.

mod figures;

use std::{future::Future, io, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use exmetrics_engine::Engine;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

/// What the pages need.
#[derive(Clone)]
struct Watched {
    engine: Arc<Engine>,
    figures: PrometheusHandle,
}

/// `/healthz` and `/readyz`, and `/metrics` where only this machine can ask: it names accounts and DataSets.
pub fn watch(engine: Arc<Engine>, only_this_machine: bool) -> Router {
    let figures = figures::recorder();
    let mut router = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz));
    if only_this_machine {
        router = router.route("/metrics", get(metrics));
    }
    router.with_state(Watched { engine, figures })
}

/// Answers until told to stop.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
}

/// The process lives.
async fn healthz() -> &'static str {
    "ok\n"
}

/// It can work: the control database answers.
async fn readyz(State(watched): State<Watched>) -> Response {
    match watched.engine.store().ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("not ready: {error}\n"),
        )
            .into_response(),
    }
}

/// Its figures, as Prometheus reads them.
async fn metrics(State(watched): State<Watched>) -> Response {
    if let Err(error) = figures::look(&watched.engine).await {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response();
    }
    let text = watched.figures.render();
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    )
        .into_response()
}
