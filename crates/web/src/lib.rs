//! The pages, the API, and what the service answers to those who watch it.
//!
//! Reads the store and, through [`TableReader`], the tables; puts runs into the queue; never speaks to
//! Microsoft except through the engine's sign-in.
//!
//! | module | job |
//! |---|---|
//! | `site` | what every request finds |
//! | `access` | who may see and do what |
//! | `api` | the same for programs |
//! | `pages` | each page: what it asks, what it shows |
//! | `views`, `assets` | templates, styles and scripts, in the binary |
//! | `export` | rows as a download, while they come |
//! | `cells`, `sql` | rows as pages show them; names and values in SQL |
//! | `links` | addresses with what was chosen |
//! | `kept` | what was looked up and is worth keeping for a while |
//! | `words` | numbers, sizes and times as pages say them |
//! | `problem` | what goes wrong, and what to do next |
//! | `watch`, `figures` | `/healthz`, `/readyz`, `/metrics` |
//!
//! [`TableReader`]: exmetrics_engine::TableReader

mod access;
mod api;
mod assets;
mod cells;
mod export;
mod figures;
mod kept;
mod links;
mod pages;
mod problem;
mod site;
mod sql;
mod views;
mod watch;
mod words;

use std::{future::Future, io, net::SocketAddr};

use axum::{Router, middleware};
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;

pub use site::{OpenIdOptions, Site, SiteOptions};

/// Everything that is answered.
pub fn router(site: Site) -> Router {
    pages::router(site.clone())
        .merge(api::router(site.clone()))
        .merge(watch::router(site.clone()))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(site, access::guard))
}

/// What is answered to those who watch the service, and nothing else: a worker has no pages.
pub fn watch_router(site: Site) -> Router {
    watch::router(site.clone()).layer(middleware::from_fn_with_state(site, access::guard))
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
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
}
