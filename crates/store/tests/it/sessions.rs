//! Sessions end, links work once, and nothing that lets somebody in is in the database.

use exmetrics_store::{NewSession, Pass, Role, Session, Store, TryAnswer};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{Home, at, people::add, start};

async fn begin(store: &Store, pass: &Pass, person_id: &str) -> Session {
    let new = NewSession {
        pass,
        person_id,
        agent: "Firefox on Linux",
        address: "10.0.0.1",
    };
    store.begin_session(&new, start()).await.unwrap()
}

fn after(hours: i64) -> Timestamp {
    start() + SignedDuration::from_hours(hours)
}

#[tokio::test]
async fn a_session_ends_unused_and_in_any_case() {
    let home = Home::new().await;
    let store = &home.store;
    let mara = add(store, "Mara", Role::Viewer).await;
    let pass = Pass::new("");
    let begun = begin(store, &pass, &mara.id).await;
    assert_eq!(begun.person.name, "Mara");
    let seen = |hours| {
        let (store, pass) = (store.clone(), pass.clone());
        async move { store.session(&pass, after(hours)).await.unwrap().is_some() }
    };
    assert!(!seen(12).await, "twelve hours without use");
    for hours in (11..168).step_by(11) {
        assert!(seen(hours).await, "used after {hours} hours");
    }
    assert_eq!(
        store.person("Mara").await.unwrap().last_seen,
        Some(after(165))
    );
    assert!(seen(167).await);
    assert!(!seen(168).await, "seven days in any case");
    assert!(store.sessions(None, after(168)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_role_counts_as_it_is_now() {
    let home = Home::new().await;
    let store = &home.store;
    add(store, "Root", Role::Admin).await;
    let mara = add(store, "Mara", Role::Admin).await;
    let pass = Pass::new("");
    let session = begin(store, &pass, &mara.id).await;
    store.set_role(&mara.id, Role::Viewer).await.unwrap();
    let seen = store.session(&pass, start()).await.unwrap().unwrap();
    assert_eq!(seen.person.role, Role::Viewer);
    assert_eq!(
        store.sessions(Some(&mara.id), start()).await.unwrap().len(),
        1
    );
    assert!(store.end_session(&session.id).await.unwrap());
    assert!(!store.end_session(&session.id).await.unwrap());
    assert!(store.session(&pass, start()).await.unwrap().is_none());
}

#[tokio::test]
async fn of_many_that_show_one_link_one_gets_in() {
    let home = Home::new().await;
    let pass = Pass::new("");
    let until = at("2026-11-23T08:15:00Z");
    home.store.add_link(&pass, until).await.unwrap();
    assert!(!home.store.use_link(&Pass::new(""), start()).await.unwrap());
    let mut trying = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, pass) = (home.store.clone(), pass.clone());
        trying.spawn(async move { store.use_link(&pass, start()).await.unwrap() });
    }
    let in_there = trying.join_all().await.into_iter().filter(|it| *it).count();
    assert_eq!(in_there, 1);

    let old = Pass::new("");
    home.store.add_link(&old, until).await.unwrap();
    assert!(!home.store.use_link(&old, until).await.unwrap());
}

#[tokio::test]
async fn what_a_sign_in_needs_when_it_returns_is_sealed_and_taken_once() {
    let home = Home::new().await;
    let state = Pass::new("");
    let what = SecretString::from("verifier and nonce");
    let until = at("2026-11-23T08:10:00Z");
    home.store.keep_return(&state, &what, until).await.unwrap();
    let taken = home.store.take_return(&state, start()).await.unwrap();
    assert_eq!(taken.unwrap().expose_secret(), "verifier and nonce");
    assert!(
        home.store
            .take_return(&state, start())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn nothing_that_lets_somebody_in_is_in_the_file() {
    let home = Home::in_file().await;
    let store = &home.store;
    let mara = add(store, "Mara", Role::Admin).await;
    let (cookie, link, state, token) = (
        Pass::new(""),
        Pass::new(""),
        Pass::new(""),
        Pass::new("exm_"),
    );
    begin(store, &cookie, &mara.id).await;
    store.add_link(&link, after(1)).await.unwrap();
    let verifier = SecretString::from("a verifier that nobody must read");
    store
        .keep_return(&state, &verifier, after(1))
        .await
        .unwrap();
    let new = crate::tokens::new("Airflow", &token, &mara);
    store.add_token(&new.as_new(), start()).await.unwrap();
    let mut bytes = std::fs::read(home.file()).unwrap();
    bytes.extend(std::fs::read(home.file().with_extension("db-wal")).unwrap_or_default());
    assert!(
        holds(&bytes, "Firefox on Linux"),
        "the search finds what is there"
    );
    for pass in [&cookie, &link, &state, &token] {
        assert!(!holds(&bytes, &pass.reveal()[8..]));
    }
    assert!(!holds(&bytes, "nobody must read"));
    assert_eq!(format!("{cookie:?}"), "Pass");
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn guessing_waits_longer_and_longer_for_a_name_and_for_an_address() {
    let home = Home::new().await;
    let store = &home.store;
    let mut now = start();
    for left in (0..5).rev() {
        let answer = store.take_try(&["name:mara", "address:a"], now).await;
        assert_eq!(answer.unwrap(), TryAnswer::Go(left));
    }
    let mut waits = Vec::new();
    for _ in 0..8 {
        // From another address the name has to wait as well, and the address with another name.
        for subjects in [["name:mara", "address:b"], ["name:ana", "address:a"]] {
            let answer = home.again().await.take_try(&subjects, now).await.unwrap();
            assert!(matches!(answer, TryAnswer::Wait(until) if until > now));
        }
        let answer = store.take_try(&["name:mara", "address:a"], now).await;
        let TryAnswer::Wait(until) = answer.unwrap() else {
            panic!("no wait");
        };
        waits.push((until - now).as_secs());
        now = until;
        let answer = store.take_try(&["name:mara", "address:a"], now).await;
        assert_eq!(answer.unwrap(), TryAnswer::Go(0));
    }
    assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1800, 1800]);
    let others = store.take_try(&["name:ana", "address:b"], now).await;
    assert_eq!(others.unwrap(), TryAnswer::Go(4));
    store.forget_tries(&["name:mara"]).await.unwrap();
    let elsewhere = store.take_try(&["name:mara", "address:c"], now).await;
    assert_eq!(elsewhere.unwrap(), TryAnswer::Go(4));
    let next_day = now + SignedDuration::from_hours(24);
    let again = store.take_try(&["address:a"], next_day).await;
    assert_eq!(again.unwrap(), TryAnswer::Go(4));
}

#[tokio::test]
async fn of_many_passwords_at_once_five_are_looked_at() {
    let home = Home::new().await;
    let mut trying = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let store = home.store.clone();
        trying.spawn(async move {
            let answer = store.take_try(&["name:mara"], start()).await;
            matches!(answer.unwrap(), TryAnswer::Go(_))
        });
    }
    let gone = trying.join_all().await.into_iter().filter(|it| *it).count();
    assert_eq!(gone, 5);
}
