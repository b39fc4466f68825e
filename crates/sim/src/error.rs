//! What can go wrong before the simulated tenant answers at all.

use std::net::SocketAddr;

/// A simulated tenant that cannot be started, or rules that it cannot follow.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A fault rule that means nothing.
    #[error("fault rules, line {line}: {reason}")]
    Rule {
        /// The line of the rule file, counted from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A public key or certificate that cannot be read.
    #[error("this is no RSA certificate or public key in PEM or DER: {0}")]
    Certificate(&'static str),
    /// The tenant id must be a GUID, as Entra's is.
    #[error("the tenant id '{0}' is no GUID")]
    TenantId(String),
}
