//! A new DataSet, pane by pane, and the same panes for one that is there.
//!
//! | module | job |
//! |---|---|
//! | `fields` | the form as it comes from a page, and back into a draft |
//! | `world` | what there is around it |
//! | `reading` | what it means, or what is wrong beside which field |
//! | `details_form`, `schedule_form` | two parts of that, both ways |
//! | `naming`, `written` | name and tags; a DataSet back in the fields |
//! | `view` | the form as templates show it |
//! | `page`, `save`, `settings` | making one, changing one |
//! | `stale` | two people changed it |
//! | `removal` | it is removed |
//! | `all` | every report at once |

mod all;
pub(super) mod boxes;
mod details_form;
pub(super) mod fault;
mod fields;
mod naming;
mod page;
mod reading;
mod removal;
mod save;
mod schedule_form;
mod settings;
mod stale;
mod view;
mod world;
mod written;

use axum::{
    Router,
    http::HeaderMap,
    routing::{get, post},
};

use crate::site::Site;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/datasets/new", get(page::show).post(save::submit))
        .route("/datasets/new/live", post(page::live))
        .route("/datasets/new/preview", post(page::preview))
        .route("/datasets/new/discard", post(page::discard))
        .route("/datasets/all", post(all::keep_all))
        .route(
            "/datasets/{id}/settings",
            get(settings::show).post(settings::submit),
        )
        .route("/datasets/{id}/settings/live", post(settings::live))
        .route("/datasets/{id}/settings/preview", post(settings::preview))
}

/// Whether a script asks for a part of the page.
pub(super) fn wants_fragment(headers: &HeaderMap) -> bool {
    headers.contains_key("x-fragment")
}
