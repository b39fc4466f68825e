//! What Entra remembers: tokens, codes and devices.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;

use super::scopes::Wanted;

/// What Entra remembers. Its keys are secrets: Debug shows none.
#[derive(Default)]
pub(crate) struct Sessions {
    access: HashMap<String, AccessToken>,
    pub(crate) codes: HashMap<String, Code>,
    pub(crate) refresh: HashMap<String, RefreshToken>,
    pub(crate) devices: HashMap<String, Device>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

/// An access token that is out.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    pub(crate) permissions: Vec<&'static str>,
    pub(crate) is_delegated: bool,
    pub(crate) expires: Timestamp,
}

impl AccessToken {
    /// Whether it carries a permission.
    pub(crate) fn may(&self, permission: &str) -> bool {
        self.permissions.contains(&permission)
    }
}

/// An authorization code.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
    pub(crate) wanted: Wanted,
    pub(crate) nonce: Option<String>,
    pub(crate) expires: Timestamp,
    pub(crate) redeemed: bool,
}

/// A refresh token.
#[derive(Debug, Clone)]
pub(crate) struct RefreshToken {
    pub(crate) wanted: Wanted,
    pub(crate) issued: Timestamp,
    pub(crate) state: RefreshState,
}

/// Whether a refresh token is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefreshState {
    Fresh,
    /// Another one was given for it.
    Used,
    Revoked,
    Expired,
}

/// A device that waits for a person.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) user_code: String,
    pub(crate) wanted: Wanted,
    pub(crate) expires: Timestamp,
    pub(crate) asked_at: Option<Timestamp>,
    pub(crate) interval: Duration,
    pub(crate) state: DeviceState,
}

/// What the person with the code has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeviceState {
    Pending,
    Approved,
    Declined,
    /// The device has its token.
    Redeemed,
}

impl Sessions {
    pub(crate) fn add_access_token(&mut self, token: String, record: AccessToken) {
        self.access.insert(token, record);
    }

    pub(crate) fn access_token(&self, token: &str) -> Option<&AccessToken> {
        self.access.get(token)
    }

    /// Whether a text holds an access token or its signature.
    pub(crate) fn mentions_token(&self, text: &str) -> bool {
        self.access.keys().any(|token| {
            let signature = token.rsplit('.').next().unwrap_or(token);
            text.contains(signature)
        })
    }

    pub(crate) fn revoke_access_tokens(&mut self) {
        self.access.clear();
    }

    pub(crate) fn revoke_sign_ins(&mut self) {
        self.set_refresh_tokens(RefreshState::Revoked);
    }

    pub(crate) fn expire_sign_ins(&mut self) {
        self.set_refresh_tokens(RefreshState::Expired);
    }

    fn set_refresh_tokens(&mut self, state: RefreshState) {
        for token in self.refresh.values_mut() {
            token.state = state;
        }
    }

    /// The person with a code approves or declines. `false` if no device waits for it.
    pub(crate) fn settle_device(&mut self, user_code: &str, approved: bool) -> bool {
        let waiting = self.devices.values_mut().find(|device| {
            device.state == DeviceState::Pending
                && device.user_code.eq_ignore_ascii_case(user_code.trim())
        });
        let Some(device) = waiting else { return false };
        device.state = if approved {
            DeviceState::Approved
        } else {
            DeviceState::Declined
        };
        true
    }
}
