//! Questions in SQL over all DataSets: read-only, and bounded in rows, time and memory.

mod ask;
mod chart;
mod error;
mod examples;
mod page;
mod result;
mod saved;
mod tables;

use axum::{
    Router,
    routing::{get, post},
};

use crate::site::Site;

pub(crate) use ask::Desk;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/explore", get(page::page))
        .route("/explore/export", get(page::export))
        .route("/explore/saved", post(saved::keep))
        .route("/explore/saved/{id}", post(saved::change))
        .route("/explore/saved/{id}/rename", post(saved::rename))
        .route("/explore/saved/{id}/remove", post(saved::remove))
}
