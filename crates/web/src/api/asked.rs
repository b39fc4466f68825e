//! What a request says: its address, its question, its body. Whatever is not known is refused by name,
//! for a slip of the pen must not read as consent.

use axum::{
    Json,
    extract::{
        FromRequest, FromRequestParts, Path, Query, Request,
        rejection::{JsonRejection, PathRejection},
    },
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::problem::Problem;

/// What stands after `?`.
#[derive(Debug)]
pub(super) struct Asked<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::from_request_parts(parts, state).await;
        query.map(|Query(asked)| Self(asked)).map_err(|rejection| {
            let text = rejection.body_text();
            let why = text.split_once(": ").map_or(text.as_str(), |(_, why)| why);
            Problem::wrong(format!("the query is wrong: {why}"))
        })
    }
}

/// The body.
#[derive(Debug)]
pub(super) struct Sent<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Json::from_request(request, state).await;
        body.map(|Json(sent)| Self(sent)).map_err(|rejection| {
            let text = rejection.body_text();
            let why = text.split_once(": ").map_or(text.as_str(), |(_, why)| why);
            match rejection {
                JsonRejection::JsonDataError(_) => {
                    Problem::wrong(format!("the body is wrong: {why}"))
                }
                JsonRejection::JsonSyntaxError(_) => Problem::new(
                    StatusCode::BAD_REQUEST,
                    "no_json",
                    format!("the body is no JSON: {why}"),
                ),
                JsonRejection::MissingJsonContentType(_) => Problem::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "media_type",
                    "the body is to be JSON",
                )
                .next("Send it with Content-Type: application/json."),
                other => Problem::new(other.status(), "unreadable", "the body cannot be read")
                    .next("Send it again, or less of it: at most 1 MB."),
            }
        })
    }
}

/// The `{id}` of an address.
#[derive(Debug)]
pub(super) struct Id(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path: Result<Path<String>, PathRejection> =
            Path::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "bad_address",
                "the address is not UTF-8",
            )
        })?;
        // No id and no name has one, and PostgreSQL takes none.
        if id.contains('\0') {
            return Err(Problem::not_found("nothing has a name with a zero byte"));
        }
        Ok(Self(id))
    }
}

/// Whether it is an id rather than a name.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// Nothing stands after `?`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Tells `null` from what is left out.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
