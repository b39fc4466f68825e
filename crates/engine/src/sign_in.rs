//! A session for each account: its secret is opened here and goes into the session, nowhere else.

use std::{path::PathBuf, sync::Arc};

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
    /// Makes an account's session. Nothing is asked yet: the first request, or a check, signs in.
    ///
    /// # Errors
    /// When there is no usable secret: a person must enter it or sign in.
    pub async fn session(&self, account: &Account) -> Result<ReadySignIn, EngineError> {
        let secret = self.store.account_secret(&account.id).await?;
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
