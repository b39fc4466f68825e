//! Who asks.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use serde::Serialize;

use crate::problem::Problem;

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Everything.
    Admin,
    /// Look.
    Viewer,
}

/// Who asks: a person who has signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Visitor {
    /// The person's name.
    pub(crate) name: String,
    /// What the person may do.
    pub(crate) role: Role,
    /// What a form of this session must bring back.
    #[serde(skip)]
    pub(crate) csrf: String,
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "sign_in",
                "nobody is signed in here",
            )
            .next("Sign in, then do it again.")
        })
    }
}

/// Who asks, if it is somebody who may change things.
#[derive(Debug, Clone)]
pub(crate) struct Administrator(pub(crate) Visitor);

impl<S: Sync> FromRequestParts<S> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        match visitor.role {
            Role::Admin => Ok(Self(visitor)),
            Role::Viewer => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "you may look at this, not change it",
            )
            .next("Ask an administrator for it, or for the role.")),
        }
    }
}
