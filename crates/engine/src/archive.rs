//! The archive: every reply as it came, compressed, under a name that tells what it is. A reply has its
//! name only when it is whole and on disk.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use xxhash_rust::xxh3::Xxh3;

/// Fast rather than small: replies shrink about tenfold at the lowest level already.
const LEVEL: i32 = 1;

/// Where replies are kept.
#[derive(Debug, Clone)]
pub struct Archive {
    root: PathBuf,
}

/// A reply that is safe in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Archived {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) hash: String,
}

/// A reply on its way into the archive. Dropped before it is finished, it leaves nothing.
pub(crate) struct ArchiveWriter {
    encoder: Option<zstd::Encoder<'static, File>>,
    hash: Xxh3,
    bytes: u64,
    name: String,
    unfinished: PathBuf,
    path: PathBuf,
}

impl Archive {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Begins a reply under a name of the form `dataset/run/request`.
    pub(crate) fn create(&self, name: &str) -> io::Result<ArchiveWriter> {
        let path = self.path(name);
        let unfinished = path.with_extension("part");
        if let Some(folder) = path.parent() {
            make_private(folder)?;
        }
        let mut encoder = zstd::Encoder::new(File::create(&unfinished)?, LEVEL)?;
        encoder.include_checksum(true)?;
        Ok(ArchiveWriter {
            encoder: Some(encoder),
            hash: Xxh3::new(),
            bytes: 0,
            name: name.to_owned(),
            unfinished,
            path,
        })
    }

    /// Reads a reply as it came.
    pub(crate) fn open(&self, name: &str) -> io::Result<impl Read + Send + use<>> {
        zstd::Decoder::new(File::open(self.path(name))?)
    }

    /// Removes all replies below a name, for example those of one pull.
    pub(crate) fn remove(&self, name: &str) {
        if let Err(error) = fs::remove_dir_all(self.root.join(name)) {
            tracing::debug!(%error, name, "archived replies stay");
        }
    }

    /// Removes the runs of a DataSet whose replies are older than so many days.
    pub(crate) fn forget_older(&self, dataset_id: &str, days: u16, unless: &str) {
        forget_older(&self.root.join(dataset_id), days, unless);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.zst"))
    }
}

impl ArchiveWriter {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        match &mut self.encoder {
            Some(encoder) => encoder.write_all(bytes),
            None => Ok(()),
        }
    }

    /// Puts the whole reply on disk and gives it its name.
    pub(crate) fn finish(mut self) -> io::Result<Archived> {
        if let Some(encoder) = self.encoder.take() {
            encoder.finish()?.sync_all()?;
            fs::rename(&self.unfinished, &self.path)?;
            sync_folder(&self.path);
        }
        let hash = format!("{:032x}", self.hash.digest128());
        Ok(Archived {
            name: std::mem::take(&mut self.name),
            bytes: self.bytes,
            hash,
        })
    }
}

impl Drop for ArchiveWriter {
    fn drop(&mut self) {
        if self.encoder.take().is_some() {
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}

/// Makes a folder for what names people: its owner alone may look, whatever folder the home is in.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Removes the runs in a folder that are older than so many days. Best effort: what cannot be removed
/// stays.
pub(crate) fn forget_older(folder: &Path, days: u16, unless: &str) {
    let age = Duration::from_secs(u64::from(days) * 24 * 3600);
    let Ok(runs) = fs::read_dir(folder) else {
        return;
    };
    for run in runs.flatten() {
        let old = run
            .metadata()
            .and_then(|data| data.modified())
            .ok()
            .and_then(|modified| SystemTime::now().duration_since(modified).ok())
            .is_some_and(|elapsed| elapsed > age);
        if old && run.file_name() != unless {
            let _ = fs::remove_dir_all(run.path());
        }
    }
}

/// A name lasts only when its folder is on disk, too.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
}
