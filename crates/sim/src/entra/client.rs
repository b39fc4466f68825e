//! Who the app is: its secret, an assertion signed with its certificate, or a token of somebody it
//! trusts.

use axum::http::header;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use url::form_urlencoded;

use super::{EntraError, form::Form};
use crate::{jwt::Jwt, server::Asked, world::World};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far clocks may be apart.
const SKEW_SECONDS: i64 = 300;

/// Puts the name and secret of an `Authorization: Basic` header among the fields.
pub(crate) fn read_basic(asked: &Asked, form: &mut Form) {
    let given = asked
        .header(&header::AUTHORIZATION)
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|value| STANDARD.decode(value).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(given) = given else { return };
    let Some((id, secret)) = given.split_once(':') else {
        return;
    };
    let decode = |text: &str| -> String {
        let pair = format!("x={text}");
        let decoded = form_urlencoded::parse(pair.as_bytes()).next();
        decoded
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    form.set("client_id", decode(id));
    form.set("client_secret", decode(secret));
}

/// Whether the app says who it is at all.
pub(crate) fn presents_itself(form: &Form) -> bool {
    form.get("client_secret").is_some() || form.get("client_assertion").is_some()
}

/// Whether the app is who it says, by whatever it presents.
///
/// `token_endpoints` are the addresses that an assertion may be meant for.
pub(crate) fn prove(
    world: &World,
    form: &Form,
    token_endpoints: &[String],
) -> Result<(), EntraError> {
    if let Some(assertion) = form.get("client_assertion") {
        let is_jwt = form.get("client_assertion_type") == Some(ASSERTION_TYPE);
        if !is_jwt {
            return Err(EntraError::about(900_144, "client_assertion_type"));
        }
        let jwt = Jwt::parse(assertion).ok_or_else(|| EntraError::new(50_027))?;
        let is_own = jwt.claims.iss.as_deref() == Some(world.options.client_id.as_str());
        let is_own =
            is_own || !world.options.certificates.is_empty() && world.options.federated.is_empty();
        return if is_own {
            check_own(world, &jwt, token_endpoints)
        } else {
            check_federated(world, &jwt)
        };
    }
    let given = form
        .get("client_secret")
        .ok_or_else(|| EntraError::new(7_000_216))?;
    let live = world.live();
    match &live.client_secret {
        Some(secret) if secret.expose_secret() == given && live.secret_expired => {
            Err(EntraError::new(7_000_222))
        }
        Some(secret) if secret.expose_secret() == given => Ok(()),
        _ => Err(EntraError::new(7_000_215)),
    }
}

/// An assertion that the app signed with its own certificate.
fn check_own(world: &World, jwt: &Jwt, token_endpoints: &[String]) -> Result<(), EntraError> {
    let app = world.options.client_id.as_str();
    if jwt.claims.iss.as_deref() != Some(app) || jwt.claims.sub.as_deref() != Some(app) {
        return Err(EntraError::new(700_021));
    }
    let (x5t, x5t_s256) = jwt.thumbprints();
    let named = world
        .options
        .certificates
        .iter()
        .filter(|certificate| certificate.is_named(x5t.as_deref(), x5t_s256.as_deref()));
    let named: Vec<_> = named.collect();
    if named.is_empty() {
        return Err(EntraError::about(700_027, "The key was not found."));
    }
    if !named
        .iter()
        .any(|certificate| jwt.is_signed_by(certificate))
    {
        return Err(EntraError::about(
            700_027,
            "Client assertion failed signature validation.",
        ));
    }
    let is_meant_for_us = jwt
        .audience()
        .is_some_and(|audience| token_endpoints.iter().any(|endpoint| endpoint == audience));
    if !is_meant_for_us {
        return Err(EntraError::new(700_023));
    }
    if jwt.claims.jti.as_deref().is_none_or(str::is_empty) {
        return Err(EntraError::new(50_027));
    }
    check_time(world, jwt)
}

/// A token of somebody whom the app trusts.
fn check_federated(world: &World, jwt: &Jwt) -> Result<(), EntraError> {
    let (issuer, subject) = (jwt.claims.iss.as_deref(), jwt.claims.sub.as_deref());
    let shown = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let of_issuer: Vec<_> = world
        .options
        .federated
        .iter()
        .filter(|trusted| Some(trusted.issuer.as_str()) == issuer)
        .collect();
    if of_issuer.is_empty() {
        return Err(EntraError::about(700_211, shown(issuer)));
    }
    let trusted = of_issuer
        .into_iter()
        .find(|trusted| Some(trusted.subject.as_str()) == subject);
    let Some(trusted) = trusted else {
        return Err(EntraError::about(700_213, shown(subject)));
    };
    if jwt.audience() != Some(trusted.audience.as_str()) {
        return Err(EntraError::about(700_212, shown(jwt.audience())));
    }
    if trusted
        .key
        .as_ref()
        .is_some_and(|key| !jwt.is_signed_by(key))
    {
        return Err(EntraError::about(
            700_027,
            "Client assertion failed signature validation.",
        ));
    }
    check_time(world, jwt)
}

fn check_time(world: &World, jwt: &Jwt) -> Result<(), EntraError> {
    let now = world.clock.now().as_second();
    let ends = jwt.claims.exp.ok_or_else(|| EntraError::new(50_027))?;
    let begins = jwt.claims.nbf.unwrap_or(i64::MIN);
    if now < ends.saturating_add(SKEW_SECONDS) && now >= begins.saturating_sub(SKEW_SECONDS) {
        return Ok(());
    }
    let shown = |second: i64| {
        Timestamp::from_second(second)
            .map(|time| time.to_string())
            .unwrap_or_default()
    };
    Err(EntraError::about(
        700_024,
        format!(
            "Current time: {}, expiry time of assertion {}.",
            shown(now),
            shown(ends)
        ),
    ))
}
