//! What cannot be meant is refused by name; who may not is told why.

use axum::{body::Body, http::Request};
use exmetrics_store::{NewSession, Pass, Scope};
use serde_json::{Value, json};

use crate::api::{dataset, world::World};

#[tokio::test]
async fn nobody_gets_in_without_a_token() {
    let world = World::new().await;
    for path in ["/api/v1/datasets", "/api/v1/nothing"] {
        let answer = world
            .send(Request::get(path).body(Body::empty()).unwrap())
            .await;
        answer.problem(401);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let request = Request::get("/api/v1/datasets").header("authorization", "Bearer exm_wrong");
    world
        .send(request.body(Body::empty()).unwrap())
        .await
        .problem(401);
}

#[tokio::test]
async fn a_token_reaches_as_far_as_its_scope() {
    let world = World::new().await;
    world.account("Contoso").await;
    let id = dataset(&world, "mail", "Contoso").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let run = format!("/datasets/{id}/run");
    let (what, next) = world
        .ask(Scope::Read, "POST", &run, &Value::Null)
        .await
        .problem(403);
    assert!(what.contains("read") && what.contains("run"), "{what}");
    assert!(!next.is_empty());
    world
        .ask(Scope::Run, "POST", &run, &Value::Null)
        .await
        .with(202);
    let path = format!("/datasets/{id}");
    world
        .ask(Scope::Run, "DELETE", &path, &Value::Null)
        .await
        .problem(403);
    world
        .ask(Scope::Run, "PATCH", &path, &json!({}))
        .await
        .problem(403);
    world
        .ask(Scope::Run, "POST", "/accounts", &json!({}))
        .await
        .problem(403);
    world
        .ask(Scope::Admin, "DELETE", &path, &Value::Null)
        .await
        .with(200);
    let own = world.get("/token").await.with(200);
    assert_eq!(
        (&own["name"], &own["scope"]),
        (&json!("read"), &json!("read"))
    );
}

#[tokio::test]
async fn a_person_may_look_with_the_cookie_and_change_nothing_with_it() {
    let world = World::new().await;
    let now = world.engine.clock().now();
    let person = world.store().first_administrator(now).await.unwrap();
    let pass = Pass::new("");
    let new = NewSession {
        pass: &pass,
        person_id: &person.id,
        agent: "a test",
        address: "",
    };
    world.store().begin_session(&new, now).await.unwrap();
    let cookie = format!("exmetrics_session={}", pass.reveal());
    let with = |method: &str, path: &str| {
        Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", &cookie)
            .body(Body::empty())
            .unwrap()
    };
    let token = world.send(with("GET", "/api/v1/token")).await.with(200);
    assert_eq!(token["name"], json!(person.name));
    let changing = world.send(with("POST", "/api/v1/query")).await;
    changing.problem(401);
}

#[tokio::test]
async fn what_is_not_known_is_named() {
    let world = World::new().await;
    world.account("Contoso").await;
    for (path, named) in [
        ("/datasets?serach=x", "serach"),
        ("/datasets?limit=many", "limit"),
        ("/datasets?limit=0", "limit"),
        ("/datasets?limit=5000", "limit"),
        ("/datasets?state=fine", "fine"),
        ("/datasets?sort=size", "size"),
        ("/datasets?cursor=here", "cursor"),
        ("/datasets?account=Nobody", "Nobody"),
        ("/runs?dataset=Nothing", "Nothing"),
        ("/runs?limit=1&limit=2", "limit"),
        ("/service?full=true", "full"),
        ("/accounts/Contoso?x=1", "x"),
    ] {
        let (what, _) = world.get(path).await.problem(422);
        assert!(what.contains(named), "{path}: {what}");
    }
    let body = json!({ "name": "a", "report": "b", "accounts": [], "colour": "red" });
    let (what, _) = world.admin("POST", "/datasets", body).await.problem(422);
    assert!(what.contains("colour"), "{what}");
    let body = json!({ "name": 7, "report": "b", "accounts": [] });
    let (what, _) = world.admin("POST", "/datasets", body).await.problem(422);
    assert!(what.contains("name"), "{what}");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let world = World::new().await;
    let post = |kind: &str, body: Vec<u8>| {
        Request::post("/api/v1/query")
            .header(
                "authorization",
                format!("Bearer {}", world.token(Scope::Read)),
            )
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap()
    };
    world
        .send(post("application/json", b"{".to_vec()))
        .await
        .problem(400);
    world
        .send(post("text/plain", b"{}".to_vec()))
        .await
        .problem(415);
    let large = json!({ "sql": "x".repeat(2 << 20) })
        .to_string()
        .into_bytes();
    world
        .send(post("application/json", large.clone()))
        .await
        .problem(413);
    let mut again = post("application/json", large);
    again
        .headers_mut()
        .insert("idempotency-key", "large".parse().unwrap());
    world.send(again).await.problem(413);
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let world = World::new().await;
    let no_such = "0198c0de-0000-7000-8000-000000000000";
    for path in [
        "/nothing".to_owned(),
        "/reports/nothing".to_owned(),
        "/accounts/nobody".to_owned(),
        format!("/accounts/{no_such}"),
        format!("/datasets/{no_such}"),
        format!("/datasets/{no_such}/rows"),
        format!("/runs/{no_such}"),
        "/runs/0".to_owned(),
        "/datasets/%00".to_owned(),
    ] {
        world.get(&path).await.problem(404);
    }
    world.get("/datasets/%ff").await.problem(400);
    for (method, path) in [("PATCH", "/datasets/mail"), ("PATCH", "/accounts/Contoso")] {
        world.admin(method, path, json!({})).await.problem(404);
    }
}
