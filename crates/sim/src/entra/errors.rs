//! Entra's errors: the numbers that people search for, in Entra's words and body.

use axum::{body::Body, http::Response};
use serde_json::{Value, json};

use crate::{hash, reply, world::World};

/// One of Entra's errors.
#[derive(Debug, Clone)]
pub(crate) struct EntraError {
    number: u32,
    /// What the text speaks about.
    it: String,
    /// In place of the usual `error`.
    error: Option<&'static str>,
    retry_after: Option<String>,
}

/// (number, status, `error`, text). `{app}` and `{tenant}` are the ones that were asked for.
type Known = (u32, u16, &'static str, &'static str);

const ERRORS: [Known; 43] = [
    (
        50011,
        400,
        "invalid_request",
        "The redirect URI '{it}' specified in the request does not match the redirect URIs configured for the application '{app}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.",
    ),
    (
        50027,
        401,
        "invalid_client",
        "JWT token is invalid or malformed.",
    ),
    (
        50059,
        400,
        "invalid_request",
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
    ),
    (
        50076,
        400,
        "invalid_grant",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.",
    ),
    (
        50126,
        400,
        "invalid_grant",
        "Error validating credentials due to invalid username or password.",
    ),
    (
        50173,
        400,
        "invalid_grant",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.",
    ),
    (
        50194,
        400,
        "invalid_request",
        "Application '{app}' is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
    ),
    (
        53003,
        400,
        "invalid_grant",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    (
        54005,
        400,
        "invalid_grant",
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
    ),
    (
        65001,
        400,
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{app}' named 'exmetrics'. Send an interactive authorization request for this user and resource.",
    ),
    (
        65004,
        400,
        "access_denied",
        "User declined to consent to access the app.",
    ),
    (
        70000,
        400,
        "invalid_grant",
        "Provided grant is invalid or malformed.",
    ),
    (
        70003,
        400,
        "unsupported_grant_type",
        "The app requested an unsupported grant type '{it}'.",
    ),
    (
        70008,
        400,
        "invalid_grant",
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
    ),
    (
        70011,
        400,
        "invalid_scope",
        "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {it} is not valid.",
    ),
    (
        70016,
        400,
        "authorization_pending",
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    ),
    (
        70018,
        400,
        "bad_verification_code",
        "Invalid verification code due to user typing in wrong user code for device code flow.",
    ),
    (
        70020,
        400,
        "expired_token",
        "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
    ),
    (
        90002,
        400,
        "invalid_request",
        "Tenant '{it}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
    ),
    (
        90014,
        400,
        "invalid_request",
        "The required field '{it}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
    ),
    (
        90033,
        503,
        "temporarily_unavailable",
        "A transient error has occurred. Please try again.",
    ),
    (
        90094,
        400,
        "access_denied",
        "An administrator of {tenant} has set a policy that prevents you from granting exmetrics the permissions it is requesting. Contact an administrator of {tenant}, who can grant permissions to this app on your behalf.",
    ),
    (
        500011,
        400,
        "invalid_resource",
        "The resource principal named {it} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
    ),
    (
        500112,
        400,
        "invalid_grant",
        "The reply address '{it}' does not match the reply address provided when requesting Authorization code.",
    ),
    (
        501481,
        400,
        "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ),
    (
        700003,
        400,
        "invalid_grant",
        "Device object was not found in the tenant '{tenant}' directory.",
    ),
    (
        700016,
        400,
        "unauthorized_client",
        "Application with identifier '{app}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
    ),
    (
        700021,
        401,
        "invalid_client",
        "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
    ),
    (
        700023,
        401,
        "invalid_client",
        "Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
    ),
    (
        700024,
        401,
        "invalid_client",
        "Client assertion is not within its valid time range. {it}",
    ),
    (
        700025,
        401,
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
    (
        700027,
        401,
        "invalid_client",
        "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - {it}]",
    ),
    (
        700051,
        400,
        "unsupported_response_type",
        "response_type '{it}' is not enabled for the application.",
    ),
    (
        700082,
        400,
        "invalid_grant",
        "The refresh token has expired due to inactivity. The token was issued on {it} and was inactive for 90.00:00:00.",
    ),
    (
        700211,
        401,
        "invalid_client",
        "No matching federated identity record found for presented assertion issuer '{it}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion.",
    ),
    (
        700212,
        401,
        "invalid_client",
        "No matching federated identity record found for presented assertion audience '{it}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion.",
    ),
    (
        700213,
        401,
        "invalid_client",
        "No matching federated identity record found for presented assertion subject '{it}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion.",
    ),
    (
        900144,
        400,
        "invalid_request",
        "The request body must contain the following parameter: '{it}'.",
    ),
    (
        900561,
        405,
        "invalid_request",
        "The endpoint only accepts POST requests. Received a {it} request.",
    ),
    (
        1002012,
        400,
        "invalid_scope",
        "The provided value for scope {it} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
    ),
    (
        7000215,
        401,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'.",
    ),
    (
        7000216,
        401,
        "invalid_client",
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    ),
    (
        7000218,
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
];

/// The rest of the table, whose numbers are longest.
const LONGER_ERRORS: [Known; 3] = [
    (
        7000222,
        401,
        "invalid_client",
        "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
    ),
    (
        9002313,
        400,
        "invalid_grant",
        "Invalid request. Request is malformed or invalid.",
    ),
    (
        9002325,
        400,
        "invalid_request",
        "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
    ),
];

fn known(number: u32) -> Option<&'static Known> {
    ERRORS
        .iter()
        .chain(&LONGER_ERRORS)
        .find(|(known, ..)| *known == number)
}

/// Whether `AADSTS...` is one of the errors that rule files can name.
pub(crate) fn is_known_aadsts(name: &str) -> bool {
    EntraError::named(name).is_some()
}

impl EntraError {
    pub(crate) fn new(number: u32) -> Self {
        Self {
            number,
            it: String::new(),
            error: None,
            retry_after: None,
        }
    }

    /// The same, about something.
    pub(crate) fn about(number: u32, it: impl Into<String>) -> Self {
        Self {
            it: it.into(),
            ..Self::new(number)
        }
    }

    /// The same under another word for `error`.
    pub(crate) fn called(mut self, error: &'static str) -> Self {
        self.error = Some(error);
        self
    }

    /// By the name that rule files give it: `AADSTS7000215`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let number = name.strip_prefix("AADSTS")?.parse().ok()?;
        known(number).map(|_| Self::new(number))
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<String>) -> Self {
        self.retry_after = retry_after;
        self
    }

    /// `error` of the answer.
    pub(crate) fn word(&self) -> &'static str {
        self.error
            .unwrap_or_else(|| known(self.number).map_or("server_error", |known| known.2))
    }

    /// `error_description`, with the ids that a support engineer asks for.
    pub(crate) fn description(&self, world: &World, app: &str, tenant: &str) -> String {
        let text = known(self.number).map_or("", |known| known.3);
        let text = text
            .replace("{app}", app)
            .replace("{tenant}", tenant)
            .replace("{it}", &self.it);
        let (trace, correlation) = (hash::guid(world.make()), hash::guid(world.make()));
        format!(
            "AADSTS{}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {}",
            self.number,
            timestamp(world)
        )
    }

    /// The answer at an endpoint that speaks JSON.
    pub(crate) fn answer(&self, world: &World, app: &str, tenant: &str) -> Response<Body> {
        let status = known(self.number).map_or(500, |known| known.1);
        let description = self.description(world, app, tenant);
        let id_after = |words: &str| -> String {
            let rest = description.split_once(words).map_or("", |(_, rest)| rest);
            rest.split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let mut body = json!({
            "error": self.word(),
            "error_description": description,
            "error_codes": [self.number],
            "timestamp": timestamp(world),
            "trace_id": id_after("Trace ID: "),
            "correlation_id": id_after("Correlation ID: "),
            "error_uri": format!("{}/error?code={}", world.login_graph_url, self.number),
        });
        let suberror = match self.number {
            50076 => Some("basic_action"),
            65001 => Some("consent_required"),
            50173 => Some("bad_token"),
            _ => None,
        };
        if let (Some(suberror), Some(body)) = (suberror, body.as_object_mut()) {
            body.insert("suberror".into(), Value::from(suberror));
        }
        let mut response = reply::json(status, &body);
        reply::retry_later(&mut response, self.retry_after.as_deref());
        reply::set(
            &mut response,
            axum::http::header::CACHE_CONTROL,
            "no-store, no-cache",
        );
        response
    }

    /// The answer where a person looks on.
    pub(crate) fn page(&self, world: &World, app: &str, tenant: &str) -> Response<Body> {
        let description = reply::escape(&self.description(world, app, tenant));
        reply::html(
            400,
            "Sorry, but we're having trouble signing you in.",
            &format!("<p>{description}</p>"),
        )
    }
}

fn timestamp(world: &World) -> String {
    world.clock.now().strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
