//! People: names, roles, passwords as hashes, and somebody who may always change things.

use exmetrics_store::{NewPerson, NewSession, Pass, Person, Role, Store, StoreErrorKind};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{Home, at, start};

pub(crate) async fn add(store: &Store, name: &str, role: Role) -> Person {
    let hash = SecretString::from(format!("hash of {name}"));
    let new = NewPerson {
        name,
        role,
        password_hash: Some(&hash),
    };
    store.add_person(&new, start()).await.unwrap()
}

#[tokio::test]
async fn a_person_comes_back_as_added_and_a_name_is_taken_in_any_case() {
    let home = Home::new().await;
    assert!(!home.store.has_passwords().await.unwrap());
    let mara = add(&home.store, "  Some One ", Role::Viewer).await;
    assert_eq!(
        (mara.name.as_str(), mara.role, mara.has_password),
        ("Some One", Role::Viewer, true)
    );
    assert_eq!(home.again().await.person("SOME one").await.unwrap(), mara);
    assert!(home.store.has_passwords().await.unwrap());

    let hash = SecretString::from("another");
    let again = NewPerson {
        name: "some ONE",
        role: Role::Admin,
        password_hash: Some(&hash),
    };
    let error = home.store.add_person(&again, start()).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Taken);
    let (_, hash) = home.store.password_hash("SOME ONE").await.unwrap().unwrap();
    assert_eq!(hash.expose_secret(), "hash of   Some One ");
    assert!(home.store.password_hash("Ana").await.unwrap().is_none());
    let error = home.store.person("Some Ona").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no person 'Some Ona'; did you mean 'Some One'?"
    );
}

#[tokio::test]
async fn somebody_always_stays_an_administrator() {
    let home = Home::new().await;
    let store = &home.store;
    let mara = add(store, "Mara", Role::Admin).await;
    let ana = add(store, "Ana", Role::Viewer).await;
    for refused in [
        store.remove_person(&mara.id).await,
        store.set_role(&mara.id, Role::Viewer).await,
    ] {
        assert_eq!(refused.unwrap_err().kind, StoreErrorKind::InUse);
    }
    store.set_role(&ana.id, Role::Admin).await.unwrap();
    store.set_role(&mara.id, Role::Viewer).await.unwrap();
    store.remove_person(&mara.id).await.unwrap();
    let gone = store.remove_person(&mara.id).await.unwrap_err();
    assert_eq!(gone.kind, StoreErrorKind::NotFound);
    assert_eq!(store.people().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_link_lets_in_the_first_administrator_or_makes_one() {
    let home = Home::new().await;
    let store = &home.store;
    add(store, "you", Role::Viewer).await;
    let made = store.first_administrator(start()).await.unwrap();
    assert_eq!(
        (made.name.as_str(), made.role, made.has_password),
        ("you 2", Role::Admin, false)
    );
    let again = store.first_administrator(start()).await.unwrap();
    assert_eq!(again, made);
}

#[tokio::test]
async fn the_issuer_decides_over_its_people_and_over_no_others() {
    let home = Home::new().await;
    let store = &home.store;
    let with_password = add(store, "mara@contoso.example", Role::Admin).await;
    let subject = "https://login.example 1234";
    let came = store
        .openid_person(subject, "mara@contoso.example", Role::Viewer, start())
        .await
        .unwrap();
    assert_ne!(came.id, with_password.id, "a name alone is nobody");
    assert_eq!(came.name, "mara@contoso.example 2");
    let again = store
        .openid_person(subject, "some.one@contoso.example", Role::Admin, start())
        .await
        .unwrap();
    assert_eq!(
        (again.id, again.name.as_str(), again.role),
        (came.id, "some.one@contoso.example", Role::Admin)
    );
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_removal_ends_all() {
    let home = Home::new().await;
    let store = &home.store;
    add(store, "Root", Role::Admin).await;
    let mara = add(store, "Mara", Role::Admin).await;
    let passes = [Pass::new(""), Pass::new("")];
    let mut sessions = Vec::new();
    for pass in &passes {
        let new = NewSession {
            pass,
            person_id: &mara.id,
            agent: "Firefox",
            address: "10.0.0.1",
        };
        sessions.push(store.begin_session(&new, start()).await.unwrap());
    }
    let later = at("2026-11-23T08:05:00Z");
    let hash = SecretString::from("new hash");
    store
        .set_password(&mara.id, &hash, Some(&sessions[0].id))
        .await
        .unwrap();
    assert!(store.session(&passes[0], later).await.unwrap().is_some());
    assert!(store.session(&passes[1], later).await.unwrap().is_none());
    store.remove_person(&mara.id).await.unwrap();
    assert!(store.session(&passes[0], later).await.unwrap().is_none());
}
