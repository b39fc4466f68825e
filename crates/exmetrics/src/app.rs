//! The parts of the program, put together for one command.

use std::{path::PathBuf, sync::Arc};

use exmetrics_engine::Engine;
use exmetrics_graph::{Clock, SystemClock};
use exmetrics_lake::NamedTable;
use exmetrics_store::{Account, DataSet, SealingKey, Store};

use crate::{config::Config, failure::Failure, lake_tables::LakeTables};

/// What most commands need.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) engine: Arc<Engine>,
}

impl App {
    /// Opens the home; makes it if it is not there.
    pub(crate) async fn open(home: Option<PathBuf>) -> Result<Self, Failure> {
        let config = Config::read(home)?;
        make_private_folder(&config.home)?;
        let store = open_store(&config).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::starting_at(config.now));
        let engine = Engine::new(store, Arc::new(LakeTables), clock, config.settings.clone())?;
        Ok(Self {
            config,
            engine: Arc::new(engine),
        })
    }

    /// The key that seals this home's secrets.
    pub(crate) fn sealing_key(&self) -> Result<SealingKey, Failure> {
        match self.config.sealing_key()? {
            Some(key) => Ok(key),
            None => self.config.own_key(),
        }
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
                version: None,
            })
            .collect())
    }
}

/// Opens the control database with the key that seals its secrets; a home's first use makes one.
async fn open_store(config: &Config) -> Result<Store, Failure> {
    let database = config.home.join("control.db");
    let key = config.sealing_key()?;
    let store = match (&config.store, key) {
        (Some(url), Some(key)) => return Ok(Store::connect(url, key).await?),
        (None, Some(key)) => return Ok(Store::open(&database, key).await?),
        // With a key for the moment, to see whether it may be made.
        (Some(url), None) => Store::connect(url, SealingKey::random()).await?,
        (None, None) => Store::open(&database, SealingKey::random()).await?,
    };
    if store.holds_secrets().await? {
        return Err(Failure::person(
            "the key that sealed the secrets of this home is missing",
        )
        .next(format!(
            "Put the file {} back, or name the key in EXMETRICS_KEY or EXMETRICS_KEY_FILE. If it is lost \
             for ever, make another with `head -c 32 /dev/urandom | base64`, and enter each account's \
             secret again.",
            config.home.join("key").display()
        )));
    }
    Ok(store.with_key(config.own_key()?))
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
