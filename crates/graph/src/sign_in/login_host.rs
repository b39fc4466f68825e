//! The sign-in host of one app: its addresses, and one exchange with it.

use std::{sync::Arc, time::Duration};

use bytes::BytesMut;
use futures::{FutureExt, future::BoxFuture};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, ClientId, DeviceAuthorizationUrl, EndpointNotSet,
    EndpointSet, ErrorResponse, ErrorResponseType, HttpRequest, HttpResponse, RequestTokenError,
    Scope, StandardErrorResponse, TokenResponse, TokenUrl, basic::BasicClient,
    basic::BasicTokenResponse,
};
use secrecy::SecretString;
use url::Url;

use super::{AccessToken, AppRegistration, DelegatedScope, refusals::Refusal, token::is_guid};
use crate::{
    Clock, Failure, HttpClient,
    clock::after,
    endpoint::{below, cloud_address},
    retry_after::retry_after,
    transport::transport_failure,
};

/// What a sign-in host answers is small; anything larger is something else.
const MAX_ANSWER: usize = 1 << 20;

/// How long one exchange may take: others wait for its outcome.
const EXCHANGE: Duration = Duration::from_secs(60);

/// Where a token does not tell how long it is good for.
const SHORTEST_LIFE: Duration = Duration::from_secs(10 * 60);

pub(super) type OauthClient =
    BasicClient<EndpointSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The sign-in host as one app sees it.
#[derive(Clone)]
pub(super) struct LoginHost {
    pub(super) app: AppRegistration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) token_endpoint: Url,
    oauth: OauthClient,
    http: HttpClient,
}

impl LoginHost {
    pub(super) fn new(
        app: AppRegistration,
        http: HttpClient,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let login = cloud_address("sign-in", &app.cloud.login_url)?;
        cloud_address("Graph", &app.cloud.graph_url)?;
        check_names(&app)?;
        let address = |end: &str| below(&login, &format!("{}/oauth2/v2.0/{end}", app.tenant));
        let token_endpoint = address("token");
        let oauth = BasicClient::new(ClientId::new(app.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(address("authorize")))
            .set_device_authorization_url(DeviceAuthorizationUrl::from_url(address("devicecode")))
            .set_token_uri(TokenUrl::from_url(token_endpoint.clone()))
            .set_auth_type(AuthType::RequestBody);
        Ok(Self {
            app,
            clock,
            token_endpoint,
            oauth,
            http,
        })
    }

    pub(super) fn oauth(&self) -> OauthClient {
        self.oauth.clone()
    }

    /// What an app by itself asks for: whatever it was granted.
    pub(super) fn app_scope(&self) -> Scope {
        self.scope(".default")
    }

    /// What a person is asked to allow.
    pub(super) fn delegated_scopes(&self, scope: DelegatedScope) -> Vec<Scope> {
        let mut scopes = vec![self.scope("Reports.Read.All")];
        if scope == DelegatedScope::ReportsAndSettings {
            scopes.push(self.scope("ReportSettings.Read.All"));
        }
        scopes.push(Scope::new("offline_access".to_owned()));
        scopes
    }

    fn scope(&self, permission: &str) -> Scope {
        let graph = self.app.cloud.graph_url.trim_end_matches('/');
        Scope::new(format!("{graph}/{permission}"))
    }

    /// One exchange. An error of the network or a fault of the host is a failure; a refusal is an
    /// answer, which the OAuth library reads.
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let name = "the sign-in host";
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|error| self.strange_answer().because(error))?;
        let failed = |error: reqwest::Error| transport_failure(name, error);
        let mut answer = self
            .http
            .0
            .request(parts.method, url)
            .headers(parts.headers)
            .timeout(EXCHANGE)
            .body(body)
            .send()
            .await
            .map_err(failed)?;
        let status = answer.status();
        tracing::debug!(status = status.as_u16(), "the sign-in host answered");
        if status.is_server_error() || status.as_u16() == 429 {
            let code = format!("http-{}", status.as_u16());
            let message = format!(
                "{name} is out of order for the moment ({})",
                status.as_u16()
            );
            let at = retry_after(answer.headers(), self.clock.now());
            return Err(Failure::try_again(&code, message).at(at));
        }
        if status.is_redirection() {
            return Err(self.strange_answer());
        }
        let mut response = HttpResponse::new(Vec::new());
        *response.status_mut() = status;
        *response.headers_mut() = answer.headers().clone();
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return Err(self.strange_answer());
            }
        }
        *response.body_mut() = body.into();
        Ok(response)
    }

    /// How an exchange that brought no token ends.
    pub(super) fn settle<T>(
        &self,
        error: RequestTokenError<Failure, StandardErrorResponse<T>>,
    ) -> Failure
    where
        T: ErrorResponseType + AsRef<str> + 'static,
        StandardErrorResponse<T>: ErrorResponse,
    {
        match error {
            RequestTokenError::ServerResponse(answer) => refusal(&answer).settle(&self.app),
            RequestTokenError::Request(failure) => failure,
            // What could not be read may hold a token, so it goes no further.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => self.strange_answer(),
        }
    }

    /// The token of an answer.
    pub(super) fn access_token(&self, answer: &BasicTokenResponse) -> AccessToken {
        let life = answer.expires_in().unwrap_or(SHORTEST_LIFE);
        AccessToken {
            secret: SecretString::from(answer.access_token().secret().as_str()),
            expires_at: after(self.clock.now(), life),
        }
    }

    fn strange_answer(&self) -> Failure {
        Failure::person(
            "no-token",
            "the sign-in host answered with something that is no token",
            "Compare the account's cloud or sign-in address with the tenant's, and look for a \
             proxy in between.",
        )
    }
}

impl<'c> AsyncHttpClient<'c> for LoginHost {
    type Error = Failure;
    type Future = BoxFuture<'c, Result<HttpResponse, Failure>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        self.exchange(request).boxed()
    }
}

/// A refusal as the table of refusals wants it.
pub(super) fn refusal<T>(answer: &StandardErrorResponse<T>) -> Refusal<'_>
where
    T: ErrorResponseType + AsRef<str> + 'static,
{
    let description = answer.error_description().map(String::as_str);
    Refusal {
        error: answer.error().as_ref(),
        description,
    }
}

/// The tenant becomes part of an address, so it is looked at before it is sent anywhere.
fn check_names(app: &AppRegistration) -> Result<(), Failure> {
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let tenant = &app.tenant;
    if !tenant.chars().all(name) || !tenant.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(Failure::person(
            "tenant",
            format!("'{tenant}' is no tenant's id or domain name"),
            "Give the account the Directory (tenant) ID that the Entra admin center shows under \
             Overview.",
        ));
    }
    if app.client_id.is_empty() || !app.client_id.chars().all(name) {
        return Err(Failure::person(
            "client-id",
            format!("'{}' is no app's client id", app.client_id),
            "Give the account the Application (client) ID that the Entra admin center shows under \
             App registrations > Overview.",
        ));
    }
    Ok(())
}

/// The tenant's id, where the account was given it rather than a name.
pub(super) fn given_tenant_id(tenant: &str) -> Option<String> {
    is_guid(tenant).then(|| tenant.to_ascii_lowercase())
}
