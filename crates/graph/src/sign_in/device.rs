//! A person's sign-in with a code that is entered on any other device.

use std::{fmt, sync::Arc};

use oauth2::StandardDeviceAuthorizationResponse;

use super::{AppRegistration, DelegatedScope, SignedIn, login_host::LoginHost};
use crate::{Clock, Failure, HttpClient};

/// A sign-in that waits for its code to be entered.
pub struct DeviceSignIn {
    host: LoginHost,
    scope: DelegatedScope,
    details: StandardDeviceAuthorizationResponse,
}

/// Asks for a code. A refusal for want of consent to [`DelegatedScope::ReportsAndSettings`] leaves
/// the caller free to begin again with less.
///
/// # Errors
/// How the sign-in host refused or could not be reached.
pub async fn begin_device_sign_in(
    app: AppRegistration,
    scope: DelegatedScope,
    http: HttpClient,
    clock: Arc<dyn Clock>,
) -> Result<DeviceSignIn, Failure> {
    let host = LoginHost::new(app, http, clock)?;
    let details = host
        .oauth()
        .exchange_device_code()
        .add_scopes(host.delegated_scopes(scope))
        .request_async(&host)
        .await
        .map_err(|error| host.settle(error))?;
    Ok(DeviceSignIn {
        host,
        scope,
        details,
    })
}

impl DeviceSignIn {
    /// The code to enter.
    pub fn user_code(&self) -> &str {
        self.details.user_code().secret()
    }

    /// Where to enter it.
    pub fn verification_uri(&self) -> &str {
        self.details.verification_uri().as_str()
    }

    /// Both in one sentence.
    pub fn message(&self) -> String {
        format!(
            "To sign in, open {} and enter {}",
            self.verification_uri(),
            self.user_code()
        )
    }

    /// How long the code is good for.
    pub fn expires_in(&self) -> std::time::Duration {
        self.details.expires_in()
    }

    /// Waits until the code was entered and answered for.
    ///
    /// # Errors
    /// How the person or the sign-in host refused, or that the code was not entered in time.
    pub async fn wait(self) -> Result<SignedIn, Failure> {
        let oauth = self.host.oauth();
        let answer = oauth
            .exchange_device_access_token(&self.details)
            .request_async(&self.host, |wait| self.host.clock.sleep(wait), None)
            .await
            .map_err(|error| self.host.settle(error))?;
        SignedIn::from_answer(&self.host, &answer, self.scope)
    }
}

impl fmt::Debug for DeviceSignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceSignIn")
            .field("app", &self.host.app)
            .finish_non_exhaustive()
    }
}
