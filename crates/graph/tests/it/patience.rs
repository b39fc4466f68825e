//! How often one request is tried again.

use std::{sync::Arc, time::Duration};

use exmetrics_graph::{Clock, Failure, Patience, SystemClock};
use jiff::{SignedDuration, Timestamp};

use crate::support::{World, answer, csv_report};

async fn failure(status: u16, headers: &'static [(&'static str, &'static str)]) -> Failure {
    let world = World::with(move |_| answer(status, headers, "")).await;
    world.read(&csv_report(), "D7").await.unwrap_err()
}

fn now() -> Timestamp {
    "2026-11-10T08:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn it_ends_after_some_tries_and_some_minutes() {
    let failure = failure(500, &[]).await;
    let mut patience = Patience::default();
    let waits: Vec<_> = std::iter::from_fn(|| patience.next_try(&failure, now()))
        .map(|at| at.duration_since(now()))
        .collect();
    assert_eq!(waits.len(), 4);
    assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
    assert!(waits.iter().sum::<SignedDuration>() <= SignedDuration::from_mins(2));

    let mut patience = Patience::new(50, Duration::from_secs(120));
    let total: SignedDuration = std::iter::from_fn(|| patience.next_try(&failure, now()))
        .map(|at| at.duration_since(now()))
        .sum();
    assert!(total <= SignedDuration::from_mins(2) && total > SignedDuration::from_secs(30));
}

#[tokio::test]
async fn a_time_that_was_given_wins() {
    let failure = failure(503, &[("retry-after", "600")]).await;
    let mut patience = Patience::default();
    let at = patience.next_try(&failure, now()).unwrap();
    assert_eq!(at.to_string(), "2026-11-10T08:10:00Z");
    for _ in 0..3 {
        assert_eq!(patience.next_try(&failure, now()), Some(at));
    }
    assert_eq!(patience.next_try(&failure, now()), None);
}

#[tokio::test]
async fn quota_is_waited_for_as_often_as_it_takes() {
    let world = World::with(|_| answer(204, &[], "")).await;
    let until = "2026-11-10T08:07:00Z".parse().unwrap();
    world.gate.wait.lock().unwrap().push(until);
    let failure = world.read(&csv_report(), "D7").await.unwrap_err();
    let mut patience = Patience::default();
    for _ in 0..50 {
        assert_eq!(patience.next_try(&failure, now()), Some(until));
    }
}

#[tokio::test]
async fn what_does_not_pass_is_not_tried_again() {
    for status in [400, 403, 404] {
        let failure = failure(status, &[]).await;
        assert_eq!(Patience::default().next_try(&failure, now()), None);
    }
}

#[tokio::test]
async fn a_clock_starts_where_it_is_told() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::starting_at(Some(now())));
    let passed = clock.now().duration_since(now());
    assert!(
        passed >= SignedDuration::ZERO && passed < SignedDuration::from_mins(1),
        "{passed}"
    );
    clock.sleep_until(now()).await;
}
