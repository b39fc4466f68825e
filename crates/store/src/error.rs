//! What can go wrong with the control database, told apart by what a person can do.

use std::path::Path;

use sqlx::{error::DatabaseError as _, sqlite::SqliteError};

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
    /// Somebody else has changed it since it was looked at.
    Stale,
    /// The database was written by a newer version of this program.
    TooNew,
    /// The file is damaged.
    Damaged,
    /// Another process holds the file.
    Locked,
    /// It belongs to another process now, or was ended by a person.
    NotOurs,
    /// The sealing key is not the one that sealed the secret.
    WrongKey,
    /// Disk full, read-only, out of reach, anything else.
    Other,
}

impl StoreError {
    pub(crate) fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn unusable_path(file: &Path) -> Self {
        Self::new(
            StoreErrorKind::Other,
            format!(
                "the path {} is not valid text; choose another home",
                file.display()
            ),
        )
    }

    pub(crate) fn missing_folder(file: &Path) -> Self {
        let folder = file.parent().unwrap_or(file).display();
        Self::new(
            StoreErrorKind::Other,
            format!("the folder {folder} of the control database does not exist; make it first"),
        )
    }

    /// Says which server; never with whose password.
    pub(crate) fn on_server(mut self, place: &str) -> Self {
        self.message = match self.kind {
            StoreErrorKind::TooNew => format!("{} ({place})", self.message),
            _ => format!("the control database {place}: {}", self.message),
        };
        self
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
            _ => format!(
                "the control database {file} cannot be used: {}",
                self.message
            ),
        };
        self
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use StoreErrorKind::{Damaged, InUse, Locked, NotFound, Other, Taken};
        let (kind, message) = match &error {
            sqlx::Error::RowNotFound => (NotFound, "it is no longer in the control database"),
            sqlx::Error::PoolTimedOut => (Locked, "the control database does not answer in time"),
            sqlx::Error::Database(refused) if refused.is_unique_violation() => {
                (Taken, "the control database has it already")
            }
            sqlx::Error::Database(refused) if refused.is_foreign_key_violation() => (
                InUse,
                "something that belongs to it was removed, or still depends on it",
            ),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) => (
                Other,
                "its server cannot be reached; see whether it runs and the address is right",
            ),
            sqlx::Error::Database(refused)
                if let Some(known) = postgres(refused.code().as_deref()) =>
            {
                known
            }
            // https://www.sqlite.org/rescode.html
            _ => match sqlite_code(&error) {
                Some(5 | 6) => (Locked, "the control database is held by another process"),
                Some(11 | 26) => (Damaged, "the control database is damaged"),
                Some(13) => (Other, "the disk with the control database is full"),
                Some(8) => (Other, "the control database cannot be written (read-only)"),
                Some(10) => (
                    Other,
                    "the disk with the control database cannot be read or written",
                ),
                Some(14) => (
                    Other,
                    "the file cannot be opened (is it a file, and may you write it?)",
                ),
                _ => (Other, "the control database failed"),
            },
        };
        Self {
            kind,
            message: message.to_owned(),
            source: Some(Box::new(error)),
        }
    }
}

/// What PostgreSQL's code means: https://www.postgresql.org/docs/current/errcodes-appendix.html
fn postgres(code: Option<&str>) -> Option<(StoreErrorKind, &'static str)> {
    use StoreErrorKind::{Locked, Other};
    // SQLite's codes are shorter.
    let code = code.filter(|code| code.len() == 5)?;
    Some(match code {
        "28P01" | "28000" => (Other, "its server refuses the user or the password"),
        "3D000" => (Other, "its server has no such database; make it first"),
        "42501" => (
            Other,
            "its server does not allow this user to make or change tables",
        ),
        "53100" => (Other, "the disk of its server is full"),
        "53300" => (Other, "its server has no free connection"),
        "57P01" | "57P02" | "57P03" => (Other, "its server is starting or stopping"),
        "40001" | "40P01" | "55P03" => (Locked, "others keep it busy"),
        _ => return None,
    })
}

/// SQLite's own number for a failure, without the extension in its upper bits.
fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let refused = error
        .as_database_error()?
        .try_downcast_ref::<SqliteError>()?;
    let code: u32 = refused.code()?.parse().ok()?;
    // Too little room for a write, or for the file that readers share, comes as an input/output error.
    const FULL: u32 = 13;
    const WRITE: u32 = 778;
    const SHARED_MEMORY_SIZE: u32 = 4874;
    match code {
        WRITE | SHARED_MEMORY_SIZE => Some(FULL),
        _ => Some(code & 0xff),
    }
}
