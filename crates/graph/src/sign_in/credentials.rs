//! What an account signs in with.

use std::{fmt, path::PathBuf};

use exmetrics_catalog::Cloud;
use secrecy::SecretString;

use super::Certificate;

/// An app of a tenant, and the cloud it lives in.
#[derive(Debug, Clone)]
pub struct AppRegistration {
    /// The tenant's id or one of its domain names.
    pub tenant: String,
    /// The app's id.
    pub client_id: String,
    /// Where to sign in and to ask.
    pub cloud: Cloud,
}

/// What an account signs in with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The tenant's id or one of its domain names.
    pub tenant: String,
    /// The app's id.
    pub client_id: String,
    /// Where to sign in and to ask.
    pub cloud: Cloud,
    /// How the app or the person proves who they are.
    pub method: SignInMethod,
}

impl Credentials {
    /// The app without its proof.
    pub fn app(&self) -> AppRegistration {
        AppRegistration {
            tenant: self.tenant.clone(),
            client_id: self.client_id.clone(),
            cloud: self.cloud.clone(),
        }
    }
}

/// How the app or the person proves who they are. `Debug` tells the method and nothing more.
#[derive(Clone)]
pub enum SignInMethod {
    /// The app by itself, with a client secret.
    ClientSecret(SecretString),
    /// The app by itself, with a certificate whose public half Entra knows.
    Certificate(Certificate),
    /// The app by itself, with a token that another issuer renews in a file: workload identity
    /// federation. The file is read anew for each sign-in.
    FederatedTokenFile(PathBuf),
    /// A person who signed in once.
    Delegated {
        /// What keeps the person signed in; each use may bring a new one.
        refresh_token: SecretString,
    },
}

impl SignInMethod {
    /// Whether a person is signed in, rather than the app by itself.
    pub fn is_delegated(&self) -> bool {
        matches!(self, Self::Delegated { .. })
    }
}

impl fmt::Debug for SignInMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientSecret(_) => "ClientSecret(..)",
            Self::Certificate(_) => "Certificate(..)",
            Self::FederatedTokenFile(_) => "FederatedTokenFile(..)",
            Self::Delegated { .. } => "Delegated(..)",
        })
    }
}

/// What a person is asked to allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DelegatedScope {
    /// To read the reports, and whether names in them are concealed.
    ReportsAndSettings,
    /// To read the reports.
    ReportsOnly,
}
