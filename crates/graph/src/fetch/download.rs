//! The way to a reply that lies elsewhere: a pre-authenticated link, followed once, without our
//! token and byte by byte as it came.

use std::fmt;

use http::{HeaderMap, header::LOCATION};
use url::Url;

use crate::{Failure, endpoint::is_loopback_http};

/// A pre-authenticated address. It opens the report to anybody, so it cannot be printed.
pub(super) struct DownloadLink(Url);

impl DownloadLink {
    /// The link in a `Location` header.
    pub(super) fn from_headers(headers: &HeaderMap, from: &Url) -> Result<Self, Failure> {
        let location = headers
            .get(LOCATION)
            .ok_or_else(|| refused("leads nowhere"))?;
        let text = location.to_str().map_err(|_| refused("is no URL"))?;
        Self::read(text, from)
    }

    /// The link in a text. Plain http leads to loopback only, and only from there.
    pub(super) fn read(text: &str, from: &Url) -> Result<Self, Failure> {
        let url = from.join(text).map_err(|_| refused("is no URL"))?;
        if !(url.scheme() == "https" || is_loopback_http(&url) && is_loopback_http(from)) {
            return Err(refused("is not https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("holds a user name or password"));
        }
        // The query is signed: parsing must not have touched it.
        let text = text.split_once('#').map_or(text, |(text, _)| text);
        if text.split_once('?').map(|(_, query)| query) != url.query() {
            return Err(refused("cannot be followed as it was written"));
        }
        Ok(Self(url))
    }

    pub(super) fn into_url(self) -> Url {
        self.0
    }
}

impl fmt::Debug for DownloadLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DownloadLink(..)")
    }
}

fn refused(why: &str) -> Failure {
    Failure::give_up(
        "redirect",
        format!("the download link that Graph sent {why}"),
    )
}
