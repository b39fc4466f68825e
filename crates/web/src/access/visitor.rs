//! Who asks.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
pub(crate) use exmetrics_store::Role;
use exmetrics_store::Through;
use serde::Serialize;

use crate::problem::Problem;

/// Who asks: a person who has signed in, or a program with a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Visitor {
    /// The person's name, or the token's.
    pub(crate) name: String,
    /// What the person may do.
    pub(crate) role: Role,
    /// What a form of this session must bring back.
    #[serde(skip)]
    pub(crate) csrf: String,
    /// The person's lasting id; none for a token that no person made.
    #[serde(skip)]
    pub(crate) person_id: Option<String>,
    /// The session's lasting id, which lets nobody in.
    #[serde(skip)]
    pub(crate) session_id: Option<String>,
    /// By what way.
    #[serde(skip)]
    pub(crate) through: Through,
    /// From where.
    #[serde(skip)]
    pub(crate) address: String,
}

impl Visitor {
    /// Whether the visitor may change things.
    pub(crate) fn may_change(&self) -> bool {
        self.role == Role::Admin
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let visitor = parts.extensions.get::<Self>().cloned();
        visitor.ok_or_else(nobody)
    }
}

/// Nobody has signed in.
pub(super) fn nobody() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "sign_in",
        "nobody is signed in here",
    )
    .next("Sign in, then do it again.")
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
