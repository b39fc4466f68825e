//! DataSets by name.

use exmetrics_catalog::{DayChoice, Details, Period, UpdateMethod};
use exmetrics_store::{DataSet, DataSetEdit, StoreErrorKind};

use crate::{Home, create, day, new_dataset, start};

#[tokio::test]
async fn a_dataset_comes_back_as_it_was_made() {
    let home = Home::new().await;
    let (one, two) = (home.account("one").await, home.account("two").await);
    let mut new = new_dataset(" Mail ", &[&two, &one, &two]);
    new.details = Details::Range {
        from: DayChoice::On(day("2026-11-01")),
        to: DayChoice::DaysBack(2),
    };
    new.update = UpdateMethod::Upsert;
    new.key = vec!["user_principal_name".to_owned()];
    new.schedule = Some("daily at 06:00".parse().unwrap());
    new.retry_every_seconds = Some(900);
    new.retry_times = Some(3);
    new.description = "who wrote\nhow much".to_owned();
    let made = create(&home.store, &new).await.unwrap();

    assert_eq!(made.name, "Mail");
    assert_eq!(made.report, new.report);
    let accounts = [
        (two.id.clone(), "two".to_owned()),
        (one.id.clone(), "one".to_owned()),
    ];
    assert_eq!(made.accounts, accounts, "in the order given, each once");
    assert_eq!(
        (made.details, made.update),
        (new.details, UpdateMethod::Upsert)
    );
    assert_eq!((&made.key, &made.schedule), (&new.key, &new.schedule));
    assert_eq!(
        (made.retry_every_seconds, made.retry_times),
        (Some(900), Some(3))
    );
    assert_eq!(
        (&made.description, made.created_at),
        (&new.description, start())
    );
    let again = home.again().await;
    assert_eq!(again.dataset("MAIL").await.unwrap(), made);
    assert_eq!(again.dataset_by_id(&made.id).await.unwrap(), made);
    assert_eq!(again.datasets().await.unwrap(), [made]);
}

#[tokio::test]
async fn every_choice_of_details_and_method_survives() {
    let home = Home::new().await;
    let account = home.account("one").await;
    let details = [
        Details::Current,
        Details::Period(Period::Days(180)),
        Details::Date(DayChoice::On(day("2028-02-29"))),
        Details::Date(DayChoice::DaysBack(3)),
        Details::Range {
            from: DayChoice::DaysBack(10),
            to: DayChoice::DaysBack(5),
        },
    ];
    let methods = [
        UpdateMethod::Replace,
        UpdateMethod::Append,
        UpdateMethod::Upsert,
        UpdateMethod::Partition,
        UpdateMethod::Partition,
    ];
    for (number, (details, update)) in details.into_iter().zip(methods).enumerate() {
        let mut new = new_dataset(&number.to_string(), &[&account]);
        (new.details, new.update) = (details, update);
        create(&home.store, &new).await.unwrap();
        let made = home.store.dataset(&number.to_string()).await.unwrap();
        assert_eq!((made.details, made.update), (details, update));
    }
}

