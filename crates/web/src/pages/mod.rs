//! The pages. Each has a file of its own: what it asks, what it shows.

mod accounts;
mod activity;
mod dataset;
mod datasets;
mod drawn;
mod events;
mod explore;
mod frame;
mod lists;
mod moments;
mod new_dataset;
mod overview;
mod problems;
mod settings;
mod sign_in;

use axum::{Router, middleware, routing::get};

pub(crate) use accounts::Attempts;
pub(crate) use dataset::Figures;
pub(crate) use explore::Desk;
pub(crate) use frame::Frame;

use crate::{access, assets, site::Site};

/// All pages.
pub(crate) fn router(site: Site) -> Router {
    Router::new()
        .merge(overview::routes())
        .merge(datasets::routes())
        .merge(new_dataset::routes())
        .merge(dataset::routes())
        .merge(accounts::routes())
        .merge(activity::routes())
        .merge(events::routes())
        .merge(explore::routes())
        .merge(settings::routes())
        .merge(sign_in::routes())
        .fallback(problems::no_such_page)
        .layer(middleware::from_fn(access::admit))
        .layer(middleware::from_fn_with_state(site.clone(), problems::show))
        .layer(middleware::from_fn_with_state(
            site.clone(),
            access::recognise,
        ))
        .route("/assets/{name}", get(assets::asset))
        .with_state(site)
}
