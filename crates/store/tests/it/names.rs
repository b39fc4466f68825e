//! Names that people, and others, come up with.

use exmetrics_store::StoreErrorKind;

use crate::{Home, create, new_account, new_dataset, start};

/// The part of a location below the root.
fn folder(location: &str) -> &str {
    location.strip_prefix("/home/tables/").unwrap()
}

#[tokio::test]
async fn any_name_that_can_be_shown_is_kept_and_its_folder_is_plain() {
    let home = Home::new().await;
    let long = "ä".repeat(200);
    let mut folders = std::collections::BTreeSet::new();
    for name in [
        "../../x",
        "/etc/passwd",
        "..",
        "C:\\Windows\\con",
        "it's; DROP TABLE datasets; --",
        "say \"hello\" `now`",
        "100 % of ?a=b#c",
        "👩‍👩‍👧 family 🚀",
        "تقرير البريد",
        "דוח דואר",
        "日本のメール",
        "NUL",
        long.as_str(),
    ] {
        let account = home
            .store
            .add_account(&new_account(name, None), start())
            .await
            .unwrap();
        let dataset = home.dataset(name, &[&account]).await;
        assert_eq!((account.name.as_str(), dataset.name.as_str()), (name, name));
        assert_eq!(
            home.store.dataset(&name.to_uppercase()).await.unwrap().id,
            dataset.id
        );
        let folder = folder(&dataset.location);
        assert!(
            folder
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
            "{folder}"
        );
        assert!(folder.len() <= 80, "{folder}");
        assert!(folders.insert(folder.to_owned()), "{folder} is there twice");
    }
    assert_eq!(home.store.datasets().await.unwrap().len(), folders.len());
}

#[tokio::test]
async fn the_folder_can_be_recognised_and_stays_when_the_name_goes() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    let first = home.dataset("Mail per Person (Zürich)", &[&account]).await;
    assert!(
        folder(&first.location).starts_with("mail_per_person_z"),
        "{}",
        first.location
    );
    let renamed = home
        .store
        .rename_dataset("mail per person (zürich)", "Old")
        .await
        .unwrap();
    assert_eq!(renamed.location, first.location);
    let second = home.dataset("Mail per Person (Zürich)", &[&account]).await;
    assert_ne!(first.location, second.location);

    let mut bucket = new_dataset("Cloud", &[&account]);
    bucket.tables_root = "s3://bucket/tables/".to_owned();
    let bucket = create(&home.store, &bucket).await.unwrap();
    assert!(
        bucket.location.starts_with("s3://bucket/tables/cloud_"),
        "{}",
        bucket.location
    );
}

#[tokio::test]
async fn a_name_that_cannot_be_shown_is_refused_everywhere() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    home.dataset("mail", &[&account]).await;
    let long = "a".repeat(201);
    for (name, why) in [
        ("", "is empty"),
        (" \t ", "is empty"),
        ("a\nb", "has control characters"),
        ("a\0b", "has control characters"),
        ("\u{1b}[2J", "has control characters"),
        ("a\u{85}b", "has control characters"),
        ("report\u{202e}vsc", "has control characters"),
        (long.as_str(), "is longer than 200 characters"),
    ] {
        let store = &home.store;
        let errors = [
            store
                .add_account(&new_account(name, None), start())
                .await
                .unwrap_err(),
            store.rename_account("contoso", name).await.unwrap_err(),
            create(store, &new_dataset(name, &[&account]))
                .await
                .unwrap_err(),
            store.rename_dataset("mail", name).await.unwrap_err(),
        ];
        for (error, what) in errors
            .iter()
            .zip(["account", "account", "DataSet", "DataSet"])
        {
            assert_eq!(error.kind, StoreErrorKind::BadName);
            assert_eq!(error.to_string(), format!("the {what}'s name {why}"));
        }
    }
    assert_eq!(home.store.accounts().await.unwrap().len(), 1);
    assert_eq!(home.store.datasets().await.unwrap().len(), 1);
}
