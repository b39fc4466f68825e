//! API tokens: how far each reaches, and until when.

use exmetrics_store::{NewToken, Pass, Person, Role, Scope, StoreErrorKind};
use jiff::Timestamp;

use crate::{Home, at, people::add, start};

pub(crate) struct Wanted {
    name: String,
    pass: Pass,
    person_id: String,
    pub(crate) scope: Scope,
    pub(crate) expires_at: Option<Timestamp>,
}

pub(crate) fn new(name: &str, pass: &Pass, person: &Person) -> Wanted {
    Wanted {
        name: name.to_owned(),
        pass: pass.clone(),
        person_id: person.id.clone(),
        scope: Scope::Admin,
        expires_at: None,
    }
}

impl Wanted {
    pub(crate) fn as_new(&self) -> NewToken<'_> {
        NewToken {
            name: &self.name,
            pass: &self.pass,
            scope: self.scope,
            person_id: Some(&self.person_id),
            expires_at: self.expires_at,
        }
    }
}

#[tokio::test]
async fn a_token_is_known_by_its_word_until_it_ends() {
    let home = Home::new().await;
    let store = &home.store;
    let mara = add(store, "Mara", Role::Admin).await;
    let pass = Pass::new("exm_");
    let mut wanted = new(" Airflow ", &pass, &mara);
    wanted.scope = Scope::Run;
    wanted.expires_at = Some(at("2026-12-01T00:00:00Z"));
    let made = store.add_token(&wanted.as_new(), start()).await.unwrap();
    assert_eq!(
        (made.name.as_str(), made.scope, made.person.as_deref()),
        ("Airflow", Scope::Run, Some("Mara"))
    );
    assert_eq!(made.beginning, pass.reveal()[..8]);
    let taken = store.add_token(&wanted.as_new(), start()).await;
    assert_eq!(taken.unwrap_err().kind, StoreErrorKind::Taken);

    let used = |pass: Pass, now| async move { store.use_token(&pass, "10.0.0.7", now).await };
    let found = used(pass.clone(), start()).await.unwrap().unwrap();
    assert_eq!(found.id, made.id);
    assert!(used(Pass::new("exm_"), start()).await.unwrap().is_none());
    let end = at("2026-12-01T00:00:00Z");
    assert!(used(pass.clone(), end).await.unwrap().is_none());
    let listed = &store.tokens().await.unwrap()[0];
    assert_eq!(listed.last_used, Some(start()));
    assert_eq!(listed.last_address.as_deref(), Some("10.0.0.7"));

    assert_eq!(store.token("AIRFLOW").await.unwrap().id, made.id);
    store.revoke_token(&made.id).await.unwrap();
    assert!(used(pass, start()).await.unwrap().is_none());
    let gone = store.revoke_token(&made.id).await.unwrap_err();
    assert_eq!(gone.kind, StoreErrorKind::NotFound);
}

#[tokio::test]
async fn a_token_reaches_no_farther_than_whoever_made_it_and_ends_with_that_person() {
    let home = Home::new().await;
    let store = &home.store;
    add(store, "Root", Role::Admin).await;
    let mara = add(store, "Mara", Role::Admin).await;
    let pass = Pass::new("exm_");
    let wanted = new("Airflow", &pass, &mara);
    store.add_token(&wanted.as_new(), start()).await.unwrap();
    let scope = || async {
        let used = store.use_token(&pass, "", start()).await.unwrap();
        used.map(|token| token.scope)
    };
    assert_eq!(scope().await, Some(Scope::Admin));
    store.set_role(&mara.id, Role::Viewer).await.unwrap();
    assert_eq!(scope().await, Some(Scope::Read));
    store.remove_person(&mara.id).await.unwrap();
    assert_eq!(scope().await, None);
}
