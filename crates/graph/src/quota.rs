//! The quota gate, as this room sees it: who may ask when is counted elsewhere, so that restarts
//! and other workers respect it.
//!
//! Microsoft counts per app, tenant and report function, CSV and JSON apart.
//! Source: <https://learn.microsoft.com/graph/throttling-limits#microsoft-365-reports-service-limits>

use async_trait::async_trait;
use exmetrics_catalog::ReplyFormat;
use jiff::Timestamp;

/// What Microsoft counts requests by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaKey {
    /// The tenant's id, or its name in lower case where the id is not known.
    pub tenant: String,
    /// The app's id.
    pub client_id: String,
    /// The report function.
    pub function: String,
    /// CSV and JSON have quotas of their own.
    pub format: ReplyFormat,
}

/// The right to make one request, to be handed back when it was answered. Its meaning is the
/// gate's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(pub i64);

/// What the gate says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Ask; the request is counted from now on.
    Go(Ticket),
    /// Not before this time.
    Wait(Timestamp),
}

/// The quota's ledger cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the quota's ledger cannot be read or written")]
pub struct GateError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Keeps Microsoft's quota.
#[async_trait]
pub trait QuotaGate: Send + Sync {
    /// Asks for one request, and counts it if it may go.
    async fn admit(&self, key: &QuotaKey) -> Result<Admission, GateError>;

    /// The request of a ticket is over, answered or not. Microsoft counted it at some moment before
    /// `at`: the window is safe when it is measured from there.
    async fn answered(&self, ticket: Ticket, at: Timestamp);

    /// Microsoft refuses until a time, whatever was counted.
    async fn block_until(&self, key: &QuotaKey, until: Timestamp);
}
