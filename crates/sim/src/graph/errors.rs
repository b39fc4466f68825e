//! Graph's errors, in Graph's words: the ones that people have seen.

use axum::{
    body::Body,
    http::{HeaderName, Response},
};
use serde_json::{Value, json};

use crate::{hash, reply, server::Asked, world::World};

/// An error as Graph answers it.
#[derive(Debug, Clone)]
pub(crate) struct GraphError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// What stands inside of `innerError` on top of the usual.
    inner: Option<Value>,
    pub(crate) retry_after: Option<String>,
}

impl GraphError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            inner: None,
            retry_after: None,
        }
    }

    /// The reporting backend's own JSON, as a string inside of Graph's.
    fn nested(status: u16, inside: &Value) -> Self {
        Self::new(status, "UnknownError", inside.to_string())
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidArgument", message)
    }

    pub(crate) fn no_segment(segment: &str) -> Self {
        Self::bad_request(format!("Resource not found for the segment '{segment}'."))
    }

    /// The app lacks the permission, or the person the role.
    pub(crate) fn no_permission() -> Self {
        let inside =
            json!({"error": {"code": "S2SUnauthorized", "message": "Invalid permission."}});
        Self::nested(403, &inside)
    }

    pub(crate) fn no_json() -> Self {
        Self::nested(400, &json!({"Message": "JSON format is not supported."}))
    }

    pub(crate) fn invalid_date(date: &str, window: u16) -> Self {
        Self::invalid_argument(format!(
            "Invalid date value specified: {date}. Only support data for the past {window} days."
        ))
    }

    pub(crate) fn unknown_tenant(tenant: &str) -> Self {
        Self::new(
            404,
            "UnknownTenantId",
            format!(
                "We do not recognize this tenant ID {tenant}. Please double-check the tenant ID and try again."
            ),
        )
    }

    pub(crate) fn unauthenticated(message: &str) -> Self {
        Self::new(401, "InvalidAuthenticationToken", message)
    }

    pub(crate) fn too_many(retry_after: Option<String>) -> Self {
        Self {
            inner: Some(json!({"code": "429", "message": "Please retry after", "status": "429"})),
            retry_after,
            ..Self::new(429, "TooManyRequests", "Please retry again later.")
        }
    }

    /// An error by the name that rule files give it.
    pub(crate) fn named(name: &str, tenant: &str) -> Option<Self> {
        let invalid_scope = "Invalid scope claims/roles.";
        Some(match name {
            "no_permission" => Self::no_permission(),
            "invalid_scope_claims_401" => Self::new(401, "S2SUnauthorized", invalid_scope),
            "invalid_scope_claims_403" => Self::new(403, "S2SUnauthorized", invalid_scope),
            "invalid_date" => Self::invalid_date("2024-01-01", 28),
            "json_not_supported" => Self::no_json(),
            "json_not_supported_2018" => Self::new(400, "", "JSON format is not supported."),
            "bad_request" => Self::bad_request("Bad request."),
            "unknown_tenant" => Self::unknown_tenant(tenant),
            "unknown_tenant_nested" => {
                let inside = Self::unknown_tenant(tenant);
                let error = json!({"code": inside.code, "message": inside.message});
                Self::nested(404, &json!({ "error": error }))
            }
            "missing_credentials" => Self::new(
                403,
                "MissingCredentials",
                "Valid Authorization header is needed.",
            ),
            "unauthorized" => Self::unauthenticated("Access token validation failure."),
            "not_enabled" => Self::new(
                403,
                "accessDenied",
                "Tenant is not enabled for this report type.",
            ),
            "too_many_requests" => Self::too_many(None),
            "internal_error" => Self::new(500, "InternalServerError", "An error has occurred."),
            "bad_gateway" => Self::new(502, "BadGateway", "Failed to connect to the backend."),
            "service_unavailable" => Self::new(
                503,
                "ServiceUnavailable",
                "The service is temporarily unavailable.",
            ),
            "gateway_timeout" => Self::new(504, "GatewayTimeout", "The request timed out."),
            _ => return None,
        })
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<String>) -> Self {
        self.retry_after = retry_after.or(self.retry_after);
        self
    }

    /// The answer.
    pub(crate) fn answer(self, world: &World, asked: &Asked) -> Response<Body> {
        let (request_id, client_request_id) = request_ids(world, asked);
        let date = world.clock.now().strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let mut inner = json!({
            "date": date, "request-id": request_id, "client-request-id": client_request_id,
        });
        if let (Some(inner), Some(Value::Object(more))) = (inner.as_object_mut(), self.inner) {
            inner.extend(more);
        }
        let error = json!({"code": self.code, "message": self.message, "innerError": inner});
        let mut response = reply::json(self.status, &json!({ "error": error }));
        reply::retry_later(&mut response, self.retry_after.as_deref());
        if self.status == 401 {
            let challenge = format!(
                "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"",
                world.login_graph_url
            );
            reply::set(
                &mut response,
                axum::http::header::WWW_AUTHENTICATE,
                &challenge,
            );
        }
        reply::set(
            &mut response,
            HeaderName::from_static("request-id"),
            &request_id,
        );
        response
    }
}

/// Whether rule files can name an error so.
pub(crate) fn is_known_error(name: &str) -> bool {
    GraphError::named(name, "").is_some()
}

/// Our id of a request, and the client's own where it sent one.
pub(crate) fn request_ids(world: &World, asked: &Asked) -> (String, String) {
    let own = hash::guid(world.make());
    let theirs = asked.header(&HeaderName::from_static("client-request-id"));
    let client = theirs.unwrap_or(&own).to_owned();
    (own, client)
}
