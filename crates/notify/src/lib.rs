//! Notices: one notice through one channel, and how it went. The only room that speaks to people's
//! mail servers and chat webhooks; it knows nothing else of ours.
//!
//! A [`Channel`] is made and checked by [`Channel::webhook`] or [`Channel::mail`]; [`send`] takes one
//! [`Notice`] there, once. *When* to send belongs to the caller, and so does trying again: a
//! [`NotifyError`] says whether that makes sense and what to wait. A notice that is tried again may
//! arrive twice, since a lost answer looks like a lost notice; a mail then has the same Message-ID.

mod channel;
mod client;
mod error;
mod host;
mod mail;
mod notice;
mod trouble;
mod webhook;
mod words;

pub use channel::{Channel, send};
pub use client::{Limits, NotifyClient, Proxy};
pub use error::NotifyError;
pub use notice::{Notice, NoticeKind};
