//! The pages through their public door: requests in, answers out, a real control database.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod dataset_settings;
mod new_dataset;
mod schedules;
mod support;
