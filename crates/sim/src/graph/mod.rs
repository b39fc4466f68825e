//! Graph: checks the token, the address, the quota and the permission, in this order, and answers
//! with a redirect to the download or with JSON.

mod address;
mod errors;
mod quota;
mod settings;

use axum::{
    body::Body,
    http::{HeaderName, Method, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use exmetrics_catalog::{ApiVersion, Ask, Report};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    PersonRole, download,
    entra::AccessToken,
    faults::{Fault, FaultPlace},
    reply::{self, Outcome, instead, spoilt},
    server::Asked,
    table::Table,
    world::World,
};
use address::{Options, read_segment};
pub(crate) use errors::{GraphError, is_known_error, request_ids};

/// The two functions that answer CSV without a redirect.
const DIRECT: [&str; 2] = ["getApiUsage", "getSharePointApiUsage"];

/// Answers a request for `/v1.0/...` or `/beta/...`.
pub(crate) fn answer(world: &World, asked: &Asked) -> Outcome {
    try_answer(world, asked).unwrap_or_else(|error| error.answer(world, asked).into())
}

fn try_answer(world: &World, asked: &Asked) -> Result<Outcome, GraphError> {
    let token = authenticate(world, asked)?;
    let mut segments = asked.uri.path().trim_start_matches('/').split('/');
    let version = match segments.next() {
        Some("v1.0") => ApiVersion::V1,
        _ => ApiVersion::Beta,
    };
    let segments: Vec<&str> = segments.collect();
    match segments.as_slice() {
        ["reports", segment] => report(world, asked, &token, version, segment),
        ["admin", "reportSettings"] => settings::answer(world, asked, &token, version),
        ["reports" | "admin"] => Err(GraphError::bad_request("Invalid request.")),
        [first, ..] => Err(GraphError::no_segment(first)),
        [] => Err(GraphError::no_segment("")),
    }
}

/// The token of the request, if it is ours and still good.
fn authenticate(world: &World, asked: &Asked) -> Result<AccessToken, GraphError> {
    let header = asked
        .header(&axum::http::header::AUTHORIZATION)
        .unwrap_or_default();
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => {
            token
        }
        _ => return Err(GraphError::unauthenticated("Access token is empty.")),
    };
    if token.split('.').count() != 3 {
        let message = "IDX14100: JWT is not well formed, there are no dots (.).";
        return Err(GraphError::unauthenticated(message));
    }
    let known = world.live().sessions.access_token(token).cloned();
    match known {
        Some(known) if world.clock.now() < known.expires => Ok(known),
        Some(_) => Err(GraphError::unauthenticated(
            "Lifetime validation failed, the token is expired.",
        )),
        None => Err(GraphError::unauthenticated(
            "Access token validation failure. Invalid signature.",
        )),
    }
}

fn report(
    world: &World,
    asked: &Asked,
    token: &AccessToken,
    version: ApiVersion,
    segment: &str,
) -> Result<Outcome, GraphError> {
    if asked.method != Method::GET {
        return Err(GraphError::new(
            405,
            "UnsupportedHttpMethod",
            "Only GET is allowed here.",
        ));
    }
    let (report, arguments) = read_segment(version, segment)?;
    let options = Options::read(report, asked.uri.query().unwrap_or_default());
    let is_json = options
        .as_ref()
        .is_ok_and(|options| options.is_json(report));
    if let Some(wait) = quota::count(world, &report.function, is_json) {
        let seconds = wait.as_millis().div_ceil(1_000).max(1);
        return Err(GraphError::too_many(Some(seconds.to_string())));
    }
    let fault = world.strike(
        FaultPlace::Graph,
        Some(&report.function),
        arguments.rough_ask().as_deref(),
    );
    if let Some(fault) = &fault {
        if let Some(outcome) = instead(fault) {
            return Ok(outcome);
        }
        if let Some(error) = error_of(fault, world) {
            return Err(error);
        }
    }
    check_permission(world, token, report)?;
    let options = options?;
    let ask = arguments.ask(report, world.clock.today())?;
    if world.options.new_tenant {
        return Err(GraphError::unknown_tenant(&world.options.tenant_id));
    }
    let mut response = if is_json {
        if version == ApiVersion::V1 {
            return Err(GraphError::no_json());
        }
        json_page(world, asked, report, ask, &options)?
    } else {
        csv(world, report, version, ask, fault.as_ref())
    };
    let (request_id, client_request_id) = request_ids(world, asked);
    reply::set(
        &mut response,
        HeaderName::from_static("request-id"),
        &request_id,
    );
    reply::set(
        &mut response,
        HeaderName::from_static("client-request-id"),
        &client_request_id,
    );
    Ok(spoilt(response, fault.as_ref()))
}

