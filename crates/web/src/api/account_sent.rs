//! What programs send of an account.

use exmetrics_catalog::CloudName;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::words::CloudWord;
use crate::problem::Problem;

/// A client secret. It is sealed and never told again.
#[derive(Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = Password)]
pub(super) struct ClientSecret(String);

impl std::fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientSecret")
    }
}

impl ClientSecret {
    /// The secret, if it is one.
    pub(super) fn read(self) -> Result<SecretString, Problem> {
        let given = SecretString::from(self.0);
        let trimmed = given.expose_secret().trim_start_matches('\u{feff}').trim();
        match trimmed {
            "" => Err(Problem::wrong("client_secret: it is empty")),
            secret => Ok(SecretString::from(secret)),
        }
    }
}

/// An account to add. It signs in as an app, with a client secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddAccount {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    pub(super) name: String,
    /// The tenant: a GUID or a domain.
    #[schema(min_length = 1)]
    pub(super) tenant: String,
    /// The app registration.
    #[schema(min_length = 1)]
    pub(super) client_id: String,
    /// The app's client secret. It is sealed and never told again.
    #[schema(value_type = String, format = Password, write_only)]
    pub(super) client_secret: ClientSecret,
    /// Which cloud: global, us-gov, us-gov-dod, china or custom.
    #[schema(value_type = Option<CloudWord>)]
    pub(super) cloud: Option<CloudName>,
    /// Where a custom cloud signs in.
    pub(super) login_url: Option<String>,
    /// Where a custom cloud's Graph answers.
    pub(super) graph_url: Option<String>,
    /// Leaves out the check.
    #[serde(default)]
    #[schema(required = false)]
    pub(super) no_check: bool,
}

/// What of an account is to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditAccount {
    /// Another name.
    #[schema(min_length = 1, max_length = 200)]
    pub(super) name: Option<String>,
    /// A new client secret. It is sealed and never told again.
    #[schema(value_type = Option<String>, format = Password, write_only)]
    pub(super) client_secret: Option<ClientSecret>,
    /// Leaves out the check of a new secret.
    #[serde(default)]
    #[schema(required = false)]
    pub(super) no_check: bool,
}

impl AddAccount {
    /// Whether its texts can be what was meant.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let texts = [
            ("tenant", Some(&self.tenant)),
            ("client_id", Some(&self.client_id)),
            ("login_url", self.login_url.as_ref()),
            ("graph_url", self.graph_url.as_ref()),
        ];
        for (what, text) in texts {
            if text.is_some_and(|text| text.trim().is_empty()) {
                return Err(Problem::wrong(format!("{what}: it is empty")));
            }
            if text.is_some_and(|text| text.contains(char::is_control)) {
                return Err(Problem::wrong(format!("{what}: it has control characters")));
            }
        }
        Ok(())
    }
}
