//! Drafts of forms, and what a form needs to know of who was faster.

use exmetrics_store::{AccountState, DataSetEdit, StoreErrorKind};
use secrecy::SecretString;

use crate::{Home, day, start};

#[tokio::test]
async fn a_draft_is_its_persons_alone() {
    let home = Home::new().await;
    let store = &home.store;
    store
        .save_draft("1", "Mara", "first", start())
        .await
        .unwrap();
    store
        .save_draft("1", "Mara", "second", start())
        .await
        .unwrap();
    // Somebody who guesses the id changes and sees nothing.
    store
        .save_draft("1", "Leo", "stolen", start())
        .await
        .unwrap();
    assert_eq!(store.draft("1", "Leo").await.unwrap(), None);
    store.remove_draft("1", "Leo").await.unwrap();
    let kept = home
        .again()
        .await
        .draft("1", "Mara")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((kept.fields.as_str(), kept.saved_at), ("second", start()));
    assert_eq!(store.newest_draft("Mara").await.unwrap(), Some(kept));
    store.remove_draft("1", "Mara").await.unwrap();
    assert_eq!(store.newest_draft("Mara").await.unwrap(), None);
}

#[tokio::test]
async fn only_the_newest_drafts_are_kept() {
    let home = Home::new().await;
    for number in 0..30_i64 {
        let at = start() + jiff::SignedDuration::from_secs(number);
        let id = format!("{number}");
        home.store.save_draft(&id, "Mara", "", at).await.unwrap();
    }
    assert_eq!(home.store.draft("9", "Mara").await.unwrap(), None);
    assert!(home.store.draft("10", "Mara").await.unwrap().is_some());
    let newest = home.store.newest_draft("Mara").await.unwrap().unwrap();
    assert_eq!(newest.id, "29");
}

#[tokio::test]
async fn a_change_of_an_older_revision_is_stale() {
    let home = Home::new().await;
    let account = home.account("one").await;
    let dataset = home.dataset("Mail", &[&account]).await;
    let edit = |text: &str, revision| DataSetEdit {
        description: Some(text.into()),
        revision,
        by: Some("Mara".into()),
        ..DataSetEdit::default()
    };
    let first = edit("first", Some(dataset.revision));
    let store = &home.store;
    let after = store
        .edit_dataset(&dataset.id, &first, start())
        .await
        .unwrap();
    assert_eq!(after.revision, dataset.revision + 1);
    assert_eq!(after.edited_by.as_deref(), Some("Mara"));
    assert_eq!(after.edited_at, Some(start()));

    let second = edit("second", Some(dataset.revision));
    let refused = store.edit_dataset(&dataset.id, &second, start()).await;
    assert_eq!(refused.unwrap_err().kind, StoreErrorKind::Stale);
    let unchanged = store.dataset_by_id(&dataset.id).await.unwrap();
    assert_eq!(unchanged.description, "first");

    // Who names no revision means whatever is there.
    let third = edit("third", None);
    store
        .edit_dataset(&dataset.id, &third, start())
        .await
        .unwrap();
    store.rename_dataset("Mail", "Post").await.unwrap();
    let renamed = store.dataset_by_id(&dataset.id).await.unwrap();
    assert_eq!(renamed.revision, dataset.revision + 3);
    let gone = store.edit_dataset("none", &third, start()).await;
    assert_eq!(gone.unwrap_err().kind, StoreErrorKind::NotFound);
}

#[tokio::test]
async fn a_dataset_is_told_of_where_it_was_chosen() {
    let home = Home::new().await;
    let store = &home.store;
    for name in ["teams", "mail"] {
        let how = SecretString::from("how");
        store.add_channel(name, &how, start()).await.unwrap();
    }
    let channels = store.channels().await.unwrap();
    let mail = channels.iter().find(|one| one.name == "mail").unwrap();
    let account = home.account("one").await;
    for (name, notify, told) in [
        ("all", None, 2),
        ("one", Some(vec![mail.id.clone()]), 1),
        ("none", Some(Vec::new()), 0),
    ] {
        let dataset = home.dataset(name, &[&account]).await;
        let edit = DataSetEdit {
            notify: Some(notify),
            ..DataSetEdit::default()
        };
        store
            .edit_dataset(&dataset.id, &edit, start())
            .await
            .unwrap();
        store
            .raise_notice(&dataset.id, "run_failed", "body", start())
            .await
            .unwrap();
        let taken = store.take_deliveries(start()).await.unwrap();
        assert_eq!(taken.len(), told, "{name}");
    }
}

#[tokio::test]
async fn an_account_remembers_its_last_success_its_check_and_when_its_secret_ends() {
    let home = Home::new().await;
    let store = &home.store;
    let account = home.account("one").await;
    assert_eq!(account.last_success, None);
    assert_eq!(store.last_check(&account.id).await.unwrap(), None);
    let later = start() + jiff::SignedDuration::from_hours(1);
    store
        .note_account_state(&account.id, AccountState::Ok, None, None, start())
        .await
        .unwrap();
    store
        .note_account_state(&account.id, AccountState::Failed, Some("no"), None, later)
        .await
        .unwrap();
    let ends = day("2027-03-14");
    store
        .note_secret_end(&account.id, Some(ends))
        .await
        .unwrap();
    store.note_check(&account.id, "{}", later).await.unwrap();
    let account = store.account_by_id(&account.id).await.unwrap();
    assert_eq!(account.last_success, Some(start()));
    assert_eq!(account.secret_ends_on, Some(ends));
    let check = store.last_check(&account.id).await.unwrap();
    assert_eq!(check, Some(("{}".to_owned(), later)));
    let gone = store.account_by_id("none").await.unwrap_err();
    assert_eq!(gone.kind, StoreErrorKind::NotFound);
}
