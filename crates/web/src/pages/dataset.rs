//! One DataSet: its charts, rows, columns, days, versions.

use axum::Router;

use crate::site::Site;

pub(super) fn routes() -> Router<Site> {
    Router::new()
}
