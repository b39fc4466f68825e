//! Cells that do not fit their column, kept word for word: one file of JSON lines per run.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::PathBuf,
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use exmetrics_decode::Reject;
use serde_json::{Value, json};

use crate::archive;

/// Where the rejects of all DataSets are.
#[derive(Debug, Clone)]
pub struct RejectFiles {
    root: PathBuf,
}

/// The rejects of one reply, written as they are met; no file while there is none.
pub(crate) struct RejectWriter {
    folder: PathBuf,
    name: String,
    about: Value,
    file: Option<BufWriter<File>>,
    failed: Option<io::Error>,
}

impl RejectFiles {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// For one reply of a run; a reply that is read again begins its file again.
    pub(crate) fn writer(
        &self,
        dataset_id: &str,
        run_id: &str,
        request_id: &str,
        about: Value,
    ) -> RejectWriter {
        let folder = self.root.join(dataset_id).join(run_id);
        let name = format!("{request_id}.jsonl");
        // What an earlier try left: its rows did not land.
        let _ = fs::remove_file(folder.join(&name));
        RejectWriter {
            folder,
            name,
            about,
            file: None,
            failed: None,
        }
    }

    /// Removes the rejects of runs that are older than so many days, as their replies are.
    pub(crate) fn forget_older(&self, dataset_id: &str, days: u16, unless: &str) {
        archive::forget_older(&self.root.join(dataset_id), days, unless);
    }

    /// Removes the rejects of one pull: nobody could ask for them later.
    pub(crate) fn remove(&self, name: &str) {
        if let Err(error) = fs::remove_dir_all(self.root.join(name))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::debug!(%error, name, "rejects stay");
        }
    }

    /// The rejects of a DataSet, run by run, at most so many.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(&self, dataset_id: &str, limit: usize) -> io::Result<Vec<Value>> {
        self.read_runs(&sorted(&self.root.join(dataset_id))?, limit)
    }

    /// The rejects of one run, at most so many.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read_run(&self, dataset_id: &str, run_id: &str, limit: usize) -> io::Result<Vec<Value>> {
        self.read_runs(&[self.root.join(dataset_id).join(run_id)], limit)
    }

    fn read_runs(&self, runs: &[PathBuf], limit: usize) -> io::Result<Vec<Value>> {
        let mut rejects = Vec::new();
        for run in runs {
            for file in sorted(run)? {
                for line in BufReader::new(File::open(file)?).lines() {
                    if rejects.len() == limit {
                        return Ok(rejects);
                    }
                    if let Ok(reject) = serde_json::from_str(&line?) {
                        rejects.push(reject);
                    }
                }
            }
        }
        Ok(rejects)
    }
}

fn sorted(folder: &std::path::Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

impl RejectWriter {
    pub(crate) fn keep(&mut self, reject: &Reject) {
        if self.failed.is_none()
            && let Err(error) = self.try_keep(reject)
        {
            self.failed = Some(error);
        }
    }

    fn try_keep(&mut self, reject: &Reject) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                archive::make_private(&self.folder)?;
                let file = File::create(self.folder.join(&self.name))?;
                self.file.insert(BufWriter::new(file))
            }
        };
        let mut line = self.about.clone();
        line["line"] = reject.line.into();
        line["column"] = reject.column.clone().into();
        line["problem"] = reject.problem.to_string().into();
        match std::str::from_utf8(&reject.value) {
            Ok(text) => line["value"] = text.into(),
            Err(_) => {
                line["value"] = String::from_utf8_lossy(&reject.value).into();
                line["value_base64"] = BASE64.encode(&reject.value).into();
            }
        }
        serde_json::to_writer(&mut *file, &line)?;
        file.write_all(b"\n")
    }

    /// Everything is on disk, or the error that prevented it.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        match self.file.take() {
            Some(file) => file
                .into_inner()
                .map_err(io::IntoInnerError::into_error)?
                .sync_all(),
            None => Ok(()),
        }
    }
}

/// What every reject of a reply says of it.
pub(crate) fn about(run_id: &str, account: &str, ask: &str, file: &str) -> Value {
    json!({ "run_id": run_id, "account": account, "request": ask, "file": file })
}
