//! Tokens: types that cannot be printed.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use oauth2::{TokenResponse, basic::BasicTokenResponse};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{
    DelegatedScope,
    login_host::{LoginHost, given_tenant_id},
};
use crate::Failure;

/// What Graph lets in, for about an hour.
#[derive(Clone)]
pub struct AccessToken {
    pub(super) secret: SecretString,
    pub(super) expires_at: Timestamp,
}

impl AccessToken {
    /// When it ends.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// For the one header that it belongs in.
    pub(crate) fn expose(&self) -> &str {
        self.secret.expose_secret()
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }

    /// The tenant's id that the token names, if the token can be read. It is Graph's to check and
    /// not ours, so the answer is good for a label and for nothing else.
    pub(crate) fn tenant_id(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Payload {
            tid: String,
        }
        let payload = self.expose().split('.').nth(1)?;
        let payload = BASE64_URL_SAFE_NO_PAD
            .decode(payload.trim_end_matches('='))
            .ok()?;
        let payload: Payload = serde_json::from_slice(&payload).ok()?;
        is_guid(&payload.tid).then(|| payload.tid.to_ascii_lowercase())
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What a person's sign-in brings.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// What keeps the person signed in; to be sealed and stored.
    pub refresh_token: SecretString,
    /// The first token.
    pub access_token: AccessToken,
    /// The tenant's id, if the token tells.
    pub tenant_id: Option<String>,
    /// What was allowed.
    pub scope: DelegatedScope,
}

impl SignedIn {
    pub(super) fn from_answer(
        host: &LoginHost,
        answer: &BasicTokenResponse,
        scope: DelegatedScope,
    ) -> Result<Self, Failure> {
        let refresh_token = answer.refresh_token().ok_or_else(|| {
            Failure::person(
                "no-refresh-token",
                "Microsoft signed the person in for an hour only",
                "Allow the app to maintain access to data (offline_access) and sign in again.",
            )
        })?;
        let access_token = host.access_token(answer);
        let tenant_id = given_tenant_id(&host.app.tenant).or_else(|| access_token.tenant_id());
        Ok(Self {
            refresh_token: SecretString::from(refresh_token.secret().as_str()),
            access_token,
            tenant_id,
            scope,
        })
    }
}

/// Whether a text is a GUID in its usual form.
pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
