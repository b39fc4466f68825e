//! Accounts through the API.

use serde_json::{Value, json};

use crate::{
    api::world::World,
    api::{dataset, texts},
};

const SECRET: &str = "planted-secret-1";

fn new(name: &str) -> Value {
    json!({ "name": name, "tenant": "contoso.example", "client_id": "1234", "client_secret": SECRET,
            "no_check": true })
}

#[tokio::test]
async fn an_account_lives_from_its_first_name_to_its_end() {
    let world = World::new().await;
    let made = world.admin("POST", "/accounts", new("Contoso")).await;
    let body = made.with(201);
    assert!(!String::from_utf8_lossy(&made.bytes).contains(SECRET));
    assert_eq!(
        (&body["sign_in"], &body["state"]),
        (&json!("client_secret"), &json!("unchecked"))
    );
    assert_eq!(
        (&body["cloud"]["name"], &body["check"]),
        (&json!("global"), &Value::Null)
    );
    let id = body["id"].as_str().unwrap().to_owned();
    assert_eq!(
        world.get("/accounts/contoso").await.with(200)["id"],
        json!(id)
    );

    world
        .admin("POST", "/accounts", new("CONTOSO"))
        .await
        .problem(409);
    let path = format!("/accounts/{id}");
    let renamed = world
        .admin("PATCH", &path, json!({ "name": "Fabrikam" }))
        .await
        .with(200);
    assert_eq!(
        (&renamed["name"], &renamed["label"]),
        (&json!("Fabrikam"), &json!("Contoso"))
    );
    let secret = json!({ "client_secret": "another", "no_check": true });
    world.admin("PATCH", &path, secret).await.with(200);

    dataset(&world, "mail", "Fabrikam").await;
    let (what, _) = world.admin("DELETE", &path, Value::Null).await.problem(409);
    assert!(what.contains("mail"), "{what}");
    let mail = world.get("/datasets/mail").await.with(200)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    world
        .admin("DELETE", &format!("/datasets/{mail}"), Value::Null)
        .await
        .with(200);
    world.admin("DELETE", &path, Value::Null).await.with(204);
    world.get(&path).await.problem(404);
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_said() {
    let world = World::new().await;
    let with = |name: &str, value: Value| {
        let mut body = new("Contoso");
        body[name] = value;
        body
    };
    for (field, value, named) in [
        ("client_secret", json!("  "), "client_secret"),
        ("tenant", json!(" "), "tenant"),
        ("cloud", json!("moon"), "moon"),
        ("cloud", json!("custom"), "custom"),
        ("login_url", json!("https://x.example"), "custom"),
        ("name", json!(""), "name"),
    ] {
        let answer = world.admin("POST", "/accounts", with(field, value)).await;
        let (what, _) = answer.problem(422);
        assert!(what.contains(named), "{field}: {what}");
    }
    assert!(world.store().accounts().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_list_comes_page_by_page() {
    let world = World::new().await;
    for name in ["delta", "Alpha", "charlie", "Bravo", "echo"] {
        world.account(name).await;
    }
    let first = world.get("/accounts?limit=2").await.with(200);
    assert_eq!(texts(&first, "name"), ["Alpha", "Bravo"]);
    // What is added before the place where a page ended moves nothing.
    world.account("able").await;
    let next = first["next"]
        .as_str()
        .unwrap()
        .strip_prefix("/api/v1")
        .unwrap();
    let second = world.get(next).await.with(200);
    assert_eq!(texts(&second, "name"), ["charlie", "delta"]);
    let next = second["next"]
        .as_str()
        .unwrap()
        .strip_prefix("/api/v1")
        .unwrap();
    let last = world.get(next).await.with(200);
    assert_eq!(
        (texts(&last, "name"), &last["next"]),
        (vec!["echo".into()], &Value::Null)
    );
    let found = world.get("/accounts?search=ALP").await.with(200);
    assert_eq!(texts(&found, "name"), ["Alpha"]);
}
