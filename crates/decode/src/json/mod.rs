//! Rows of a JSON reply: pages of objects, one behind the other.
//!
//! Objects are found in the bytes as they come, so that one at a time is in memory and a value is
//! never changed by reading it: numbers keep their digits, and text that is not UTF-8 gets as far as
//! the rejects.
//!
//! | module | job |
//! |---|---|
//! | `pages` | the reply to objects |
//! | `scan` | an object to properties, a value to a cell |
//! | `rows` | objects to rows |

mod pages;
mod rows;
mod scan;

pub(crate) use pages::Pages;
pub(crate) use rows::JsonRows;
