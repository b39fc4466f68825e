//! The setting that conceals names: read with its own permission, written with another.

use axum::{body::Bytes, http::Method};
use exmetrics_catalog::ApiVersion;
use serde_json::{Value, json};

use super::GraphError;
use crate::{
    entra::AccessToken,
    reply::{self, Outcome},
    server::Asked,
    world::World,
};

const READ: &str = "ReportSettings.Read.All";
const WRITE: &str = "ReportSettings.ReadWrite.All";

pub(super) fn answer(
    world: &World,
    asked: &Asked,
    token: &AccessToken,
    version: ApiVersion,
) -> Result<Outcome, GraphError> {
    match asked.method {
        Method::GET if token.may(READ) || token.may(WRITE) => {
            let context = format!(
                "{}/{}/$metadata#admin/reportSettings/$entity",
                world.login_graph_url,
                version.as_str()
            );
            let body =
                json!({"@odata.context": context, "displayConcealedNames": world.live().concealed});
            Ok(reply::json(200, &body).into())
        }
        Method::PATCH if token.may(WRITE) => {
            let body: Option<Value> = serde_json::from_slice(&asked.body).ok();
            let concealed = body
                .as_ref()
                .and_then(|body| body.get("displayConcealedNames")?.as_bool());
            let concealed = concealed.ok_or_else(|| {
                GraphError::bad_request(
                    "The property 'displayConcealedNames' must be true or false.",
                )
            })?;
            world.live().concealed = concealed;
            Ok(reply::response(204, "", Bytes::new()).into())
        }
        Method::GET | Method::PATCH => Err(GraphError::no_permission()),
        _ => Err(GraphError::new(
            405,
            "UnsupportedHttpMethod",
            "Only GET and PATCH are allowed here.",
        )),
    }
}
