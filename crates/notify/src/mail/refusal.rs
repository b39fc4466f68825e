//! What a server said, as a sentence.

use std::error::Error;

use base64::{Engine, engine::general_purpose::STANDARD};
use lettre::transport::smtp;
use secrecy::ExposeSecret;

use super::Server;
use crate::{
    NotifyError, trouble,
    words::{clip, one_line},
};

/// The most characters of a server's words that are shown.
const WORDS: usize = 300;

/// The error of one step: `what` the server refused.
pub(crate) fn refused(server: &Server, what: &str, error: &smtp::Error) -> NotifyError {
    let name = server.name();
    if let Some(code) = error.status() {
        let words = words(server, error);
        let message = format!("{name} refused {what} with {code}{words}");
        return if error.is_transient() {
            NotifyError::passing(message)
        } else {
            NotifyError::lasting(message)
        };
    }
    if error.is_timeout() {
        return NotifyError::passing(format!("{name} did not answer in time"));
    }
    if error.is_response() || error.is_client() {
        // Closed before it answered, or something else than a mail server.
        return NotifyError::passing(format!("{name} broke off, or speaks no SMTP"));
    }
    trouble::connection(&name, error)
}

/// What the server said beside the code; nothing if it repeats the password.
fn words(server: &Server, error: &smtp::Error) -> String {
    let words = error.source().map(|words| one_line(&words.to_string()));
    let words = words.as_deref().unwrap_or_default().trim_end_matches('.');
    if words.is_empty() || repeats_password(server, words) {
        return String::new();
    }
    format!(": {}", clip(words, WORDS))
}

fn repeats_password(server: &Server, words: &str) -> bool {
    let Some((user, password)) = server.sign_in() else {
        return false;
    };
    let password = password.expose_secret();
    let as_sent = [
        password.to_owned(),
        STANDARD.encode(password),
        STANDARD.encode(format!("\0{user}\0{password}")),
    ];
    as_sent.iter().any(|secret| words.contains(secret))
}
