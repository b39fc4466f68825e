//! Which machine this is, and whether the process of a run on it still lives.
//!
//! Who runs a DataSet holds a lock on the DataSet's file. The system lets go of it when the process
//! ends, however that happens, so there is no question of a process number that was given out again.

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

/// Held while a DataSet is run on this machine, or an account's sign-in is renewed. The file stays: taking it away would let two processes
/// lock two files of one name.
#[derive(Debug)]
pub(crate) struct RunLock {
    _file: File,
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
                // Written whole under a name of its own first: two that start together agree on one.
                let id = uuid::Uuid::now_v7().to_string();
                let fresh = home.join(format!("machine-id-{id}"));
                std::fs::write(&fresh, &id).map_err(failed)?;
                let linked = std::fs::hard_link(&fresh, &file);
                let _ = std::fs::remove_file(&fresh);
                match linked {
                    Ok(()) => id,
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                        std::fs::read_to_string(&file)
                            .map_err(failed)?
                            .trim()
                            .to_owned()
                    }
                    Err(error) => return Err(failed(error)),
                }
            }
        };
        Ok(Self { id, locks })
    }

    /// Takes a lock by name, after whoever holds it now.
    pub(crate) fn wait_for_lock(&self, name: &str) -> std::io::Result<RunLock> {
        let file = File::create(self.locks.join(name))?;
        file.lock()?;
        Ok(RunLock { _file: file })
    }

    /// Removes a lock's file that nobody will want again.
    pub(crate) fn forget(&self, name: &str) {
        let _ = std::fs::remove_file(self.locks.join(name));
    }

    /// Takes a DataSet's lock; `None` when a living process holds it.
    pub(crate) fn lock(&self, dataset_id: &str) -> Result<Option<RunLock>, EngineError> {
        let failed = |error| EngineError::file("marking the DataSet as being run", error);
        let file = File::create(self.locks.join(dataset_id)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(RunLock { _file: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
