//! What went wrong, how it ends, and what a person can do about it.

use std::{error::Error, fmt, sync::Arc};

use jiff::Timestamp;

/// How a failure ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// It may pass by itself: try again, not before a time where one was given.
    TryAgain {
        /// The earliest time at which trying again makes sense.
        at: Option<Timestamp>,
    },
    /// Trying again changes nothing, and nobody can repair it.
    GiveUp,
    /// A person must act: grant a permission, renew a secret, sign in again.
    Person,
    /// The tenant has no figures yet; that is no fault.
    NoDataYet,
}

/// One failure of signing in or asking.
#[derive(Clone)]
pub struct Failure {
    /// How it ends.
    pub settle: Settle,
    /// A short stable word: Microsoft's code where there is one (`AADSTS7000222`,
    /// `S2SUnauthorized`), else ours (`quota`, `timeout`, `html`).
    pub code: String,
    /// What happened, to what. Holds no secret and no query of a URL.
    pub message: String,
    /// What to do about it; empty if there is nothing to do.
    pub next_step: String,
    request_id: Option<Box<str>>,
    // Boxed within, so that results stay small.
    source: Option<Arc<Box<dyn Error + Send + Sync>>>,
}

/// The code of a failure that only means "wait for quota".
pub const QUOTA: &str = "quota";

impl Failure {
    fn new(settle: Settle, code: &str, message: impl Into<String>) -> Self {
        Self {
            settle,
            code: code.to_owned(),
            message: message.into(),
            next_step: String::new(),
            request_id: None,
            source: None,
        }
    }

    /// It may pass by itself.
    pub fn try_again(code: &str, message: impl Into<String>) -> Self {
        Self::new(Settle::TryAgain { at: None }, code, message)
    }

    /// Trying again changes nothing.
    pub fn give_up(code: &str, message: impl Into<String>) -> Self {
        Self::new(Settle::GiveUp, code, message)
    }

    pub(crate) fn person(
        code: &str,
        message: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        Self::new(Settle::Person, code, message).next(next_step)
    }

    pub(crate) fn no_data_yet(code: &str, message: impl Into<String>) -> Self {
        Self::new(Settle::NoDataYet, code, message)
    }

    /// The own ledger says that Microsoft would refuse: ask again then.
    pub(crate) fn quota(function: &str, until: Timestamp) -> Self {
        let shown = until.round(jiff::Unit::Second).unwrap_or(until);
        Self::try_again(
            QUOTA,
            format!("the quota of {function} is used up until {shown}"),
        )
        .at(Some(until))
    }

    pub(crate) fn at(mut self, at: Option<Timestamp>) -> Self {
        if let Settle::TryAgain { at: mine } = &mut self.settle {
            *mine = at;
        }
        self
    }

    /// Adds what a person can do.
    #[must_use]
    pub fn next(mut self, next_step: impl Into<String>) -> Self {
        self.next_step = next_step.into();
        self
    }

    pub(crate) fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(Box::new(source)));
        self
    }

    pub(crate) fn of_request(mut self, request_id: Option<&str>) -> Self {
        self.request_id = request_id.map(Box::from);
        self
    }

    /// Whether this is no fault but a wait for quota.
    pub fn is_quota_wait(&self) -> bool {
        self.code == QUOTA
    }

    /// Microsoft's id of the request, for a support case.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The earliest time at which trying again makes sense, where one was given.
    pub fn retry_at(&self) -> Option<Timestamp> {
        match self.settle {
            Settle::TryAgain { at } => at,
            Settle::GiveUp | Settle::Person | Settle::NoDataYet => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("settle", &self.settle)
            .field("code", &self.code)
            .field("message", &self.message)
            .field("next_step", &self.next_step)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &***source as _)
    }
}
