//! A form that came from one of our own pages.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};
use exmetrics_store::Pass;
use serde::{Deserialize, de::DeserializeOwned};

use crate::problem::Problem;

/// The fields of a form, after a look at the session's token: without it, another site's page could
/// send forms in a visitor's name.
#[derive(Debug)]
pub(crate) struct Posted<T>(pub(crate) T);

/// What a form must bring back: made of the cookie, which other sites cannot read, and of no use as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormToken(String);

impl FormToken {
    /// The one that belongs to a cookie.
    pub(crate) fn of(cookie: &Pass) -> Self {
        let key = blake3::derive_key("exmetrics 2026 token of a form", cookie.reveal().as_bytes());
        Self(blake3::Hash::from_bytes(key).to_hex().to_string())
    }

    /// As the form has it.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Whether a form brought it back.
    pub(crate) fn check(token: Option<&Self>, given: &str) -> Result<(), Problem> {
        match token {
            Some(Self(token)) if same(token, given) => Ok(()),
            _ => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "stale_form",
                "this form is not of your present session",
            )
            .next("Load the page again, then do it again.")),
        }
    }
}

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    csrf: String,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let token = request.extensions().get::<FormToken>().cloned();
        let bytes = Bytes::from_request(request, state).await.map_err(|error| {
            Problem::new(error.status(), "too_long", "the form cannot be read")
                .next("Send less of it, or use the command line.")
        })?;
        let unreadable = |error: serde_html_form::de::Error| {
            Problem::wrong(format!("the form cannot be read: {error}"))
                .next("Load the page again and fill it in anew.")
        };
        let given: Token = serde_html_form::from_bytes(&bytes).map_err(unreadable)?;
        FormToken::check(token.as_ref(), &given.csrf)?;
        Ok(Self(
            serde_html_form::from_bytes(&bytes).map_err(unreadable)?,
        ))
    }
}

/// In constant time.
fn same(one: &str, other: &str) -> bool {
    blake3::hash(one.as_bytes()) == blake3::hash(other.as_bytes())
}
