//! A form that came from one of our own pages.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{access::Visitor, problem::Problem};

/// The fields of a form, after a look at the session's token: without it, another site's page could
/// send forms in a visitor's name.
#[derive(Debug)]
pub(crate) struct Posted<T>(pub(crate) T);

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    csrf: String,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let token = request
            .extensions()
            .get::<Visitor>()
            .map(|visitor| visitor.csrf.clone());
        let bytes = Bytes::from_request(request, state).await.map_err(|error| {
            Problem::new(error.status(), "too_long", "the form cannot be read")
                .next("Send less of it, or use the command line.")
        })?;
        let unreadable = |error: serde_html_form::de::Error| {
            Problem::wrong(format!("the form cannot be read: {error}"))
                .next("Load the page again and fill it in anew.")
        };
        let given: Token = serde_html_form::from_bytes(&bytes).map_err(unreadable)?;
        if token.is_some_and(|token| !same(&token, &given.csrf)) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "stale_form",
                "this form is not of your present session",
            )
            .next("Load the page again, then do it again."));
        }
        Ok(Self(
            serde_html_form::from_bytes(&bytes).map_err(unreadable)?,
        ))
    }
}

/// In constant time.
fn same(one: &str, other: &str) -> bool {
    blake3::hash(one.as_bytes()) == blake3::hash(other.as_bytes())
}
