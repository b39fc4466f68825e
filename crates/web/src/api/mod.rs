//! The API under `/api/v1`, for programs: what the pages can do.

use axum::Router;

use crate::site::Site;

pub(crate) fn router(site: Site) -> Router {
    Router::new().with_state(site)
}
