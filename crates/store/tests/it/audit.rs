//! The audit: newest first, page by page, by words, person, kind and time.

use exmetrics_store::{AuditFilter, AuditPlace, NewAuditEntry, Store, Through};
use jiff::{SignedDuration, Timestamp};

use crate::{Home, start};

pub(crate) async fn note(store: &Store, who: &str, what: &str, now: Timestamp) {
    let new = NewAuditEntry {
        who,
        person_id: None,
        through: Through::Command,
        address: "",
        what,
        subject_id: "1",
        subject: "Mail 100%",
        detail: "schedule: daily at 02:10",
    };
    store.note_change(&new, now).await.unwrap();
}

fn minute(minute: i64) -> Timestamp {
    start() + SignedDuration::from_mins(minute)
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_or_a_double() {
    let home = Home::new().await;
    for number in 0..25_i64 {
        // Several at one moment: the place of a page is between them.
        note(&home.store, "Mara", "dataset.edited", minute(number / 4)).await;
    }
    let all = AuditFilter::default();
    let mut seen = Vec::new();
    let mut place = None;
    loop {
        let page = home.store.audit(&all, place.as_ref(), 4).await.unwrap();
        let Some(last) = page.last() else { break };
        place = Some(AuditPlace {
            at: last.at,
            id: last.id.clone(),
        });
        seen.extend(page.into_iter().map(|one| (one.at, one.id)));
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by(|one, next| one > next));
    assert_eq!(home.store.audit_count(&all).await.unwrap(), 25);
}

#[tokio::test]
async fn a_filter_takes_words_literally() {
    let home = Home::new().await;
    let store = &home.store;
    note(store, "Mara", "dataset.edited", minute(1)).await;
    note(store, "Ana", "account.removed", minute(2)).await;
    let count = |filter: AuditFilter| async move { store.audit_count(&filter).await.unwrap() };
    let words = |words: &str| AuditFilter {
        words: words.into(),
        ..AuditFilter::default()
    };
    assert_eq!(count(words("MARA")).await, 1);
    assert_eq!(count(words("100%")).await, 2);
    assert_eq!(count(words("1%0")).await, 0, "a sign stands for itself");
    assert_eq!(count(words("_ail")).await, 0);
    let kind = AuditFilter {
        kind: "account".into(),
        ..AuditFilter::default()
    };
    assert_eq!(count(kind).await, 1);
    let who = AuditFilter {
        who: "Ana".into(),
        ..AuditFilter::default()
    };
    assert_eq!(count(who).await, 1);
    let time = AuditFilter {
        since: Some(minute(2)),
        until: Some(minute(3)),
        ..AuditFilter::default()
    };
    assert_eq!(store.audit(&time, None, 9).await.unwrap()[0].who, "Ana");
    assert_eq!(store.audit_people().await.unwrap(), ["Ana", "Mara"]);
    assert_eq!(store.audit_of("1", 1).await.unwrap()[0].who, "Ana");
}

#[tokio::test]
async fn entries_are_forgotten_after_two_years() {
    let home = Home::new().await;
    note(&home.store, "Mara", "dataset.edited", start()).await;
    let later = start() + SignedDuration::from_hours(3 * 365 * 24);
    note(&home.store, "Mara", "dataset.edited", later).await;
    let all = AuditFilter::default();
    assert_eq!(home.store.audit_count(&all).await.unwrap(), 1);
}
