//! What is known of each day.

use exmetrics_catalog::{DayKnown, DayStanding};
use exmetrics_store::{Account, CoverageDay, CoverageState, DataSet, DataSetEdit, DayFound};
use jiff::civil::Date;

use crate::{Home, at, day, start};

struct Ledger {
    home: Home,
    dataset: DataSet,
    account: Account,
}

impl Ledger {
    async fn new() -> Self {
        let home = Home::new().await;
        let account = home.account("contoso").await;
        let dataset = home.dataset("mail", &[&account]).await;
        Self {
            home,
            dataset,
            account,
        }
    }

    /// Notes one finding for 2026-11-20, on a day.
    async fn note(&self, today: &str, found: DayFound) {
        let found = DayFound {
            checked_at: at(&format!("{today}T08:00:00Z")),
            ..found
        };
        self.home
            .store
            .note_days(&self.dataset.id, &self.account.id, &[found])
            .await
            .unwrap();
    }

    async fn day(&self) -> CoverageDay {
        let mut days = self.home.store.coverage(&self.dataset.id).await.unwrap();
        assert_eq!(days.len(), 1);
        days.remove(0)
    }

    async fn known(&self) -> DayKnown {
        let known = self
            .home
            .store
            .days_known(&self.dataset.id, &self.account.id)
            .await
            .unwrap();
        known[&the_day()]
    }
}

fn the_day() -> Date {
    day("2026-11-20")
}

fn nothing(state: CoverageState) -> DayFound {
    DayFound {
        day: the_day(),
        state,
        rows: None,
        hash: None,
        refresh_date: None,
        code: None,
        checked_at: at("2026-11-21T08:00:00Z"),
    }
}

fn published(rows: i64, hash: &str) -> DayFound {
    DayFound {
        rows: Some(rows),
        hash: Some(hash.to_owned()),
        refresh_date: Some(the_day()),
        ..nothing(CoverageState::Published)
    }
}

fn failed(code: &str) -> DayFound {
    DayFound {
        code: Some(code.to_owned()),
        ..nothing(CoverageState::Failed)
    }
}

#[tokio::test]
async fn a_day_is_stable_after_three_equal_checks_on_three_days() {
    let ledger = Ledger::new().await;
    for (today, checks, stable) in [
        ("2026-11-21", 1, false),
        ("2026-11-22", 2, false),
        ("2026-11-22", 2, false),
        ("2026-11-23", 3, true),
        ("2026-11-24", 4, true),
    ] {
        ledger.note(today, published(5, "same")).await;
        assert_eq!(ledger.day().await.equal_checks, checks, "{today}");
        assert_eq!(
            ledger.known().await,
            DayKnown {
                answered_on: Some(day(today)),
                stable,
                standing: DayStanding::Captured
            },
            "{today}"
        );
    }
    let seen = ledger.day().await;
    assert_eq!((seen.restated, seen.rows), (0, Some(5)));
    assert_eq!(seen.first_seen, at("2026-11-21T08:00:00Z"));
    assert_eq!(seen.last_checked, at("2026-11-24T08:00:00Z"));
}

#[tokio::test]
async fn three_checks_on_one_day_count_as_one() {
    let ledger = Ledger::new().await;
    for _ in 0..3 {
        ledger.note("2026-11-21", published(5, "same")).await;
    }
    assert_eq!(ledger.day().await.equal_checks, 1);
    assert!(!ledger.known().await.stable);
}

#[tokio::test]
async fn a_change_is_counted_and_the_checks_begin_again() {
    let ledger = Ledger::new().await;
    ledger.note("2026-11-21", published(5, "first")).await;
    ledger.note("2026-11-22", published(5, "first")).await;
    ledger.note("2026-11-23", published(6, "second")).await;
    let seen = ledger.day().await;
    assert_eq!(
        (seen.restated, seen.equal_checks, seen.rows),
        (1, 1, Some(6))
    );
    ledger.note("2026-11-24", published(6, "second")).await;
    assert!(!ledger.known().await.stable);
    ledger.note("2026-11-25", published(6, "second")).await;
    assert!(ledger.known().await.stable);
    ledger.note("2026-11-26", published(5, "first")).await;
    assert_eq!(
        ledger.day().await.restated,
        2,
        "back to what it was is a change too"
    );
    assert!(!ledger.known().await.stable);
}

