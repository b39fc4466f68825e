//! DataSets through the API.

use serde_json::{Value, json};

use crate::{
    api::world::World,
    api::{REPORT, dataset, texts},
};

#[tokio::test]
async fn a_dataset_is_made_in_the_words_of_the_command_line() {
    let world = World::new().await;
    let account = world.account("Contoso").await;
    let made = world
        .admin(
            "POST",
            "/datasets",
            json!({ "name": "mail", "report": "Email Activity User Detail", "accounts": [account.id, "contoso"],
                    "from_days_back": 10, "to": "2026-11-20", "update": "upsert",
                    "key": ["user_principal_name"], "schedule": "daily at 06:00",
                    "retry_every_seconds": 900, "retry_times": 3, "tags": ["a"], "description": "what for" }),
        )
        .await;
    let body = made.with(201);
    assert_eq!(body["accounts"], json!(["Contoso"]));
    assert_eq!(
        body["details"],
        json!({ "range": { "from": { "days_back": 10 }, "to": { "on": "2026-11-20" } } })
    );
    assert_eq!(
        (&body["update"], &body["key"]),
        (&json!("upsert"), &json!(["user_principal_name"]))
    );
    assert_eq!(
        (&body["state"], &body["rows"]),
        (&json!("never_run"), &json!(3))
    );
    assert_eq!(
        body["columns"][1],
        json!({ "name": "send_count", "type": "bigint" })
    );
    assert!(body["next_run_at"].is_string());
    let place = made.header("location").strip_prefix("/api/v1").unwrap();
    let shown = world.get(place).await;
    assert_eq!(shown.with(200), body);
    assert_eq!(shown.header("etag"), made.header("etag"));
    assert_eq!(
        world.get("/datasets/MAIL").await.with(200)["id"],
        body["id"]
    );
}

#[tokio::test]
async fn to_keep_every_day_is_one_word_and_it_is_due_at_once() {
    let world = World::new().await;
    world.account("Contoso").await;
    let body =
        json!({ "name": "all", "report": REPORT, "accounts": ["Contoso"], "keep_every_day": true });
    let made = world
        .admin("POST", "/datasets", body.clone())
        .await
        .with(201);
    assert_eq!(
        (&made["update"], &made["schedule"]),
        (&json!("partition"), &json!("daily at 06:00"))
    );
    let service = world.get("/service").await.with(200);
    assert_eq!(service["queue"][0]["dataset"], json!("all"));
    let mut both = body;
    both["days_back"] = json!(3);
    let (what, _) = world.admin("POST", "/datasets", both).await.problem(422);
    assert!(what.contains("keep_every_day"), "{what}");
}

#[tokio::test]
async fn details_that_cannot_be_are_refused() {
    let world = World::new().await;
    world.account("Contoso").await;
    for (details, named) in [
        (json!({}), "details"),
        (json!({ "period": "D7", "days_back": 3 }), "more than one"),
        (json!({ "period": "D8" }), "D8"),
        (json!({ "from_days_back": 3 }), "last day"),
        (
            json!({ "from": "2026-11-20", "to": "2026-11-10" }),
            "before it begins",
        ),
        (json!({ "days_back": 3, "update": "magic" }), "magic"),
        (
            json!({ "days_back": 3, "key": ["user_principal_name"] }),
            "upsert",
        ),
        (
            json!({ "days_back": 3, "schedule": "whenever" }),
            "whenever",
        ),
        (json!({ "days_back": 3, "retry_times": -1 }), "retry_times"),
        (
            json!({ "days_back": 3, "retry_every_seconds": 0 }),
            "retry_every_seconds",
        ),
        (json!({ "days_back": 3, "tags": [""] }), "tags"),
        (json!({ "days_back": 3, "accounts": [] }), "accounts"),
        (json!({ "days_back": 3, "report": "nothing" }), "report"),
    ] {
        let mut body = json!({ "name": "mail", "report": REPORT, "accounts": ["Contoso"] });
        for (name, value) in details.as_object().unwrap() {
            body[name] = value.clone();
        }
        let (what, _) = world.admin("POST", "/datasets", body).await.problem(422);
        assert!(what.contains(named), "{details}: {what}");
    }
    assert!(world.store().datasets().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_stale_edit_changes_nothing() {
    let world = World::new().await;
    world.account("Contoso").await;
    let made = dataset(&world, "mail", "Contoso").await;
    let path = format!("/datasets/{}", made["id"].as_str().unwrap());
    let seen = world.get(&path).await.header("etag").to_owned();
    let edit = |etag: &str, body: Value| {
        let mut request = world.request(exmetrics_store::Scope::Admin, "PATCH", &path, &body);
        request
            .headers_mut()
            .insert("if-match", etag.parse().unwrap());
        world.send(request)
    };
    let first = edit(
        &seen,
        json!({ "schedule": "daily at 07:00", "tags": ["x"] }),
    )
    .await;
    assert_eq!(first.with(200)["schedule"], json!("daily at 07:00"));
    edit(&seen, json!({ "schedule": null })).await.problem(412);
    let second = edit(first.header("etag"), json!({ "schedule": null }))
        .await
        .with(200);
    assert_eq!(
        (&second["schedule"], &second["tags"]),
        (&Value::Null, &json!(["x"]))
    );
    edit("*", json!({ "name": "post" })).await.with(200);
    world.get("/datasets/post").await.with(200);

    dataset(&world, "other", "Contoso").await;
    world
        .admin("PATCH", &path, json!({ "name": "OTHER", "tags": [] }))
        .await
        .problem(409);
    assert_eq!(world.get(&path).await.with(200)["tags"], json!(["x"]));
}

#[tokio::test]
async fn a_list_is_searched_filtered_and_sorted() {
    let world = World::new().await;
    let one = world.account("One").await;
    world.account("Two").await;
    for (name, account) in [("beta", "One"), ("alpha", "Two"), ("gamma", "One")] {
        dataset(&world, name, account).await;
    }
    let names = async |question: &str| {
        let page = world.get(&format!("/datasets{question}")).await.with(200);
        texts(&page, "name").join(" ")
    };
    assert_eq!(names("").await, "alpha beta gamma");
    assert_eq!(names("?sort=-name").await, "gamma beta alpha");
    assert_eq!(names("?sort=created_at").await, "beta alpha gamma");
    assert_eq!(names(&format!("?account={}", one.id)).await, "beta gamma");
    assert_eq!(names("?account=two").await, "alpha");
    assert_eq!(names("?search=AMM").await, "gamma");
    assert_eq!(names("?state=never_run&limit=1").await, "alpha");
    assert_eq!(names("?state=failing").await, "");
    let page = world.get("/datasets?sort=-name&limit=2").await.with(200);
    let next = page["next"]
        .as_str()
        .unwrap()
        .strip_prefix("/api/v1")
        .unwrap();
    assert_eq!(texts(&world.get(next).await.with(200), "name"), ["alpha"]);
}

#[tokio::test]
async fn a_change_is_written_down_with_the_token_that_made_it() {
    let world = World::new().await;
    world.account("Contoso").await;
    dataset(&world, "mail", "Contoso").await;
    let filter = exmetrics_store::AuditFilter::default();
    let entries = world.store().audit(&filter, None, 10).await.unwrap();
    let entry = entries
        .iter()
        .find(|entry| entry.what == "dataset.made")
        .unwrap();
    assert_eq!(
        (entry.who.as_str(), entry.subject.as_str()),
        ("admin", "mail")
    );
}
