//! Runs page by page; and what a person wants once more.

use exmetrics_store::{JobReason, Run, RunFilter, RunState};
use jiff::ToSpan as _;

use crate::{
    Home, day,
    runs::{begin, end},
    start,
};

fn ids(runs: &[Run]) -> Vec<&str> {
    runs.iter().map(|run| run.id.as_str()).collect()
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let home = Home::new().await;
    let (one, two) = (home.account("one").await, home.account("two").await);
    let mail = home.dataset("mail", &[&one]).await;
    let teams = home.dataset("teams", &[&one, &two]).await;
    let store = &home.store;
    let mut runs = Vec::new();
    for minute in 0..4 {
        // Two at the same moment each time.
        let at = start() + minute.minutes();
        for (dataset, state) in [(&mail, RunState::Failed), (&teams, RunState::Succeeded)] {
            let run = begin(store, dataset, "m", at).await.unwrap();
            runs.push(end(store, &run, state, at).await);
        }
    }
    runs.reverse();
    let mut found: Vec<Run> = Vec::new();
    loop {
        let after = found.last().map(Run::place);
        let page = store
            .runs_page(RunFilter::default(), after.as_ref(), 3)
            .await
            .unwrap();
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    assert_eq!(ids(&found), ids(&runs));

    let some = async |filter| store.runs_page(filter, None, 100).await.unwrap();
    let failed = RunFilter {
        state: Some(RunState::Failed),
        ..RunFilter::default()
    };
    assert!(
        some(failed)
            .await
            .iter()
            .all(|run| run.dataset_id == mail.id)
    );
    let of_two = RunFilter {
        account_id: Some(&two.id),
        ..RunFilter::default()
    };
    assert!(
        some(of_two)
            .await
            .iter()
            .all(|run| run.dataset_id == teams.id)
    );
    assert_eq!(some(of_two).await.len(), 4);
    let of_one = RunFilter {
        account_id: Some(&one.id),
        ..RunFilter::default()
    };
    assert_eq!(some(of_one).await.len(), 8);
    let both = RunFilter {
        dataset_id: Some(&mail.id),
        ..of_two
    };
    assert!(some(both).await.is_empty());
}

#[tokio::test]
async fn a_retry_waits_in_the_queue_and_makes_no_less_of_a_whole_run() {
    let home = Home::new().await;
    let account = home.account("one").await;
    let mail = home.dataset("mail", &[&account]).await;
    let store = &home.store;
    let run = begin(store, &mail, "m", start()).await.unwrap();
    let run = end(store, &run, RunState::Failed, start()).await;
    assert!(store.enqueue_retry(&run, start(), "you").await.unwrap());
    let job = store.jobs().await.unwrap().remove(0);
    assert_eq!(
        (job.run_id, job.reason),
        (Some(run.id.clone()), JobReason::Person)
    );
    store
        .enqueue(&mail.id, start() + 1.hour(), JobReason::Schedule, false)
        .await
        .unwrap();
    assert!(store.enqueue_retry(&run, start(), "you").await.unwrap());
    let job = store.jobs().await.unwrap().remove(0);
    assert_eq!((job.run_id, job.due_at), (None, start()));
    store.take_jobs("w", 1, start(), start()).await.unwrap();
    assert!(!store.enqueue_retry(&run, start(), "you").await.unwrap());
}

#[tokio::test]
async fn days_are_due_again_and_stay_captured() {
    let home = Home::new().await;
    let (one, two) = (home.account("one").await, home.account("two").await);
    let mail = home.dataset("mail", &[&one, &two]).await;
    let store = &home.store;
    let found = |date: &str| exmetrics_store::DayFound {
        day: day(date),
        state: exmetrics_store::CoverageState::Published,
        rows: Some(1),
        hash: Some("h".into()),
        refresh_date: None,
        code: None,
        checked_at: start(),
    };
    let days = [found("2026-11-20"), found("2026-11-21")];
    for account in [&one, &two] {
        store.note_days(&mail.id, &account.id, &days).await.unwrap();
    }
    let wanted = [day("2026-11-20")].into();
    store
        .make_days_due(&mail.id, Some(&one.id), &wanted)
        .await
        .unwrap();
    let answered = async |account: &str, date: &str| {
        let known = store.days_known(&mail.id, account).await.unwrap();
        known[&day(date)].answered_on.is_some()
    };
    assert!(!answered(&one.id, "2026-11-20").await);
    assert!(answered(&one.id, "2026-11-21").await);
    assert!(answered(&two.id, "2026-11-20").await);
    store.make_days_due(&mail.id, None, &wanted).await.unwrap();
    assert!(!answered(&two.id, "2026-11-20").await);
    let coverage = store.coverage(&mail.id).await.unwrap();
    assert!(coverage.iter().all(|day| day.rows == Some(1)));
}
