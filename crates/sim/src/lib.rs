#![doc = include_str!("../README.md")]

mod certificate;
mod clock;
mod der;
mod download;
mod entra;
mod error;
mod faults;
mod graph;
mod hash;
mod jwt;
mod options;
mod organisation;
mod reply;
mod requests;
mod server;
mod sim;
mod table;
mod world;

pub use certificate::TrustedCertificate;
pub use error::SimError;
pub use faults::{BadCell, Fault, FaultPlace, FaultRule, read_fault_rules};
pub use options::{FederatedIdentity, Granted, PersonAtBrowser, PersonRole, Quota, SimOptions};
pub use requests::{Host, SeenRequest};
pub use sim::{Sim, start};
