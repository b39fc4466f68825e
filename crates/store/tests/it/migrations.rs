//! The database's shape: made once, brought up to date by one, never taken back.

use std::process::Command;

use exmetrics_store::{Store, StoreErrorKind};
use sqlx::Executor as _;

use crate::{Home, key, new_account, raw, start};

const FILE_FOR_CHILD: &str = "EXMETRICS_STORE_TEST_FILE";

/// Does nothing by itself: the test below runs it in processes of their own.
#[tokio::test]
async fn child_opens_and_writes() {
    let Ok(file) = std::env::var(FILE_FOR_CHILD) else {
        return;
    };
    let store = Store::open(file.as_ref(), key(1)).await.unwrap();
    let name = format!("process {}", std::process::id());
    store
        .add_account(&new_account(&name, None), start())
        .await
        .unwrap();
}

#[tokio::test]
async fn processes_that_open_a_new_database_at_once_all_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("control.db");
    let children: Vec<_> = (0..6)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "migrations::child_opens_and_writes"])
                .env(FILE_FOR_CHILD, &file)
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
    let store = Store::open(&file, key(1)).await.unwrap();
    assert_eq!(store.accounts().await.unwrap().len(), 6);
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut raw(&file).await)
        .await
        .unwrap();
    assert_eq!(mode, "wal", "readers wait for no writer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_that_open_a_new_database_at_once_all_succeed() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("control.db");
        let mut opening = tokio::task::JoinSet::new();
        for number in 0..8 {
            let file = file.clone();
            opening.spawn(async move {
                let store = Store::open(&file, key(1)).await.unwrap();
                store
                    .add_account(&new_account(&number.to_string(), None), start())
                    .await
                    .unwrap();
            });
        }
        opening.join_all().await;
        let store = Store::open(&file, key(1)).await.unwrap();
        assert_eq!(store.accounts().await.unwrap().len(), 8);
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let home = Home::in_file().await;
    home.account("contoso").await;
    let mut raw = raw(&home.file()).await;
    raw.execute("UPDATE schema_version SET version = version + 1")
        .await
        .unwrap();
    let before: i64 = version(&mut raw).await;

    let error = Store::open(&home.file(), key(1)).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::TooNew);
    assert_eq!(
        error.to_string(),
        format!(
            "the control database was written by a newer version of exmetrics; use that version ({})",
            home.file().display()
        )
    );
    assert_eq!(version(&mut raw).await, before);
    raw.execute("UPDATE schema_version SET version = version - 1")
        .await
        .unwrap();
    assert_eq!(home.again().await.accounts().await.unwrap().len(), 1);
}

async fn version(raw: &mut sqlx::SqliteConnection) -> i64 {
    sqlx::query_scalar("SELECT version FROM schema_version")
        .fetch_one(raw)
        .await
        .unwrap()
}
