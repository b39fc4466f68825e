//! The queue: each DataSet once, each job with one worker, nothing lost with a worker.

use exmetrics_store::{DataSetEdit, Job, JobReason, RunState};
use jiff::{SignedDuration, Timestamp};

use crate::{Home, start};

fn later(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

fn ids(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.dataset_id.as_str()).collect()
}

#[tokio::test]
async fn a_dataset_waits_once_and_the_earlier_time_counts() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    let dataset = home.dataset("mail", &[&account]).await;
    let store = &home.store;
    let put = async |at, reason, full| store.enqueue(&dataset.id, at, reason, full).await.unwrap();
    assert!(put(later(60), JobReason::Schedule, false).await);
    assert!(put(later(10), JobReason::Person, true).await);
    assert!(put(later(90), JobReason::Schedule, false).await);
    let jobs = store.jobs().await.unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!((jobs[0].due_at, jobs[0].full), (later(10), true));
    assert_eq!(store.next_due().await.unwrap(), Some(later(10)));
    assert!(
        store
            .take_jobs("w", 9, later(9), later(9))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        store
            .take_jobs("w", 9, later(10), later(10))
            .await
            .unwrap()
            .len(),
        1
    );
    // A worker has it: what comes due meanwhile is done by that run.
    assert!(!put(later(11), JobReason::Schedule, false).await);
    store
        .finish_job(&dataset.id, "somebody else")
        .await
        .unwrap();
    assert_eq!(store.jobs().await.unwrap().len(), 1);
    store.finish_job(&dataset.id, "w").await.unwrap();
    assert!(store.jobs().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_job_is_tried_again_and_outlives_its_worker() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    let dataset = home.dataset("mail", &[&account]).await;
    let store = &home.store;
    let id = dataset.id.as_str();
    store
        .enqueue(id, start(), JobReason::Schedule, false)
        .await
        .unwrap();
    store.worker_alive("one", "machine", start()).await.unwrap();
    let job = store
        .take_jobs("one", 1, start(), start())
        .await
        .unwrap()
        .remove(0);
    store
        .put_back_job(&job, "one", later(900), Some("run-1"))
        .await
        .unwrap();
    let job = store
        .take_jobs("one", 1, later(900), later(900))
        .await
        .unwrap()
        .remove(0);
    assert_eq!((job.attempt, job.run_id.as_deref()), (1, Some("run-1")));
    assert_eq!(job.reason, JobReason::Retry);

    // As long as the worker lives, nobody else gets it; afterwards anybody, as it was.
    store
        .worker_alive("one", "machine", later(920))
        .await
        .unwrap();
    assert!(
        store
            .take_jobs("two", 1, later(949), later(949))
            .await
            .unwrap()
            .is_empty()
    );
    let taken = store
        .take_jobs("two", 1, later(951), later(951))
        .await
        .unwrap();
    assert_eq!(
        (taken[0].attempt, taken[0].run_id.as_deref()),
        (1, Some("run-1"))
    );
    // The one that was thought dead changes nothing any more.
    store.finish_job(id, "one").await.unwrap();
    assert_eq!(
        store.jobs().await.unwrap()[0].holder.as_deref(),
        Some("two")
    );
    assert_eq!(store.workers_of("machine").await.unwrap(), ["one"]);
    assert_eq!(store.release_jobs("two").await.unwrap(), 1);
    assert_eq!(
        store
            .take_jobs("three", 1, later(951), later(951))
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_workers_each_gets_others() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    for number in 0..60 {
        let dataset = home.dataset(&format!("d{number}"), &[&account]).await;
        let due = later(number);
        home.store
            .enqueue(&dataset.id, due, JobReason::Schedule, false)
            .await
            .unwrap();
    }
    let mut taking = tokio::task::JoinSet::new();
    for worker in 0..6 {
        let store = home.again().await;
        taking.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let taken = store
                    .take_jobs(&format!("w{worker}"), 4, later(100), later(100))
                    .await
                    .unwrap();
                if taken.is_empty() {
                    return mine;
                }
                assert!(taken.is_sorted_by_key(|job| job.due_at));
                mine.extend(ids(&taken).into_iter().map(str::to_owned));
            }
        });
    }
    let mut all: Vec<String> = taking.join_all().await.into_iter().flatten().collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 60);
}

