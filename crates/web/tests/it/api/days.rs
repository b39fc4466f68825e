//! Plans, days and versions of a DataSet through the API.

use exmetrics_store::{CoverageState, DayFound};
use serde_json::json;

use crate::{
    api::world::World,
    api::{REPORT, dataset, texts},
};

#[tokio::test]
async fn a_plan_says_what_would_be_asked() {
    let world = World::new().await;
    world.account("Contoso").await;
    dataset(&world, "mail", "Contoso").await;
    let plan = world.get("/datasets/mail/plan").await.with(200);
    assert_eq!(plan["kept"], json!(["2026-11-20"]));
    assert_eq!(plan["requests"][0]["date"], json!("2026-11-20"));
    let draft = json!({ "report": REPORT, "accounts": ["Contoso"], "from": "2026-11-20", "to": "2026-11-24" });
    let read = exmetrics_store::Scope::Read;
    let plan = world.ask(read, "POST", "/plan", &draft).await.with(200);
    assert_eq!(plan["too_early"], json!(["2026-11-23", "2026-11-24"]));
}

#[tokio::test]
async fn days_are_asked_for_again() {
    let world = World::new().await;
    let account = world.account("Contoso").await;
    let body = json!({ "name": "mail", "report": REPORT, "accounts": ["Contoso"],
                       "from_days_back": 5, "to_days_back": 1 });
    let made = world.admin("POST", "/datasets", body).await.with(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let found = |day: &str, hash: &str| DayFound {
        day: day.parse().unwrap(),
        state: CoverageState::Published,
        rows: Some(7),
        hash: Some(hash.into()),
        refresh_date: None,
        code: None,
        checked_at: world.engine.clock().now(),
    };
    let days: Vec<_> = (18..=22)
        .map(|day| found(&format!("2026-11-{day}"), "same"))
        .collect();
    world
        .store()
        .note_days(&id, &account.id, &days)
        .await
        .unwrap();
    let plan = world.get(&format!("/datasets/{id}/plan")).await.with(200);
    assert_eq!(plan["requests"], json!([]));

    let path = format!("/datasets/{id}/days");
    let body = json!({ "dates": ["2026-11-20", "2026-01-01"], "account": "Contoso" });
    let again = world.admin("POST", &path, body).await.with(202);
    assert_eq!(again["asked"], json!(["2026-11-20"]));
    assert_eq!(again["left_out"], json!(["2026-01-01"]));
    let plan = world.get(&format!("/datasets/{id}/plan")).await.with(200);
    assert_eq!(plan["kept"], json!(["2026-11-20"]));
    world
        .admin("POST", &path, json!({ "dates": ["2026-01-01"] }))
        .await
        .problem(422);
    world
        .admin("POST", &path, json!({ "dates": [] }))
        .await
        .problem(422);

    let coverage = world
        .get(&format!("/datasets/{id}/coverage?from=2026-11-20&limit=2"))
        .await;
    let coverage = coverage.with(200);
    assert_eq!(texts(&coverage, "date"), ["2026-11-20", "2026-11-21"]);
    let day = &coverage["items"][0];
    assert_eq!(
        (&day["account"], &day["state"], &day["rows"]),
        (&json!("Contoso"), &json!("published"), &json!(7))
    );
    assert_eq!(day["expires_on"], json!("2026-12-18"));
    let next = coverage["next"]
        .as_str()
        .unwrap()
        .strip_prefix("/api/v1")
        .unwrap();
    assert_eq!(
        texts(&world.get(next).await.with(200), "date"),
        ["2026-11-22"]
    );
}

#[tokio::test]
async fn a_version_is_restored_and_the_history_has_them_all() {
    let world = World::new().await;
    world.account("Contoso").await;
    let made = dataset(&world, "mail", "Contoso").await;
    let path = format!("/datasets/{}/restore", made["id"].as_str().unwrap());
    let done = world
        .admin("POST", &path, json!({ "version": 1 }))
        .await
        .with(200);
    assert_eq!(done, json!({ "restored": 1, "version": 3, "rows": 2 }));
    world
        .admin("POST", &path, json!({ "version": 9 }))
        .await
        .problem(422);
    let history = world.get("/datasets/mail/history?limit=2").await.with(200);
    assert_eq!(history["items"][0]["version"], json!(2));
    let next = history["next"]
        .as_str()
        .unwrap()
        .strip_prefix("/api/v1")
        .unwrap();
    assert_eq!(
        world.get(next).await.with(200)["items"][0]["version"],
        json!(0)
    );
}
