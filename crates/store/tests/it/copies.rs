//! Control state that moves: nothing is lost on the way, there and back.

use exmetrics_store::{
    AuditFilter, CoverageState, DayFound, JobReason, Pass, Role, Store, StoreErrorKind,
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{Home, day, key, new_account, postgres, start};

async fn fill(home: &Home) {
    let store = &home.store;
    let account = new_account("contoso", Some("a secret"));
    let account = store.add_account(&account, start()).await.unwrap();
    let dataset = home.dataset("mail", &[&account]).await;
    crate::runs::begin(store, &dataset, "m", start())
        .await
        .unwrap();
    let found = DayFound {
        day: day("2026-11-20"),
        state: CoverageState::Published,
        rows: Some(3),
        hash: Some("hash".into()),
        refresh_date: None,
        code: None,
        checked_at: start(),
    };
    store
        .note_days(&dataset.id, &account.id, &[found])
        .await
        .unwrap();
    store
        .enqueue(&dataset.id, start(), JobReason::Person, true)
        .await
        .unwrap();
    let how = SecretString::from("hook");
    store.add_channel("ops", &how, start()).await.unwrap();
    store
        .raise_notice("s", "run_failed", "{}", start())
        .await
        .unwrap();
    let mara = crate::people::add(store, "Mara", Role::Admin).await;
    let token = crate::tokens::new("Airflow", &Pass::new("exm_"), &mara);
    store.add_token(&token.as_new(), start()).await.unwrap();
    crate::audit::note(store, "Mara", "person.added", start()).await;
}

async fn same(one: &Store, other: &Store) {
    let accounts = one.accounts().await.unwrap();
    assert_eq!(accounts, other.accounts().await.unwrap());
    let datasets = one.datasets().await.unwrap();
    assert_eq!(datasets, other.datasets().await.unwrap());
    let id = &datasets[0].id;
    assert_eq!(
        one.coverage(id).await.unwrap(),
        other.coverage(id).await.unwrap()
    );
    assert_eq!(one.jobs().await.unwrap(), other.jobs().await.unwrap());
    let runs = one.runs(None, 9).await.unwrap();
    assert_eq!(runs, other.runs(None, 9).await.unwrap());
    assert_eq!(
        one.requests(&runs[0].id).await.unwrap(),
        other.requests(&runs[0].id).await.unwrap()
    );
    let secret = other
        .account_secret(&accounts[0].id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(secret.expose_secret(), "a secret");
    assert_eq!(
        other.channels().await.unwrap()[0].how.expose_secret(),
        "hook"
    );
    assert_eq!(one.people().await.unwrap(), other.people().await.unwrap());
    assert_eq!(one.tokens().await.unwrap(), other.tokens().await.unwrap());
    let all = AuditFilter::default();
    assert_eq!(
        one.audit(&all, None, 9).await.unwrap(),
        other.audit(&all, None, 9).await.unwrap()
    );
    assert_eq!(other.take_deliveries(start()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_copy_holds_everything_and_is_not_made_over_something() {
    let home = Home::new().await;
    fill(&home).await;
    let file = home.folder.path().join("backup.db");
    let backup = Store::open(&file, key(1)).await.unwrap();
    assert!(backup.is_empty().await.unwrap());
    assert!(home.store.copy_to(&backup, false).await.unwrap() > 8);
    same(&home.store, &backup).await;
    let error = home.store.copy_to(&backup, false).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Taken);

    // There and back again.
    home.store
        .remove_dataset(&home.store.datasets().await.unwrap()[0].id)
        .await
        .unwrap();
    backup.copy_to(&home.store, true).await.unwrap();
    assert_eq!(home.store.datasets().await.unwrap().len(), 1);
    assert_eq!(home.store.runs(None, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_file_moves_to_a_server() {
    let Ok(server) = std::env::var(crate::SERVER) else {
        return;
    };
    let home = Home::in_file().await;
    fill(&home).await;
    let url = postgres::new_database(&server).await;
    let moved = Store::connect(&url, key(1)).await.unwrap();
    home.store.copy_to(&moved, false).await.unwrap();
    same(&home.store, &moved).await;
}
