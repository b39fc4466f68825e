//! An account is added, signs in anew, or takes up its work again: from the command line, from a page.
//!
//! What a person gives is looked at here, before anything is kept. Secrets come in and are never
//! shown again.

use std::{path::Path, time::Duration};

use exmetrics_catalog::{Cloud, CloudName};
use exmetrics_graph::{
    AppRegistration, Certificate, DelegatedScope, Failure, SignedIn, cloud_address,
};
use exmetrics_store::{Account, AccountState, RunState, SignIn};
use jiff::civil::Date;
use secrecy::{ExposeSecret, SecretString};

use crate::{AccountCheck, Engine, EngineError, EngineErrorKind, utc_day};

/// What a person is asked to do in order to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonPrompt {
    /// Open an address in a browser on this machine.
    Open {
        /// The address.
        address: String,
    },
    /// Enter a code on a page, on any device.
    Enter {
        /// The page's address.
        page: String,
        /// The code.
        code: String,
        /// How long it is good for.
        good_for: Duration,
        /// Page and code in one sentence.
        sentence: String,
    },
}

/// How an account signs in, in words.
pub fn sign_in_words(sign_in: SignIn) -> &'static str {
    match sign_in {
        SignIn::ClientSecret => "a client secret",
        SignIn::Certificate => "a certificate",
        SignIn::FederatedToken => "a federated token",
        SignIn::Browser => "a person in a browser",
        SignIn::Device => "a person with a device code",
    }
}

/// Whether a person signs in, rather than the app by itself.
pub fn is_by_person(sign_in: SignIn) -> bool {
    matches!(sign_in, SignIn::Browser | SignIn::Device)
}

/// A tenant as it can be asked for, without surrounding spaces.
///
/// # Errors
/// When it is no id and no domain.
pub fn usable_tenant(text: &str) -> Result<String, EngineError> {
    usable(text).ok_or_else(|| {
        wrong(format!("'{}' is no tenant", text.trim()))
            .next("Give the tenant's id or one of its domains, for example contoso.example.")
    })
}

/// A client id as it can be asked for, without surrounding spaces.
///
/// # Errors
/// When it is none.
pub fn usable_client_id(text: &str) -> Result<String, EngineError> {
    usable(text).ok_or_else(|| {
        wrong(format!("'{}' is no client id", text.trim()))
            .next("Give the application (client) id of the app registration.")
    })
}

fn usable(text: &str) -> Option<String> {
    let text = text.trim();
    let fits = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '.' | '_');
    (!text.is_empty() && text.chars().all(fits)).then(|| text.to_owned())
}

/// The cloud of addresses that a person gave.
///
/// # Errors
/// When an address cannot be used.
pub fn custom_cloud(login_url: &str, graph_url: &str) -> Result<Cloud, EngineError> {
    for (what, address) in [("sign-in", login_url), ("Graph", graph_url)] {
        usable_address(what, address)?;
    }
    Ok(Cloud::custom(login_url, graph_url))
}

/// Whether an address of a custom cloud can be used.
///
/// # Errors
/// When it cannot.
pub fn usable_address(what: &str, address: &str) -> Result<(), EngineError> {
    cloud_address(what, address)
        .map(drop)
        .map_err(|failure| wrong(failure.message).next(failure.next_step))
}

/// A cloud by its name, where the name says all.
pub fn known_cloud(name: CloudName) -> Option<Cloud> {
    Cloud::known(name)
}

/// A client secret without what an editor or a copy adds around it.
///
/// # Errors
/// When nothing is left.
pub fn usable_client_secret(text: &SecretString) -> Result<SecretString, EngineError> {
    let trimmed = text.expose_secret().trim_start_matches('\u{feff}').trim();
    match trimmed.is_empty() {
        true => Err(wrong("the client secret is empty")),
        false => Ok(SecretString::from(trimmed)),
    }
}

/// A certificate with its key, as PEM, however it came.
///
/// # Errors
/// When it is unusable.
pub fn usable_certificate(
    bytes: &[u8],
    password: &SecretString,
    what: &str,
) -> Result<SecretString, EngineError> {
    let looks_like_pem = bytes.windows(10).any(|window| window == b"-----BEGIN");
    let certificate = match looks_like_pem {
        true => Certificate::from_pem(bytes),
        false => Certificate::from_pfx(bytes, password),
    };
    match certificate {
        Ok(certificate) => Ok(certificate.to_pem()),
        Err(error) => Err(wrong(format!("{what} is unusable: {error}"))),
    }
}

/// The day on which a certificate ends.
pub fn certificate_end(pem: &SecretString) -> Option<Date> {
    let certificate = Certificate::from_pem(pem.expose_secret().as_bytes()).ok()?;
    Some(utc_day(certificate.expires_at()))
}

