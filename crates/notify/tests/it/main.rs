//! The promises of this room, kept against real listeners on loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod addresses;
mod mail;
mod mail_trouble;
mod secrets;
mod support;
mod tls;
mod webhook;
