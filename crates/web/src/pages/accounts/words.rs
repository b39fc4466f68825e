//! How pages speak of accounts.

use exmetrics_store::{AccountState, SignIn};

/// `app, certificate`.
pub(crate) fn sign_in_short(sign_in: SignIn) -> &'static str {
    match sign_in {
        SignIn::ClientSecret => "app, client secret",
        SignIn::Certificate => "app, certificate",
        SignIn::FederatedToken => "app, federated token",
        SignIn::Browser => "a person, in a browser",
        SignIn::Device => "a person, with a code",
    }
}

/// `The app signs in by itself, with a certificate.`
pub(crate) fn sign_in_sentence(sign_in: SignIn) -> &'static str {
    match sign_in {
        SignIn::ClientSecret => "The app signs in by itself, with a client secret.",
        SignIn::Certificate => "The app signs in by itself, with a certificate.",
        SignIn::FederatedToken => "The app signs in by itself, with a federated token.",
        SignIn::Browser => "A person signs in, in a browser.",
        SignIn::Device => "A person signs in, with a code.",
    }
}

/// The word of a state.
pub(crate) fn state_word(state: AccountState) -> &'static str {
    match state {
        AccountState::Ok => "ready",
        AccountState::Failed => "needs a person",
        AccountState::Unchecked => "not checked",
    }
}