#[tokio::test]
async fn a_captured_day_stays_published_whatever_comes_later() {
    let ledger = Ledger::new().await;
    ledger.note("2026-11-21", published(5, "same")).await;
    let none = DayFound {
        rows: Some(0),
        ..nothing(CoverageState::Empty)
    };
    for (today, later) in [
        ("2026-11-22", none),
        ("2026-11-23", nothing(CoverageState::Awaiting)),
        ("2026-11-24", failed("throttled")),
        ("2026-12-30", nothing(CoverageState::Expired)),
    ] {
        ledger.note(today, later).await;
        let seen = ledger.day().await;
        assert_eq!(
            (seen.state, seen.rows),
            (CoverageState::Published, Some(5)),
            "{today}"
        );
        assert_eq!((seen.restated, seen.equal_checks), (0, 1), "{today}");
    }
    ledger.note("2026-12-31", published(5, "same")).await;
    let seen = ledger.day().await;
    assert_eq!((seen.restated, seen.equal_checks, seen.code), (0, 2, None));
}

#[tokio::test]
async fn a_failure_is_no_answer_and_the_day_is_due_again() {
    let ledger = Ledger::new().await;
    ledger.note("2026-11-21", failed("no_permission")).await;
    let seen = ledger.day().await;
    assert_eq!(
        (seen.state, seen.code.as_deref()),
        (CoverageState::Failed, Some("no_permission"))
    );
    assert_eq!(
        ledger.known().await,
        DayKnown {
            standing: DayStanding::Open,
            ..DayKnown::default()
        }
    );

    ledger.note("2026-11-21", published(5, "same")).await;
    ledger.note("2026-11-22", failed("throttled")).await;
    let seen = ledger.day().await;
    assert_eq!(
        (seen.state, seen.code.as_deref()),
        (CoverageState::Published, Some("throttled"))
    );
    assert_eq!(
        ledger.known().await.answered_on,
        Some(day("2026-11-21")),
        "not asked today"
    );
}

#[tokio::test]
async fn waiting_ends_with_rows_with_none_or_with_the_window() {
    let ledger = Ledger::new().await;
    ledger
        .note("2026-11-21", nothing(CoverageState::Awaiting))
        .await;
    assert_eq!(ledger.day().await.state, CoverageState::Awaiting);
    assert_eq!(ledger.known().await.answered_on, Some(day("2026-11-21")));
    ledger
        .note("2026-12-01", nothing(CoverageState::Empty))
        .await;
    assert_eq!(ledger.day().await.state, CoverageState::Empty);
    assert!(
        !ledger.known().await.stable,
        "asked again until its window ends"
    );
    ledger
        .note("2026-12-20", nothing(CoverageState::Expired))
        .await;
    assert_eq!(
        ledger.day().await.state,
        CoverageState::Empty,
        "it was answered"
    );

    let ledger = Ledger::new().await;
    ledger
        .note("2026-11-21", nothing(CoverageState::Awaiting))
        .await;
    ledger
        .note("2026-12-20", nothing(CoverageState::Expired))
        .await;
    assert_eq!(ledger.day().await.state, CoverageState::Expired);

    let ledger = Ledger::new().await;
    ledger
        .note("2026-12-01", nothing(CoverageState::Empty))
        .await;
    ledger.note("2026-12-02", published(3, "late")).await;
    let seen = ledger.day().await;
    assert_eq!(
        (seen.state, seen.restated),
        (CoverageState::Published, 0),
        "late is not restated"
    );
}

