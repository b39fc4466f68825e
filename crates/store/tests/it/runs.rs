//! Runs: one at a time, taken over when their worker died.

use exmetrics_catalog::{Ask, Period, Plan, PlannedRequest};
use exmetrics_store::{DataSet, LEASE, NewRun, Run, RunState, Store, StoreErrorKind};
use jiff::{Timestamp, ToSpan as _};

use crate::{Home, day, start};

pub(crate) fn plan() -> Plan {
    let ask = |ask| PlannedRequest { ask, keep: None };
    Plan {
        requests: vec![
            ask(Ask::Date(day("2026-11-20"))),
            ask(Ask::Date(day("2026-11-21"))),
            PlannedRequest {
                ask: Ask::Period(Period::Days(7)),
                keep: Some([day("2026-11-19"), day("2026-11-18")].into()),
            },
            ask(Ask::Current),
        ],
        kept: vec![day("2026-11-20")],
        too_early: vec![day("2026-11-23"), day("2026-11-24")],
        expired: vec![day("2026-10-01")],
        settled: vec![day("2026-11-01")],
        awaiting: vec![day("2026-11-17")],
    }
}

/// Begins a run of all accounts of a DataSet.
pub(crate) async fn begin(
    store: &Store,
    dataset: &DataSet,
    machine: &str,
    now: Timestamp,
) -> Result<Run, StoreErrorKind> {
    let plans: Vec<_> = dataset
        .accounts
        .iter()
        .map(|(id, name)| (id.clone(), name.clone(), plan()))
        .collect();
    let new = NewRun {
        dataset_id: &dataset.id,
        full: true,
        machine,
        plans: &plans,
    };
    store.begin_run(&new, now).await.map_err(|error| error.kind)
}

pub(crate) async fn end(store: &Store, run: &Run, state: RunState, at: Timestamp) -> Run {
    let ended = Run {
        state,
        ended_at: Some(at),
        ..run.clone()
    };
    store.end_run(&ended, &[]).await.unwrap();
    store.run(&run.id).await.unwrap()
}

async fn home() -> (Home, DataSet) {
    let home = Home::new().await;
    let (one, two) = (home.account("one").await, home.account("two").await);
    let dataset = home.dataset("mail", &[&one, &two]).await;
    (home, dataset)
}

