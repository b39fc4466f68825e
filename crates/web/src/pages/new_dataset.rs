//! A new DataSet, pane by pane, and the same panes for one that is there.

use axum::Router;

use crate::site::Site;

pub(super) fn routes() -> Router<Site> {
    Router::new()
}
