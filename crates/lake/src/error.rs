//! What can go wrong with a table, told apart by what a person can do.

use datafusion::error::DataFusionError;
use deltalake::{DeltaTableError, kernel::transaction::TransactionError};

/// A failure of the lake.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct LakeError {
    /// What to do about it depends on this.
    pub kind: LakeErrorKind,
    /// What happened, to what.
    pub message: String,
    /// The failure underneath.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What a person can do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LakeErrorKind {
    /// The table is not there.
    Missing,
    /// The version asked for is not there.
    NoSuchVersion,
    /// The question is wrong.
    Sql,
    /// Another writer got in between, again and again; trying again later helps.
    Conflict,
    /// The table needs a feature that this program lacks.
    TooNew,
    /// A column asked for is not there.
    NoSuchColumn,
    /// The disk or the object store failed: full, read-only, out of reach.
    Storage,
    /// Anything else.
    Other,
}

impl LakeError {
    /// A failure with nothing underneath.
    pub fn new(kind: LakeErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Says what was being done when the table library failed.
    pub(crate) fn while_doing(doing: &str) -> impl Fn(DeltaTableError) -> Self + '_ {
        move |error| Self {
            kind: kind_of(&error),
            message: match kind_of(&error) {
                LakeErrorKind::TooNew => format!(
                    "{doing} failed: the table was written by a newer version or needs a feature \
                     that is not supported here"
                ),
                LakeErrorKind::Missing => format!("{doing} failed: there is no table"),
                _ => format!("{doing} failed"),
            },
            source: Some(Box::new(error)),
        }
    }

    /// Says what was being read when the query engine failed.
    pub fn reading(what: &str) -> impl Fn(DataFusionError) -> Self + '_ {
        move |error| Self {
            kind: LakeErrorKind::Storage,
            message: format!("{what} cannot be read"),
            source: Some(Box::new(error)),
        }
    }

    /// Says which rows could not be handled in memory.
    pub(crate) fn columns(error: arrow_schema::ArrowError) -> Self {
        Self {
            kind: LakeErrorKind::Other,
            message: "rows do not fit the table's columns".into(),
            source: Some(Box::new(error)),
        }
    }
}

fn kind_of(error: &DeltaTableError) -> LakeErrorKind {
    match error {
        DeltaTableError::NotATable(_) | DeltaTableError::NotInitialized => LakeErrorKind::Missing,
        DeltaTableError::InvalidVersion(_) => LakeErrorKind::NoSuchVersion,
        DeltaTableError::VersionAlreadyExists(_) => LakeErrorKind::Conflict,
        DeltaTableError::Transaction { source } => match source {
            TransactionError::VersionAlreadyExists(_)
            | TransactionError::CommitConflict(_)
            | TransactionError::MaxCommitAttempts(_) => LakeErrorKind::Conflict,
            TransactionError::UnsupportedTableFeatures(_)
            | TransactionError::TableFeaturesRequired(_) => LakeErrorKind::TooNew,
            TransactionError::ObjectStore { .. } => LakeErrorKind::Storage,
            _ => LakeErrorKind::Other,
        },
        DeltaTableError::ObjectStore { .. } | DeltaTableError::Io { .. } => LakeErrorKind::Storage,
        other => {
            let text = other.to_string().to_lowercase();
            if text.contains("path does not exist") || text.contains("no files in log segment") {
                LakeErrorKind::Missing
            } else if text.contains("unsupported") || text.contains("not supported") {
                LakeErrorKind::TooNew
            } else {
                LakeErrorKind::Other
            }
        }
    }
}