#[tokio::test]
async fn a_run_is_written_down_with_its_plan() {
    let (home, dataset) = home().await;
    let run = begin(&home.store, &dataset, "here", start()).await.unwrap();
    assert_eq!(
        (run.state, run.full, run.landing),
        (RunState::Running, true, 1)
    );
    assert_eq!((run.started_at, run.ended_at), (start(), None));
    assert_eq!(
        (run.machine.as_str(), run.lease_until),
        ("here", start() + LEASE)
    );
    let store = home.again().await;
    assert_eq!(
        store.run_under_way(&dataset.id).await.unwrap(),
        Some(run.clone())
    );
    let accounts = store.run_accounts(&run.id).await.unwrap();
    assert_eq!(accounts.len(), 2);
    for account in &accounts {
        assert_eq!(account.state, RunState::Running);
        assert_eq!(account.too_early, plan().too_early);
        assert_eq!(account.expired, plan().expired);
        assert_eq!(account.settled, plan().settled);
        assert_eq!(account.awaiting, plan().awaiting);
    }
    let requests = store.requests(&run.id).await.unwrap();
    let planned: Vec<_> = plan().requests.into_iter().chain(plan().requests).collect();
    let kept: Vec<_> = requests
        .iter()
        .map(|request| PlannedRequest {
            ask: request.ask,
            keep: request.keep.clone(),
        })
        .collect();
    assert_eq!(kept, planned, "in the order they are made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_run_of_a_dataset_at_a_time() {
    let (home, dataset) = home().await;
    let other = home.dataset("other", &[]).await;
    let mut beginning = tokio::task::JoinSet::new();
    for number in 0..10 {
        let store = if number % 2 == 0 {
            home.store.clone()
        } else {
            home.again().await
        };
        let dataset = dataset.clone();
        beginning.spawn(async move { begin(&store, &dataset, "here", start()).await });
    }
    let begun = beginning.join_all().await;
    let runs: Vec<&Run> = begun.iter().filter_map(|one| one.as_ref().ok()).collect();
    assert_eq!(runs.len(), 1);
    for refused in begun.iter().filter_map(|one| one.as_ref().err()) {
        assert_eq!(*refused, StoreErrorKind::InUse);
    }
    assert_eq!(
        home.store.runs(None, 100).await.unwrap().len(),
        1,
        "nothing half-made"
    );
    begin(&home.store, &other, "here", start()).await.unwrap();

    end(&home.store, runs[0], RunState::Succeeded, start()).await;
    assert_eq!(home.store.run_under_way(&dataset.id).await.unwrap(), None);
    let next = begin(&home.store, &dataset, "here", start()).await.unwrap();
    assert_eq!(
        next.landing, 2,
        "a number is given once, and a refused run takes none"
    );
}

#[tokio::test]
async fn of_two_that_take_over_one_succeeds() {
    let (home, dataset) = home().await;
    let run = begin(&home.store, &dataset, "dead", start()).await.unwrap();
    // Also at the very time at which the run began, when the new lease would be the old one.
    for (now, machine) in [(start(), "dead"), (start() + 31.seconds(), "other")] {
        let seen = home.store.run(&run.id).await.unwrap();
        let other = home.again().await;
        let (first, second) = tokio::join!(
            home.store.take_over(&seen, machine, now),
            other.take_over(&seen, machine, now)
        );
        assert_eq!(u8::from(first.unwrap()) + u8::from(second.unwrap()), 1);
        let taken = home.store.run(&run.id).await.unwrap();
        assert_eq!(taken.machine, machine);
        assert!(taken.lease_until >= now + LEASE);
        assert_eq!(
            (taken.landing, taken.started_at),
            (run.landing, run.started_at)
        );
    }
    let requests = home.store.requests(&run.id).await.unwrap();
    assert_eq!(requests.len(), 8, "the run keeps its requests");
}

#[tokio::test]
async fn a_lease_is_renewed_by_its_holder_alone() {
    let (home, dataset) = home().await;
    let store = &home.store;
    let run = begin(store, &dataset, "first", start()).await.unwrap();
    let later = start() + 20.seconds();
    assert!(store.renew_lease(&run.id, "first", later).await.unwrap());
    assert_eq!(store.run(&run.id).await.unwrap().lease_until, later + LEASE);
    assert!(
        !store.take_over(&run, "second", later).await.unwrap(),
        "seen before the renewal"
    );
    assert!(!store.renew_lease(&run.id, "second", later).await.unwrap());

    let seen = store.run(&run.id).await.unwrap();
    assert!(
        store
            .take_over(&seen, "second", later + LEASE)
            .await
            .unwrap()
    );
    assert!(
        !store
            .renew_lease(&run.id, "first", later + LEASE)
            .await
            .unwrap()
    );
    // The first was only asleep. It must not end what is the second's now.
    let ended = Run {
        state: RunState::Failed,
        ended_at: Some(later),
        ..seen
    };
    store.end_run(&ended, &[]).await.unwrap_err();
    let mut run = store.run(&run.id).await.unwrap();
    assert_eq!((run.state, run.ended_at), (RunState::Running, None));
    run = end(store, &run, RunState::Succeeded, later + LEASE).await;
    assert!(
        !store
            .renew_lease(&run.id, "second", later + LEASE)
            .await
            .unwrap()
    );
    assert!(
        !store.take_over(&run, "third", later + LEASE).await.unwrap(),
        "it has ended"
    );
}

#[tokio::test]
async fn how_a_run_ended_is_kept_as_a_whole_and_by_account() {
    let (home, dataset) = home().await;
    let mut run = begin(&home.store, &dataset, "here", start()).await.unwrap();
    run.state = RunState::Partial;
    run.ended_at = Some(start() + 1.minute());
    run.rows = Some(5_000_000_000);
    run.version = Some(7);
    run.message = Some("1 of 2 accounts succeeded".to_owned());
    run.next_step = Some("renew the secret".to_owned());
    let mut accounts = home.store.run_accounts(&run.id).await.unwrap();
    accounts[0].state = RunState::Succeeded;
    accounts[1].state = RunState::Failed;
    accounts[1].message = Some("the secret has expired".to_owned());
    accounts[1].next_step = Some("renew the secret".to_owned());
    home.store.end_run(&run, &accounts).await.unwrap();
    let again = home.again().await;
    assert_eq!(again.run(&run.id).await.unwrap(), run);
    assert_eq!(again.run_accounts(&run.id).await.unwrap(), accounts);
    home.store.end_run(&run, &accounts).await.unwrap_err();
}

#[tokio::test]
async fn an_ended_run_is_opened_again_once() {
    let (home, dataset) = home().await;
    let mut run = begin(&home.store, &dataset, "here", start()).await.unwrap();
    run.message = Some("it failed".to_owned());
    let run = end(&home.store, &run, RunState::Failed, start()).await;
    assert_eq!(run.message.as_deref(), Some("it failed"));
    let later = start() + 1.hour();
    let other = home.again().await;
    let (first, second) = tokio::join!(
        home.store.reopen_run(&run, "here", later),
        other.reopen_run(&run, "there", later)
    );
    let (opened, refused) = match (first, second) {
        (Ok(opened), Err(refused)) | (Err(refused), Ok(opened)) => (opened, refused),
        both => panic!("{both:?}"),
    };
    assert_eq!(refused.kind, StoreErrorKind::InUse);
    assert_eq!(
        (opened.id.as_str(), opened.state),
        (run.id.as_str(), RunState::Running)
    );
    assert_eq!(
        (opened.landing, opened.ended_at, opened.message),
        (2, None, None)
    );
    assert_eq!(
        (opened.started_at, opened.lease_until),
        (start(), later + LEASE)
    );
    let now = home.store.run(&run.id).await.unwrap();
    assert_eq!(now.landing, 2, "the refused one took no number");
}

#[tokio::test]
async fn no_run_is_opened_again_beside_another() {
    let (home, dataset) = home().await;
    let first = begin(&home.store, &dataset, "here", start()).await.unwrap();
    let first = end(&home.store, &first, RunState::Failed, start()).await;
    begin(&home.store, &dataset, "here", start()).await.unwrap();
    let error = home
        .store
        .reopen_run(&first, "here", start())
        .await
        .unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::InUse);
    assert_eq!(error.to_string(), "a run of the DataSet is under way");
    assert_eq!(home.store.run(&first.id).await.unwrap(), first);
}

