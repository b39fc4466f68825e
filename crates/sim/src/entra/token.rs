//! The token endpoint: five grants, each as strict as Entra's.

use axum::{
    body::Body,
    http::{Method, Response, header},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde_json::json;

use super::{
    EntraError, client,
    form::Form,
    scopes::{self, Wanted},
    sessions::{AccessToken, DeviceState, RefreshState, RefreshToken},
};
use crate::{
    PersonAtBrowser,
    clock::since,
    faults::{Fault, FaultPlace},
    hash, jwt,
    reply::{self, Outcome, instead, spoilt},
    server::Asked,
    world::World,
};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Clients count seconds less exactly than we do.
const POLL_TOLERANCE: std::time::Duration = std::time::Duration::from_millis(500);

/// Answers `/{tenant}/oauth2/v2.0/token`.
pub(super) fn answer(world: &World, asked: &Asked, tenant: &str) -> Outcome {
    let mut form = Form::of_body(asked);
    client::read_basic(asked, &mut form);
    let app = form.get("client_id").unwrap_or_default().to_owned();
    let fault = world.strike(FaultPlace::Token, None, None);
    if let Some(fault) = &fault {
        if let Some(outcome) = instead(fault) {
            return outcome;
        }
        if let Some(response) = failed(world, fault, &app, tenant) {
            return response.into();
        }
    }
    let response = match grant(world, asked, &form, tenant) {
        Ok(response) => response,
        Err(error) => error.answer(world, &app, tenant),
    };
    spoilt(response, fault.as_ref())
}

/// The answer that a fault stands for.
fn failed(world: &World, fault: &Fault, app: &str, tenant: &str) -> Option<Response<Body>> {
    match fault {
        Fault::Error { name, retry_after } => EntraError::named(name).map(|error| {
            error
                .with_retry_after(retry_after.clone())
                .answer(world, app, tenant)
        }),
        Fault::Status {
            status,
            body: None,
            retry_after,
        } => {
            let error = if *status < 500 {
                "invalid_request"
            } else {
                "temporarily_unavailable"
            };
            let mut response = reply::json(*status, &json!({ "error": error }));
            reply::retry_later(&mut response, retry_after.as_deref());
            Some(response)
        }
        _ => None,
    }
}

fn grant(
    world: &World,
    asked: &Asked,
    form: &Form,
    tenant: &str,
) -> Result<Response<Body>, EntraError> {
    if asked.method != Method::POST {
        return Err(EntraError::about(900_561, asked.method.as_str()));
    }
    let grant = form.need("grant_type")?;
    super::check_tenant(world, tenant, grant == "client_credentials")?;
    super::check_app(world, form.need("client_id")?)?;
    match grant {
        "client_credentials" => {
            scopes::check_app_scope(world, form.get("scope"))?;
            client::prove(world, form, &token_endpoints(world))?;
            let permissions = world.live().granted.permissions();
            Ok(issue(world, permissions, None, None))
        }
        "authorization_code" => {
            refuse_proof(form)?;
            redeem_code(world, form)
        }
        "refresh_token" => {
            refuse_proof(form)?;
            refresh(world, form)
        }
        DEVICE_CODE | "device_code" => {
            refuse_proof(form)?;
            if !world.options.public_client_flows {
                return Err(EntraError::new(7_000_218));
            }
            poll_device(world, form)
        }
        other => Err(EntraError::about(70_003, other)),
    }
}

/// The addresses of this endpoint, and the issuer, which an assertion may name as well.
fn token_endpoints(world: &World) -> Vec<String> {
    let root = &world.login_graph_url;
    [&world.options.tenant_id, &world.options.tenant_domain]
        .into_iter()
        .flat_map(|tenant| {
            [
                format!("{root}/{tenant}/oauth2/v2.0/token"),
                format!("{root}/{tenant}/v2.0"),
            ]
        })
        .collect()
}

/// People sign in to a desktop app, which has no secret to prove itself with.
fn refuse_proof(form: &Form) -> Result<(), EntraError> {
    if client::presents_itself(form) {
        Err(EntraError::new(700_025))
    } else {
        Ok(())
    }
}

fn redeem_code(world: &World, form: &Form) -> Result<Response<Body>, EntraError> {
    let given = form.need("code")?;
    let redirect_uri = form.need("redirect_uri")?;
    let now = world.clock.now();
    let code = {
        let mut live = world.live();
        let code = live
            .sessions
            .codes
            .get_mut(given)
            .ok_or_else(|| EntraError::new(9_002_313))?;
        if code.redeemed {
            return Err(EntraError::new(54_005));
        }
        if now >= code.expires {
            return Err(EntraError::new(70_008));
        }
        if code.redirect_uri != redirect_uri {
            return Err(EntraError::about(500_112, redirect_uri));
        }
        let verifier = form.get("code_verifier").unwrap_or_default();
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        if code.challenge != challenge {
            return Err(EntraError::new(501_481));
        }
        code.redeemed = true;
        code.clone()
    };
    let permissions = code.wanted.grant(world)?;
    Ok(issue(
        world,
        permissions,
        Some(&code.wanted),
        code.nonce.as_deref(),
    ))
}

fn refresh(world: &World, form: &Form) -> Result<Response<Body>, EntraError> {
    let given = form.need("refresh_token")?;
    let narrower = match form.get("scope") {
        Some(scope) => Some(scopes::read_scopes(world, Some(scope))?),
        None => None,
    };
    let known = world.live().sessions.refresh.get(given).cloned();
    let known = known.ok_or_else(|| EntraError::new(9_002_313))?;
    match known.state {
        RefreshState::Fresh => {}
        RefreshState::Used => return Err(EntraError::new(70_000)),
        RefreshState::Revoked => return Err(EntraError::new(50_173)),
        RefreshState::Expired => {
            return Err(EntraError::about(700_082, known.issued.to_string()));
        }
    }
    if since(known.issued, world.clock.now()) >= std::time::Duration::from_secs(90 * 86_400) {
        return Err(EntraError::about(700_082, known.issued.to_string()));
    }
    if world.live().interaction_required {
        return Err(EntraError::new(50_076));
    }
    let mut wanted = narrower.unwrap_or_else(|| known.wanted.clone());
    wanted.refresh_token = true;
    let permissions = wanted.grant(world)?;
    if let Some(token) = world.live().sessions.refresh.get_mut(given) {
        token.state = RefreshState::Used;
    }
    Ok(issue(world, permissions, Some(&wanted), None))
}

fn poll_device(world: &World, form: &Form) -> Result<Response<Body>, EntraError> {
    let given = form.need("device_code")?;
    let now = world.clock.now();
    let wanted = {
        let mut live = world.live();
        let device = live
            .sessions
            .devices
            .get_mut(given)
            .ok_or_else(|| EntraError::new(70_018))?;
        if now >= device.expires {
            return Err(EntraError::new(70_020));
        }
        let is_hasty = device
            .asked_at
            .is_some_and(|asked_at| since(asked_at, now) + POLL_TOLERANCE < device.interval);
        device.asked_at = Some(now);
        if is_hasty {
            device.interval += std::time::Duration::from_secs(5);
            return Err(EntraError::new(70_016).called("slow_down"));
        }
        if device.state == DeviceState::Pending {
            match world.options.person {
                PersonAtBrowser::Asked => {}
                PersonAtBrowser::AgreesAtOnce => device.state = DeviceState::Approved,
                PersonAtBrowser::Declines => device.state = DeviceState::Declined,
            }
        }
        match device.state {
            DeviceState::Pending => return Err(EntraError::new(70_016)),
            DeviceState::Declined => {
                return Err(EntraError::new(65_004).called("authorization_declined"));
            }
            DeviceState::Redeemed => return Err(EntraError::new(54_005)),
            DeviceState::Approved => device.state = DeviceState::Redeemed,
        }
        device.wanted.clone()
    };
    let permissions = wanted.grant(world)?;
    Ok(issue(world, permissions, Some(&wanted), None))
}

/// Hands out an access token, and to a person what else was asked for.
fn issue(
    world: &World,
    permissions: Vec<&'static str>,
    person: Option<&Wanted>,
    nonce: Option<&str>,
) -> Response<Body> {
    let now = world.clock.now();
    let lifetime = world.options.token_lifetime;
    let expires = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
    let (tenant, app) = (&world.options.tenant_id, &world.options.client_id);
    let mut claims = json!({
        "aud": world.login_graph_url,
        "iss": format!("{}/{tenant}/v2.0", world.login_graph_url),
        "iat": now.as_second(), "nbf": now.as_second(), "exp": expires.as_second(),
        "appid": app, "tid": tenant, "ver": "1.0",
        "uti": world.make_text(22),
    });
    let upn = format!("adele@{}", world.options.tenant_domain);
    if person.is_some() {
        claims["scp"] = json!(permissions.join(" "));
        claims["upn"] = json!(upn);
    } else {
        claims["roles"] = json!(permissions);
    }
    let token = jwt::looks_signed(&claims, world.make());
    let mut body = json!({
        "token_type": "Bearer",
        "expires_in": lifetime.as_secs(),
        "ext_expires_in": lifetime.as_secs(),
        "access_token": token,
    });
    if let Some(wanted) = person {
        let names: Vec<String> = permissions
            .iter()
            .map(|name| format!("{}/{name}", world.login_graph_url))
            .collect();
        body["scope"] = json!(names.join(" "));
        if wanted.refresh_token {
            let refresh_token = format!("1.{}.{}", world.make_text(40), world.make_text(600));
            body["refresh_token"] = json!(refresh_token);
            let record = RefreshToken {
                wanted: wanted.clone(),
                issued: now,
                state: RefreshState::Fresh,
            };
            world.live().sessions.refresh.insert(refresh_token, record);
        }
        if wanted.id_token {
            let claims = json!({
                "aud": app, "tid": tenant, "ver": "2.0",
                "iss": format!("{}/{tenant}/v2.0", world.login_graph_url),
                "iat": now.as_second(), "nbf": now.as_second(), "exp": expires.as_second(),
                "name": "Adele Vance", "preferred_username": upn,
                "oid": hash::guid(world.options.seed), "sub": "simulated-subject", "nonce": nonce,
            });
            body["id_token"] = json!(jwt::looks_signed(&claims, world.make()));
        }
    }
    let record = AccessToken {
        permissions,
        is_delegated: person.is_some(),
        expires,
    };
    world.live().sessions.add_access_token(token, record);
    let mut response = reply::json(200, &body);
    reply::set(&mut response, header::CACHE_CONTROL, "no-store, no-cache");
    response
}
