//! One account's sign-in: the token it has, and one exchange at a time for the next one.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use exmetrics_catalog::Cloud;
use oauth2::{ClientSecret, RefreshToken, TokenResponse, basic::BasicTokenResponse};
use oauth2::{RequestTokenError, basic::BasicErrorResponse};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use super::{
    AccessToken, Credentials, DelegatedScope, SignInMethod,
    assertion::client_assertion,
    login_host::{LoginHost, given_tenant_id, refusal},
};
use crate::{Clock, Failure, HttpClient};

/// A token is renewed so long before its end, or at half of a shorter life.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// The type of a client assertion, in OAuth's words.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

type ExchangeError = RequestTokenError<Failure, BasicErrorResponse>;

/// Stores what keeps a person signed in.
#[async_trait]
pub trait RefreshTokenKeeper: Send + Sync {
    /// Stores a new refresh token in place of the old one. The access token that came with it is
    /// used only after this has returned.
    async fn keep(&self, token: &SecretString) -> Result<(), KeepError>;

    /// Lends the refresh token as it is stored now for one exchange. Another process with the same
    /// account waits until the loan is given back: a refresh token may be good only once. `None` says
    /// that nobody shares the account.
    async fn lend(&self) -> Result<Option<Loan>, KeepError> {
        Ok(None)
    }
}

/// A refresh token, lent for one exchange and given back when this is dropped.
pub struct Loan {
    token: SecretString,
    _held: Box<dyn std::any::Any + Send + Sync>,
}

impl Loan {
    /// A loan that lasts as long as `held` is.
    pub fn new(token: SecretString, held: impl std::any::Any + Send + Sync) -> Self {
        Self {
            token,
            _held: Box::new(held),
        }
    }
}

impl std::fmt::Debug for Loan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Loan")
    }
}

/// A refresh token that could not be stored.
#[derive(Debug, thiserror::Error)]
#[error("the renewed sign-in cannot be stored")]
pub struct KeepError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// One account's sign-in. Clones share their token.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    host: LoginHost,
    method: SignInMethod,
    keeper: Arc<dyn RefreshTokenKeeper>,
    tenant_id: OnceLock<String>,
    /// How many exchanges are over.
    exchanges: AtomicU64,
    /// Held during an exchange, so that there is one at a time.
    state: Mutex<State>,
}

struct State {
    token: Option<Held>,
    /// How the last exchange failed, if it did: for those who waited while it ran.
    failed: Option<Failure>,
    refresh_token: Option<SecretString>,
    /// Whether the keeper has the refresh token.
    kept: bool,
    scope: DelegatedScope,
}

struct Held {
    token: AccessToken,
    renew_at: jiff::Timestamp,
}