#[tokio::test]
async fn a_run_is_found_by_the_beginning_of_its_id() {
    let (home, dataset) = home().await;
    let first = begin(&home.store, &dataset, "here", start()).await.unwrap();
    for wrong in ["", " ", "%", "_", "%%", "zzz", "' OR 1=1 --", "ffffffff-0"] {
        let error = home.store.run(wrong).await.unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::NotFound, "{wrong}");
        assert_eq!(
            error.to_string(),
            format!("there is no run '{wrong}'; `exmetrics run list` shows them")
        );
    }
    assert_eq!(home.store.run(&first.id[..8]).await.unwrap().id, first.id);
    let shouted = format!(" {} ", first.id.to_uppercase());
    assert_eq!(home.store.run(&shouted).await.unwrap().id, first.id);

    end(&home.store, &first, RunState::Succeeded, start()).await;
    let second = begin(&home.store, &dataset, "here", start()).await.unwrap();
    let same = first
        .id
        .chars()
        .zip(second.id.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let both = &first.id[..same];
    let error = home.store.run(both).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("more than one run begins with '{both}'; write more of it")
    );
    assert_eq!(
        home.store.run(&second.id[..=same]).await.unwrap().id,
        second.id
    );
}

#[tokio::test]
async fn runs_are_listed_the_newest_first() {
    let (home, dataset) = home().await;
    let other = home.dataset("other", &[]).await;
    let mut wanted = Vec::new();
    for hour in 0..4 {
        let of = if hour == 2 { &other } else { &dataset };
        let run = begin(&home.store, of, "here", start() + hour.hours())
            .await
            .unwrap();
        wanted.insert(
            0,
            end(&home.store, &run, RunState::Succeeded, start())
                .await
                .id,
        );
    }
    let ids = |runs: Vec<Run>| runs.into_iter().map(|run| run.id).collect::<Vec<_>>();
    assert_eq!(ids(home.store.runs(None, 100).await.unwrap()), wanted);
    assert_eq!(ids(home.store.runs(None, 2).await.unwrap()), wanted[..2]);
    let own = home.store.runs(Some(&dataset.id), 2).await.unwrap();
    assert_eq!(ids(own), [wanted[0].clone(), wanted[2].clone()]);
    home.store.remove_dataset(&dataset.id).await.unwrap();
    assert_eq!(
        ids(home.store.runs(None, 100).await.unwrap()),
        [wanted[1].clone()]
    );
}

#[tokio::test]
async fn no_run_begins_of_a_removed_dataset() {
    let (home, dataset) = home().await;
    home.store.remove_dataset(&dataset.id).await.unwrap();
    let refused = begin(&home.store, &dataset, "here", start())
        .await
        .unwrap_err();
    assert_eq!(refused, StoreErrorKind::NotFound);
}
