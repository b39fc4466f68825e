//! Versions: listed, compared, gone back to.

use axum::http::StatusCode;
use exmetrics_engine::TableVersion;
use exmetrics_store::Role;

use crate::{
    made_up::{MadeUp, batch, dataset, days, numbers, texts},
    support::House,
};

fn versions() -> Vec<TableVersion> {
    let version = |version: u64, method: &str, table_rows: u64| TableVersion {
        version,
        run_id: None,
        committed_at: Some(
            format!("2026-11-{:02}T02:10:00Z", 10 + version)
                .parse()
                .unwrap(),
        ),
        method: method.to_owned(),
        rows: None,
        table_rows: Some(table_rows),
    };
    vec![
        version(7, "partition", 120),
        version(6, "compact", 100),
        version(5, "partition", 100),
        version(0, "create", 0),
    ]
}

#[tokio::test]
async fn versions_are_listed_with_what_changed() {
    let tables = MadeUp::with_rows(120);
    *tables.versions.lock().unwrap() = versions();
    let house = House::with(tables).await;
    let (_, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    let path = format!("/datasets/{}/history", dataset.id);
    let page = browser.get(&path).await.text;
    for words in [
        "+20",
        "compacted",
        "no row",
        "4 versions",
        "current",
        "restore=5",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = browser.get(&format!("{path}?q=compact")).await.text;
    assert!(page.contains("1 of 4") && !page.contains("+20"), "{page}");
    let page = browser.get(&format!("{path}?compare=5")).await.text;
    assert!(page.contains("Choose two versions to compare"), "{page}");
}

#[tokio::test]
async fn two_versions_are_compared_row_by_row() {
    let tables = MadeUp::with_rows(120);
    *tables.versions.lock().unwrap() = versions();
    tables.answer(
        "AS changed",
        batch(&[
            ("day", days(&["2026-11-17", "2026-11-16"])),
            ("account", texts(&["contoso", "contoso"])),
            ("added", numbers(&[Some(20), Some(0)])),
            ("removed", numbers(&[Some(0), Some(0)])),
            ("changed", numbers(&[Some(0), Some(3)])),
        ]),
    );
    let house = House::with(tables.clone()).await;
    let (_, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    let path = format!("/datasets/{}/history?compare=7&compare=5", dataset.id);
    let page = browser.get(&path).await.text;
    for words in [
        "Version 5 compared with 7",
        "+20",
        "17 Nov 2026",
        "restated",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let asked = tables.questions("FULL OUTER JOIN");
    assert!(
        asked[0].contains("b.\"_account\" = a.\"_account\""),
        "{asked:?}"
    );
    assert!(asked[0].contains("(b.\"send_count\" IS DISTINCT FROM a.\"send_count\")"));
    assert!(
        !asked[0].contains("IS DISTINCT FROM a.\"_fetched_at\""),
        "what moves by itself is no change"
    );
}

#[tokio::test]
async fn a_version_is_restored_after_a_question() {
    let tables = MadeUp::with_rows(120);
    *tables.versions.lock().unwrap() = versions();
    let house = House::with(tables.clone()).await;
    let (_, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    let path = format!("/datasets/{}/history", dataset.id);
    let page = browser.get(&format!("{path}?restore=5")).await.text;
    for words in [
        "Restore version 5?",
        "120 to 100",
        "20 fewer",
        "Versions 6 to 7 stay",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(
        browser.get(&format!("{path}?restore=4")).await.status,
        StatusCode::NOT_FOUND
    );
    let restore = format!("/datasets/{}/restore", dataset.id);
    let refused = browser.post_with(&restore, "", &[("version", "5")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let answer = browser.post(&restore, &[("version", "5")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(*tables.restored.lock().unwrap(), [5]);
}
