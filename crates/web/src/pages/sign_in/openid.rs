//! Signing in at an OpenID Connect issuer: there and back, with PKCE, a state that is good once, and a
//! nonce.

use std::{io, pin::Pin, sync::Arc};

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use exmetrics_engine::Engine;
use exmetrics_store::{Pass, Role};
use jiff::SignedDuration;
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreJwsSigningAlgorithm,
        CoreProviderMetadata,
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{OpenIdWay, SignInPage, begin};
use crate::{
    access::{Caller, Cookie, FormToken, way_back},
    problem::Problem,
    site::{OpenIdOptions, Site},
};

/// So long may somebody take to sign in there.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Signatures with a key of the issuer's own; never one that the shared secret could make, and none.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/sign-in/openid", get(leave))
        .route("/sign-in/openid/return", get(come_back))
}

/// The way in that leads to the issuer, where there is one.
pub(super) fn way(site: &Site, next: &str) -> Option<OpenIdWay> {
    let openid = site.openid.as_ref()?;
    let host = openid.issuer.parse::<Uri>().ok()?.host()?.to_owned();
    let query = serde_html_form::to_string([("next", next)]).unwrap_or_default();
    Some(OpenIdWay {
        name: host,
        href: format!("/sign-in/openid?{query}"),
    })
}

/// What is kept until somebody comes back.
#[derive(Serialize, Deserialize)]
struct Kept {
    nonce: String,
    verifier: String,
    next: String,
    /// Which browser left.
    visit: String,
}

#[derive(Deserialize)]
struct Leaving {
    next: Option<String>,
}

/// To the issuer.
async fn leave(
    State(site): State<Site>,
    Query(asked): Query<Leaving>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let openid = options(&site)?;
    let client = client(&site, openid).await?;
    let state = Pass::new("");
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let token = state.reveal().to_owned();
    let (url, _, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            || CsrfToken::new(token),
            Nonce::new_random,
        )
        .add_scopes(["profile", "email"].map(|scope| Scope::new(scope.into())))
        .set_pkce_challenge(challenge)
        .url();
    let known = Cookie::Visit.shown(&site, &headers);
    let visit = known.unwrap_or_else(|| Pass::new(""));
    let kept = Kept {
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        next: way_back(asked.next.as_deref()).to_owned(),
        visit: FormToken::of(&visit).text().to_owned(),
    };
    let kept = serde_json::to_string(&kept)
        .map_err(|error| Problem::broken("the way to the issuer", &error))?;
    let until = site.now().saturating_add(PATIENCE).unwrap_or(site.now());
    let store = site.engine.store();
    store
        .keep_return(&state, &SecretString::from(kept), until)
        .await?;
    let cookies = [Cookie::Visit.set(&site, &visit)];
    Ok((AppendHeaders(cookies), Redirect::to(url.as_str())).into_response())
}

#[derive(Deserialize)]
struct ComingBack {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Back from there. Everything that the issuer did not sign is anybody's word.
async fn come_back(
    State(site): State<Site>,
    Query(answer): Query<ComingBack>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let openid = options(&site)?;
    let state = Pass::shown(answer.state.unwrap_or_default());
    let kept = site.engine.store().take_return(&state, site.now()).await?;
    let kept: Option<Kept> = kept.and_then(|kept| serde_json::from_str(kept.expose_secret()).ok());
    let visit = Cookie::Visit.shown(&site, &headers);
    let visit = visit.map(|visit| FormToken::of(&visit));
    let Some(kept) = kept.filter(|kept| FormToken::check(visit.as_ref(), &kept.visit).is_ok())
    else {
        let title = "This sign-in was begun elsewhere, or too long ago.".to_owned();
        return SignInPage::refused(&site, &headers, title, "Begin it here, anew.").await;
    };
    let Some(code) = answer.code.filter(|_| answer.error.is_none()) else {
        let said = answer.error_description.or(answer.error);
        let said: String = said.unwrap_or_default().chars().take(300).collect();
        let title = "The issuer did not let you in.".to_owned();
        return SignInPage::refused(&site, &headers, title, &said).await;
    };
    let found = exchange(&site, openid, code, kept.verifier, kept.nonce).await?;
    let Some(role) = role_of(openid, &found) else {
        let title = format!("{} may not use exmetrics.", found.name);
        let text = "The sign-in worked, but nobody has given this person access. Whoever runs \
            exmetrics does that with EXMETRICS_OIDC_ADMINS or EXMETRICS_OIDC_VIEWERS.";
        return SignInPage::refused(&site, &headers, title, text).await;
    };
    let subject = format!("{} {}", openid.issuer, found.subject);
    let store = site.engine.store();
    let person = store
        .openid_person(&subject, &found.name, role, site.now())
        .await?;
    begin(&site, &caller, &headers, &person, &kept.next).await
}

/// Who the issuer says has come.
struct Found {
    subject: String,
    /// The address, if the issuer stands for it, else the name that is shown.
    name: String,
    address: Option<String>,
    roles: Vec<String>,
}

async fn exchange(
    site: &Site,
    openid: &OpenIdOptions,
    code: String,
    verifier: String,
    nonce: String,
) -> Result<Found, Problem> {
    let client = client(site, openid).await?;
    let request = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| unusable(&error))?
        .set_pkce_verifier(PkceCodeVerifier::new(verifier));
    let host = IssuerHost(Arc::clone(&site.engine));
    let answer = request.request_async(&host).await;
    let answer = answer.map_err(|error| unusable(&error))?;
    let token = answer
        .id_token()
        .ok_or_else(|| unusable(&io::Error::other("there is no ID token")))?;
    let signed_by_issuer = client.id_token_verifier().set_allowed_algs(SIGNATURES);
    let claims = token
        .claims(&signed_by_issuer, &Nonce::new(nonce))
        .map_err(|error| unusable(&error))?;
    Ok(Found {
        subject: claims.subject().to_string(),
        name: name_in(claims),
        address: address_in(claims),
        roles: roles_in(&token.to_string()),
    })
}

