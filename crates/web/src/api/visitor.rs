//! Which program asks, and whether its token reaches far enough.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Method, header::AUTHORIZATION, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use exmetrics_store::Scope;

pub(super) use crate::access::ApiVisitor;
use crate::{
    access::{Role, Visitor},
    problem::Problem,
    site::Site,
};

/// Finds out who asks: a program by its token; or, where nothing is changed by it, a person by the cookie.
pub(super) async fn recognise(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let only_looks = matches!(parts.method, Method::GET | Method::HEAD);
    let brings_token = parts.headers.contains_key(AUTHORIZATION);
    let person = parts.extensions.get::<Visitor>();
    let visitor = match person.filter(|_| only_looks && !brings_token) {
        Some(person) => Ok(ApiVisitor {
            name: person.name.clone(),
            scope: match person.role {
                Role::Admin => Scope::Admin,
                Role::Viewer => Scope::Read,
            },
            address: person.address.clone(),
        }),
        None => ApiVisitor::from_request_parts(&mut parts, &site).await,
    };
    match visitor {
        Ok(visitor) => {
            parts.extensions.insert(visitor);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn reaching(parts: &mut Parts, site: &Site, scope: Scope) -> Result<ApiVisitor, Problem> {
    let visitor = match parts.extensions.get::<ApiVisitor>() {
        Some(visitor) => visitor.clone(),
        None => ApiVisitor::from_request_parts(parts, site).await?,
    };
    visitor.may(scope)?;
    Ok(visitor)
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

impl FromRequestParts<Site> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        reaching(parts, site, Scope::Read).await.map(Self)
    }
}

impl FromRequestParts<Site> for Runner {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        reaching(parts, site, Scope::Run).await.map(Self)
    }
}

impl FromRequestParts<Site> for Changer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        reaching(parts, site, Scope::Admin).await.map(Self)
    }
}
