//! Where the bytes go: stdout, or a file that appears under its name only when it is whole.

use std::{
    fs::{self, File, Permissions},
    io::{self, BufWriter, Stdout, Write},
    path::{MAIN_SEPARATOR, Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::error::{ShowError, ShowErrorKind};

const BUFFER: usize = 1 << 16;

/// Where rows are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The process's standard output.
    Stdout,
    /// A file. It is written under another name beside it and renamed when it is whole; a file that
    /// is there already is replaced only then, and its permissions stay. What is no file (a pipe, a
    /// device) is written to as it is.
    File(PathBuf),
}

impl Target {
    /// Whether rows could be written there now. Nothing is left behind.
    ///
    /// # Errors
    /// What is wrong with the place.
    pub fn check(&self) -> Result<(), ShowError> {
        match self {
            Self::Stdout => Ok(()),
            // To open a pipe would already begin to write.
            Self::File(path)
                if fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir()) =>
            {
                Ok(())
            }
            Self::File(path) => open_file(path).map(drop),
        }
    }
}

/// An opened [`Target`].
pub(crate) struct Sink {
    /// What messages call it.
    pub(crate) name: String,
    way: Way,
}

enum Way {
    Stdout(BufWriter<Stdout>),
    /// Whatever the caller gave.
    Given(BufWriter<Box<dyn Write + Send>>),
    /// A pipe or a device.
    Stream(BufWriter<File>),
    /// Dropped unfinished, the temporary file removes itself.
    File {
        path: PathBuf,
        unfinished: BufWriter<NamedTempFile>,
    },
}

impl Sink {
    /// A sink that is somebody else's; messages call it by this name.
    pub(crate) fn given(name: &str, writer: Box<dyn Write + Send>) -> Self {
        Self {
            name: name.to_owned(),
            way: Way::Given(BufWriter::with_capacity(BUFFER, writer)),
        }
    }

    pub(crate) fn open(target: Target) -> Result<Self, ShowError> {
        match target {
            Target::Stdout => Ok(Self {
                name: "stdout".to_owned(),
                way: Way::Stdout(BufWriter::with_capacity(BUFFER, io::stdout())),
            }),
            Target::File(path) => Ok(Self {
                name: path.display().to_string(),
                way: open_file(&path)?,
            }),
        }
    }

    /// Whether it is a file, and no terminal, pipe or device.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.way, Way::File { .. })
    }

    /// The folder that a finished file will be in; large intermediate files belong there too.
    #[cfg_attr(
        not(feature = "xlsx"),
        allow(dead_code, reason = "only workbooks need it")
    )]
    pub(crate) fn folder(&self) -> Option<&Path> {
        match &self.way {
            Way::File { path, .. } => Some(folder_of(path)),
            Way::Stdout(_) | Way::Given(_) | Way::Stream(_) => None,
        }
    }

    /// Makes what was written last: flushed, and a file under its name and on the disk.
    pub(crate) fn finish(self) -> Result<(), ShowError> {
        let Self { name, way } = self;
        let done = match way {
            Way::Stdout(mut out) => out.flush(),
            Way::Given(mut out) => out.flush(),
            Way::Stream(mut out) => out.flush(),
            Way::File { path, unfinished } => unfinished
                .into_inner()
                .map_err(io::IntoInnerError::into_error)
                .and_then(|file| file.as_file().sync_all().map(|()| file))
                .and_then(|file| file.persist(path).map_err(|error| error.error))
                .map(drop),
        };
        done.map_err(|error| ShowError::writing(&name, error))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.way {
            Way::Stdout(out) => out.write(bytes),
            Way::Given(out) => out.write(bytes),
            Way::Stream(out) => out.write(bytes),
            Way::File { unfinished, .. } => unfinished.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.way {
            Way::Stdout(out) => out.flush(),
            Way::Given(out) => out.flush(),
            Way::Stream(out) => out.flush(),
            Way::File { unfinished, .. } => unfinished.flush(),
        }
    }
}

fn open_file(path: &Path) -> Result<Way, ShowError> {
    let bad = |message: String| ShowError::new(ShowErrorKind::BadTarget, message);
    if path.as_os_str().is_empty() {
        return Err(bad("the name of the file is empty".to_owned()));
    }
    // A name that no file can have is said before the rows are written, not after.
    let there = match fs::metadata(path) {
        Ok(there) => Some(there),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(ShowError::opening(path, error)),
    };
    let named_as_folder = path.to_string_lossy().ends_with(['/', MAIN_SEPARATOR]);
    if named_as_folder || there.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(bad(format!(
            "{} is a folder; name a file in it",
            path.display()
        )));
    }
    let Some(there) = there else {
        return new_file(path.to_owned(), None);
    };
    if !there.is_file() {
        let stream = File::options()
            .write(true)
            .open(path)
            .map_err(|error| ShowError::opening(path, error))?;
        return Ok(Way::Stream(BufWriter::with_capacity(BUFFER, stream)));
    }
    if there.permissions().readonly() {
        return Err(bad(format!(
            "{} is read-only, and stays as it is",
            path.display()
        )));
    }
    // A rename would put a file in the place of a link; what the link leads to is what is replaced.
    let path = fs::canonicalize(path).map_err(|error| ShowError::opening(path, error))?;
    new_file(path, Some(there.permissions()))
}

fn new_file(path: PathBuf, permissions: Option<Permissions>) -> Result<Way, ShowError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".exmetrics-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file: the umask takes away what it takes away.
        builder.permissions(Permissions::from_mode(0o666));
    }
    let unfinished = builder
        .tempfile_in(folder_of(&path))
        .map_err(|error| ShowError::opening(&path, error))?;
    if let Some(permissions) = permissions {
        unfinished
            .as_file()
            .set_permissions(permissions)
            .map_err(|error| ShowError::opening(&path, error))?;
    }
    Ok(Way::File {
        path,
        unfinished: BufWriter::with_capacity(BUFFER, unfinished),
    })
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
