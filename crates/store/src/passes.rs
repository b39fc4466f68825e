//! Passes: long random words that let somebody in. Whoever holds one shows it; only its hash is kept.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt as _;
use secrecy::{ExposeSecret, SecretString};

/// A pass: a session's cookie, a one-time link, an API token.
#[derive(Clone)]
pub struct Pass(SecretString);

impl Pass {
    /// A new one, 256 bits of chance after a beginning that says what it is.
    pub fn new(beginning: &str) -> Self {
        let mut bytes = [0_u8; 32];
        rand::rng().fill(&mut bytes);
        let word = format!("{beginning}{}", URL_SAFE_NO_PAD.encode(bytes));
        Self(SecretString::from(word))
    }

    /// One that somebody shows.
    pub fn shown(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The word itself: for its holder alone, once.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is kept of it. A fast hash is enough: nobody guesses 256 bits of chance.
    pub(crate) fn hash(&self) -> String {
        blake3::hash(self.reveal().as_bytes()).to_hex().to_string()
    }
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pass")
    }
}
