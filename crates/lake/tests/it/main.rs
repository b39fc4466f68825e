//! The lake through its public doors, on real folders.

mod landing;
mod queries;
mod rows;
mod versions;