#[tokio::test]
async fn an_edit_changes_what_it_names_and_nothing_else() {
    let home = Home::new().await;
    let (one, two) = (home.account("one").await, home.account("two").await);
    let mut new = new_dataset("Mail", &[&one]);
    new.schedule = Some("daily at 06:00".parse().unwrap());
    new.description = "before".to_owned();
    let before = create(&home.store, &new).await.unwrap();

    let same = home
        .store
        .edit_dataset(&before.id, &DataSetEdit::default(), start())
        .await
        .unwrap();
    let before = DataSet {
        revision: before.revision + 1,
        edited_at: same.edited_at,
        ..before
    };
    assert_eq!(same, before);
    let edit = DataSetEdit {
        description: Some("after".to_owned()),
        ..DataSetEdit::default()
    };
    let mut wanted = before.clone();
    wanted.description = "after".to_owned();
    wanted.revision += 1;
    assert_eq!(
        home.store
            .edit_dataset(&before.id, &edit, start())
            .await
            .unwrap(),
        wanted
    );

    let edit = DataSetEdit {
        account_ids: Some(vec![two.id.clone(), one.id.clone()]),
        details: Some(Details::Period(Period::Days(30))),
        update: Some(UpdateMethod::Upsert),
        key: Some(vec!["a".to_owned(), "b".to_owned()]),
        schedule: Some(None),
        retry_every_seconds: Some(Some(60)),
        retry_times: Some(Some(2)),
        description: Some(String::new()),
        tags: Some(vec!["board".to_owned()]),
        forget_coverage: true,
        ..DataSetEdit::default()
    };
    let after = home
        .store
        .edit_dataset(&before.id, &edit, start())
        .await
        .unwrap();
    let names: Vec<_> = after
        .accounts
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    assert_eq!(names, ["two", "one"]);
    assert_eq!(after.details, Details::Period(Period::Days(30)));
    assert_eq!((after.update, after.key.len()), (UpdateMethod::Upsert, 2));
    assert_eq!((after.schedule, after.description.as_str()), (None, ""));
    assert_eq!(
        (after.retry_every_seconds, after.retry_times),
        (Some(60), Some(2))
    );
    assert_eq!((after.name, after.location), (before.name, before.location));
}

#[tokio::test]
async fn an_edit_that_cannot_be_whole_changes_nothing() {
    let home = Home::new().await;
    let account = home.account("one").await;
    let before = home.dataset("Mail", &[&account]).await;
    let edit = DataSetEdit {
        account_ids: Some(vec![account.id.clone(), "gone".to_owned()]),
        description: Some("after".to_owned()),
        ..DataSetEdit::default()
    };
    let error = home
        .store
        .edit_dataset(&before.id, &edit, start())
        .await
        .unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::InUse);
    assert_eq!(home.store.dataset("Mail").await.unwrap(), before);

    let mut new = new_dataset("Half", &[&account]);
    new.account_ids.push("gone".to_owned());
    create(&home.store, &new).await.unwrap_err();
    assert_eq!(home.store.datasets().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_name_is_taken_in_any_case() {
    let home = Home::new().await;
    let account = home.account("one").await;
    home.dataset("Mail", &[&account]).await;
    home.dataset("Teams", &[&account]).await;
    let taken = |name: &str| format!("there is a DataSet '{name}' already; choose another name");
    let error = create(&home.store, &new_dataset("MAIL", &[&account]))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.to_string()),
        (StoreErrorKind::Taken, taken("MAIL"))
    );
    let error = home
        .store
        .rename_dataset("teams", "mail")
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.to_string()),
        (StoreErrorKind::Taken, taken("mail"))
    );
    let renamed = home.store.rename_dataset("teams", "TEAMS").await.unwrap();
    assert_eq!(renamed.name, "TEAMS");
    let error = home.store.dataset("tems").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no DataSet 'tems'; did you mean 'TEAMS'?"
    );

    let mut making = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, new) = (home.store.clone(), new_dataset("New", &[&account]));
        making.spawn(async move { create(&store, &new).await.map_err(|e| e.kind) });
    }
    let made = making.join_all().await;
    assert_eq!(made.iter().filter(|one| one.is_ok()).count(), 1);
    for refused in made.into_iter().filter_map(Result::err) {
        assert_eq!(refused, StoreErrorKind::Taken);
    }
}

#[tokio::test]
async fn a_removed_dataset_is_gone_and_its_name_is_free() {
    let home = Home::new().await;
    let account = home.account("one").await;
    let first = home.dataset("Mail", &[&account]).await;
    home.store.remove_dataset(&first.id).await.unwrap();
    for error in [
        home.store.dataset("Mail").await.unwrap_err(),
        home.store.dataset_by_id(&first.id).await.unwrap_err(),
        home.store
            .edit_dataset(&first.id, &DataSetEdit::default(), start())
            .await
            .unwrap_err(),
        home.store.remove_dataset(&first.id).await.unwrap_err(),
    ] {
        assert_eq!(error.kind, StoreErrorKind::NotFound);
    }
    let second = home.dataset("Mail", &[&account]).await;
    assert_ne!(first.location, second.location);
}
