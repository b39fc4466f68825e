//! What holds for every request and every answer: whose name the service answers for, where forms may
//! come from, and what a browser may do with a page.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{
            AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::site::Site;

/// Nothing from elsewhere, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";

/// Turns away what cannot be meant for us, and marks every answer.
pub(crate) async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&site, &request) {
        Some((status, sentence)) => (status, sentence).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What may be kept says so itself.
    let keep_nothing = HeaderValue::from_static("no-store");
    headers.entry(CACHE_CONTROL).or_insert(keep_nothing);
    response
}

fn refusal(site: &Site, request: &Request) -> Option<(StatusCode, String)> {
    let headers = request.headers();
    // Whoever brings a token is no browser that was led here; and those who only look whether the
    // service lives may call it anything.
    let brings_token = bearer(headers).is_some();
    let only_looks = matches!(request.uri().path(), "/healthz" | "/readyz");
    if brings_token || only_looks {
        return None;
    }
    if let Some(host) = headers.get(HOST)
        && !host.to_str().is_ok_and(|host| is_ours(site, host))
    {
        let sentence = format!(
            "exmetrics does not answer for this name here.\nOpen {}. For another name start it with \
             --url https://NAME.\n",
            site.options.origin
        );
        return Some((StatusCode::MISDIRECTED_REQUEST, sentence));
    }
    if !request.method().is_safe() && !comes_from_us(site, headers) {
        let sentence = "This form comes from another site, so it was not taken.\nOpen exmetrics itself \
            and do it there. Behind a proxy exmetrics must know its address: --url https://NAME.\n";
        return Some((StatusCode::FORBIDDEN, sentence.to_owned()));
    }
    None
}

/// The API token in a request's headers.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, word) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| word.trim())
}

/// Another site can make its own name mean this machine, and its pages would then count as ours. A
/// browser says the name that it believes in; an address in numbers cannot be made to mean another.
fn is_ours(site: &Site, host: &str) -> bool {
    let Some(name) = name_of(host) else {
        return false;
    };
    let address: Option<IpAddr> = name.trim_matches(['[', ']']).parse().ok();
    let by_number =
        address.is_some_and(|address| address.is_loopback() || !site.options.only_this_machine);
    let local = site.options.only_this_machine
        && (name.eq_ignore_ascii_case("localhost") || name.ends_with(".localhost"));
    let own = authority_of(&site.options.origin).and_then(|own| name_of(&own));
    by_number || local || own.is_some_and(|own| own.eq_ignore_ascii_case(&name))
}

/// Browsers say where a form comes from; what does not say it is no browser.
fn comes_from_us(site: &Site, headers: &HeaderMap) -> bool {
    let text = |value: Option<&HeaderValue>| value.map(|it| it.to_str().unwrap_or("?").to_owned());
    let from_elsewhere = text(headers.get("sec-fetch-site"))
        .is_some_and(|from| !matches!(from.as_str(), "same-origin" | "none"));
    if from_elsewhere {
        return false;
    }
    let Some(origin) = text(headers.get(ORIGIN)) else {
        return true;
    };
    if origin.eq_ignore_ascii_case(&site.options.origin) {
        return true;
    }
    // By another of our names, but not without the encryption that our address has.
    let scheme = match site.options.is_https() {
        true => "https://",
        false => "http://",
    };
    origin.starts_with(scheme) && authority_of(&origin) == text(headers.get(HOST))
}

fn authority_of(origin: &str) -> Option<String> {
    let uri: Uri = origin.parse().ok()?;
    uri.authority().map(ToString::to_string)
}

/// The name in front of the port.
fn name_of(authority: &str) -> Option<String> {
    let uri: axum::http::uri::Authority = authority.parse().ok()?;
    Some(uri.host().to_owned())
}
