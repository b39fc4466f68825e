//! Questions in SQL: answered, refused in words, ended in time, and saved.

use axum::http::StatusCode;
use exmetrics_store::Role;

use crate::{
    made_up::{MadeUp, batch, dataset, days, numbers, texts},
    support::House,
};

#[tokio::test]
async fn a_question_is_answered_as_a_table_and_a_chart() {
    let tables = MadeUp::with_rows(5);
    tables.answer(
        "SELECT day",
        batch(&[
            ("day", days(&["2026-11-19", "2026-11-20"])),
            ("account", texts(&["contoso", "contoso"])),
            ("sent", numbers(&[Some(17_551), Some(18_000)])),
        ]),
    );
    let house = House::with(tables).await;
    dataset(&house).await;
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    let empty = browser.get("/explore").await;
    assert_eq!(empty.status, StatusCode::OK, "{}", empty.text);
    for words in [
        "mail_by_user",
        "send_count",
        "Questions to begin with",
        "At most 1,000 rows, 20 s and 256 MiB",
    ] {
        assert!(empty.text.contains(words), "{words}: {}", empty.text);
    }
    let page = browser
        .get("/explore?sql=SELECT+day+FROM+mail_by_user")
        .await
        .text;
    for words in [
        "2 rows, 3 columns",
        "17,551",
        "<svg",
        "sent by day",
        "One line",
    ] {
        assert!(
            page.to_lowercase().contains(&words.to_lowercase()),
            "{words}: {page}"
        );
    }
    let file = browser
        .get("/explore/export?sql=SELECT+day&format=csv")
        .await;
    assert!(
        file.text
            .starts_with("day,account,sent\n2026-11-19,contoso,17551\n"),
        "{}",
        file.text
    );
}

#[tokio::test]
async fn a_wrong_question_is_said_in_words() {
    let tables = MadeUp::with_rows(5);
    *tables.failures.lock().unwrap() = vec![
        (
            "sendcount",
            "there is no column 'sendcount'; did you mean 'send_count'?",
        ),
        ("DELETE", "DML not supported: Delete"),
        ("JOIN", "the question needs more memory than one may take"),
    ];
    *tables.never.lock().unwrap() = vec!["forever"];
    let house = House::with(tables).await;
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    for (sql, words) in [
        ("SELECT+sendcount", "did you mean 'send_count'?"),
        ("SELECT+sendcount", "line 1, character 8"),
        ("DELETE+FROM+x", "Explore only reads"),
        ("SELECT+JOIN", "needed more than 256 MiB"),
        ("SELECT+forever", "The query was ended after 20 s."),
    ] {
        let page = browser.get(&format!("/explore?sql={sql}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
}

#[tokio::test]
async fn queries_are_saved_by_administrators_for_everybody() {
    let house = House::with(MadeUp::with_rows(5)).await;
    let mut viewer = house.signed_in("Vera", Role::Viewer).await;
    let refused = viewer
        .post("/explore/saved", &[("name", "x"), ("sql", "SELECT 1")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    let fields = [("name", "By day"), ("sql", "SELECT 1")];
    let refused = browser.post_with("/explore/saved", "", &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(house.store().questions().await.unwrap().is_empty());

    let saved = browser.post("/explore/saved", &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let question = house.store().questions().await.unwrap().remove(0);
    assert_eq!(
        (question.name.as_str(), question.person.as_str()),
        ("By day", "Mara")
    );
    let page = viewer
        .get(&format!("/explore?saved={}", question.id))
        .await
        .text;
    assert!(
        page.contains("By day") && page.contains("SELECT 1"),
        "{page}"
    );
    assert!(!page.contains("Remove this query"), "{page}");

    for (name, sql, words) in [
        ("by DAY", "SELECT 2", "There is a query of this name."),
        ("", "SELECT 2", "name is empty"),
        ("Other", " ", "There is no query to save."),
    ] {
        let answer = browser
            .post("/explore/saved", &[("name", name), ("sql", sql)])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
        assert!(
            answer.text.contains(&format!("value=\"{name}\"")),
            "what was typed is kept"
        );
    }

    let path = format!("/explore/saved/{}", question.id);
    browser.post(&path, &[("sql", "SELECT 3")]).await;
    browser
        .post(&format!("{path}/rename"), &[("name", "By night")])
        .await;
    let question = house.store().question(&question.id).await.unwrap();
    assert_eq!(
        (question.name.as_str(), question.question.as_str()),
        ("By night", "SELECT 3")
    );
    browser.post(&format!("{path}/remove"), &[]).await;
    assert!(house.store().questions().await.unwrap().is_empty());
}
