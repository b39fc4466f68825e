//! A session for each account: its secret is opened here and goes into the session, nowhere else.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use exmetrics_catalog::Cloud;
use exmetrics_graph::{
    AppRegistration, BrowserSignIn, Certificate, Credentials, DelegatedScope, DeviceSignIn,
    Failure, KeepError, Loan, RefreshTokenKeeper, Session, SignInMethod, begin_browser_sign_in,
    begin_device_sign_in,
};
use exmetrics_store::{Account, SignIn, Store};
use secrecy::{ExposeSecret, SecretString};

use crate::{Engine, EngineError, EngineErrorKind, machine::Machine};

/// An account that can ask.
#[derive(Clone)]
pub struct ReadySignIn {
    pub(crate) account: Account,
    pub(crate) session: Session,
}

impl ReadySignIn {
    /// The account.
    pub fn account(&self) -> &Account {
        &self.account
    }
}

/// By account: what its sign-in was proved with, and the session.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, (u128, Session)>>);

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, (u128, Session)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells one sign-in from another. A person's refresh token is left out: it changes with each use, and
/// the session asks for the newest by itself.
fn proof(account: &Account, secret: Option<&SecretString>) -> u128 {
    let by_person = matches!(account.sign_in, SignIn::Browser | SignIn::Device);
    let secret = secret
        .filter(|_| !by_person)
        .map_or("", |secret| secret.expose_secret());
    let parts = [
        account.tenant.as_str(),
        &account.client_id,
        &account.cloud.login_url,
        &account.cloud.graph_url,
        secret,
    ];
    xxhash_rust::xxh3::xxh3_128(parts.join("\n").as_bytes())
}

/// Puts a rotated refresh token in the place of the old one, before it is used, and lets one process
/// at a time rotate it.
struct SealedKeeper {
    store: Store,
    machine: Machine,
    account_id: String,
}

#[async_trait]
impl RefreshTokenKeeper for SealedKeeper {
    async fn keep(&self, token: &SecretString) -> Result<(), KeepError> {
        self.store
            .keep_secret(&self.account_id, token)
            .await
            .map_err(|error| KeepError(Box::new(error)))
    }

    async fn lend(&self) -> Result<Option<Loan>, KeepError> {
        let (machine, account_id) = (self.machine.clone(), self.account_id.clone());
        let lock = tokio::task::spawn_blocking(move || machine.wait_for_lock(&account_id))
            .await
            .map_err(|error| KeepError(Box::new(error)))?
            .map_err(|error| KeepError(Box::new(error)))?;
        let token = self
            .store
            .account_secret(&self.account_id)
            .await
            .map_err(|error| KeepError(Box::new(error)))?;
        Ok(token.map(|token| Loan::new(token, lock)))
    }
}

impl Engine {
    /// An account's session; the one that this process has, as long as nothing about the sign-in has
    /// changed. Nothing is asked yet: the first request, or a check, signs in.
    ///
    /// # Errors
    /// When there is no usable secret: a person must enter it or sign in.
    pub async fn session(&self, account: &Account) -> Result<ReadySignIn, EngineError> {
        let secret = self.store.account_secret(&account.id).await?;
        let proof = proof(account, secret.as_ref());
        let known = self.sessions.lock().get(&account.id).cloned();
        if let Some((of, session)) = known
            && of == proof
        {
            return Ok(ReadySignIn {
                account: account.clone(),
                session,
            });
        }
        let ready = self.new_session(account, secret)?;
        let session = ready.session.clone();
        self.sessions
            .lock()
            .insert(account.id.clone(), (proof, session));
        Ok(ready)
    }

    /// Signs in with a secret that is not kept yet; the session is forgotten at once.
    pub(crate) async fn signs_in_with(
        &self,
        account: &Account,
        secret: SecretString,
    ) -> Result<(), EngineError> {
        let ready = self.new_session(account, Some(secret))?;
        ready.session.token().await?;
        Ok(())
    }

    /// Forgets an account's token: what it may do was refused, and a person may have granted it since.
    pub(crate) fn forget_session(&self, account_id: &str) {
        self.sessions.lock().remove(account_id);
    }

    fn new_session(
        &self,
        account: &Account,
        secret: Option<SecretString>,
    ) -> Result<ReadySignIn, EngineError> {
        let credentials = Credentials {
            tenant: account.tenant.clone(),
            client_id: account.client_id.clone(),
            cloud: account.cloud.clone(),
            method: method(account, secret)?,
        };
        let keeper = SealedKeeper {
            store: self.store.clone(),
            machine: self.machine.clone(),
            account_id: account.id.clone(),
        };
        let session = Session::new(
            credentials,
            Arc::new(keeper),
            self.http.clone(),
            self.clock.clone(),
        )?;
        Ok(ReadySignIn {
            account: account.clone(),
            session,
        })
    }

    /// Begins a sign-in in a browser.
    ///
    /// # Errors
    /// When the loopback address for the answer cannot be used.
    pub async fn begin_browser(
        &self,
        app: AppRegistration,
        scope: DelegatedScope,
    ) -> Result<BrowserSignIn, Failure> {
        begin_browser_sign_in(app, scope, self.http.clone(), self.clock.clone()).await
    }

    /// Begins a sign-in with a code on another device.
    ///
    /// # Errors
    /// When Microsoft gives no code.
    pub async fn begin_device(
        &self,
        app: AppRegistration,
        scope: DelegatedScope,
    ) -> Result<DeviceSignIn, Failure> {
        begin_device_sign_in(app, scope, self.http.clone(), self.clock.clone()).await
    }

    /// The app registration of an account, for signing in again.
    pub fn app_of(account: &Account) -> AppRegistration {
        app(&account.tenant, &account.client_id, &account.cloud)
    }
}

/// An app registration by its parts.
fn app(tenant: &str, client_id: &str, cloud: &Cloud) -> AppRegistration {
    AppRegistration {
        tenant: tenant.to_owned(),
        client_id: client_id.to_owned(),
        cloud: cloud.clone(),
    }
}

fn method(account: &Account, secret: Option<SecretString>) -> Result<SignInMethod, EngineError> {
    let Some(secret) = secret else {
        return Err(EngineError::new(
            EngineErrorKind::Person,
            format!("the account '{}' is not signed in", account.name),
        )
        .next(format!(
            "Run: exmetrics account sign-in \"{}\"",
            account.name
        )));
    };
    Ok(match account.sign_in {
        SignIn::ClientSecret => SignInMethod::ClientSecret(secret),
        SignIn::Certificate => {
            let pem = secret.expose_secret().as_bytes();
            let certificate = Certificate::from_pem(pem).map_err(|error| {
                EngineError::new(
                    EngineErrorKind::Person,
                    format!(
                        "the certificate of the account '{}' is unusable: {error}",
                        account.name
                    ),
                )
            })?;
            SignInMethod::Certificate(certificate)
        }
        SignIn::FederatedToken => {
            SignInMethod::FederatedTokenFile(PathBuf::from(secret.expose_secret()))
        }
        SignIn::Browser | SignIn::Device => SignInMethod::Delegated {
            refresh_token: secret,
        },
    })
}
