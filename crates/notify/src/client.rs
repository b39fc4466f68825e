//! What sending needs: an HTTP client that follows no redirect, and bounds on time.

use std::{fmt, sync::Arc, time::Duration};

use rustls::crypto::{CryptoProvider, ring};
use secrecy::{ExposeSecret, SecretString};

use crate::NotifyError;

/// How long sending may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For a webhook, answer included.
    pub webhook_timeout: Duration,
    /// For a mail, from the connection to the server's word that it has it. Some servers let a
    /// stranger wait on purpose.
    pub mail_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            webhook_timeout: Duration::from_secs(15),
            mail_timeout: Duration::from_secs(60),
        }
    }
}

/// A proxy for webhooks that are https; http is spoken on loopback only, which no proxy may see, and
/// mail goes past it.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// Its URL, which may hold a password.
    pub url: SecretString,
    /// The hosts that are spoken to directly, as `NO_PROXY` lists them.
    pub except: String,
}

/// What notices are sent with. Clones share their connections.
#[derive(Clone)]
pub struct NotifyClient {
    http: reqwest::Client,
    limits: Limits,
}

impl NotifyClient {
    /// Makes the client. The environment's proxies are the caller's to read.
    ///
    /// A machine without root certificates gets a client that trusts nobody: loopback answers, and
    /// any other host fails with a sentence that says so.
    ///
    /// # Errors
    /// If the proxy's URL cannot be read.
    pub fn new(limits: Limits, proxy: Option<&Proxy>) -> Result<Self, NotifyError> {
        install_crypto_provider();
        let proxy = proxy.map(proxy_rule).transpose()?;
        let builder = || {
            let builder = reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .user_agent(concat!("exmetrics/", env!("CARGO_PKG_VERSION")));
            match &proxy {
                Some(rule) => builder.proxy(rule.clone()),
                None => builder,
            }
        };
        let client = builder().build().or_else(|error| {
            tracing::warn!(%error, "this machine has no root certificates: no webhook is trusted");
            builder().tls_certs_only([]).build()
        });
        let http = client.map_err(|_| NotifyError::lasting("no HTTP client can be made"))?;
        Ok(Self { http, limits })
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

// The HTTP client would show its proxy, and that its password.
impl fmt::Debug for NotifyClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotifyClient")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

fn proxy_rule(proxy: &Proxy) -> Result<reqwest::Proxy, NotifyError> {
    let rule = reqwest::Proxy::https(proxy.url.expose_secret())
        .map_err(|_| NotifyError::lasting("the proxy's address is no URL"))?;
    Ok(rule.no_proxy(reqwest::NoProxy::from_string(&proxy.except)))
}

/// Chooses the cryptography of TLS for the process, unless that was done before: neither the HTTP
/// client nor the mail client brings its own.
fn install_crypto_provider() {
    if CryptoProvider::get_default().is_none() {
        // Somebody else was quicker: then theirs is as good.
        let _: Result<(), Arc<CryptoProvider>> = ring::default_provider().install_default();
    }
}