#[tokio::test]
async fn an_office_has_one_holder_until_its_lease_ends() {
    let home = Home::new().await;
    let store = &home.store;
    let hold = async |who, at| store.hold_office("scheduler", who, at).await.unwrap();
    assert!(hold("one", start()).await);
    assert!(!hold("two", later(29)).await);
    assert!(hold("one", later(29)).await);
    assert!(!hold("two", later(58)).await);
    assert!(hold("two", later(60)).await);
    assert!(!hold("one", later(61)).await);
    store.leave_office("scheduler", "one").await.unwrap();
    assert!(!hold("one", later(61)).await);
    store.leave_office("scheduler", "two").await.unwrap();
    assert!(hold("one", later(61)).await);
}

#[tokio::test]
async fn a_schedule_that_came_due_fires_once_and_moves_on() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    let dataset = home.dataset("mail", &[&account]).await;
    let store = &home.store;
    let edit = async |schedule: Option<&str>| {
        let edit = DataSetEdit {
            schedule: Some(schedule.map(|text| text.parse().unwrap())),
            ..DataSetEdit::default()
        };
        store
            .edit_dataset(&dataset.id, &edit, start())
            .await
            .unwrap()
    };
    let at = edit(Some("every 15m")).await.next_due.unwrap();
    assert_eq!(at, later(15 * 60));
    let before = at - SignedDuration::from_secs(1);
    assert!(store.due_schedules(before).await.unwrap().is_empty());
    let due = store.due_schedules(at).await.unwrap().remove(0);
    assert_eq!(
        (due.schedule.as_str(), due.next_due),
        ("every 15m", Some(at))
    );
    let next = later(30 * 60);
    assert!(store.fire_schedule(&due, Some(next), at).await.unwrap());
    assert_eq!(store.jobs().await.unwrap().len(), 1);
    store.take_jobs("w", 1, at, at).await.unwrap();
    store.finish_job(&dataset.id, "w").await.unwrap();
    // Another process saw it come due, too.
    assert!(!store.fire_schedule(&due, Some(next), at).await.unwrap());
    assert!(store.jobs().await.unwrap().is_empty());
    assert_eq!(store.dataset("mail").await.unwrap().next_due, Some(next));

    let due = store.due_schedules(next).await.unwrap().remove(0);
    assert!(store.fire_schedule(&due, None, next).await.unwrap());
    assert!(
        store
            .due_schedules(later(9_999_999))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(store.dataset("mail").await.unwrap().next_due, None);
    assert!(
        edit(Some("daily at 06:00 in Asia/Tokyo"))
            .await
            .next_due
            .is_some()
    );
    assert_eq!(edit(Some("manual")).await.next_due, None);
    assert_eq!(edit(None).await.schedule, None);
}

#[tokio::test]
async fn a_cancelled_run_cannot_be_ended_by_its_worker() {
    let home = Home::new().await;
    let account = home.account("contoso").await;
    let dataset = home.dataset("mail", &[&account]).await;
    let store = &home.store;
    let run = crate::runs::begin(store, &dataset, "m", start())
        .await
        .unwrap();
    assert!(store.cancel_run(&run.id, later(5)).await.unwrap());
    assert!(!store.cancel_run(&run.id, later(6)).await.unwrap());
    assert!(!store.renew_lease(&run.id, "m", later(7)).await.unwrap());
    assert!(store.end_run(&run, &[]).await.is_err());
    assert_eq!(store.run(&run.id).await.unwrap().state, RunState::Cancelled);
}
