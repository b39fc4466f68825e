//! What goes wrong on a page or in the API: what happened, to what, and what to do next.

use std::{error::Error, fmt::Write};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use exmetrics_engine::{EngineError, EngineErrorKind, TableFailure};
use exmetrics_store::{StoreError, StoreErrorKind};

/// Something that a request met instead of its answer. [`crate::pages::problems`] makes a page of it,
/// or an RFC 9457 document for the API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{title}")]
pub(crate) struct Problem {
    /// The answer's status.
    pub(crate) status: StatusCode,
    /// A short, stable word for programs.
    pub(crate) kind: &'static str,
    /// What happened, to what.
    pub(crate) title: String,
    /// What to do next.
    pub(crate) next_step: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, kind: &'static str, title: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            title: title.into(),
            next_step: String::new(),
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub(crate) fn next(mut self, next_step: impl Into<String>) -> Self {
        self.next_step = next_step.into();
        self
    }

    /// What was asked for is not there.
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", what)
            .next("It may have been removed. The lists show what there is.")
    }

    /// What was given is wrong.
    pub(crate) fn wrong(what: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_argument", what)
    }

    /// In two lines, where no page can be made.
    pub(crate) fn as_text(&self) -> Response {
        let text = format!("{}\n{}\n", self.title, self.next_step);
        (self.status, text).into_response()
    }

    /// Our own fault: told in the log in full, and to the person in one sentence.
    pub(crate) fn broken(what: &str, error: &dyn Error) -> Self {
        let mut chain = error.to_string();
        let mut cause = error.source();
        while let Some(one) = cause {
            let _ = write!(chain, ": {one}");
            cause = one.source();
        }
        tracing::error!(error = chain, what, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "failed",
            format!("{what} could not be made"),
        )
        .next("Try again; if it stays so, the log says more.")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let (status, kind) = match error.kind {
            EngineErrorKind::WrongArgument => (StatusCode::UNPROCESSABLE_ENTITY, "wrong_argument"),
            EngineErrorKind::Person => (StatusCode::CONFLICT, "person"),
            EngineErrorKind::Busy => (StatusCode::CONFLICT, "busy"),
            EngineErrorKind::Cancelled => (StatusCode::CONFLICT, "cancelled"),
            EngineErrorKind::Waiting(_) | EngineErrorKind::Failed => {
                (StatusCode::INTERNAL_SERVER_ERROR, "failed")
            }
        };
        if status.is_server_error() {
            tracing::error!(%error, "a request failed");
        }
        Self {
            status,
            kind,
            title: error.message,
            next_step: error.next_step,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error.kind {
            StoreErrorKind::NotFound => Self::not_found(error.message),
            StoreErrorKind::Taken | StoreErrorKind::InUse | StoreErrorKind::Stale => {
                Self::new(StatusCode::CONFLICT, "conflict", error.message)
            }
            StoreErrorKind::BadName => Self::wrong(error.message),
            StoreErrorKind::Locked => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", error.message)
                    .next("Do it again in some seconds.")
            }
            _ => EngineError::from(error).into(),
        }
    }
}

impl From<TableFailure> for Problem {
    fn from(failure: TableFailure) -> Self {
        EngineError::from(failure).into()
    }
}
