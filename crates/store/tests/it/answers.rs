//! Answers that are given again.

use exmetrics_store::{AskedBefore, KeptAnswer};
use jiff::ToSpan as _;

use crate::{Home, start};

fn answer() -> KeptAnswer {
    KeptAnswer {
        status: 201,
        headers: vec![("etag".into(), "\"x\"".into())],
        body: "{\"ü\":1}".into(),
    }
}

#[tokio::test]
async fn a_request_is_done_once_and_answered_as_before() {
    let home = Home::new().await;
    let store = &home.store;
    let begin = async |who, key, hash| store.begin_request(who, key, hash, start()).await.unwrap();
    assert_eq!(begin("a", "k", "h").await, AskedBefore::Never);
    assert_eq!(begin("a", "k", "h").await, AskedBefore::UnderWay);
    assert_eq!(begin("a", "k", "other").await, AskedBefore::Otherwise);
    assert_eq!(begin("b", "k", "h").await, AskedBefore::Never);
    store.keep_answer("a", "k", &answer()).await.unwrap();
    assert_eq!(begin("a", "k", "h").await, AskedBefore::Answered(answer()));
    assert_eq!(begin("a", "k", "other").await, AskedBefore::Otherwise);
    assert_eq!(begin("b", "k", "h").await, AskedBefore::UnderWay);
}

#[tokio::test]
async fn what_came_to_nothing_may_be_sent_again_and_what_was_done_may_not() {
    let home = Home::new().await;
    let store = &home.store;
    store.begin_request("a", "k", "h", start()).await.unwrap();
    store.forget_request("a", "k").await.unwrap();
    let again = store
        .begin_request("a", "k", "other", start())
        .await
        .unwrap();
    assert_eq!(again, AskedBefore::Never);
    store.keep_answer("a", "k", &answer()).await.unwrap();
    store.forget_request("a", "k").await.unwrap();
    let again = store
        .begin_request("a", "k", "other", start())
        .await
        .unwrap();
    assert_eq!(again, AskedBefore::Answered(answer()));
}

#[tokio::test]
async fn a_key_is_free_after_a_day_and_when_its_request_was_left() {
    let home = Home::new().await;
    let store = &home.store;
    store
        .begin_request("a", "done", "h", start())
        .await
        .unwrap();
    store.keep_answer("a", "done", &answer()).await.unwrap();
    store
        .begin_request("a", "left", "h", start())
        .await
        .unwrap();
    let later = start() + 9.minutes();
    let left = store.begin_request("a", "left", "h", later).await.unwrap();
    assert_eq!(left, AskedBefore::UnderWay);
    let later = start() + 11.minutes();
    let left = store.begin_request("a", "left", "h", later).await.unwrap();
    assert_eq!(left, AskedBefore::Never);
    let done = async |at| store.begin_request("a", "done", "h", at).await.unwrap();
    assert_eq!(
        done(start() + 24.hours()).await,
        AskedBefore::Answered(answer())
    );
    assert_eq!(
        done(start() + 24.hours() + 1.second()).await,
        AskedBefore::Never
    );
}

#[tokio::test]
async fn of_two_at_the_same_time_one_begins() {
    let home = Home::new().await;
    let other = home.again().await;
    let (one, two) = tokio::join!(
        home.store.begin_request("a", "k", "h", start()),
        other.begin_request("a", "k", "h", start())
    );
    let mut both = [one.unwrap(), two.unwrap()];
    both.sort_by_key(|answer| *answer != AskedBefore::Never);
    assert_eq!(both, [AskedBefore::Never, AskedBefore::UnderWay]);
}
