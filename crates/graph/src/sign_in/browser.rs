//! A person's sign-in in a browser on this machine: authorization code with PKCE, and a redirect to
//! a listener on loopback.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>

use std::{fmt, sync::Arc, time::Duration};

use oauth2::{AuthorizationCode, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl};
use url::Url;

use super::{
    AppRegistration, DelegatedScope, SignedIn,
    login_host::LoginHost,
    loopback::{Answer, Callback, Loopback},
    refusals::Refusal,
};
use crate::{Clock, Failure, HttpClient};

/// A sign-in that waits for the browser to come back.
pub struct BrowserSignIn {
    host: LoginHost,
    loopback: Loopback,
    attempt: Attempt,
}

/// One question to the person.
struct Attempt {
    url: Url,
    state: CsrfToken,
    verifier: PkceCodeVerifier,
    scope: DelegatedScope,
}

/// Opens the listener and makes the address to open in the browser.
///
/// # Errors
/// If the account's addresses cannot be used or no port can be listened on.
pub async fn begin_browser_sign_in(
    app: AppRegistration,
    scope: DelegatedScope,
    http: HttpClient,
    clock: Arc<dyn Clock>,
) -> Result<BrowserSignIn, Failure> {
    let host = LoginHost::new(app, http, clock)?;
    let loopback = Loopback::open().await.map_err(|error| {
        Failure::person(
            "listen",
            "no port of 127.0.0.1 can be listened on for the browser's answer",
            "Sign in with a device code instead (--sign-in device).",
        )
        .because(error)
    })?;
    let attempt = Attempt::new(&host, &loopback, scope);
    Ok(BrowserSignIn {
        host,
        loopback,
        attempt,
    })
}

impl BrowserSignIn {
    /// The address to open in a browser on this machine.
    pub fn url(&self) -> &str {
        self.attempt.url.as_str()
    }

    /// Waits until the browser comes back. If reading the settings is not allowed, the person is
    /// asked again for the reports alone.
    ///
    /// # Errors
    /// How the person or the sign-in host refused, or that nobody came within `patience`.
    pub async fn wait(self, patience: Duration) -> Result<SignedIn, Failure> {
        let Self {
            host,
            mut loopback,
            mut attempt,
        } = self;
        let clock = Arc::clone(&host.clock);
        let answered = async {
            loop {
                let Callback { query, reply } = loopback.next().await;
                let page = match attempt.read(&query) {
                    Outcome::NotOurs => Answer::NotOurs,
                    Outcome::Code(code) => {
                        reply.send(Answer::Done).await;
                        return attempt.redeem(&host, &loopback, code).await;
                    }
                    Outcome::Refused { error, description } => {
                        let refusal = Refusal {
                            error: &error,
                            description: Some(&description),
                        };
                        let less = DelegatedScope::ReportsOnly;
                        if attempt.scope == less || !refusal.is_about_consent() {
                            reply.send(Answer::Refused).await;
                            return Err(refusal.settle(&host.app));
                        }
                        attempt = Attempt::new(&host, &loopback, less);
                        Answer::Redirect(attempt.url.clone())
                    }
                };
                reply.send(page).await;
            }
        };
        tokio::select! {
            outcome = answered => outcome,
            () = clock.sleep(patience) => Err(Failure::person(
                "sign-in-timeout",
                "nobody finished the sign-in in the browser in time",
                "Sign the account in again (exmetrics account sign-in).",
            )),
        }
    }
}

impl fmt::Debug for BrowserSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrowserSignIn")
            .field("app", &self.host.app)
            .finish_non_exhaustive()
    }
}

/// What a call of the listener means.
enum Outcome {
    NotOurs,
    Code(AuthorizationCode),
    Refused { error: String, description: String },
}

impl Attempt {
    fn new(host: &LoginHost, loopback: &Loopback, scope: DelegatedScope) -> Self {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = host
            .oauth()
            .set_redirect_uri(redirect_url(loopback))
            .authorize_url(CsrfToken::new_random)
            .add_scopes(host.delegated_scopes(scope))
            .add_extra_param("prompt", "select_account")
            .add_extra_param("response_mode", "query")
            .set_pkce_challenge(challenge)
            .url();
        Self {
            url,
            state,
            verifier,
            scope,
        }
    }

    fn read(&self, query: &str) -> Outcome {
        let value = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        if value("state").as_ref() != Some(self.state.secret()) {
            return Outcome::NotOurs;
        }
        if let Some(error) = value("error") {
            let description = value("error_description").unwrap_or_default();
            return Outcome::Refused { error, description };
        }
        value("code").map_or(Outcome::NotOurs, |code| {
            Outcome::Code(AuthorizationCode::new(code))
        })
    }

    async fn redeem(
        self,
        host: &LoginHost,
        loopback: &Loopback,
        code: AuthorizationCode,
    ) -> Result<SignedIn, Failure> {
        let answer = host
            .oauth()
            .set_redirect_uri(redirect_url(loopback))
            .exchange_code(code)
            .set_pkce_verifier(self.verifier)
            .add_extra_param("scope", joined(host, self.scope))
            .request_async(host)
            .await
            .map_err(|error| host.settle(error))?;
        SignedIn::from_answer(host, &answer, self.scope)
    }
}

fn redirect_url(loopback: &Loopback) -> RedirectUrl {
    RedirectUrl::from_url(loopback.address())
}

/// Scopes as one parameter: the library has none for this exchange.
fn joined(host: &LoginHost, scope: DelegatedScope) -> String {
    host.delegated_scopes(scope)
        .iter()
        .map(|scope| scope.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}
