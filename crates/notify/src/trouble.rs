//! What kept a connection from standing, told without a word of the transport's own: those may hold
//! the URL.

use std::{
    error::Error,
    io::{self, ErrorKind},
};

use crate::NotifyError;

/// The error of a connection to `place`.
pub(crate) fn connection(place: &str, error: &(dyn Error + 'static)) -> NotifyError {
    let mut why = None;
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return tls(place, error);
        }
        next = error.source();
        if let Some(error) = error.downcast_ref::<io::Error>() {
            why = word(error.kind()).or(why);
            // An io::Error skips what it wraps when it is asked for its source.
            if let Some(inner) = error.get_ref() {
                next = Some(inner);
            }
        }
    }
    NotifyError::passing(match why {
        Some(why) => format!("{place} cannot be reached: {why}"),
        None => format!("{place} cannot be reached"),
    })
}

/// TLS that does not come to be is set up wrongly, by us or by them. An alert is their word, and may
/// be about a moment.
fn tls(place: &str, error: &rustls::Error) -> NotifyError {
    match error {
        rustls::Error::InvalidCertificate(why) => {
            NotifyError::lasting(format!("the certificate of {place} is not trusted: {why}"))
        }
        rustls::Error::AlertReceived(alert) => {
            NotifyError::passing(format!("{place} broke TLS off with {alert:?}"))
        }
        _ => NotifyError::lasting(format!("{place} speaks no TLS that we know")),
    }
}

fn word(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::ConnectionRefused => "connection refused",
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
            "connection broken off"
        }
        ErrorKind::UnexpectedEof => "connection closed early",
        ErrorKind::HostUnreachable => "no route to the host",
        ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => "no network",
        ErrorKind::TimedOut => "timed out",
        _ => return None,
    })
}