/// An address counts when the issuer has verified it; the name with which one signs in there counts
/// too, for the issuer gives it.
fn address_in(claims: &CoreIdTokenClaims) -> Option<String> {
    let verified = claims
        .email()
        .filter(|_| claims.email_verified() == Some(true));
    let address = verified.map(|email| email.as_str()).or_else(|| {
        let name = claims.preferred_username()?;
        Some(name.as_str())
    });
    address.map(str::to_lowercase)
}

fn name_in(claims: &CoreIdTokenClaims) -> String {
    let full = claims.name().and_then(|name| name.get(None));
    let name = address_in(claims).or_else(|| full.map(|name| name.to_string()));
    let name = name.unwrap_or_else(|| claims.subject().to_string());
    name.chars()
        .filter(|letter| !letter.is_control())
        .take(190)
        .collect()
}

/// The roles and groups in a token whose signature was looked at.
fn roles_in(token: &str) -> Vec<String> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Roles {
        roles: Vec<String>,
        groups: Vec<String>,
    }
    let payload = token.split('.').nth(1).unwrap_or_default();
    let payload = URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
    let found: Roles = serde_json::from_slice(&payload).unwrap_or_default();
    found.roles.into_iter().chain(found.groups).collect()
}

fn role_of(openid: &OpenIdOptions, found: &Found) -> Option<Role> {
    let is_in = |list: &[String]| list.iter().any(|who| means(who, found));
    match (is_in(&openid.admins), is_in(&openid.viewers)) {
        (true, _) => Some(Role::Admin),
        (false, true) => Some(Role::Viewer),
        (false, false) => None,
    }
}

fn means(who: &str, found: &Found) -> bool {
    let who = who.trim();
    if let Some(role) = who.strip_prefix("role:") {
        return found.roles.iter().any(|has| has == role);
    }
    let who = who.to_lowercase();
    match &found.address {
        _ if who == "*" => true,
        Some(address) if who.starts_with('@') => address.ends_with(&who),
        Some(address) => *address == who && !who.is_empty(),
        None => false,
    }
}

type IssuerClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the issuer says of itself is asked each time: its keys change when it likes.
async fn client(site: &Site, openid: &OpenIdOptions) -> Result<IssuerClient, Problem> {
    let issuer = IssuerUrl::new(openid.issuer.clone()).map_err(|error| unusable(&error))?;
    let host = IssuerHost(Arc::clone(&site.engine));
    let metadata = CoreProviderMetadata::discover_async(issuer, &host).await;
    let metadata = metadata.map_err(|error| unusable(&error))?;
    let back = format!("{}/sign-in/openid/return", site.options.origin);
    let back = RedirectUrl::new(back).map_err(|error| unusable(&error))?;
    let secret = openid.client_secret.as_ref();
    let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
    let client_id = ClientId::new(openid.client_id.clone());
    Ok(CoreClient::from_provider_metadata(metadata, client_id, secret).set_redirect_uri(back))
}

/// The issuer's host, asked with the program's own client.
struct IssuerHost(Arc<Engine>);

impl<'c> AsyncHttpClient<'c> for IssuerHost {
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<HttpResponse>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.0.http().ask(request))
    }
}

fn options(site: &Site) -> Result<&OpenIdOptions, Problem> {
    let none = || Problem::not_found("nobody signs in by OpenID Connect here");
    site.openid.as_ref().ok_or_else(none)
}

/// The log says more; a page must not, for the answer may hold a token.
fn unusable(error: &dyn std::error::Error) -> Problem {
    tracing::debug!(%error, "the issuer's answer");
    Problem::broken(
        "the sign-in at the issuer",
        &io::Error::other(error.to_string()),
    )
}
