//! What can go wrong while rows are shown, told apart by what a person can do.

use std::{error::Error, io, path::Path};

use arrow_schema::ArrowError;

/// A failure while rows were shown.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ShowError {
    /// What to do about it depends on this.
    pub kind: ShowErrorKind,
    /// What happened, to what.
    pub message: String,
    /// The failure underneath.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

/// What a person can do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShowErrorKind {
    /// Nobody reads any more (`| head`): end quietly, this is no failure.
    PipeClosed,
    /// The place cannot be written: a folder that is missing or forbidden, a name that is a folder,
    /// a file that is read-only. Another place helps.
    BadTarget,
    /// No room is left on the disk.
    DiskFull,
    /// These rows do not go into this format, or this format does not go there. Another format
    /// helps.
    Unsuited,
    /// Anything else.
    Other,
}

impl ShowError {
    pub(crate) fn new(kind: ShowErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn unsuited(message: impl Into<String>) -> Self {
        Self::new(ShowErrorKind::Unsuited, message)
    }

    pub(crate) fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// A failure to write what is named here: `stdout` or a path.
    pub(crate) fn writing(what: &str, error: io::Error) -> Self {
        use io::ErrorKind as Io;
        let (kind, message) = match error.kind() {
            Io::BrokenPipe => (
                ShowErrorKind::PipeClosed,
                format!("nobody reads {what} any more"),
            ),
            Io::StorageFull | Io::QuotaExceeded => (
                ShowErrorKind::DiskFull,
                format!("the disk is full: {what} could not be written whole"),
            ),
            Io::FileTooLarge => (
                ShowErrorKind::DiskFull,
                format!("{what} grew larger than files may be there"),
            ),
            _ => (ShowErrorKind::Other, format!("{what} could not be written")),
        };
        Self::new(kind, message).because(error)
    }

    /// A failure to make the file `path`.
    pub(crate) fn opening(path: &Path, error: io::Error) -> Self {
        use io::ErrorKind as Io;
        let file = path.display();
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.display().to_string(),
            _ => ".".to_owned(),
        };
        let message = match error.kind() {
            Io::NotFound => format!("the folder {folder} of {file} does not exist; make it first"),
            Io::NotADirectory => {
                format!("{folder} is not a folder, so {file} cannot be made in it")
            }
            Io::PermissionDenied => format!("you may not write to {folder}, where {file} would be"),
            Io::ReadOnlyFilesystem => {
                format!("{folder}, where {file} would be, is on a read-only disk")
            }
            Io::InvalidFilename => format!("{file} is not a name that a file can have"),
            _ => return Self::writing(&file.to_string(), error),
        };
        Self::new(ShowErrorKind::BadTarget, message).because(error)
    }

    /// A failure inside a library that writes through the sink: the sink's own failure, where that
    /// is the cause, else the rows do not go into the format.
    pub(crate) fn inside(
        what: &str,
        message: impl Into<String>,
        error: impl Error + Send + Sync + 'static,
    ) -> Self {
        match io_cause(&error) {
            Some(cause) => Self::writing(what, io::Error::new(cause, error)),
            None => Self::unsuited(message).because(error),
        }
    }
}

/// The kind of the I/O failure at the bottom of an error, if there is one.
fn io_cause(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io.kind());
        }
        if let Some(ArrowError::IoError(_, io)) = error.downcast_ref::<ArrowError>() {
            return Some(io.kind());
        }
        cause = error.source();
    }
    None
}
