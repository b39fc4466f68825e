//! What can go wrong with the control database, told apart by what a person can do.

use std::path::Path;

/// A failure of the control database.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    /// What to do about it depends on this.
    pub kind: StoreErrorKind,
    /// What happened, to what.
    pub message: String,
    /// The failure underneath.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What a person can do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// Nothing has that name; the message names the nearest.
    NotFound,
    /// The name is taken.
    Taken,
    /// Something still depends on it.
    InUse,
    /// A name that cannot be used.
    BadName,
    /// The database was written by a newer version of this program.
    TooNew,
    /// The file is damaged.
    Damaged,
    /// Another process holds the file.
    Locked,
    /// The sealing key is not the one that sealed the secret.
    WrongKey,
    /// Disk full, read-only, out of reach, anything else.
    Other,
}

impl StoreError {
    pub(crate) fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(crate) fn unusable_path(file: &Path) -> Self {
        Self::new(
            StoreErrorKind::Other,
            format!("the path {} is not valid text; choose another home", file.display()),
        )
    }

    pub(crate) fn opening(file: &Path, error: sqlx::Error) -> Self {
        Self::from(error).in_file(file)
    }

    pub(crate) fn in_file(mut self, file: &Path) -> Self {
        let file = file.display();
        self.message = match self.kind {
            StoreErrorKind::Damaged => format!(
                "the control database {file} is damaged; nothing was changed. Put a backup in its \
                 place, or move it away to start anew (the tables stay)"
            ),
            StoreErrorKind::Locked => format!(
                "the control database {file} is held by another process; try again when it has ended"
            ),
            StoreErrorKind::TooNew => format!("{} ({file})", self.message),
            _ => format!("the control database {file} cannot be used: {}", self.message),
        };
        self
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string().to_lowercase();
        let (kind, message) = if text.contains("malformed") || text.contains("not a database") {
            (StoreErrorKind::Damaged, "the control database is damaged".to_owned())
        } else if text.contains("locked") || text.contains("busy") {
            (StoreErrorKind::Locked, "the control database is held by another process".to_owned())
        } else if text.contains("full") {
            (StoreErrorKind::Other, "the disk with the control database is full".to_owned())
        } else if text.contains("readonly") || text.contains("read-only") {
            (StoreErrorKind::Other, "the control database cannot be written (read-only)".to_owned())
        } else if text.contains("unable to open") {
            (
                StoreErrorKind::Other,
                "the file cannot be opened (does its folder exist, and may you write there?)".into(),
            )
        } else {
            (StoreErrorKind::Other, "the control database failed".to_owned())
        };
        Self { kind, message, source: Some(Box::new(error)) }
    }
}