/// The path of a federated token's file, which stands in the place of a secret.
///
/// # Errors
/// When there is no such file.
pub fn usable_token_file(file: &Path) -> Result<SecretString, EngineError> {
    let file = std::path::absolute(file)
        .map_err(|error| EngineError::file("finding the federated token's file", error))?;
    match file.is_file() {
        true => Ok(SecretString::from(file.to_string_lossy().into_owned())),
        false => Err(wrong(format!(
            "there is no federated token file {}",
            file.display()
        ))),
    }
}

impl Engine {
    /// Whether an account may have a name, before anybody signs in for nothing.
    ///
    /// # Errors
    /// When another one has it.
    pub async fn refuse_taken_account(&self, name: &str) -> Result<(), EngineError> {
        let wanted = name.trim().to_lowercase();
        let accounts = self.store.accounts().await?;
        if accounts.iter().any(|one| one.name.to_lowercase() == wanted) {
            return Err(wrong(format!(
                "there is an account '{}' already; choose another name or remove it",
                name.trim()
            )));
        }
        Ok(())
    }

    /// A person signs in; the refresh token is the account's secret. `show` hears what the person is to
    /// do: again, if the tenant has not granted all that was asked for.
    ///
    /// # Errors
    /// How the person or the sign-in host refused, or that nobody signed in within `patience`.
    pub async fn sign_in_person(
        &self,
        app: &AppRegistration,
        how: SignIn,
        patience: Duration,
        show: &(dyn Fn(PersonPrompt) + Send + Sync),
    ) -> Result<SecretString, EngineError> {
        let scope = DelegatedScope::ReportsAndSettings;
        let signed_in = match self.ask_person(app, how, patience, show, scope).await {
            // The names setting is a nicety: sign in without it where it is not granted. A browser was
            // asked that already.
            Err(failure)
                if how == SignIn::Device
                    && (failure.code == "AADSTS65001" || failure.code == "AADSTS90094") =>
            {
                let less = DelegatedScope::ReportsOnly;
                self.ask_person(app, how, patience, show, less).await
            }
            other => other,
        };
        Ok(signed_in?.refresh_token)
    }

    async fn ask_person(
        &self,
        app: &AppRegistration,
        how: SignIn,
        patience: Duration,
        show: &(dyn Fn(PersonPrompt) + Send + Sync),
        scope: DelegatedScope,
    ) -> Result<SignedIn, Failure> {
        if how == SignIn::Device {
            let device = self.begin_device(app.clone(), scope).await?;
            show(PersonPrompt::Enter {
                page: device.verification_uri().to_owned(),
                code: device.user_code().to_owned(),
                good_for: device.expires_in(),
                sentence: device.message(),
            });
            return device.wait().await;
        }
        let browser = self.begin_browser(app.clone(), scope).await?;
        show(PersonPrompt::Open {
            address: browser.url().to_owned(),
        });
        browser.wait(patience).await
    }

    /// Marks an account with what its sign-in met.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn mark_refused(
        &self,
        account: &Account,
        refused: &EngineError,
    ) -> Result<(), EngineError> {
        let next_step = Some(refused.next_step.as_str()).filter(|next| !next.is_empty());
        self.store
            .note_account_state(
                &account.id,
                AccountState::Failed,
                Some(&refused.message),
                next_step,
                self.clock.now(),
            )
            .await?;
        Ok(())
    }

    /// Puts a new secret in the place of the old one, checks the account, and makes due what failed for
    /// want of it.
    ///
    /// # Errors
    /// When the control database fails; what the check met is in the result.
    pub async fn renew_secret(
        &self,
        account: &Account,
        secret: &SecretString,
    ) -> Result<AccountCheck, EngineError> {
        self.store.keep_secret(&account.id, secret).await?;
        let found = self.check_account(account).await?;
        if found.is_fine() {
            self.take_up_what_failed(account).await?;
        }
        Ok(found)
    }

    /// Whether a secret signs in, before it takes the place of another. Nothing is kept.
    ///
    /// # Errors
    /// How the sign-in host refused.
    pub async fn try_secret(
        &self,
        account: &Account,
        secret: &SecretString,
    ) -> Result<(), EngineError> {
        self.signs_in_with(account, secret.clone()).await
    }

    /// What failed for want of a sign-in is due again, where a schedule would come too late for it.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn take_up_what_failed(&self, account: &Account) -> Result<(), EngineError> {
        for one in self.store.datasets().await? {
            let feeds = one.accounts.iter().any(|(id, _)| *id == account.id);
            if !feeds || one.schedule.is_none() {
                continue;
            }
            let last = self.store.runs(Some(&one.id), 1).await?.pop();
            if last.is_some_and(|run| matches!(run.state, RunState::Failed | RunState::Partial)) {
                self.make_due(&one).await?;
            }
        }
        Ok(())
    }
}

fn wrong(what: impl Into<String>) -> EngineError {
    EngineError::new(EngineErrorKind::WrongArgument, what)
}