#[tokio::test]
async fn a_restored_table_makes_each_day_due_and_lets_go_of_what_it_lacks() {
    let ledger = Ledger::new().await;
    for today in ["2026-11-21", "2026-11-22", "2026-11-23"] {
        ledger.note(today, published(5, "same")).await;
    }
    assert!(ledger.known().await.stable);
    let restored = |present: &[(String, Date)]| {
        let (store, id) = (ledger.home.store.clone(), ledger.dataset.id.clone());
        let present = present.iter().cloned().collect();
        async move { store.note_restored(&id, &present).await.unwrap() }
    };
    restored(&[(ledger.account.id.clone(), the_day())]).await;
    assert_eq!(
        ledger.known().await,
        DayKnown {
            standing: DayStanding::Captured,
            ..DayKnown::default()
        }
    );
    let seen = ledger.day().await;
    assert_eq!(
        (seen.state, seen.rows, seen.equal_checks),
        (CoverageState::Published, Some(5), 0)
    );
    ledger.note("2026-11-23", published(5, "same")).await;
    let seen = ledger.day().await;
    assert_eq!((seen.equal_checks, seen.restated), (1, 0));

    restored(&[("another account".into(), the_day())]).await;
    assert_eq!(
        ledger.known().await,
        DayKnown {
            standing: DayStanding::Open,
            ..DayKnown::default()
        }
    );
    let seen = ledger.day().await;
    assert_eq!((seen.state, seen.rows), (CoverageState::Awaiting, None));
    let other_days = DataSetEdit {
        forget_coverage: true,
        ..DataSetEdit::default()
    };
    let store = &ledger.home.store;
    let edited = store.edit_dataset(&ledger.dataset.id, &other_days, start());
    edited.await.unwrap();
    let left = ledger.home.store.coverage(&ledger.dataset.id).await;
    assert!(left.unwrap().is_empty());
}

#[tokio::test]
async fn each_dataset_account_and_day_has_its_own_row() {
    let ledger = Ledger::new().await;
    let store = &ledger.home.store;
    let other_account = ledger.home.account("fabrikam").await;
    let other = ledger.home.dataset("other", &[&ledger.account]).await;
    let days: Vec<DayFound> = ["2026-11-19", "2026-11-17", "2026-11-18"]
        .map(|text| DayFound {
            day: day(text),
            ..published(1, text)
        })
        .into();
    store
        .note_days(&ledger.dataset.id, &ledger.account.id, &days)
        .await
        .unwrap();
    store
        .note_days(&ledger.dataset.id, &other_account.id, &days[..1])
        .await
        .unwrap();

    let known = store
        .days_known(&ledger.dataset.id, &ledger.account.id)
        .await
        .unwrap();
    assert_eq!(
        known.keys().map(ToString::to_string).collect::<Vec<_>>(),
        ["2026-11-17", "2026-11-18", "2026-11-19"]
    );
    assert_eq!(store.coverage(&ledger.dataset.id).await.unwrap().len(), 4);
    assert!(store.coverage(&other.id).await.unwrap().is_empty());
    store.remove_dataset(&ledger.dataset.id).await.unwrap();
    assert!(store.coverage(&ledger.dataset.id).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_note_at_once_wait_for_each_other() {
    let ledger = Ledger::new().await;
    let mut noting = tokio::task::JoinSet::new();
    for number in 0..12_i8 {
        let store = if number % 2 == 0 {
            ledger.home.store.clone()
        } else {
            ledger.home.again().await
        };
        let (dataset, account) = (ledger.dataset.id.clone(), ledger.account.id.clone());
        noting.spawn(async move {
            let days: Vec<DayFound> = (1..=28)
                .map(|date| DayFound {
                    day: Date::constant(2025, 1 + number, date),
                    ..published(1, "x")
                })
                .collect();
            store.note_days(&dataset, &account, &days).await.unwrap();
        });
    }
    noting.join_all().await;
    let noted = ledger.home.store.coverage(&ledger.dataset.id).await;
    let noted = noted.unwrap();
    assert_eq!(noted.len(), 12 * 28);
    assert!(noted.iter().all(|seen| seen.equal_checks == 1));
}

#[tokio::test]
async fn an_older_answer_that_is_read_again_changes_nothing() {
    let ledger = Ledger::new().await;
    ledger.note("2026-11-21", published(5, "old")).await;
    ledger.note("2026-11-22", published(6, "new")).await;
    ledger.note("2026-11-21", published(5, "old")).await;
    let seen = ledger.day().await;
    assert_eq!((seen.rows, seen.restated), (Some(6), 1));
    assert_eq!(ledger.known().await.answered_on, Some(day("2026-11-22")));
}
