//! Files that are no database, are in use, or have awkward paths.

use std::{fs, path::Path, time::Instant};

use exmetrics_store::{Store, StoreError, StoreErrorKind};
use sqlx::{Connection as _, Executor as _};

use crate::{Home, key, new_account, raw, start};

async fn refused(file: &Path) -> StoreError {
    let began = Instant::now();
    let error = Store::open(file, key(1)).await.unwrap_err();
    assert!(
        began.elapsed().as_secs() < 5,
        "a file that will not do is refused at once"
    );
    error
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("control.db");
    let noise = "this is no database\n".repeat(1000);
    fs::write(&file, &noise).unwrap();
    let error = refused(&file).await;
    assert_eq!(error.kind, StoreErrorKind::Damaged);
    assert_eq!(
        error.to_string(),
        format!(
            "the control database {} is damaged; nothing was changed. Put a backup in its place, or \
             move it away to start anew (the tables stay)",
            file.display()
        )
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), noise);
}

#[tokio::test]
async fn a_database_that_was_cut_or_overwritten_is_said_to_be_damaged() {
    let home = Home::in_file().await;
    for number in 0..50 {
        home.account(&format!("account {number}")).await;
    }
    let mut raw = raw(&home.file()).await;
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        .await
        .unwrap();
    raw.close().await.unwrap();
    let whole = fs::read(home.file()).unwrap();
    assert!(whole.len() > 3 * 4096, "{}", whole.len());
    let elsewhere = tempfile::tempdir().unwrap();

    let mut overwritten = whole.clone();
    overwritten[100..].fill(0xA5);
    for (name, bytes) in [
        ("cut", &whole[..whole.len() / 2]),
        ("first page", &whole[..4096]),
        ("noise", &overwritten),
    ] {
        let file = elsewhere.path().join(name);
        fs::write(&file, bytes).unwrap();
        let began = Instant::now();
        let error = match Store::open(&file, key(1)).await {
            Err(error) => error,
            Ok(store) => store.accounts().await.unwrap_err(),
        };
        assert!(began.elapsed().as_secs() < 5);
        assert_eq!(
            error.kind,
            StoreErrorKind::Damaged,
            "{name}: {error} {:?}",
            error.source
        );
    }
}

#[tokio::test]
async fn a_folder_in_the_files_place_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = refused(folder.path()).await;
    assert_eq!(error.kind, StoreErrorKind::Other);
    assert_eq!(
        error.to_string(),
        format!(
            "the control database {} cannot be used: the file cannot be opened (is it a file, and \
             may you write it?)",
            folder.path().display()
        )
    );
}

#[tokio::test]
async fn a_missing_folder_is_named_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("not/there");
    let error = refused(&missing.join("control.db")).await;
    assert_eq!(
        error.to_string(),
        format!(
            "the folder {} of the control database does not exist; make it first",
            missing.display()
        )
    );
    assert!(!missing.exists());
}

#[tokio::test]
async fn any_path_that_is_text_opens_where_it_says() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "with spaces",
        "100%",
        "%41%2e%2e",
        "what?mode=ro",
        "a#b",
        "Zürich Ω 日本 🚀",
        "quote'\"`",
        "semi;colon&and=is+plus",
        "back\\slash",
        "a:b@c",
        ":memory:",
        "[1]",
        "line\nend\ttab",
    ] {
        let inner = folder.path().join(name);
        fs::create_dir(&inner).unwrap();
        let file = inner.join(format!("{name}.db"));
        let store = Store::open(&file, key(1)).await.unwrap();
        store
            .add_account(&new_account("contoso", None), start())
            .await
            .unwrap();
        assert!(file.is_file(), "{name} went elsewhere");
        let again = Store::open(&file, key(1)).await.unwrap();
        assert_eq!(again.accounts().await.unwrap().len(), 1, "{name}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_path_that_is_no_text_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(std::ffi::OsStr::from_bytes(b"\xff.db"));
    let error = refused(&file).await;
    assert!(
        error
            .to_string()
            .contains("is not valid text; choose another home"),
        "{error}"
    );
}

#[tokio::test]
async fn a_lock_a_full_disk_and_a_read_only_file_are_told_apart() {
    let home = Home::in_file().await;
    let mut holder = raw(&home.file()).await;
    let mut other = raw(&home.file()).await;
    other.execute("PRAGMA busy_timeout = 0").await.unwrap();
    let insert = "INSERT INTO quota SELECT random(), hex(randomblob(2000)), 0 FROM accounts a, \
                  sqlite_master, sqlite_master AS more";
    home.account("contoso").await;

    holder.execute("BEGIN IMMEDIATE").await.unwrap();
    let locked = StoreError::from(other.execute(insert).await.unwrap_err());
    assert_eq!(locked.kind, StoreErrorKind::Locked);
    assert_eq!(
        locked.to_string(),
        "the control database is held by another process"
    );
    holder.execute("ROLLBACK").await.unwrap();

    let pages: i64 = sqlx::query_scalar("PRAGMA page_count")
        .fetch_one(&mut other)
        .await
        .unwrap();
    other
        .execute(sqlx::AssertSqlSafe(format!(
            "PRAGMA max_page_count = {pages}"
        )))
        .await
        .unwrap();
    let full = StoreError::from(other.execute(insert).await.unwrap_err());
    assert_eq!(full.kind, StoreErrorKind::Other);
    assert_eq!(
        full.to_string(),
        "the disk with the control database is full"
    );

    other.execute("PRAGMA query_only = 1").await.unwrap();
    let read_only = StoreError::from(other.execute(insert).await.unwrap_err());
    assert_eq!(
        read_only.to_string(),
        "the control database cannot be written (read-only)"
    );

    // None of it took anything away.
    assert_eq!(home.again().await.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_write_waits_for_another_process_that_writes() {
    let home = Home::in_file().await;
    let mut holder = raw(&home.file()).await;
    holder.execute("BEGIN IMMEDIATE").await.unwrap();
    let store = home.store.clone();
    let adding =
        tokio::spawn(async move { store.add_account(&new_account("a", None), start()).await });
    tokio::task::yield_now().await;
    // What is committed can be read meanwhile.
    assert_eq!(home.store.accounts().await.unwrap().len(), 0);
    assert!(!adding.is_finished());
    holder.execute("COMMIT").await.unwrap();
    adding.await.unwrap().unwrap();
}
