//! Which addresses may be spoken to, and which may see the token.

use url::{Host, Url};

use crate::Failure;

/// An address of a cloud, checked: https, or http on loopback.
///
/// # Errors
/// [`Settle::Person`](crate::Settle::Person) if it is anything else.
pub fn cloud_address(what: &str, text: &str) -> Result<Url, Failure> {
    let next_step = format!(
        "Give the {what} address of the account as https://host; http:// is accepted for loopback \
         only."
    );
    let wrong = |why: &str| {
        Failure::person(
            "address",
            format!("the {what} address {why}"),
            next_step.clone(),
        )
    };
    let url = Url::parse(text).map_err(|_| wrong("is no URL"))?;
    if !(url.scheme() == "https" || is_loopback_http(&url)) {
        return Err(wrong("is neither https nor http on loopback"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has a query or fragment"));
    }
    Ok(url)
}

/// Some segments below an address.
pub(crate) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

/// Whether a URL is http on this machine.
pub(crate) fn is_loopback_http(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && loopback
}

/// Whether two URLs lead to the same scheme, host and port.
pub(crate) fn same_origin(left: &Url, right: &Url) -> bool {
    left.origin() == right.origin()
}
