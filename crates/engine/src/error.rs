//! What can stop the main job, told apart by what a person can do.

use exmetrics_catalog::{DetailsError, UnknownReport};
use exmetrics_graph::{Failure, Settle};
use exmetrics_store::{StoreError, StoreErrorKind};

use crate::TableFailure;

/// A failure of the main job as a whole. What one account or request meets is in the run's report.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// What to do about it depends on this.
    pub kind: EngineErrorKind,
    /// What happened, to what.
    pub message: String,
    /// What to do next.
    pub next_step: String,
    /// The failure underneath.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What a person can do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineErrorKind {
    /// What was asked for is wrong: an unknown name, details that the report does not allow.
    WrongArgument,
    /// A person must act: a secret, a permission, a sign-in.
    Person,
    /// A run of the DataSet is under way elsewhere.
    Busy,
    /// A person cancelled it, or another worker has it now.
    Cancelled,
    /// The run has let go of everything and goes on then.
    Waiting(jiff::Timestamp),
    /// Anything else.
    Failed,
}

impl EngineError {
    /// A failure with nothing underneath.
    pub fn new(kind: EngineErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            next_step: String::new(),
            source: None,
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn next(mut self, next_step: impl Into<String>) -> Self {
        self.next_step = next_step.into();
        self
    }

    pub(crate) fn file(doing: &str, error: std::io::Error) -> Self {
        let full = error.kind() == std::io::ErrorKind::StorageFull;
        let next = if full {
            "Make room on the disk, then run it again: what was answered is not asked again."
        } else {
            "Check that the folder exists and that you may write there."
        };
        Self {
            kind: EngineErrorKind::Failed,
            message: format!("{doing} failed: {error}"),
            next_step: next.into(),
            source: Some(Box::new(error)),
        }
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        let kind = match error.kind {
            StoreErrorKind::NotFound
            | StoreErrorKind::Taken
            | StoreErrorKind::BadName
            | StoreErrorKind::InUse
            | StoreErrorKind::Stale => EngineErrorKind::WrongArgument,
            StoreErrorKind::WrongKey => EngineErrorKind::Person,
            StoreErrorKind::NotOurs => EngineErrorKind::Cancelled,
            _ => EngineErrorKind::Failed,
        };
        Self {
            kind,
            message: error.message.clone(),
            next_step: String::new(),
            source: error.source,
        }
    }
}

impl From<TableFailure> for EngineError {
    fn from(failure: TableFailure) -> Self {
        Self {
            kind: match failure.wrong_argument {
                true => EngineErrorKind::WrongArgument,
                false => EngineErrorKind::Failed,
            },
            message: failure.message,
            next_step: failure.next_step,
            source: failure.source,
        }
    }
}

impl From<DetailsError> for EngineError {
    fn from(error: DetailsError) -> Self {
        Self::new(EngineErrorKind::WrongArgument, error.to_string())
    }
}

impl From<UnknownReport> for EngineError {
    fn from(error: UnknownReport) -> Self {
        Self::new(EngineErrorKind::WrongArgument, error.to_string())
            .next("`exmetrics report list` shows all reports.")
    }
}

impl From<Failure> for EngineError {
    fn from(failure: Failure) -> Self {
        let kind = match failure.settle {
            Settle::Person => EngineErrorKind::Person,
            _ => EngineErrorKind::Failed,
        };
        let (message, next_step) = (failure.message.clone(), failure.next_step.clone());
        Self {
            kind,
            message,
            next_step,
            source: Some(Box::new(failure)),
        }
    }
}