impl Session {
    /// A session that has not signed in yet.
    ///
    /// # Errors
    /// [`Settle::Person`](crate::Settle::Person) if the cloud's addresses or the names of tenant and
    /// app cannot be used.
    pub fn new(
        credentials: Credentials,
        keeper: Arc<dyn RefreshTokenKeeper>,
        http: HttpClient,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let host = LoginHost::new(credentials.app(), http, clock)?;
        let tenant_id = given_tenant_id(&credentials.tenant).map(OnceLock::from);
        let refresh_token = match &credentials.method {
            SignInMethod::Delegated { refresh_token } => Some(refresh_token.clone()),
            _ => None,
        };
        let state = State {
            token: None,
            failed: None,
            refresh_token,
            kept: true,
            scope: DelegatedScope::ReportsAndSettings,
        };
        let inner = Inner {
            host,
            method: credentials.method,
            keeper,
            tenant_id: tenant_id.unwrap_or_default(),
            exchanges: AtomicU64::new(0),
            state: Mutex::new(state),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// A token that is good for some minutes more: the one at hand, or a new one.
    ///
    /// # Errors
    /// How signing in failed. Those who waited for the same exchange get the same answer.
    pub async fn token(&self) -> Result<AccessToken, Failure> {
        self.token_but(None).await
    }

    /// Another token than `old`, which Graph refused.
    ///
    /// # Errors
    /// How signing in failed.
    pub async fn renew_after_401(&self, old: &AccessToken) -> Result<AccessToken, Failure> {
        self.token_but(Some(old)).await
    }

    /// The tenant's id: what the account was given, if that is one, else what a token told.
    pub fn tenant_id(&self) -> Option<String> {
        self.inner.tenant_id.get().cloned()
    }

    /// Whether a person is signed in, rather than the app by itself.
    pub fn is_delegated(&self) -> bool {
        self.inner.method.is_delegated()
    }

    /// The cloud that the account lives in.
    pub fn cloud(&self) -> &Cloud {
        &self.inner.host.app.cloud
    }

    /// The app's id.
    pub fn client_id(&self) -> &str {
        &self.inner.host.app.client_id
    }

    /// The tenant as quota is counted by: its id where it is known, else the name that was given.
    pub(crate) fn tenant_label(&self) -> String {
        self.tenant_id()
            .unwrap_or_else(|| self.inner.host.app.tenant.to_ascii_lowercase())
    }

    async fn token_but(&self, refused: Option<&AccessToken>) -> Result<AccessToken, Failure> {
        let inner = &*self.inner;
        let before = inner.exchanges.load(Ordering::Acquire);
        let mut state = inner.state.lock().await;
        if let Some(held) = &state.token
            && inner.host.clock.now() < held.renew_at
            && !refused.is_some_and(|refused| refused.is_same(&held.token))
        {
            return Ok(held.token.clone());
        }
        if before != inner.exchanges.load(Ordering::Acquire)
            && let Some(failure) = &state.failed
        {
            return Err(failure.clone());
        }
        state.token = None;
        let outcome = inner.sign_in(&mut state).await;
        state.failed = outcome.as_ref().err().cloned();
        inner.exchanges.fetch_add(1, Ordering::Release);
        outcome
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("app", &self.inner.host.app)
            .field("method", &self.inner.method)
            .finish_non_exhaustive()
    }
}

impl Inner {
    async fn sign_in(&self, state: &mut State) -> Result<AccessToken, Failure> {
        let loan = match &self.method {
            SignInMethod::Delegated { .. } => self.borrow(state).await?,
            _ => None,
        };
        let asked_at = self.host.clock.now();
        let answer = match &self.method {
            SignInMethod::Delegated { .. } => self.refresh(state).await?,
            _ => self.sign_in_as_app().await?,
        };
        if let Some(new) = answer.refresh_token() {
            state.refresh_token = Some(SecretString::from(new.secret().as_str()));
            state.kept = false;
            self.keep(state).await?;
        }
        drop(loan);
        let token = self.host.access_token(&answer);
        if let Some(id) = token.tenant_id() {
            // The account was given the id, or an earlier token told it.
            let _: Result<(), String> = self.tenant_id.set(id);
        }
        let life =
            Duration::try_from(token.expires_at.duration_since(asked_at)).unwrap_or_default();
        let margin = MARGIN.min(life / 2);
        let renew_at = token.expires_at.checked_sub(margin).unwrap_or(asked_at);
        state.token = Some(Held {
            token: token.clone(),
            renew_at,
        });
        tracing::debug!(method = ?self.method, expires_at = %token.expires_at, "signed in");
        Ok(token)
    }

    /// Takes the refresh token as it is stored now, unless a newer one is still waiting to be stored.
    async fn borrow(&self, state: &mut State) -> Result<Option<Loan>, Failure> {
        let loan = self.keeper.lend().await.map_err(|error| {
            Failure::try_again("keep", "the stored sign-in cannot be read").because(error)
        })?;
        if let Some(loan) = loan.as_ref().filter(|_| state.kept) {
            state.refresh_token = Some(loan.token.clone());
        }
        Ok(loan)
    }

    async fn sign_in_as_app(&self) -> Result<BasicTokenResponse, Failure> {
        let oauth = match &self.method {
            SignInMethod::ClientSecret(secret) => self
                .host
                .oauth()
                .set_client_secret(ClientSecret::new(secret.expose_secret().to_owned())),
            _ => self.host.oauth(),
        };
        let mut request = oauth
            .exchange_client_credentials()
            .add_scope(self.host.app_scope());
        if let Some(assertion) = self.assertion().await? {
            request = request
                .add_extra_param("client_assertion_type", JWT_BEARER)
                .add_extra_param("client_assertion", assertion.expose_secret().to_owned());
        }
        request
            .request_async(&self.host)
            .await
            .map_err(|error| self.host.settle(error))
    }

    /// What proves the app, for the methods that do without a secret.
    async fn assertion(&self) -> Result<Option<SecretString>, Failure> {
        match &self.method {
            SignInMethod::Certificate(certificate) => {
                let endpoint = self.host.token_endpoint.as_str();
                let now = self.host.clock.now();
                client_assertion(certificate, &self.host.app.client_id, endpoint, now)
                    .map(Some)
                    .map_err(|error| {
                        Failure::give_up("signature", "the certificate's key cannot sign")
                            .because(std::io::Error::other(error.to_string()))
                    })
            }
            SignInMethod::FederatedTokenFile(path) => {
                let token = tokio::fs::read_to_string(path).await.map_err(|error| {
                    Failure::person(
                        "token-file",
                        format!("the federated token file {} cannot be read", path.display()),
                        "Check that the platform writes the file and that this user may read it.",
                    )
                    .because(error)
                })?;
                Ok(Some(SecretString::from(token.trim())))
            }
            SignInMethod::ClientSecret(_) | SignInMethod::Delegated { .. } => Ok(None),
        }
    }

    /// Renews a person's sign-in. Without the consent to read the settings it goes on without them.
    async fn refresh(&self, state: &mut State) -> Result<BasicTokenResponse, Failure> {
        self.keep(state).await?;
        let Some(secret) = &state.refresh_token else {
            return Err(Failure::person(
                "not-signed-in",
                "nobody is signed in for this account",
                "Sign the account in (exmetrics account sign-in).",
            ));
        };
        let token = RefreshToken::new(secret.expose_secret().to_owned());
        match self.refresh_with(&token, state.scope).await {
            Err(RequestTokenError::ServerResponse(answer))
                if state.scope == DelegatedScope::ReportsAndSettings
                    && refusal(&answer).is_about_consent() =>
            {
                state.scope = DelegatedScope::ReportsOnly;
                self.refresh_with(&token, state.scope).await
            }
            outcome => outcome,
        }
        .map_err(|error| self.host.settle(error))
    }

    async fn refresh_with(
        &self,
        token: &RefreshToken,
        scope: DelegatedScope,
    ) -> Result<BasicTokenResponse, ExchangeError> {
        self.host
            .oauth()
            .exchange_refresh_token(token)
            .add_scopes(self.host.delegated_scopes(scope))
            .request_async(&self.host)
            .await
    }

    /// Hands the refresh token to the keeper, unless it has it. The old one may be worthless by now,
    /// so the new one stays here until it is stored.
    async fn keep(&self, state: &mut State) -> Result<(), Failure> {
        if let Some(token) = state.refresh_token.as_ref().filter(|_| !state.kept) {
            self.keeper.keep(token).await.map_err(|error| {
                Failure::try_again("keep", "the renewed sign-in cannot be stored")
                    .next("Check that the control database can be written.")
                    .because(error)
            })?;
            state.kept = true;
        }
        Ok(())
    }
}
