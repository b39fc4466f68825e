//! Why a command ended without its result, and with which exit code.

use std::process::ExitCode;

use exmetrics_catalog::{DetailsError, UnknownReport};
use exmetrics_engine::{EngineError, EngineErrorKind};
use exmetrics_lake::{LakeError, LakeErrorKind};
use exmetrics_show::{ShowError, ShowErrorKind};
use exmetrics_store::StoreError;

/// How a command ended. Scripts depend on the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// 0: done.
    Done,
    /// 1: failed, and the result has said why.
    Failed,
    /// 3: done, but some days or accounts are missing.
    Partial,
    /// 4: a person must act.
    Person,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        Self::from(match ended {
            Ended::Done => 0_u8,
            Ended::Failed => 1,
            Ended::Partial => 3,
            Ended::Person => 4,
        })
    }
}

/// A command's failure.
#[derive(Debug)]
pub(crate) struct Failure {
    /// A short stable word for scripts.
    pub(crate) kind: &'static str,
    /// What happened, to what.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) next_step: Option<String>,
    /// The exit code.
    pub(crate) code: u8,
}

impl Failure {
    /// The arguments cannot be what was meant.
    pub(crate) fn arguments(message: impl Into<String>) -> Self {
        Self {
            kind: "arguments",
            message: message.into(),
            next_step: None,
            code: 2,
        }
    }

    /// It could not be done.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self {
            kind: "failed",
            message: message.into(),
            next_step: None,
            code: 1,
        }
    }

    /// A person must act.
    pub(crate) fn person(message: impl Into<String>) -> Self {
        Self {
            kind: "person",
            message: message.into(),
            next_step: None,
            code: 4,
        }
    }

    /// Adds what to do next.
    pub(crate) fn next(mut self, next_step: impl Into<String>) -> Self {
        self.next_step = Some(next_step.into()).filter(|next| !next.is_empty());
        self
    }

    /// The person, or whoever started us, said so.
    pub(crate) fn interrupted() -> Self {
        Self {
            kind: "interrupted",
            code: 130,
            ..Self::failed("interrupted; what was under way is gone on with by the next run")
        }
    }

    fn file(doing: &str, error: &std::io::Error) -> Self {
        Self::failed(format!("{doing}: {error}"))
    }

    /// Reading or writing a file of the person's.
    pub(crate) fn at_file(
        doing: &str,
        file: &std::path::Path,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let doing = format!("{doing} {}", file.display());
        move |error| Self::file(&doing, &error)
    }
}

/// The innermost cause, in the words of whoever met it; only its first line.
pub(crate) fn root_cause(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut cause = error.source()?;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let text = cause.to_string();
    text.lines().next().map(str::to_owned)
}

fn with_cause(message: &str, error: &(dyn std::error::Error + 'static)) -> String {
    match root_cause(error) {
        Some(cause) if !message.contains(&cause) => format!("{message}: {cause}"),
        _ => message.to_owned(),
    }
}

fn disk_is_full(message: &str) -> bool {
    message.contains("No space left") || message.contains("disk is full")
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let message = with_cause(&error.message, &error);
        let failure = match error.kind {
            EngineErrorKind::WrongArgument => Self::arguments(error.message),
            EngineErrorKind::Person => Self::person(error.message),
            EngineErrorKind::Busy => Self {
                kind: "busy",
                ..Self::failed(error.message)
            },
            EngineErrorKind::Cancelled => Self {
                kind: "cancelled",
                ..Self::failed(error.message)
            },
            EngineErrorKind::Failed | EngineErrorKind::Waiting(_) => Self::failed(message),
        };
        failure.next(error.next_step)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = with_cause(&error.message, &error);
        let failure = Self::from(EngineError::from(error));
        if failure.code == 1 {
            Self { message, ..failure }
        } else {
            failure
        }
    }
}

impl From<LakeError> for Failure {
    fn from(error: LakeError) -> Self {
        let message = with_cause(&error.message, &error);
        match error.kind {
            LakeErrorKind::Sql => Self {
                kind: "sql",
                ..Self::failed(error.message)
            },
            LakeErrorKind::NoSuchVersion | LakeErrorKind::NoSuchColumn => {
                Self::arguments(error.message)
            }
            LakeErrorKind::TooNew => Self::failed(message)
                .next("Use the version of exmetrics that wrote it, or a newer one."),
            _ if disk_is_full(&message) => {
                Self::failed(message).next("Make room on the disk, then run it again.")
            }
            _ => Self::failed(message),
        }
    }
}

impl From<ShowError> for Failure {
    fn from(error: ShowError) -> Self {
        match error.kind {
            // Whoever reads has read enough, as `head` does: no failure, and nothing to say.
            ShowErrorKind::PipeClosed => Self {
                kind: "pipe_closed",
                code: 0,
                ..Self::failed("")
            },
            ShowErrorKind::BadTarget | ShowErrorKind::Unsuited => Self::arguments(error.message),
            ShowErrorKind::DiskFull => {
                Self::failed(error.message).next("Make room on the disk, then run it again.")
            }
            ShowErrorKind::Other => Self::failed(with_cause(&error.message, &error)),
        }
    }
}

impl From<UnknownReport> for Failure {
    fn from(error: UnknownReport) -> Self {
        EngineError::from(error).into()
    }
}

impl From<DetailsError> for Failure {
    fn from(error: DetailsError) -> Self {
        Self::arguments(error.to_string())
    }
}
