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
mod runs;
mod seal;
mod time;

use std::path::Path;

use sqlx::{
    AnyPool,
    any::{AnyPoolOptions, install_default_drivers},
};

pub use accounts::{Account, AccountState, NewAccount, SignIn};
pub use coverage::{CoverageDay, CoverageState, DayFound};
pub use datasets::{DataSet, DataSetEdit, NewDataSet};
pub use error::{StoreError, StoreErrorKind};
pub use quota::{QuotaAnswer, QuotaRule};
pub use runs::{
    NewRun, RequestFailure, RequestRow, RequestState, RequestSuccess, Run, RunAccount, RunState,
};
pub use seal::SealingKey;

/// How long a run's worker may be silent before another machine takes the run over.
pub const LEASE: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

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
        let url = format!(
            "sqlite://{}?mode=rwc",
            file.to_str().ok_or_else(|| StoreError::unusable_path(file))?.replace('%', "%25").replace('?', "%3f")
        );
        let pool = AnyPoolOptions::new()
            .max_connections(4)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // Wait for another process rather than fail; a commit is on disk when it returns.
                    for pragma in [
                        "PRAGMA busy_timeout = 15000",
                        "PRAGMA journal_mode = WAL",
                        "PRAGMA foreign_keys = ON",
                        "PRAGMA synchronous = FULL",
                    ] {
                        sqlx::Executor::execute(&mut *connection, pragma).await?;
                    }
                    Ok(())
                })
            })
            .connect(&url)
            .await
            .map_err(|error| StoreError::opening(file, error))?;
        let store = Self { pool, key };
        migrations::run(&store.pool).await.map_err(|error| error.in_file(file))?;
        Ok(store)
    }
}

/// A new lasting id, in the order of time.
fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Names differ if they differ in more than case and surrounding spaces.
fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}
