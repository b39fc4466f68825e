//! Signing in at an OpenID Connect issuer.

use axum::Router;

use crate::{pages::sign_in::OpenIdWay, site::Site};

pub(super) fn routes() -> Router<Site> {
    Router::new()
}

/// The way in that leads to the issuer, where there is one.
pub(super) fn way(_site: &Site, _next: &str) -> Option<OpenIdWay> {
    None
}
