//! What is PostgreSQL's own: the address, many that start at once, a newer version.

use exmetrics_store::{Store, StoreErrorKind};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::{Home, SERVER, key, new_account, start};

/// Makes a database on the server and returns its address.
pub(crate) async fn new_database(server: &str) -> SecretString {
    let name = format!("it_{}", uuid::Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(server).await.unwrap();
    let statement = format!("CREATE DATABASE {name}");
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .unwrap();
    let (place, _) = server.rsplit_once('/').unwrap();
    SecretString::from(format!("{place}/{name}"))
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_told_without_its_password() {
    for (url, said) in [
        ("mysql://u:hush-hush@127.0.0.1/x", "is unusable"),
        ("hush-hush", "is unusable"),
        (
            "postgres://u:hush-hush@127.0.0.1:9/figures",
            "127.0.0.1:9/figures: its server cannot be reached",
        ),
    ] {
        let error = Store::connect(&SecretString::from(url), key(1)).await;
        let error = error.unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_open_a_new_database_at_once_all_succeed() {
    let Ok(server) = std::env::var(SERVER) else {
        return;
    };
    for _ in 0..3 {
        let url = new_database(&server).await;
        let mut opening = tokio::task::JoinSet::new();
        for number in 0..6 {
            let url = url.clone();
            opening.spawn(async move {
                let store = Store::connect(&url, key(1)).await.unwrap();
                let account = new_account(&number.to_string(), None);
                store.add_account(&account, start()).await.unwrap();
            });
        }
        opening.join_all().await;
        let store = Store::connect(&url, key(1)).await.unwrap();
        assert_eq!(store.accounts().await.unwrap().len(), 6);
        assert!(store.is_shared());
        store.ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let Ok(server) = std::env::var(SERVER) else {
        return;
    };
    let home = Home::on_server(&server).await;
    let url = home.server.clone().unwrap();
    let mut raw = PgConnection::connect(url.expose_secret()).await.unwrap();
    raw.execute("UPDATE schema_version SET version = version + 1")
        .await
        .unwrap();
    let error = Store::connect(&url, key(1)).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::TooNew);
    raw.execute("UPDATE schema_version SET version = version - 1")
        .await
        .unwrap();
    home.again().await.ping().await.unwrap();
}
