//! What the site answers, through its router, over a real control database.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api;
mod made_up;
mod support;
