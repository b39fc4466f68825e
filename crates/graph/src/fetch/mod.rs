//! Asking Graph: one request for one report, and the reply that streams.

mod address;
mod body;
mod call;
mod download;
mod pages;
mod preflight;
mod refusal;
mod reply;
mod request;
mod settings;
mod skew;

pub use reply::Reply;
pub use request::Graph;
pub use settings::ReportSettings;
