//! Accounts: the list, one, a new one, and signing in.

pub(crate) mod words;

use axum::Router;

use crate::site::Site;

pub(super) fn routes() -> Router<Site> {
    Router::new()
}
