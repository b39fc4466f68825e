//! How far a run is, what it heard of a day, and a job that nobody has taken.

use exmetrics_catalog::{Ask, Plan, PlannedRequest};
use exmetrics_store::{JobReason, NewRun, RequestFailure, RequestSuccess, RunProgress, RunState};

use crate::{Home, day, start};

fn plan() -> Plan {
    let asked = |ask, keep: Option<&str>| PlannedRequest {
        ask,
        keep: keep.map(|kept| [day(kept)].into()),
    };
    Plan {
        requests: vec![
            asked(Ask::Date(day("2026-11-19")), None),
            asked(Ask::Date(day("2026-11-20")), None),
            asked(Ask::Period("D7".parse().unwrap()), Some("2026-11-20")),
        ],
        ..Plan::default()
    }
}

#[tokio::test]
async fn a_run_tells_how_far_it_is_and_what_it_heard_of_a_day() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    let dataset = home.dataset("mail", &[&account]).await;
    let store = &home.store;
    let plans = [(account.id.clone(), account.name.clone(), plan())];
    let new = NewRun {
        dataset_id: &dataset.id,
        full: false,
        machine: "here",
        plans: &plans,
    };
    let run = store.begin_run(&new, start()).await.unwrap();
    let requests = store.requests(&run.id).await.unwrap();
    let done = RequestSuccess {
        answered_at: start(),
        archive: "a".into(),
        bytes: 1,
        hash: "h".into(),
        rows: 1,
    };
    store
        .request_done(&requests[0].id, &done, &[])
        .await
        .unwrap();
    let failure = RequestFailure {
        code: "503".into(),
        settle: "again".into(),
        message: "the service is unavailable".into(),
        next_step: String::new(),
    };
    store
        .request_failed(&requests[1].id, &failure, &[])
        .await
        .unwrap();
    let progress = store.run_progress(&run.id).await.unwrap();
    let expected = RunProgress {
        done: 1,
        failed: 1,
        all: 3,
    };
    assert_eq!(progress, expected);
    assert_eq!(
        store.run_progress("none").await.unwrap(),
        RunProgress::default()
    );

    let heard = async |of: &str| {
        let answers = store.answers_of_day(&dataset.id, &account.id, day(of), 9);
        answers.await.unwrap()
    };
    assert_eq!(heard("2026-11-19").await.len(), 1);
    let of_two = heard("2026-11-20").await;
    assert_eq!(of_two.len(), 2, "a day and a period of which it is kept");
    assert!(
        of_two
            .iter()
            .any(|answer| answer.message.as_deref() == Some("the service is unavailable"))
    );
    assert!(heard("2026-11-18").await.is_empty());

    let counts = store.run_counts(&dataset.id, start()).await.unwrap();
    assert_eq!(counts.get(&RunState::Running), Some(&1));
    assert_eq!(store.newest_landing(&dataset.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_job_that_nobody_has_is_withdrawn() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    let dataset = home.dataset("mail", &[&account]).await;
    let store = &home.store;
    let put = async || {
        let reason = JobReason::Person;
        store
            .enqueue(&dataset.id, start(), reason, false)
            .await
            .unwrap()
    };
    assert!(put().await);
    assert!(store.job_of(&dataset.id).await.unwrap().is_some());
    assert!(store.withdraw_job(&dataset.id).await.unwrap());
    assert!(!store.withdraw_job(&dataset.id).await.unwrap());
    assert!(put().await);
    store.take_jobs("w", 1, start(), start()).await.unwrap();
    assert!(
        !store.withdraw_job(&dataset.id).await.unwrap(),
        "a worker has it"
    );
}
