//! Saved queries: by name, once, for everybody.

use exmetrics_store::StoreErrorKind;

use crate::{Home, at, start};

#[tokio::test]
async fn a_question_is_kept_changed_renamed_and_forgotten() {
    let home = Home::new().await;
    let store = &home.store;
    let kept = store
        .keep_question(" By day ", "SELECT 1", "Mara", start())
        .await
        .unwrap();
    assert_eq!(
        (kept.name.as_str(), kept.person.as_str()),
        ("By day", "Mara")
    );
    let other = store
        .keep_question("Another", "SELECT 2", "Mara", start())
        .await
        .unwrap();
    let names = async || -> Vec<String> {
        let questions = store.questions().await.unwrap();
        questions
            .into_iter()
            .map(|question| question.name)
            .collect()
    };
    assert_eq!(names().await, ["Another", "By day"]);

    let later = at("2026-11-24T08:00:00Z");
    let changed = store
        .change_question(&kept.id, "SELECT 3", "Vera", later)
        .await
        .unwrap();
    assert_eq!(
        (
            changed.question.as_str(),
            changed.person.as_str(),
            changed.saved_at
        ),
        ("SELECT 3", "Vera", later)
    );
    store.rename_question(&kept.id, "By night").await.unwrap();
    store.forget_question(&other.id).await.unwrap();
    assert_eq!(names().await, ["By night"]);
}

#[tokio::test]
async fn a_name_is_taken_once_and_must_be_one() {
    let home = Home::new().await;
    let store = &home.store;
    let first = store
        .keep_question("By day", "SELECT 1", "Mara", start())
        .await
        .unwrap();
    let taken = store
        .keep_question("by DAY", "SELECT 2", "Mara", start())
        .await;
    assert_eq!(taken.unwrap_err().kind, StoreErrorKind::Taken);
    let other = store
        .keep_question("Other", "SELECT 2", "Mara", start())
        .await
        .unwrap();
    let taken = store.rename_question(&other.id, "BY day").await;
    assert_eq!(taken.unwrap_err().kind, StoreErrorKind::Taken);
    // In another case it is still its own name.
    store.rename_question(&first.id, "BY DAY").await.unwrap();
    let empty = store.keep_question("  ", "SELECT 2", "Mara", start()).await;
    assert_eq!(empty.unwrap_err().kind, StoreErrorKind::BadName);
    let gone = store.forget_question("none").await;
    assert_eq!(gone.unwrap_err().kind, StoreErrorKind::NotFound);
}
