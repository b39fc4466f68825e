//! What becomes of a run's requests.

use exmetrics_store::{
    RequestFailure, RequestRow, RequestState, RequestSuccess, RunState, TracePhase, TraceSpan,
};

use crate::{
    Home, at,
    runs::{begin, end},
    start,
};

fn trace() -> Vec<TraceSpan> {
    vec![TraceSpan {
        phase: TracePhase::Ask,
        from: "2026-11-23T10:00:00Z".parse().unwrap(),
        to: "2026-11-23T10:00:02Z".parse().unwrap(),
        note: None,
    }]
}

fn success() -> RequestSuccess {
    RequestSuccess {
        answered_at: at("2026-11-23T08:01:02.345678Z"),
        archive: "dataset/run/request".to_owned(),
        bytes: 5_000_000_000,
        hash: "abc".to_owned(),
        rows: 3,
    }
}

fn failure() -> RequestFailure {
    RequestFailure {
        code: "throttled".to_owned(),
        settle: "try_again".to_owned(),
        message: "too many requests".to_owned(),
        next_step: "wait".to_owned(),
    }
}

fn states(requests: &[RequestRow]) -> Vec<(RequestState, bool)> {
    requests
        .iter()
        .map(|request| (request.state, request.landed))
        .collect()
}

#[tokio::test]
async fn each_request_is_pending_then_done_or_failed_then_landed() {
    use RequestState::{Done, Failed, Pending};
    let home = Home::new().await;
    let account = home.account("one").await;
    let dataset = home.dataset("mail", &[&account]).await;
    let store = &home.store;
    let run = begin(store, &dataset, "here", start()).await.unwrap();
    let requests = store.requests(&run.id).await.unwrap();
    assert_eq!(states(&requests), [(Pending, false); 4]);
    assert!(
        requests
            .iter()
            .all(|request| request.account_id == account.id)
    );
    assert!(
        requests
            .iter()
            .all(|request| request.archive.is_none() && request.failure.is_none())
    );

    store
        .request_done(&requests[0].id, &success(), &trace())
        .await
        .unwrap();
    store
        .request_failed(&requests[1].id, &failure(), &[])
        .await
        .unwrap();
    store
        .request_done(&requests[2].id, &success(), &trace())
        .await
        .unwrap();
    store
        .requests_landed(&[requests[0].id.clone()])
        .await
        .unwrap();
    let noted = store.requests(&run.id).await.unwrap();
    assert_eq!(noted[0].trace, trace());
    assert_eq!((noted[0].rows, noted[0].tries), (Some(3), 1));
    let now = home.again().await.requests(&run.id).await.unwrap();
    assert_eq!(
        states(&now),
        [
            (Done, true),
            (Failed, false),
            (Done, false),
            (Pending, false)
        ]
    );
    assert_eq!(now[0].answered_at, Some(success().answered_at));
    assert_eq!(now[0].archive, Some(success().archive));
    assert_eq!(
        (&now[1].failure, &now[1].answered_at),
        (&Some(failure()), &None)
    );

    // Opened again, what failed is asked again and what was done is kept.
    let run = end(store, &run, RunState::Partial, start()).await;
    store.reopen_run(&run, "here", start()).await.unwrap();
    let now = store.requests(&run.id).await.unwrap();
    assert_eq!(
        states(&now),
        [
            (Done, true),
            (Pending, false),
            (Done, false),
            (Pending, false)
        ]
    );
    assert_eq!(now[2].archive, Some(success().archive));
    store
        .request_done(&now[1].id, &success(), &trace())
        .await
        .unwrap();
    let now = store.requests(&run.id).await.unwrap();
    assert_eq!(
        (now[1].state, &now[1].failure),
        (Done, &None),
        "an answer ends a failure"
    );
    let order: Vec<_> = now.iter().map(|request| &request.id).collect();
    assert_eq!(
        order,
        requests
            .iter()
            .map(|request| &request.id)
            .collect::<Vec<_>>()
    );
}
