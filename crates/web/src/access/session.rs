//! Who asks on a page: finding out, and letting in.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Method, header::ACCEPT},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use exmetrics_store::{Session, Through};

use crate::{
    access::{Caller, Cookie, FormToken, Visitor, visitor::nobody},
    problem::Problem,
    site::Site,
};

/// Finds out who asks, by the cookie.
pub(crate) async fn recognise(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(caller) = Caller::from_request_parts(&mut parts, &site).await;
    let found = match Cookie::Session.shown(&site, &parts.headers) {
        Some(pass) => {
            let session = site.engine.store().session(&pass, site.now()).await;
            session.map(|session| session.map(|session| (session, FormToken::of(&pass))))
        }
        None => Ok(None),
    };
    match found {
        Ok(Some((session, token))) => {
            parts.extensions.insert(visitor(session, &token, &caller));
            parts.extensions.insert(token);
        }
        Ok(None) => {
            if let Some(pass) = Cookie::Visit.shown(&site, &parts.headers) {
                parts.extensions.insert(FormToken::of(&pass));
            }
        }
        // Whoever it is: nobody gets in while nobody can be known.
        Err(error) => return Problem::from(error).as_text(),
    }
    next.run(Request::from_parts(parts, body)).await
}

fn visitor(session: Session, token: &FormToken, caller: &Caller) -> Visitor {
    Visitor {
        name: session.person.name,
        role: session.person.role,
        csrf: token.text().to_owned(),
        person_id: Some(session.person.id),
        session_id: Some(session.id),
        through: Through::Page,
        address: caller.address(),
    }
}

/// Lets in whoever has signed in; sends others to sign in, and back afterwards.
pub(crate) async fn admit(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_open = path == "/sign-in" || path.starts_with("/sign-in/");
    if is_open || request.extensions().get::<Visitor>().is_some() {
        return next.run(request).await;
    }
    let headers = request.headers();
    let waits_for_page = request.method() == Method::GET
        && !headers.contains_key("x-fragment")
        && headers
            .get(ACCEPT)
            .is_none_or(|kind| kind != "text/event-stream");
    if !waits_for_page {
        return nobody().into_response();
    }
    let here = request.uri().path_and_query().map_or("/", |it| it.as_str());
    let to = match here {
        "/" => "/sign-in".to_owned(),
        here => {
            let query = serde_html_form::to_string([("next", here)]).unwrap_or_default();
            format!("/sign-in?{query}")
        }
    };
    Redirect::to(&to).into_response()
}

/// Where to go after signing in: a page of ours, never another site, never round in a circle.
pub(crate) fn way_back(next: Option<&str>) -> &str {
    let next = next.unwrap_or("/");
    let is_path = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.chars().all(|letter| letter.is_ascii_graphic());
    match is_path && !next.starts_with("/sign-") {
        true => next,
        false => "/",
    }
}
