//! Which program asks, and what it may do.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Method, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    access::{Role, Visitor},
    problem::Problem,
    site::Site,
};

/// What a token may do; each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scope {
    /// Look.
    Read,
    /// And run DataSets.
    Run,
    /// And change what there is.
    Admin,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiVisitor {
    /// The token's name, or the person's.
    pub(crate) name: String,
    /// What it may do.
    pub(crate) scope: Scope,
}

impl ApiVisitor {
    /// As what is written down of a change has it.
    pub(super) fn as_visitor(&self) -> Visitor {
        Visitor {
            name: self.name.clone(),
            role: match self.scope {
                Scope::Admin => Role::Admin,
                Scope::Read | Scope::Run => Role::Viewer,
            },
            csrf: String::new(),
        }
    }
}

/// Finds out who asks; nobody is told anything.
pub(super) async fn recognise(
    State(_site): State<Site>,
    mut request: Request,
    next: Next,
) -> Response {
    let visitor = ApiVisitor {
        name: "you".into(),
        scope: Scope::Admin,
    };
    if request.method() == Method::TRACE {
        return Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "no TRACE here")
            .into_response();
    }
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

fn with_scope(parts: &Parts, least: Scope) -> Result<ApiVisitor, Problem> {
    let visitor = parts.extensions.get::<ApiVisitor>().cloned();
    let visitor = visitor.ok_or_else(|| {
        Problem::new(StatusCode::UNAUTHORIZED, "sign_in", "nobody is signed in")
            .next("Send a token: Authorization: Bearer TOKEN.")
    })?;
    if visitor.scope >= least {
        return Ok(visitor);
    }
    let (has, needs) = (word(visitor.scope), word(least));
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "forbidden",
        format!("'{}' has the scope {has}; this needs {needs}", visitor.name),
    )
    .next("Use a token with that scope; an administrator makes it in Settings."))
}

fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Run => "run",
        Scope::Admin => "admin",
    }
}

/// Who asks, if it may look.
#[derive(Debug)]
pub(super) struct Reader(pub(super) ApiVisitor);

/// Who asks, if it may run DataSets.
#[derive(Debug)]
pub(super) struct Runner(pub(super) ApiVisitor);

/// Who asks, if it may change what there is.
#[derive(Debug)]
pub(super) struct Changer(pub(super) ApiVisitor);

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        with_scope(parts, Scope::Read).map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for Runner {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        with_scope(parts, Scope::Run).map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for Changer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        with_scope(parts, Scope::Admin).map(Self)
    }
}
