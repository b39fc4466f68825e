//! `Idempotency-Key`: a request that is sent again under the same key does nothing again and is answered as
//! before. Only what was done is kept: a request that was refused may be put right and sent under its key.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, Response, StatusCode, header},
    middleware::Next,
    response::IntoResponse,
};
use exmetrics_store::{AskedBefore, KeptAnswer};

use super::{MOST_BODY_BYTES, visitor::ApiVisitor};
use crate::{problem::Problem, site::Site};

/// The header that names a request.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LONGEST_KEY: usize = 255;
/// What of an answer is kept beside its body.
const KEPT: [HeaderName; 3] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG];
/// Who is told nothing is kept of: an answer is as small as one DataSet.
const MOST_ANSWER_BYTES: usize = 4 << 20;

type Answer = Response<Body>;

/// Answers a request once.
pub(super) async fn once(State(site): State<Site>, request: Request, next: Next) -> Answer {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    let answered = answer(site, request, next).await;
    answered.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(site: Site, request: Request, next: Next) -> Result<Answer, Problem> {
    let key = key_of(&request)?;
    // Without a visitor it is refused further in.
    let Some(visitor) = request.extensions().get::<ApiVisitor>().cloned() else {
        return Ok(next.run(request).await);
    };
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MOST_BODY_BYTES).await.map_err(|_| {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "unreadable",
            "the body cannot be read",
        )
        .next("Send it again, or less of it: at most 1 MB.")
    })?;
    let mut hash = blake3::Hasher::new();
    hash.update(parts.uri.to_string().as_bytes()).update(b"\n");
    hash.update(&body);
    let hash = hash.finalize().to_hex().to_string();
    let who = visitor.name;
    let store = site.engine.store().clone();
    match store.begin_request(&who, &key, &hash, site.now()).await? {
        AskedBefore::Answered(kept) => return Ok(again(kept)),
        AskedBefore::UnderWay => {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "under_way",
                "a request with this Idempotency-Key is under way",
            )
            .next("Send it again in some seconds."));
        }
        AskedBefore::Otherwise => {
            return Err(
                Problem::wrong("another request was sent with this Idempotency-Key")
                    .next("Take a new key for a new request."),
            );
        }
        AskedBefore::Never => {}
    }
    let request = Request::from_parts(parts, Body::from(body));
    // To its end, even if whoever asked does not wait for it: half done, it could not be sent again.
    let doing = tokio::spawn(async move {
        let answer = next.run(request).await;
        if !answer.status().is_success() {
            store.forget_request(&who, &key).await?;
            return Ok(answer);
        }
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, MOST_ANSWER_BYTES)
            .await
            .map_err(|error| Problem::broken("the answer", &error))?;
        let headers = KEPT.iter().filter_map(|name| {
            let value = parts.headers.get(name)?.to_str().ok()?;
            Some((name.to_string(), value.to_owned()))
        });
        let kept = KeptAnswer {
            status: parts.status.as_u16(),
            headers: headers.collect(),
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        store.keep_answer(&who, &key, &kept).await?;
        Ok(Response::from_parts(parts, Body::from(body)))
    });
    doing
        .await
        .unwrap_or_else(|error| Err(Problem::broken("the answer", &error)))
}

fn key_of(request: &Request) -> Result<String, Problem> {
    let mut values = request.headers().get_all(KEY).iter();
    let key = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().unwrap_or_default().trim(),
        _ => "",
    };
    let usable =
        (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    match usable {
        true => Ok(key.to_owned()),
        false => Err(Problem::wrong(format!(
            "Idempotency-Key: it has 1 to {LONGEST_KEY} letters, digits and signs, and no space"
        ))),
    }
}

/// The answer as it was given.
fn again(kept: KeptAnswer) -> Answer {
    let mut answer = Response::new(Body::from(Bytes::from(kept.body)));
    *answer.status_mut() = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let headers = answer.headers_mut();
    for (name, value) in &kept.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    answer
}
