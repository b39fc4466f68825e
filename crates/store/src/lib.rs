//! Control state: accounts and their sealed secrets, DataSets, runs and their requests, the quota's
//! windows, coverage. Rows of figures are never here: they are in the lake.
//!
//! One SQLite file in the home by default. The statements keep to what SQLite and PostgreSQL share.

mod accounts;
mod coverage;
mod datasets;
mod error;
mod migrations;
mod quota;
mod requests;
mod runs;
mod seal;
mod time;

use std::{path::Path, time::Duration};

use sqlx::{
    Any, AnyConnection, AnyPool, Connection, Executor, Transaction,
    any::{AnyPoolOptions, install_default_drivers},
};
use tokio::time::Instant;

pub use accounts::{Account, AccountState, NewAccount, SignIn};
pub use coverage::{CoverageDay, CoverageState, DayFound};
pub use datasets::{DataSet, DataSetEdit, NewDataSet};
pub use error::{StoreError, StoreErrorKind};
pub use quota::{QuotaAnswer, QuotaRule};
pub use requests::{RequestFailure, RequestRow, RequestState, RequestSuccess};
pub use runs::{NewRun, Run, RunAccount, RunState};
pub use seal::SealingKey;

/// How long a run's worker may be silent before another machine takes the run over.
pub const LEASE: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

/// How long to wait for another process that writes; the same as `busy_timeout`.
const LOCK_WAIT: Duration = Duration::from_secs(15);

/// The control database.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    key: SealingKey,
}

impl Store {
    /// Opens the control database of a home, makes it if it is not there, and brings it up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, is damaged, or was written by a newer version.
    pub async fn open(file: &Path, key: SealingKey) -> Result<Self, StoreError> {
        install_default_drivers();
        let url = address(file)?;
        make_for_owner(file);
        // The first connection is made by hand: a pool would try a damaged file again and again.
        let first = async {
            let mut connection = AnyConnection::connect(&url).await?;
            prepare(&mut connection).await?;
            keep_a_write_ahead_log(&mut connection).await?;
            migrations::run(&mut connection).await?;
            connection.close().await?;
            Ok::<_, StoreError>(())
        };
        first.await.map_err(|error| error.in_file(file))?;
        let pool = AnyPoolOptions::new()
            .max_connections(4)
            .after_connect(|connection, _| Box::pin(prepare(connection)))
            .connect(&url)
            .await
            .map_err(|error| StoreError::from(error).in_file(file))?;
        Ok(Self { pool, key })
    }

    /// A transaction that will write. It takes the lock at once: one that reads first would be
    /// refused, without any wait, if another process wrote in between.
    async fn write(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// It holds sealed secrets: its owner alone may read it, whatever folder it is in. A file that cannot be
/// made is met again, and told, when it is opened.
fn make_for_owner(file: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let _ = options.open(file);
}

/// Wait for another process rather than fail; a commit is on disk when it returns.
async fn prepare(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    for pragma in [
        "PRAGMA busy_timeout = 15000",
        "PRAGMA foreign_keys = ON",
        "PRAGMA synchronous = FULL",
    ] {
        connection.execute(pragma).await?;
    }
    Ok(())
}

/// Readers and a writer need not wait for each other from now on. The file remembers it.
///
/// Of several processes that switch a new file at once SQLite refuses all but one, without the wait
/// that it has for everything else.
async fn keep_a_write_ahead_log(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let give_up = Instant::now() + LOCK_WAIT;
    loop {
        let switched = connection.execute("PRAGMA journal_mode = WAL").await;
        match switched.map_err(StoreError::from) {
            Err(error) if error.kind == StoreErrorKind::Locked && Instant::now() < give_up => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            other => return other.map(drop),
        }
    }
}

/// The address of a database file, whatever characters its path has.
fn address(file: &Path) -> Result<String, StoreError> {
    let absolute = std::path::absolute(file).map_err(|_| StoreError::unusable_path(file))?;
    let path = absolute
        .to_str()
        .ok_or_else(|| StoreError::unusable_path(file))?;
    if absolute.parent().is_some_and(|folder| !folder.is_dir()) {
        return Err(StoreError::missing_folder(file));
    }
    let mut url = String::from("sqlite://");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' => {
                url.push(char::from(byte));
            }
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    Ok(url + "?mode=rwc")
}

/// A new lasting id, in the order of time.
fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Names differ if they differ in more than case and surrounding spaces.
fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}
