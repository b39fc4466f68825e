//! What can go wrong on the way, before anybody answered or in the middle of an answer.

use std::{error::Error, io};

use crate::Failure;

/// A failure of the transport, in words about `whom`. The error loses its URL, which may be
/// pre-authenticated.
pub(crate) fn transport_failure(whom: &str, error: reqwest::Error) -> Failure {
    let failure = if let Some(distrust) = distrust(&error) {
        Failure::person(
            "tls",
            format!("the certificate of {whom} is not trusted: {distrust}"),
            "Check this machine's date. If a proxy in between signs with a certificate of its own, \
             add that to the system's root certificates or point SSL_CERT_FILE to it.",
        )
    } else if error.is_timeout() {
        Failure::try_again("timeout", format!("{whom} took too long to answer"))
    } else if error.is_connect() {
        Failure::try_again("connect", format!("{whom} cannot be reached"))
            .next("Check the network, the name server and the proxy.")
    } else {
        Failure::try_again("connection", format!("the connection to {whom} broke off"))
    };
    failure.because(error.without_url())
}

/// Why the other side's certificate was refused, if that is what happened.
fn distrust(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map(|inner| inner as &(dyn Error + 'static));
        for candidate in [Some(error), inner].into_iter().flatten() {
            if let Some(rustls::Error::InvalidCertificate(reason)) = candidate.downcast_ref() {
                return Some(reason.to_string());
            }
        }
        cause = error.source();
    }
    None
}
