//! The pages through their public door: requests in, answers out, a real control database.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod accounts;
mod api;
mod bearer;
mod dataset;
mod dataset_data;
mod dataset_past;
mod dataset_settings;
mod dataset_states;
mod explore;
mod guard;
mod made_up;
mod new_dataset;
mod openid;
mod passwords;
mod schedules;
mod settings;
mod support;
mod wizard_support;
