//! Accounts: the list, one, a new one, and signing in.
//!
//! | module | job |
//! |---|---|
//! | `list` | all of them |
//! | `add`, `add_form` | a new one |
//! | `one` | one: findings, its DataSets, its dialogs |
//! | `dialogs` | the fields of those |
//! | `findings` | what is wrong, and what to do |
//! | `change` | check, rename, new secret, move, remove |
//! | `attempts` | sign-ins of people that are under way |
//! | `sign_in` | the pages for those |

mod add;
mod add_form;
mod attempts;
mod change;
mod dialogs;
mod findings;
mod list;
mod one;
mod sign_in;
pub(crate) mod words;

use axum::{
    Router,
    routing::{get, post},
};

pub(crate) use attempts::Attempts;

use crate::site::Site;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/accounts", get(list::show))
        .route("/accounts/new", get(add::show).post(add::submit))
        .route("/accounts/{id}", get(one::show))
        .route("/accounts/{id}/check", post(change::check))
        .route("/accounts/{id}/rename", post(change::rename))
        .route("/accounts/{id}/secret", post(change::secret))
        .route("/accounts/{id}/move", post(change::move_datasets))
        .route("/accounts/{id}/delete", post(change::remove))
        .route("/accounts/{id}/sign-in", post(sign_in::begin))
        .route("/accounts/{id}/sign-in/{attempt}", get(sign_in::look))
        .route(
            "/accounts/{id}/sign-in/{attempt}/cancel",
            post(sign_in::cancel),
        )
        .route("/accounts/sign-in/start/{attempt}", get(sign_in::start))
}

/// A path of this host to go back to, if it is one.
fn own_path(back: &str) -> Option<String> {
    let path = back.starts_with('/') && !back.starts_with("//");
    let plain = !back
        .chars()
        .any(|letter| letter == '\\' || letter.is_control());
    (path && plain).then(|| back.to_owned())
}
