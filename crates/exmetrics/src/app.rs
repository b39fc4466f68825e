//! The parts of the program, put together for one command.

use std::{path::PathBuf, sync::Arc};

use exmetrics_engine::Engine;
use exmetrics_graph::{Clock, SystemClock};
use exmetrics_lake::NamedTable;
use exmetrics_store::{Account, DataSet, Store};

use crate::{config::Config, failure::Failure, lake_tables::LakeTables, say};

/// What most commands need.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) engine: Engine,
}

impl App {
    /// Opens the home; makes it if it is not there.
    pub(crate) async fn open(home: Option<PathBuf>) -> Result<Self, Failure> {
        let config = Config::read(home)?;
        make_private_folder(&config.home)?;
        let database = config.home.join("control.db");
        let lost_key = config.store.is_none() && database.exists() && config.lacks_key();
        let key = config.sealing_key()?;
        let store = match &config.store {
            Some(url) => Store::connect(url, key).await?,
            None => Store::open(&database, key).await?,
        };
        if lost_key {
            say::note(
                "The key of this home is gone, and a new one was made: secrets that were sealed with the \
                 old one must be entered again (exmetrics account sign-in).",
            );
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::starting_at(config.now));
        let engine = Engine::new(store, Arc::new(LakeTables), clock, config.settings.clone())?;
        Ok(Self { config, engine })
    }

    pub(crate) fn store(&self) -> &Store {
        self.engine.store()
    }

    /// The accounts with these names, each once, in the order given.
    pub(crate) async fn accounts(&self, names: &[String]) -> Result<Vec<Account>, Failure> {
        let mut accounts: Vec<Account> = Vec::with_capacity(names.len());
        for name in names {
            let account = self.store().account(name).await?;
            if !accounts.iter().any(|known| known.id == account.id) {
                accounts.push(account);
            }
        }
        Ok(accounts)
    }

    /// The accounts of a DataSet.
    pub(crate) async fn accounts_of(&self, dataset: &DataSet) -> Result<Vec<Account>, Failure> {
        let names: Vec<String> = dataset
            .accounts
            .iter()
            .map(|(_, name)| name.clone())
            .collect();
        self.accounts(&names).await
    }

    /// Every DataSet as a table for SQL.
    pub(crate) async fn named_tables(&self) -> Result<Vec<NamedTable>, Failure> {
        let datasets = self.store().datasets().await?.into_iter();
        Ok(datasets
            .map(|one| NamedTable {
                name: one.name,
                location: one.location,
            })
            .collect())
    }
}

/// The home holds secrets, sealed as they are, and figures of people: its owner alone may look.
fn make_private_folder(home: &std::path::Path) -> Result<(), Failure> {
    if home.is_dir() {
        return Ok(());
    }
    let made = std::fs::create_dir_all(home);
    #[cfg(unix)]
    let made = made.and_then(|()| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(home, std::fs::Permissions::from_mode(0o700))
    });
    made.map_err(Failure::at_file("making the home", home))
}
