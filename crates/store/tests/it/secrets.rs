//! Secrets at rest, and the key that seals them.

use exmetrics_store::{SealingKey, Store, StoreErrorKind};
use secrecy::{ExposeSecret, SecretString};
use sqlx::Executor as _;

use crate::{Home, key, new_account, raw, start};

const SECRET: &str = "Planted~Secret.4711-äöü";

#[tokio::test]
async fn a_secret_comes_back_and_is_nowhere_in_the_files() {
    let home = Home::in_file().await;
    let account = home
        .store
        .add_account(&new_account("a", Some(SECRET)), start())
        .await
        .unwrap();
    let kept = home
        .store
        .account_secret(&account.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.expose_secret(), SECRET);
    let rotated = "Rotated~Secret.4712";
    home.store
        .keep_secret(&account.id, &SecretString::from(rotated))
        .await
        .unwrap();
    let kept = home
        .again()
        .await
        .account_secret(&account.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.expose_secret(), rotated);

    let mut files = 0;
    let mut knows_the_account = false;
    for file in std::fs::read_dir(home.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let holds = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        knows_the_account |= holds(&account.client_id);
        for secret in [SECRET, rotated, "Planted", "4712"] {
            assert!(!holds(secret), "the secret is in the clear");
        }
        files += 1;
    }
    assert!(
        files > 0 && knows_the_account,
        "the files that were searched hold nothing at all"
    );
    assert!(!format!("{:?} {account:?}", home.store).contains("4712"));
}

#[tokio::test]
async fn the_same_secret_is_sealed_differently_each_time() {
    let home = Home::in_file().await;
    let one = home
        .store
        .add_account(&new_account("1", Some(SECRET)), start())
        .await
        .unwrap();
    home.store
        .add_account(&new_account("2", Some(SECRET)), start())
        .await
        .unwrap();
    let mut raw = raw(&home.file()).await;
    let mut sealed = Vec::new();
    for _ in 0..3 {
        let now: Vec<String> = sqlx::query_scalar("SELECT sealed_secret FROM accounts")
            .fetch_all(&mut raw)
            .await
            .unwrap();
        sealed.extend(now);
        home.store
            .keep_secret(&one.id, &SecretString::from(SECRET))
            .await
            .unwrap();
    }
    sealed.sort();
    sealed.dedup();
    // Three times of the first account, one of the second.
    assert_eq!(sealed.len(), 4);
}

#[tokio::test]
async fn another_key_is_told_from_the_right_one() {
    let home = Home::in_file().await;
    let account = home
        .store
        .add_account(&new_account("a", Some(SECRET)), start())
        .await
        .unwrap();
    let other = Store::open(&home.file(), key(2)).await.unwrap();
    assert_eq!(
        other.accounts().await.unwrap().len(),
        1,
        "all but the secret is readable"
    );
    let error = other.account_secret(&account.id).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::WrongKey);
    assert!(
        error
            .to_string()
            .contains("the key is not the one that sealed it"),
        "{error}"
    );
    // Entered again, it is sealed with the key that is there now.
    other
        .keep_secret(&account.id, &SecretString::from("new"))
        .await
        .unwrap();
    let kept = other.account_secret(&account.id).await.unwrap().unwrap();
    assert_eq!(kept.expose_secret(), "new");
}

#[tokio::test]
async fn a_secret_in_anothers_place_or_touched_is_refused() {
    let home = Home::in_file().await;
    let one = home
        .store
        .add_account(&new_account("1", Some("first")), start())
        .await
        .unwrap();
    let two = home
        .store
        .add_account(&new_account("2", Some("second")), start())
        .await
        .unwrap();
    let mut raw = raw(&home.file()).await;
    for statement in [
        "CREATE TEMPORARY TABLE before AS SELECT id, sealed_secret FROM accounts",
        "UPDATE accounts SET sealed_secret =
         (SELECT sealed_secret FROM before WHERE before.id <> accounts.id)",
    ] {
        raw.execute(statement).await.unwrap();
    }
    for id in [&one.id, &two.id] {
        let error = home.store.account_secret(id).await.unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::WrongKey);
    }
    for broken in ["", "AAAA", "not base64 at all", &"A".repeat(80)] {
        sqlx::query("UPDATE accounts SET sealed_secret = $1")
            .bind(broken)
            .execute(&mut raw)
            .await
            .unwrap();
        let error = home.store.account_secret(&one.id).await.unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::WrongKey, "{broken}");
    }
}

#[tokio::test]
async fn a_removed_account_has_no_secret_and_takes_none() {
    let home = Home::in_file().await;
    let account = home.account("a").await;
    assert!(
        home.store
            .account_secret(&account.id)
            .await
            .unwrap()
            .is_none()
    );
    home.store.remove_account("a").await.unwrap();
    let error = home.store.account_secret(&account.id).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::NotFound);
    let token = SecretString::from("rotated");
    let error = home
        .store
        .keep_secret(&account.id, &token)
        .await
        .unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::NotFound);
}

/// Whether two keys are one: what the first seals, the second opens.
async fn opens_what_the_other_sealed(one: SealingKey, other: SealingKey) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("control.db");
    let store = Store::open(&file, one).await.unwrap();
    let account = store
        .add_account(&new_account("a", Some("x")), start())
        .await
        .unwrap();
    Store::open(&file, other)
        .await
        .unwrap()
        .account_secret(&account.id)
        .await
        .is_ok()
}

#[tokio::test]
async fn the_key_file_is_made_once_by_many_that_race() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let (file, barrier) = (&file, &std::sync::Barrier::new(8));
    let keys: Vec<SealingKey> = std::thread::scope(|scope| {
        let making: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(move || {
                    barrier.wait();
                    SealingKey::from_file(file).unwrap()
                })
            })
            .collect();
        making
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for other in &keys[1..] {
        assert!(opens_what_the_other_sealed(keys[0].clone(), other.clone()).await);
    }
    let in_file = SealingKey::from_file(file).unwrap();
    assert!(opens_what_the_other_sealed(keys[0].clone(), in_file).await);
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let elsewhere = SealingKey::from_file(&folder.path().join("other")).unwrap();
    assert!(!opens_what_the_other_sealed(keys[0].clone(), elsewhere).await);
}

#[cfg(unix)]
#[test]
fn the_key_file_is_its_owners_alone() {
    use std::{fs, os::unix::fs::PermissionsExt as _};
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    SealingKey::from_file(&file).unwrap();
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    for mode in [0o644, 0o640, 0o604, 0o620] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let error = SealingKey::from_file(&file).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::WrongKey);
        let path = file.display();
        assert_eq!(
            error.to_string(),
            format!("others can read the key file {path}; run: chmod 600 {path}")
        );
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    SealingKey::from_file(&file).unwrap();
}

#[test]
fn a_key_that_is_none_is_refused_without_being_told() {
    for wrong in ["", "hunter2", "QUJD", &"A".repeat(64)] {
        let error = SealingKey::from_base64(&SecretString::from(wrong)).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::WrongKey);
        assert_eq!(
            error.to_string(),
            "the sealing key is not 32 bytes written as base64"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let error = SealingKey::from_file(&folder.path().join("missing/key")).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("missing/key cannot be read or made"),
        "{error}"
    );
    assert!(!folder.path().join("missing").exists());
    assert_eq!(format!("{:?}", key(1)), "SealingKey");
}
