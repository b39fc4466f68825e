//! The page where a person signs in, and the way back from it.

use axum::{
    body::Body,
    http::{Method, Response},
};
use jiff::{Timestamp, ToSpan};
use url::Url;

use super::{EntraError, form::Form, scopes, sessions::Code};
use crate::{
    PersonAtBrowser,
    reply::{self, Outcome},
    server::Asked,
    world::World,
};

/// Answers `/{tenant}/oauth2/v2.0/authorize`: the page, and the click on it.
pub(super) fn answer(world: &World, asked: &Asked, tenant: &str) -> Outcome {
    let query = Form::of_query(asked);
    let app = query.get("client_id").unwrap_or_default().to_owned();
    // Nobody is sent to an address before it is known to be the app's.
    let back = match way_back(world, tenant, &query) {
        Ok(back) => back,
        Err(error) => return error.page(world, &app, tenant).into(),
    };
    let response = match sign_in(world, asked, tenant, &query) {
        Ok(Some(code)) => back.with(&[("code", &code), ("session_state", "simulated")]),
        Ok(None) => page(world, asked, &query),
        Err(error) => {
            let description = error.description(world, &app, tenant);
            back.with(&[("error", error.word()), ("error_description", &description)])
        }
    };
    response.into()
}

/// Where the person goes afterwards.
struct WayBack {
    redirect_uri: Url,
    state: Option<String>,
}

impl WayBack {
    fn with(mut self, fields: &[(&str, &str)]) -> Response<Body> {
        self.redirect_uri.query_pairs_mut().extend_pairs(fields);
        if let Some(state) = &self.state {
            self.redirect_uri
                .query_pairs_mut()
                .append_pair("state", state);
        }
        reply::redirect(302, "text/html", self.redirect_uri.as_str())
    }
}

fn way_back(world: &World, tenant: &str, query: &Form) -> Result<WayBack, EntraError> {
    super::check_tenant(world, tenant, false)?;
    super::check_app(world, query.need("client_id")?)?;
    let given = query.need("redirect_uri")?;
    let redirect_uri = Url::parse(given).map_err(|_| EntraError::about(50_011, given))?;
    let is_registered = world
        .options
        .redirect_uris
        .iter()
        .filter_map(|registered| Url::parse(registered).ok())
        .any(|registered| is_same(&registered, &redirect_uri));
    if !is_registered {
        return Err(EntraError::about(50_011, given));
    }
    Ok(WayBack {
        redirect_uri,
        state: query.get("state").map(str::to_owned),
    })
}

/// Whether an address is the registered one. Of a loopback address the port may be any:
/// <https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions>
fn is_same(registered: &Url, given: &Url) -> bool {
    let is_loopback = matches!(registered.host_str(), Some("localhost" | "127.0.0.1"));
    registered.scheme() == given.scheme()
        && registered.host_str() == given.host_str()
        && registered.path() == given.path()
        && given.query().is_none()
        && given.fragment().is_none()
        && (is_loopback || registered.port_or_known_default() == given.port_or_known_default())
}

/// The code, once the person has agreed; nothing while the page waits.
fn sign_in(
    world: &World,
    asked: &Asked,
    _tenant: &str,
    query: &Form,
) -> Result<Option<String>, EntraError> {
    match query.need("response_type")? {
        "code" => {}
        other => return Err(EntraError::about(700_051, other)),
    }
    if !matches!(query.get("response_mode"), None | Some("query")) {
        return Err(EntraError::new(9_002_313).called("invalid_request"));
    }
    let wanted = scopes::read_scopes(world, query.get("scope"))?;
    let challenge = query
        .get("code_challenge")
        .ok_or_else(|| EntraError::new(9_002_325))?;
    if query.get("code_challenge_method") != Some("S256") {
        return Err(EntraError::new(9_002_325));
    }
    wanted
        .grant(world)
        .map_err(|error| error.called("consent_required"))?;
    let clicked = Form::of_body(asked);
    let agrees = match world.options.person {
        PersonAtBrowser::Declines => return Err(EntraError::new(65_004)),
        PersonAtBrowser::AgreesAtOnce => true,
        PersonAtBrowser::Asked if query.get("prompt") == Some("none") => true,
        PersonAtBrowser::Asked if asked.method == Method::POST => match clicked.get("answer") {
            Some("continue") => true,
            _ => return Err(EntraError::new(65_004)),
        },
        PersonAtBrowser::Asked => false,
    };
    if !agrees {
        return Ok(None);
    }
    let code = format!("1.{}.{}", world.make_text(30), world.make_text(300));
    let expires = world
        .clock
        .now()
        .checked_add(10.minutes())
        .unwrap_or(Timestamp::MAX);
    let record = Code {
        redirect_uri: query.need("redirect_uri")?.to_owned(),
        challenge: challenge.to_owned(),
        wanted,
        nonce: query.get("nonce").map(str::to_owned),
        expires,
        redeemed: false,
    };
    world.live().sessions.codes.insert(code.clone(), record);
    Ok(Some(code))
}

/// The page with the button.
fn page(world: &World, asked: &Asked, query: &Form) -> Response<Body> {
    let action = asked
        .uri
        .path_and_query()
        .map(ToString::to_string)
        .unwrap_or_default();
    let body = format!(
        "<p>The app <code>{}</code> asks for: <code>{}</code></p>\
         <form method=\"post\" action=\"{}\">\
         <button name=\"answer\" value=\"continue\">Continue as Adele (adele@{})</button> \
         <button name=\"answer\" value=\"cancel\">Cancel</button></form>\
         <p>This tenant is simulated: there is no password.</p>",
        reply::escape(query.get("client_id").unwrap_or_default()),
        reply::escape(query.get("scope").unwrap_or_default()),
        reply::escape(&action),
        reply::escape(&world.options.tenant_domain),
    );
    reply::html(200, "Sign in to your account", &body)
}
