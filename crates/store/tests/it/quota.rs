//! The quota's windows.

use std::collections::BTreeSet;

use exmetrics_store::{QuotaAnswer, QuotaRule, Store};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::{Home, at, start};

const RULE: QuotaRule = QuotaRule {
    requests: 14,
    window: SignedDuration::from_mins(10),
};
const KEY: &str = "contoso/app/getEmailActivityUserDetail/csv";

async fn take(store: &Store, now: Timestamp) -> QuotaAnswer {
    let answer = store.take_quota(KEY, RULE, now).await.unwrap();
    if let QuotaAnswer::Wait(until) = answer {
        assert!(until > now, "a wait until {until} is over at {now}");
    }
    answer
}

async fn goes(store: &Store, now: Timestamp) -> i64 {
    match take(store, now).await {
        QuotaAnswer::Go(ticket) => ticket,
        QuotaAnswer::Wait(until) => panic!("must wait until {until}"),
    }
}

async fn waits_until(store: &Store, now: Timestamp) -> Timestamp {
    match take(store, now).await {
        QuotaAnswer::Go(_) => panic!("went"),
        QuotaAnswer::Wait(until) => until,
    }
}

#[tokio::test]
async fn fourteen_go_and_the_fifteenth_waits_until_the_first_is_given_back() {
    let home = Home::new().await;
    let mut tickets = BTreeSet::new();
    for second in 0..14 {
        tickets.insert(goes(&home.store, start() + second.seconds()).await);
    }
    assert_eq!(tickets.len(), 14, "each has a ticket of its own");
    let free = start() + 10.minutes();
    assert_eq!(waits_until(&home.store, start() + 13.seconds()).await, free);
    // Another process, or this one after a restart, waits as long.
    assert_eq!(
        waits_until(&home.again().await, start() + 5.minutes()).await,
        free
    );

    let just_before = free - 1.microsecond();
    assert!(waits_until(&home.store, just_before).await >= free);
    goes(&home.store, free).await;
    // The window slides: the next place is the second's.
    assert_eq!(waits_until(&home.store, free).await, free + 1.second());
    goes(&home.store, free + 1.second()).await;
    let taken = home
        .store
        .quota_taken(KEY, RULE, free + 1.second())
        .await
        .unwrap();
    assert_eq!(taken.len(), 14);
    assert_eq!(taken[0], start() + 2.seconds());
}

#[tokio::test]
async fn a_place_counts_from_when_its_answer_came() {
    let home = Home::new().await;
    let mut tickets = Vec::new();
    for _ in 0..14 {
        tickets.push(goes(&home.store, start()).await);
    }
    for ticket in tickets {
        home.store
            .quota_answered(ticket, start() + 40.seconds())
            .await
            .unwrap();
    }
    let free = start() + 10.minutes() + 40.seconds();
    assert_eq!(waits_until(&home.store, start() + 41.seconds()).await, free);
    assert_eq!(waits_until(&home.store, start() + 10.minutes()).await, free);
    goes(&home.store, free).await;
}

#[tokio::test]
async fn an_answer_that_took_longer_than_the_window_still_counts() {
    let home = Home::new().await;
    let rule = QuotaRule {
        requests: 1,
        window: SignedDuration::from_secs(1),
    };
    let take = |now| home.store.take_quota(KEY, rule, now);
    let QuotaAnswer::Go(slow) = take(start()).await.unwrap() else {
        panic!("must go")
    };
    let QuotaAnswer::Go(_) = take(start() + 2.seconds()).await.unwrap() else {
        panic!("must go")
    };
    home.store
        .quota_answered(slow, start() + 10.seconds())
        .await
        .unwrap();
    assert_eq!(
        take(start() + 10.seconds()).await.unwrap(),
        QuotaAnswer::Wait(start() + 11.seconds())
    );
}

#[tokio::test]
async fn what_microsoft_says_wins() {
    let home = Home::new().await;
    let until = start() + 3.minutes();
    home.store.block_quota(KEY, until).await.unwrap();
    assert_eq!(
        waits_until(&home.store, start()).await,
        until,
        "though every place is free"
    );
    // A shorter word does not shorten a longer one; a longer one counts.
    home.store
        .block_quota(KEY, start() + 1.minute())
        .await
        .unwrap();
    assert_eq!(waits_until(&home.store, start()).await, until);
    let longer = start() + 4.minutes();
    home.again().await.block_quota(KEY, longer).await.unwrap();
    assert_eq!(waits_until(&home.store, until).await, longer);
    assert!(
        home.store
            .quota_taken(KEY, RULE, until)
            .await
            .unwrap()
            .is_empty()
    );
    goes(&home.store, longer).await;
}

#[tokio::test]
async fn keys_do_not_wait_for_each_other() {
    let home = Home::new().await;
    for _ in 0..14 {
        goes(&home.store, start()).await;
    }
    home.store
        .block_quota(KEY, start() + 1.hour())
        .await
        .unwrap();
    let other = "contoso/app/getTeamsUserActivityUserDetail/csv";
    for _ in 0..14 {
        let answer = home.store.take_quota(other, RULE, start()).await.unwrap();
        assert!(matches!(answer, QuotaAnswer::Go(_)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_at_once_never_take_more_than_there_is() {
    let home = Home::new().await;
    let stores = [home.store.clone(), home.again().await];
    for round in 0..3_i64 {
        let now = start() + (round * 10).minutes();
        let mut taking = tokio::task::JoinSet::new();
        for taker in 0..20 {
            let store = stores[taker % 2].clone();
            taking.spawn(async move { take(&store, now).await });
        }
        let answers = taking.join_all().await;
        let went = answers
            .iter()
            .filter(|answer| matches!(answer, QuotaAnswer::Go(_)))
            .count();
        assert_eq!(went, 14);
        let wait = QuotaAnswer::Wait(now + 10.minutes());
        assert_eq!(answers.iter().filter(|answer| **answer == wait).count(), 6);
    }
}

#[tokio::test]
async fn a_wait_is_never_over_already() {
    let home = Home::new().await;
    let rule = QuotaRule {
        requests: 2,
        window: SignedDuration::from_secs(1),
    };
    let mut now = start();
    for step in 0..200_i64 {
        now += (step * 7919 % 700).milliseconds();
        if let QuotaAnswer::Wait(until) = home.store.take_quota(KEY, rule, now).await.unwrap() {
            assert!(until > now);
            assert!(until <= now + 1050.milliseconds(), "{now} {until}");
        }
        let within = home.store.quota_taken(KEY, rule, now).await.unwrap().len();
        assert!(within <= 2);
    }
}

#[tokio::test]
async fn a_clock_that_was_set_back_holds_nothing_up_for_long() {
    let home = Home::new().await;
    for _ in 0..14 {
        goes(&home.store, start()).await;
    }
    goes(&home.store, at("2026-10-01T00:00:00Z")).await;
    // A clock that is only a little behind another's counts what that one did.
    assert_eq!(
        waits_until(&home.store, start() - 5.seconds()).await,
        start() + 10.minutes()
    );
}
