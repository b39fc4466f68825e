//! The simulated tenant, through its doors alone: over HTTP, as a client sees it.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

mod client;
mod download;
mod entra_app;
mod entra_person;
mod faults;
mod organisation;
mod quota;
mod reports;
mod strictness;
