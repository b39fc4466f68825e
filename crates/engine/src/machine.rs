//! Which machine this is, and whether a run's process on it still lives.
//!
//! A run holds a lock on a file of its own. The system lets go of it when the process ends, however
//! that happens, so there is no question of a process number that was given out again.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use crate::EngineError;

#[derive(Debug, Clone)]
pub(crate) struct Machine {
    /// A name that no other home has.
    pub(crate) id: String,
    locks: PathBuf,
}

/// Held while a run's process lives.
#[derive(Debug)]
pub(crate) struct RunLock {
    _file: File,
    path: PathBuf,
}

impl Machine {
    /// The machine is the home: two processes with one home see each other's locks.
    pub(crate) fn of_home(home: &Path) -> Result<Self, EngineError> {
        let locks = home.join("running");
        let failed = |error| EngineError::file("preparing the home", error);
        std::fs::create_dir_all(&locks).map_err(failed)?;
        let file = home.join("machine-id");
        let id = match std::fs::read_to_string(&file) {
            Ok(id) if !id.trim().is_empty() => id.trim().to_owned(),
            _ => {
                let id = uuid::Uuid::now_v7().to_string();
                std::fs::write(&file, &id).map_err(failed)?;
                id
            }
        };
        Ok(Self { id, locks })
    }

    /// Takes a run's lock; `None` when a living process holds it.
    pub(crate) fn lock(&self, run_id: &str) -> Result<Option<RunLock>, EngineError> {
        let path = self.locks.join(run_id);
        let failed = |error| EngineError::file("marking the run as under way", error);
        let file = File::create(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(RunLock { _file: file, path })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // The file is only a place for the lock; an old one does no harm.
        let _ = std::fs::remove_file(&self.path);
    }
}
