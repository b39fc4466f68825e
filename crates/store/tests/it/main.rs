//! The control database through its public doors.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod answers;
mod audit;
mod bad_files;
mod copies;
mod coverage;
mod datasets;
mod drafts;
mod jobs;
mod migrations;
mod names;
mod people;
mod postgres;
mod progress;
mod questions;
mod quota;
mod requests;
mod runs;
mod runs_page;
mod secrets;
mod sessions;
mod tokens;

use std::path::PathBuf;

use exmetrics_catalog::{Cloud, CloudName, Details, Period, UpdateMethod};
use exmetrics_store::{
    Account, DataSet, NewAccount, NewDataSet, SealingKey, SignIn, Store, StoreError,
};
use jiff::{Timestamp, civil::Date};
use secrecy::SecretString;
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};

/// A server on which each test makes a database of its own. Where it is named, the tests that are not
/// about files run against it: the suite is run once without it and once with it.
const SERVER: &str = "EXMETRICS_TEST_POSTGRES";

/// A control database of its own, gone when the test ends.
struct Home {
    folder: tempfile::TempDir,
    /// The address of the database, when it is not a file.
    server: Option<SecretString>,
    store: Store,
}

impl Home {
    /// In whichever database the suite is run against.
    async fn new() -> Self {
        match std::env::var(SERVER) {
            Ok(server) => Self::on_server(&server).await,
            Err(_) => Self::in_file().await,
        }
    }

    async fn in_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("control.db"), key(1))
            .await
            .unwrap();
        Self {
            folder,
            server: None,
            store,
        }
    }

    async fn on_server(server: &str) -> Self {
        let url = postgres::new_database(server).await;
        let store = Store::connect(&url, key(1)).await.unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            server: Some(url),
            store,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("control.db")
    }

    /// The same database as another process would open it.
    async fn again(&self) -> Store {
        match &self.server {
            Some(url) => Store::connect(url, key(1)).await.unwrap(),
            None => Store::open(&self.file(), key(1)).await.unwrap(),
        }
    }

    async fn account(&self, name: &str) -> Account {
        self.store
            .add_account(&new_account(name, None), start())
            .await
            .unwrap()
    }

    async fn dataset(&self, name: &str, accounts: &[&Account]) -> DataSet {
        create(&self.store, &new_dataset(name, accounts))
            .await
            .unwrap()
    }
}

/// What a program does around the making of the table.
async fn create(store: &Store, new: &NewDataSet) -> Result<DataSet, StoreError> {
    let prepared = store.prepare_dataset(new).await?;
    store.create_dataset(new, &prepared, start()).await
}

/// The database without the store before it.
async fn raw(file: &std::path::Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(file)
        .connect()
        .await
        .unwrap()
}

fn key(number: u8) -> SealingKey {
    let text = format!("{}=", char::from(b'A' + number).to_string().repeat(43));
    // 43 letters hold 258 bits; the last two must be 0 in base64, so the last letter is an A.
    let text = format!("{}A=", &text[..42]);
    SealingKey::from_base64(&SecretString::from(text)).unwrap()
}

fn new_account(name: &str, secret: Option<&str>) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        tenant: "contoso.example".to_owned(),
        client_id: "11111111-2222-3333-4444-555555555555".to_owned(),
        sign_in: SignIn::ClientSecret,
        cloud: Cloud::known(CloudName::Global).unwrap(),
        secret: secret.map(SecretString::from),
    }
}

fn new_dataset(name: &str, accounts: &[&Account]) -> NewDataSet {
    NewDataSet {
        name: name.to_owned(),
        report: "email-activity-user-detail".to_owned(),
        account_ids: accounts.iter().map(|account| account.id.clone()).collect(),
        details: Details::Period(Period::Days(7)),
        update: UpdateMethod::Partition,
        key: Vec::new(),
        schedule: None,
        retry_every_seconds: None,
        retry_times: None,
        description: String::new(),
        tags: Vec::new(),
        tables_root: "/home/tables".to_owned(),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// When most tests begin.
fn start() -> Timestamp {
    at("2026-11-23T08:00:00Z")
}
