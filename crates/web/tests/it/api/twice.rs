//! A request that is sent twice is done once.

use exmetrics_store::Scope;
use serde_json::{Value, json};

use crate::{
    api::REPORT,
    api::world::{Answer, World},
};

fn mail(name: &str) -> Value {
    json!({ "name": name, "report": REPORT, "accounts": ["Contoso"], "days_back": 3 })
}

async fn make(world: &World, scope: Scope, key: &str, body: &Value) -> Answer {
    let mut request = world.request(scope, "POST", "/datasets", body);
    request
        .headers_mut()
        .insert("idempotency-key", key.parse().unwrap());
    world.send(request).await
}

#[tokio::test]
async fn under_the_same_key_it_is_answered_as_before() {
    let world = World::new().await;
    world.account("Contoso").await;
    let first = make(&world, Scope::Admin, "one", &mail("mail")).await;
    let body = first.with(201);
    let again = make(&world, Scope::Admin, "one", &mail("mail")).await;
    assert_eq!(again.with(201), body);
    for header in ["location", "etag", "content-type"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(world.store().datasets().await.unwrap().len(), 1);
    // Without the key it is another one.
    world
        .admin("POST", "/datasets", mail("mail"))
        .await
        .problem(409);
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let world = World::new().await;
    world.account("Contoso").await;
    make(&world, Scope::Admin, "one", &mail("mail"))
        .await
        .with(201);
    let (what, _) = make(&world, Scope::Admin, "one", &mail("other"))
        .await
        .problem(422);
    assert!(what.contains("Idempotency-Key"), "{what}");
    make(&world, Scope::Admin, " ", &mail("other"))
        .await
        .problem(422);
    make(&world, Scope::Admin, &"k".repeat(256), &mail("other"))
        .await
        .problem(422);
    assert_eq!(world.store().datasets().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_refused_may_be_put_right_and_sent_again() {
    let world = World::new().await;
    world.account("Contoso").await;
    make(&world, Scope::Read, "one", &mail("mail"))
        .await
        .problem(403);
    make(&world, Scope::Admin, "one", &json!({ "name": "mail" }))
        .await
        .problem(422);
    make(&world, Scope::Admin, "one", &mail("mail"))
        .await
        .with(201);
}

#[tokio::test]
async fn a_twin_at_the_same_time_is_told_to_wait() {
    let world = World::new().await;
    world.account("Contoso").await;
    let request = || {
        let mut request = world.request(Scope::Admin, "POST", "/datasets", &mail("slow"));
        request
            .headers_mut()
            .insert("idempotency-key", "one".parse().unwrap());
        request
    };
    let first = tokio::spawn(tower::ServiceExt::oneshot(world.site.clone(), request()));
    while world.tables.asked.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let (_, next) = world.send(request()).await.problem(409);
    assert!(!next.is_empty());
    world.tables.go_on.notify_waiters();
    assert_eq!(first.await.unwrap().unwrap().status(), 201);
    world.send(request()).await.with(201);
    assert_eq!(world.store().datasets().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_begun_is_done_though_nobody_waits_for_it() {
    let world = World::new().await;
    world.account("Contoso").await;
    let request = || {
        let mut request = world.request(Scope::Admin, "POST", "/datasets", &mail("slow"));
        request
            .headers_mut()
            .insert("idempotency-key", "one".parse().unwrap());
        request
    };
    let first = tokio::spawn(tower::ServiceExt::oneshot(world.site.clone(), request()));
    while world.tables.asked.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    first.abort();
    let _ = first.await;
    world.tables.go_on.notify_waiters();
    let again = loop {
        let again = world.send(request()).await;
        if again.status != 409 {
            break again;
        }
        tokio::task::yield_now().await;
    };
    again.with(201);
    assert_eq!(world.store().datasets().await.unwrap().len(), 1);
}
