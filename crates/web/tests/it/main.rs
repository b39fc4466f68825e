//! The pages through their public door: requests in, answers out, a real control database.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod bearer;
mod guard;
mod openid;
mod passwords;
mod settings;
mod support;
