//! Who may see and do what.
//!
//! A request passes [`guard`], then [`recognise`], which finds out who asks, then [`admit`], which lets
//! in whoever has signed in. What a visitor may do the handlers ask for: [`Visitor`] to look,
//! [`Administrator`] to change, [`ApiVisitor`] for programs.

pub(crate) mod audit;
mod caller;
mod cookies;
mod guard;
mod posted;
mod session;
mod token;
mod visitor;

pub(crate) use caller::Caller;
pub(crate) use cookies::Cookie;
pub(crate) use guard::guard;
pub(crate) use posted::{FormToken, Posted};
pub(crate) use session::{admit, recognise, way_back};
pub(crate) use token::{ApiVisitor, api_visitor};
pub(crate) use visitor::{Administrator, Role, Visitor};
