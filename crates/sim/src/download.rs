//! The host that replies are downloaded from: by a link that is good for a few minutes, byte for
//! byte, and by nothing else. A token has no business here.

use axum::{
    body::{Body, Bytes},
    http::{Method, Response, header},
};
use exmetrics_catalog::{ApiVersion, Ask, Report, catalog};
use futures::stream;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    faults::{Fault, FaultPlace},
    hash,
    reply::{self, Outcome, instead, spoilt},
    server::Asked,
    table::{CsvChunks, CsvColumns, Table, Telling, twist},
    world::World,
};

/// What a link leads to.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    report: &'static Report,
    version: ApiVersion,
    ask: Ask,
    telling: Telling,
    expires: Timestamp,
}

const PATH: &str = "/data/v1.0/download";
/// Larger replies are made while they are sent, and their length is not known before.
const ROWS_WITH_LENGTH: u64 = 20_000;

/// Makes a link, full of what a careless client would decode and encode again.
pub(crate) fn make_link(
    world: &World,
    report: &'static Report,
    version: ApiVersion,
    ask: Ask,
) -> String {
    let (head, tail) = (world.make_text(180), world.make_text(42));
    let (left, right) = head.split_at(60);
    let query = format!("token={left}%2B{right}%2f{tail}%3D%3D&sig={tail}~=&sv=2.0%20r");
    let now = world.clock.now();
    let expires = now
        .checked_add(world.options.link_lifetime)
        .unwrap_or(Timestamp::MAX);
    let link = Link {
        report,
        version,
        ask,
        telling: world.telling(),
        expires,
    };
    let mut live = world.live();
    // Links that nobody can use any more are kept a while, to be told from those that never were.
    if live.links.len() > 10_000 {
        live.links.retain(|_, link| link.expires > now);
    }
    let address = format!("{}{PATH}?{query}", world.download_url);
    live.links.insert(query, link);
    address
}

/// Answers a request to the download host.
pub(crate) fn answer(world: &World, asked: &Asked) -> Outcome {
    if asked.headers.contains_key(header::AUTHORIZATION) {
        return refuse(
            400,
            "InvalidRequest",
            "An Authorization header is not accepted here.",
        )
        .into();
    }
    if asked.method != Method::GET {
        return refuse(405, "MethodNotAllowed", "Only GET is allowed here.").into();
    }
    let query = asked.uri.query().unwrap_or_default();
    let link = world
        .live()
        .links
        .get(query)
        .filter(|_| asked.uri.path() == PATH)
        .cloned();
    let Some(link) = link else {
        return refuse(403, "AccessDenied", "The token of the link is not valid.").into();
    };
    let function = link.report.function.as_str();
    let fault = world.strike(
        FaultPlace::Download,
        Some(function),
        Some(&link.ask.to_string()),
    );
    if let Some(outcome) = fault.as_ref().and_then(instead) {
        return outcome;
    }
    let has_expired = world.clock.now() >= link.expires || fault == Some(Fault::ExpiredLink);
    if has_expired {
        return refuse(403, "AccessDenied", "The link has expired.").into();
    }
    match &fault {
        Some(Fault::SecondRedirect) => {
            let again = make_link(world, link.report, link.version, link.ask);
            return reply::redirect(302, "text/plain", &again).into();
        }
        Some(Fault::Status {
            status,
            retry_after,
            ..
        }) => {
            let mut response = refuse(*status, "Failed", "The download failed.");
            reply::retry_later(&mut response, retry_after.as_deref());
            return response.into();
        }
        _ => {}
    }
    let content: Vec<Fault> = fault
        .iter()
        .filter(|fault| fault.is_of_content())
        .cloned()
        .collect();
    let etag = etag(&link);
    let is_known = asked
        .header(&header::IF_NONE_MATCH)
        .is_some_and(|known| known == etag);
    if is_known && content.is_empty() && link.version == ApiVersion::V1 {
        return reply::response(304, "", Bytes::new()).into();
    }
    let mut response = csv(
        Table::new(link.report, link.ask, link.telling.clone()),
        &content,
    );
    if link.version == ApiVersion::V1 {
        reply::set(&mut response, header::ETAG, &etag);
    }
    spoilt(response, fault.as_ref())
}

/// A reply as CSV, with what faults make of it.
pub(crate) fn csv(mut table: Table, faults: &[Fault]) -> Response<Body> {
    for fault in faults {
        if let Fault::WrongReport { report } = fault {
            table = wrong(table, report.as_deref());
        }
    }
    let mut columns = CsvColumns::of(table.report);
    for fault in faults {
        twist(&mut columns, table.report, fault);
    }
    let is_small = table.len() <= ROWS_WITH_LENGTH;
    let chunks = CsvChunks::new(table, columns);
    if is_small {
        return reply::response(200, "application/octet-stream", whole(chunks));
    }
    let body = Body::from_stream(stream::iter(chunks.map(Ok::<_, std::convert::Infallible>)));
    let mut response = Response::new(body);
    reply::set(
        &mut response,
        header::CONTENT_TYPE,
        "application/octet-stream",
    );
    response
}

fn whole(chunks: CsvChunks) -> Bytes {
    let mut bytes = Vec::new();
    for chunk in chunks {
        bytes.extend_from_slice(&chunk);
    }
    bytes.into()
}

/// The reply of another report, which shares as few columns as there is.
fn wrong(table: Table, wanted: Option<&str>) -> Table {
    let named = wanted.and_then(|name| catalog().find(name).ok());
    let shared = |report: &&Report| {
        report
            .columns
            .iter()
            .filter(|column| table.report.column(&column.name()).is_some())
            .count()
    };
    let other = named.or_else(|| catalog().all().iter().min_by_key(shared));
    match other {
        Some(other) => table.of_report(other),
        None => table,
    }
}

fn etag(link: &Link) -> String {
    let Telling {
        today,
        refresh,
        concealed,
        ..
    } = &link.telling;
    let what = format!(
        "{}|{}|{today}|{refresh}|{concealed}",
        link.report.function, link.ask
    );
    format!("\"{:016x}\"", hash::text(&what))
}

fn refuse(status: u16, code: &str, message: &str) -> Response<Body> {
    reply::json(
        status,
        &json!({"error": {"code": code, "message": message}}),
    )
}
