//! The HTTP client: no redirects, no cookies, no decompression, bounds on time.

use std::{sync::Arc, time::Duration};

use rustls::crypto::{CryptoProvider, ring};
use secrecy::{ExposeSecret, SecretString};

use crate::Failure;

/// How long and how large a reply may be.
#[derive(Debug, Clone)]
pub struct Limits {
    /// To reach a host.
    pub connect_timeout: Duration,
    /// Without a byte from a host.
    pub read_timeout: Duration,
    /// For one answer as a whole, its body included.
    pub total_timeout: Duration,
    /// For the body of a reply, over all of its pages.
    pub max_reply_bytes: u64,
    /// How long the pages of one reply may wait, together, because Microsoft says so or is out of order.
    pub page_wait: Duration,
    /// How often one page is tried.
    pub page_tries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(15),
            read_timeout: Duration::from_secs(60),
            total_timeout: Duration::from_secs(30 * 60),
            max_reply_bytes: 4 << 30,
            page_wait: Duration::from_secs(30 * 60),
            page_tries: 5,
        }
    }
}

/// A proxy for https; http is spoken on loopback only, which no proxy may see.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// Its URL, which may hold a password.
    pub url: SecretString,
    /// The hosts that are spoken to directly, as `NO_PROXY` lists them.
    pub except: String,
}

/// The client that everything here is asked with: it follows no redirect and keeps no cookie.
/// Clones share their connections.
#[derive(Debug, Clone)]
pub struct HttpClient(pub(crate) reqwest::Client);

impl HttpClient {
    /// Asks another host than Microsoft's something small: an OpenID Connect issuer. No redirect is
    /// followed, and nothing of the answer beyond a megabyte is read.
    ///
    /// # Errors
    /// When no answer comes in time, or it is too large.
    pub async fn ask(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> std::io::Result<http::Response<Vec<u8>>> {
        const LARGEST: usize = 1 << 20;
        const PATIENCE: Duration = Duration::from_secs(20);
        let failed = |error: reqwest::Error| std::io::Error::other(error.without_url());
        let mut request = reqwest::Request::try_from(request).map_err(failed)?;
        *request.timeout_mut() = Some(PATIENCE);
        let mut answer = self.0.execute(request).await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > LARGEST {
                return Err(std::io::Error::other("the answer is too large"));
            }
            body.extend_from_slice(&chunk);
        }
        let mut whole = http::Response::new(body);
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(whole)
    }
}

/// Makes the client.
///
/// A machine without root certificates gets a client that trusts nobody: loopback answers, and any
/// other host fails with a sentence that says so.
///
/// # Errors
/// [`Settle::Person`](crate::Settle::Person) if the proxy's URL cannot be read.
pub fn http_client(limits: &Limits, proxy: Option<&Proxy>) -> Result<HttpClient, Failure> {
    install_crypto_provider();
    let proxy = proxy.map(proxy_rule).transpose()?;
    let builder = || {
        // The environment is the caller's to read, so the client's own look at it is switched off.
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .user_agent(concat!("exmetrics/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.connect_timeout)
            .read_timeout(limits.read_timeout);
        match &proxy {
            Some(rule) => builder.proxy(rule.clone()),
            None => builder,
        }
    };
    let client = builder().build().or_else(|error| {
        tracing::warn!(%error, "this machine has no root certificates: no host is trusted");
        builder().tls_certs_only([]).build()
    });
    client.map(HttpClient).map_err(|error| {
        Failure::person(
            "tls",
            "no HTTP client can be made",
            "Install root certificates.",
        )
        .because(error.without_url())
    })
}

fn proxy_rule(proxy: &Proxy) -> Result<reqwest::Proxy, Failure> {
    let rule = reqwest::Proxy::https(proxy.url.expose_secret()).map_err(|error| {
        Failure::person(
            "proxy",
            "the proxy's address is no URL",
            "Correct HTTPS_PROXY, for example http://proxy.contoso.example:3128.",
        )
        .because(error.without_url())
    })?;
    Ok(rule.no_proxy(reqwest::NoProxy::from_string(&proxy.except)))
}

/// Chooses the cryptography of TLS for the process, unless that was done before. Two candidates are
/// linked in, so that rustls would not choose by itself.
pub fn install_crypto_provider() {
    if CryptoProvider::get_default().is_none() {
        // Somebody else was quicker: then theirs is as good.
        let _: Result<(), Arc<CryptoProvider>> = ring::default_provider().install_default();
    }
}
