//! What the tenant has been asked, for tests to look at.

use axum::http::Method;
use jiff::Timestamp;

/// Which part of Microsoft a request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// Entra.
    Login,
    /// Graph.
    Graph,
    /// Where replies are downloaded.
    Download,
}

/// One request as it came in; of secrets nothing is kept but that they were there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRequest {
    /// When, by the tenant's clock.
    pub at: Timestamp,
    /// The method.
    pub method: Method,
    /// For whom.
    pub host: Host,
    /// Path and query, byte for byte.
    pub path_and_query: String,
    /// The status that was answered; `None` where the connection was reset.
    pub status: Option<u16>,
    /// Whether there was an `Authorization` header.
    pub has_authorization: bool,
    /// Whether an access token, or a cookie, came where none belongs.
    pub leaks: bool,
}
