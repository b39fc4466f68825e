//! The promises of this room, kept against strict listeners on loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod browser;
mod certificate;
mod device;
mod download;
mod fetch;
mod pages;
mod patience;
mod quota;
mod refusals;
mod secrets;
mod sign_in;
mod support;
