//! Activity: all runs, and one run.
//!
//! | module | job |
//! |---|---|
//! | `list` | all runs, the newest first |
//! | `run` | one run: what it asked, when, and what became of it |
//! | `fall` | its requests as a waterfall and as a table |
//! | `change` | cancel and retry |

mod change;
mod fall;
pub(super) mod list;
pub(super) mod run;

use axum::{
    Router,
    routing::{get, post},
};
use exmetrics_store::{JobReason, Run};

use crate::site::Site;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/activity", get(list::page))
        .route("/activity/{run}", get(run::page))
        .route("/activity/{run}/cancel", post(change::cancel))
        .route("/activity/{run}/retry", post(change::retry))
        .route("/activity/{run}/rejects.csv", get(change::rejects))
}

/// Why a run began, in words.
pub(super) fn trigger(run: &Run) -> String {
    let began = match (run.reason, &run.person) {
        (_, Some(person)) => format!("by {person}"),
        (JobReason::Person, None) => "by hand".to_owned(),
        (JobReason::Schedule | JobReason::Retry, None) => "by its schedule".to_owned(),
    };
    match run.opened {
        ..=1 => began,
        2 => format!("{began}, second try"),
        3 => format!("{began}, third try"),
        many => format!("{began}, try {many}"),
    }
}
