//! The lake through its public doors, on real folders.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod landing;
mod queries;
mod rows;
mod versions;
