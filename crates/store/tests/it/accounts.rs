//! Accounts by name.

use exmetrics_catalog::{Cloud, CloudName};
use exmetrics_store::{AccountState, SignIn, StoreErrorKind};

use crate::{Home, at, new_account, start};

#[tokio::test]
async fn an_account_comes_back_as_it_was_added() {
    let home = Home::new().await;
    let mut new = new_account("  Contoso ", Some("secret"));
    new.sign_in = SignIn::Certificate;
    new.cloud = Cloud::custom("http://127.0.0.1:1/", "http://127.0.0.1:2/");
    let added = home.store.add_account(&new, start()).await.unwrap();

    assert_eq!(added.name, "Contoso");
    assert_eq!(added.tenant, "contoso.example");
    assert_eq!(added.client_id, new.client_id);
    assert_eq!(added.sign_in, SignIn::Certificate);
    assert_eq!(added.cloud, new.cloud);
    assert_eq!(
        (added.tenant_id.as_deref(), added.names_concealed),
        (None, None)
    );
    assert_eq!(
        (added.state, added.checked_at),
        (AccountState::Unchecked, None)
    );
    assert_eq!(added.created_at, start());
    assert_eq!(home.again().await.account("CONTOSO").await.unwrap(), added);
}

#[tokio::test]
async fn a_name_is_taken_in_any_case_and_nothing_is_added() {
    let home = Home::new().await;
    home.account("Contoso Zürich").await;
    let error = home
        .store
        .add_account(&new_account(" CONTOSO ZÜRICH ", None), start())
        .await
        .unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Taken);
    assert_eq!(
        error.to_string(),
        "there is an account 'CONTOSO ZÜRICH' already; choose another name"
    );
    assert_eq!(home.store.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn of_many_that_take_one_name_at_once_one_gets_it_and_the_others_hear_why() {
    let home = Home::new().await;
    let mut adding = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let store = home.store.clone();
        adding.spawn(async move {
            store
                .add_account(&new_account("Contoso", None), start())
                .await
                .map_err(|e| e.kind)
        });
    }
    let results = adding.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    for refused in results.into_iter().filter_map(Result::err) {
        assert_eq!(refused, StoreErrorKind::Taken);
    }
}

#[tokio::test]
async fn renaming_keeps_the_account_and_may_change_its_case_alone() {
    let home = Home::new().await;
    let contoso = home.account("contoso").await;
    home.account("fabrikam").await;

    let error = home
        .store
        .rename_account("contoso", "Fabrikam")
        .await
        .unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Taken);
    let renamed = home
        .store
        .rename_account("contoso", "Contoso")
        .await
        .unwrap();
    assert_eq!(
        (renamed.id.as_str(), renamed.name.as_str()),
        (contoso.id.as_str(), "Contoso")
    );
    home.store
        .rename_account("CONTOSO", "Contoso Europe")
        .await
        .unwrap();
    let names: Vec<_> = home
        .store
        .accounts()
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(names, ["Contoso Europe", "fabrikam"]);
    // In tables it stays what it was, and nobody else takes that.
    let renamed = home.store.account("Contoso Europe").await.unwrap();
    assert_eq!(renamed.label, "contoso");
    let heir = home
        .store
        .add_account(&new_account("contoso", None), start())
        .await
        .unwrap();
    assert_eq!(heir.label, "contoso 2");
    home.store.remove_account("contoso").await.unwrap();
    let error = home
        .store
        .rename_account("Contoso Europe", " ")
        .await
        .unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::BadName);
}

#[tokio::test]
async fn an_account_in_use_stays_and_the_datasets_are_named() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    let mail = home.dataset("Mail", &[&account]).await;
    home.dataset("Teams", &[&account]).await;
    home.dataset("Drives", &[&account]).await;

    let error = home.store.remove_account("Contoso").await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::InUse);
    assert_eq!(
        error.to_string(),
        "the account 'contoso' is used by 'Drives', 'Mail' and 1 more; remove those first"
    );
    for dataset in home.store.datasets().await.unwrap() {
        home.store.remove_dataset(&dataset.id).await.unwrap();
    }
    assert_eq!(
        home.store.remove_dataset(&mail.id).await.unwrap_err().kind,
        StoreErrorKind::NotFound
    );
    home.store.remove_account("Contoso").await.unwrap();
    assert_eq!(home.store.accounts().await.unwrap(), []);
}

#[tokio::test]
async fn an_unknown_name_is_answered_with_the_nearest() {
    let home = Home::new().await;
    let error = home.store.account("contoso").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no account 'contoso'; there is no account yet"
    );

    home.account("Contoso").await;
    home.account("Fabrikam").await;
    let error = home.store.account("fabricam").await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "there is no account 'fabricam'; did you mean 'Fabrikam'?"
    );
    let error = home.store.remove_account("xyz").await.unwrap_err();
    assert_eq!(error.to_string(), "there is no account 'xyz'");
}

#[tokio::test]
async fn what_is_learnt_of_a_tenant_is_kept_and_not_unlearnt() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    let store = &home.store;
    store
        .note_tenant(&account.id, Some("tenant-guid"), Some(true))
        .await
        .unwrap();
    store.note_tenant(&account.id, None, None).await.unwrap();
    let later = at("2026-11-24T08:00:00Z");
    store
        .note_account_state(
            &account.id,
            AccountState::Failed,
            Some("expired"),
            Some("renew"),
            later,
        )
        .await
        .unwrap();
    let seen = store.account("contoso").await.unwrap();
    assert_eq!(
        (seen.tenant_id.as_deref(), seen.names_concealed),
        (Some("tenant-guid"), Some(true))
    );
    assert_eq!(
        (seen.state, seen.checked_at),
        (AccountState::Failed, Some(later))
    );
    assert_eq!(seen.message.as_deref(), Some("expired"));
    assert_eq!(seen.next_step.as_deref(), Some("renew"));

    store
        .note_account_state(&account.id, AccountState::Ok, None, None, later)
        .await
        .unwrap();
    let seen = store.account("contoso").await.unwrap();
    assert_eq!(
        (seen.state, seen.message, seen.next_step),
        (AccountState::Ok, None, None)
    );
}

#[tokio::test]
async fn an_account_moves_to_another_cloud() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    for cloud in CloudName::ALL.into_iter().filter_map(Cloud::known) {
        let moved = home.store.move_account(&account.id, &cloud).await.unwrap();
        assert_eq!(moved.cloud, cloud);
    }
    let custom = Cloud::custom("http://127.0.0.1:1", "http://127.0.0.1:2");
    home.store.move_account(&account.id, &custom).await.unwrap();
    assert_eq!(home.store.account("contoso").await.unwrap().cloud, custom);
}