/// The error that a fault stands for.
fn error_of(fault: &Fault, world: &World) -> Option<GraphError> {
    match fault {
        Fault::Error { name, retry_after } => GraphError::named(name, &world.options.tenant_id)
            .map(|error| error.with_retry_after(retry_after.clone())),
        Fault::Status {
            status,
            body: None,
            retry_after,
        } => {
            let (code, message) = match status {
                429 => return Some(GraphError::too_many(retry_after.clone())),
                500..=599 => ("InternalServerError", "An error has occurred."),
                _ => ("UnknownError", ""),
            };
            Some(GraphError::new(*status, code, message).with_retry_after(retry_after.clone()))
        }
        _ => None,
    }
}

fn check_permission(world: &World, token: &AccessToken, report: &Report) -> Result<(), GraphError> {
    let permissions = &report.permissions;
    let needed = if token.is_delegated {
        &permissions.delegated
    } else {
        &permissions.application
    };
    let is_granted = needed.as_deref().is_some_and(|needed| token.may(needed));
    if !is_granted {
        return Err(GraphError::no_permission());
    }
    let needs_administrator = report.permissions.application.is_none();
    let is_of_persons = report.columns.iter().any(|column| column.personal);
    let role_allows = !token.is_delegated
        || match world.options.person_role {
            PersonRole::Administrator => true,
            PersonRole::ReportsReader => !needs_administrator,
            PersonRole::GlobalReader => !is_of_persons && report.workload != "Copilot",
            PersonRole::None => false,
        };
    if role_allows {
        Ok(())
    } else {
        Err(GraphError::no_permission())
    }
}

fn csv(
    world: &World,
    report: &'static Report,
    version: ApiVersion,
    ask: Ask,
    fault: Option<&Fault>,
) -> Response<Body> {
    let is_direct = DIRECT.contains(&report.function.as_str());
    if is_direct || fault == Some(&Fault::Direct200) {
        let table = Table::new(report, ask, world.telling());
        if is_direct && table.len() == 0 {
            return reply::response(204, "", axum::body::Bytes::new());
        }
        return download::csv(table, &[]);
    }
    let link = download::make_link(world, report, version, ask);
    if fault == Some(&Fault::UrlBody200) {
        return reply::response(200, "text/plain", link);
    }
    reply::redirect(302, "text/plain", &link)
}

fn json_page(
    world: &World,
    asked: &Asked,
    report: &'static Report,
    ask: Ask,
    options: &Options,
) -> Result<Response<Body>, GraphError> {
    let table = Table::new(report, ask, world.telling());
    let first = match &options.skip_token {
        Some(token) => read_skip_token(token, report, ask)
            .filter(|row| *row <= table.len())
            .ok_or_else(|| GraphError::bad_request("The value of '$skiptoken' is invalid."))?,
        None => 0,
    };
    let usual = if report.json_top.is_some_and(|top| top >= 2_000) {
        2_000
    } else {
        200
    };
    let page = table.json_page(first, options.top.unwrap_or(usual));
    let mut body = page.body;
    let root = &world.login_graph_url;
    body.insert(
        "@odata.context".into(),
        json!(format!("{root}/beta/$metadata#reports")),
    );
    if let Some(next) = page.next_row {
        let top = options
            .top
            .map(|top| format!("&$top={top}"))
            .unwrap_or_default();
        let link = format!(
            "{root}{}?$format=application/json{top}&$skiptoken={}",
            asked.uri.path(),
            skip_token(report, ask, next, world.clock.now())
        );
        body.insert("@odata.nextLink".into(), json!(link));
    }
    Ok(reply::json(200, &Value::Object(body)))
}

/// Where the next page begins, in a form that nobody should read anything into.
fn skip_token(report: &Report, ask: Ask, row: u64, now: Timestamp) -> String {
    let salt = crate::hash::mix(u64::from(now.subsec_nanosecond().unsigned_abs())) as u16;
    URL_SAFE_NO_PAD.encode(format!("{salt:04x}|{}|{ask}|{row}", report.function))
}

fn read_skip_token(token: &str, report: &Report, ask: Ask) -> Option<u64> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (_salt, rest) = text.split_once('|')?;
    let row = rest.strip_prefix(&format!("{}|{ask}|", report.function))?;
    row.parse().ok()
}
