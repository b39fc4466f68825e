//! The gate, and `Retry-After`.

use exmetrics_graph::Settle;

use crate::support::{APP, TENANT, World, answer, csv_report};

#[tokio::test]
async fn the_gate_is_asked_and_told() {
    let world = World::with(|_| answer(204, &[], "")).await;
    world.read(&csv_report(), "D7").await.unwrap();
    assert_eq!(
        *world.gate.log.lock().unwrap(),
        [
            format!("admit {TENANT} {APP} getThingCounts Csv"),
            "answered 7 2026-11-10T08:00:00Z".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_closed_gate_is_no_fault_and_nothing_is_asked() {
    let world = World::with(|_| answer(204, &[], "")).await;
    let until = "2026-11-10T08:07:00Z".parse().unwrap();
    world.gate.wait.lock().unwrap().push(until);
    let failure = world.read(&csv_report(), "D7").await.unwrap_err();
    assert_eq!(failure.settle, Settle::TryAgain { at: Some(until) });
    assert!(failure.is_quota_wait());
    assert!(world.graph.seen().is_empty());
    assert!(world.clock.slept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_429_closes_the_gate() {
    for (header, until) in [
        (Some("10"), "2026-11-10T08:00:10Z"),
        (
            Some("Tue, 10 Nov 2026 08:30:00 GMT"),
            "2026-11-10T08:30:00Z",
        ),
        (
            Some("Tue, 10 Nov 2026 07:00:00 GMT"),
            "2026-11-10T08:00:00Z",
        ),
        (Some("soon"), "2026-11-10T08:01:00Z"),
        (None, "2026-11-10T08:01:00Z"),
    ] {
        let world = World::with(move |_| match header {
            Some(header) => answer(429, &[("retry-after", header)], "{}"),
            None => answer(429, &[], ""),
        })
        .await;
        let failure = world.read(&csv_report(), "D7").await.unwrap_err();
        assert_eq!(failure.code, "TooManyRequests");
        assert_eq!(failure.retry_at().unwrap().to_string(), until);
        assert!(!failure.is_quota_wait());
        let log = world.gate.log.lock().unwrap();
        assert_eq!(log[2], format!("block getThingCounts until {until}"));
    }
}

#[tokio::test]
async fn a_503_may_say_when() {
    let world = World::with(|_| answer(503, &[("retry-after", "120")], "busy")).await;
    let failure = world.read(&csv_report(), "D7").await.unwrap_err();
    assert_eq!(
        failure.retry_at().unwrap().to_string(),
        "2026-11-10T08:02:00Z"
    );
    assert_eq!(world.gate.log.lock().unwrap().len(), 2);
}
