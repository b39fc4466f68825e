//! Why a notice did not arrive.

use std::{error::Error, fmt, time::Duration};

/// A notice was not delivered, or not to everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifyError {
    /// What happened, to what; lower-case and without full stop. Holds no secret, and of a webhook's
    /// URL the host alone.
    pub message: String,
    /// Whether it may pass by itself, so that trying again makes sense. Otherwise a person must act.
    pub retry: bool,
    /// What the other side asks to wait, a day at most. Only with `retry`.
    pub retry_after: Option<Duration>,
}

impl NotifyError {
    pub(crate) fn passing(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            retry: true,
            retry_after: None,
        }
    }

    pub(crate) fn lasting(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            retry: false,
            retry_after: None,
        }
    }

    pub(crate) fn after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait.filter(|_| self.retry);
        self
    }
}

impl fmt::Display for NotifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for NotifyError {}
