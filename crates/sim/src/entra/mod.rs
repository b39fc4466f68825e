//! Entra: where apps and people sign in.

mod authorize;
mod client;
mod device;
mod errors;
mod form;
mod scopes;
mod sessions;
mod token;

use serde_json::json;

pub(crate) use errors::{EntraError, is_known_aadsts};
pub(crate) use sessions::{AccessToken, Sessions};

use crate::{
    hash,
    reply::{self, Outcome},
    server::Asked,
    world::World,
};

/// Answers a request to the login host.
pub(crate) fn answer(world: &World, asked: &Asked) -> Outcome {
    let segments: Vec<&str> = asked.uri.path().trim_matches('/').split('/').collect();
    match segments.as_slice() {
        ["device"] => device::page(world, asked),
        [tenant, "oauth2", "v2.0", "token"] => token::answer(world, asked, tenant),
        [tenant, "oauth2", "v2.0", "authorize"] => authorize::answer(world, asked, tenant),
        [tenant, "oauth2", "v2.0", "devicecode"] => device::begin(world, asked, tenant),
        [tenant, "v2.0", ".well-known", "openid-configuration"] => metadata(world, tenant),
        [_, "discovery", "v2.0", "keys"] => reply::json(200, &json!({"keys": []})).into(),
        _ => reply::html(404, "Page not found", "<p>There is nothing here.</p>").into(),
    }
}

fn metadata(world: &World, tenant: &str) -> Outcome {
    if let Err(error) = check_tenant(world, tenant, false) {
        return error.answer(world, "", tenant).into();
    }
    let root = format!("{}/{tenant}", world.login_graph_url);
    let body = json!({
        "issuer": format!("{}/{}/v2.0", world.login_graph_url, world.options.tenant_id),
        "authorization_endpoint": format!("{root}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{root}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{root}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{root}/discovery/v2.0/keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
    });
    reply::json(200, &body).into()
}

/// Whether the tenant is this one, by id or domain.
pub(crate) fn check_tenant(world: &World, tenant: &str, for_app: bool) -> Result<(), EntraError> {
    let options = &world.options;
    let is_ours = tenant.eq_ignore_ascii_case(&options.tenant_id)
        || tenant.eq_ignore_ascii_case(&options.tenant_domain);
    match tenant {
        _ if is_ours => Ok(()),
        "common" | "organizations" if for_app => Err(EntraError::new(50_059)),
        "common" | "organizations" => Err(EntraError::new(50_194)),
        other => Err(EntraError::about(90_002, other)),
    }
}

/// Whether the app is registered here.
pub(crate) fn check_app(world: &World, app: &str) -> Result<(), EntraError> {
    let is_ours = hash::is_guid(app) && app.eq_ignore_ascii_case(&world.options.client_id);
    if is_ours {
        Ok(())
    } else {
        Err(EntraError::new(700_016))
    }
}
