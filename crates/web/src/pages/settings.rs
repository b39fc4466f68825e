//! People, tokens, notifications, the log of changes, the service.

use axum::Router;

use crate::site::Site;

pub(super) fn routes() -> Router<Site> {
    Router::new()
}
