//! Programs: who asks with an API token, and how far it reaches.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, request::Parts},
};
use exmetrics_store::{Pass, Role, Scope, Through};

use crate::{
    access::{Caller, Visitor, guard::bearer},
    problem::Problem,
    site::Site,
};

/// A program that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiVisitor {
    /// The token's name.
    pub(crate) name: String,
    /// How far it reaches.
    pub(crate) scope: Scope,
    /// From where it asks.
    pub(crate) address: String,
}

impl ApiVisitor {
    /// Whether the token reaches as far as this.
    pub(crate) fn may(&self, scope: Scope) -> Result<(), Problem> {
        if self.scope >= scope {
            return Ok(());
        }
        let (has, needs) = (self.scope.as_str(), scope.as_str());
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            format!("the token '{}' has the scope {has}, not {needs}", self.name),
        )
        .next("Make another one with that scope in Settings, API tokens."))
    }

    /// The same as who is written into the audit.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor {
            name: self.name.clone(),
            role: match self.scope {
                Scope::Admin => Role::Admin,
                Scope::Read | Scope::Run => Role::Viewer,
            },
            csrf: String::new(),
            person_id: None,
            session_id: None,
            through: Through::Api,
            address: self.address.clone(),
        }
    }
}

impl FromRequestParts<Site> for ApiVisitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let Ok(caller) = Caller::from_request_parts(parts, site).await;
        api_visitor(site, &caller, &parts.headers).await
    }
}

/// Who asks with `Authorization: Bearer exm_...`.
pub(crate) async fn api_visitor(
    site: &Site,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<ApiVisitor, Problem> {
    let refused = |title: &str| {
        Problem::new(StatusCode::UNAUTHORIZED, "token", title).next(
            "Send `Authorization: Bearer exm_...` with a token from Settings, API tokens, or from \
             `exmetrics access token create`.",
        )
    };
    let word = bearer(headers).ok_or_else(|| refused("there is no API token"))?;
    let pass = Pass::shown(word);
    let address = caller.address();
    let store = site.engine.store();
    let token = store.use_token(&pass, &address, site.now()).await?;
    let token = token.ok_or_else(|| refused("this is no API token, or it has ended"))?;
    Ok(ApiVisitor {
        name: token.name,
        scope: token.scope,
        address,
    })
}
