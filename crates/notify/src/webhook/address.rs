//! A webhook's URL, checked.

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::{
    NotifyError,
    host::{is_link_local, is_loopback},
};

/// Where Power Automate listens: the commercial cloud before and after its move of 2025, and the
/// clouds of the US government and of China. What listens there is a workflow, which shows nothing
/// but cards: <https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook>.
const WORKFLOWS: [&str; 7] = [
    ".logic.azure.com",
    ".logic.azure.us",
    ".logic.azure.cn",
    ".api.powerplatform.com",
    ".powerplatform.microsoft.us",
    ".api.appsplatform.us",
    ".powerplatform.partner.microsoftonline.cn",
];

/// Where to post. Has no `Debug`: its path may be a token.
pub(crate) struct Address(Url);

impl Address {
    /// Reads a URL: https, or http on loopback.
    pub(crate) fn read(text: &SecretString) -> Result<Self, NotifyError> {
        let wrong = |why: &str| NotifyError::lasting(format!("the webhook's address {why}"));
        let url = Url::parse(text.expose_secret()).map_err(|_| wrong("is no URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("holds a user name or password"));
        }
        let host: Host<&str> = match url.host() {
            Some(host) => host,
            None => return Err(wrong("names no host")),
        };
        if is_link_local(&host) {
            return Err(wrong("is link-local, where clouds keep credentials"));
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&host) => Ok(Self(url)),
            _ => Err(wrong("is neither https nor http on loopback")),
        }
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// What may be shown.
    pub(crate) fn name(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("webhook {host}:{port}"),
            None => format!("webhook {host}"),
        }
    }

    /// Whether Teams listens there, or at least Power Automate.
    pub(crate) fn is_teams_workflow(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        WORKFLOWS.iter().any(|workflows| host.ends_with(workflows))
    }

    /// Whether a word is of what may be secret.
    pub(crate) fn holds(&self, word: &str) -> bool {
        self.0.path().contains(word) || self.0.query().is_some_and(|query| query.contains(word))
    }
}
