//! Runs through the API.

use exmetrics_catalog::{Ask, Plan, PlannedRequest};
use exmetrics_store::{NewRun, Run, RunState, Scope};
use jiff::ToSpan as _;
use serde_json::{Value, json};

use crate::{
    api::world::World,
    api::{dataset, texts},
};

/// A run that began so many minutes ago, ended as said.
async fn run(world: &World, dataset: &Value, minutes: i64, state: RunState) -> Run {
    let id = dataset["id"].as_str().unwrap();
    let known = world.store().dataset_by_id(id).await.unwrap();
    let plan = Plan {
        requests: vec![PlannedRequest {
            ask: Ask::Date("2026-11-20".parse().unwrap()),
            keep: None,
        }],
        ..Plan::default()
    };
    let plans: Vec<_> = known
        .accounts
        .into_iter()
        .map(|(id, name)| (id, name, plan.clone()))
        .collect();
    let new = NewRun {
        dataset_id: id,
        full: false,
        machine: "m",
        plans: &plans,
    };
    let at = world.engine.clock().now() - minutes.minutes();
    let run = world.store().begin_run(&new, at).await.unwrap();
    if state == RunState::Running {
        return run;
    }
    let ended = Run {
        state,
        ended_at: Some(at + 1.minute()),
        message: Some("said".into()),
        ..run
    };
    world.store().end_run(&ended, &[]).await.unwrap();
    world.store().run(&ended.id).await.unwrap()
}

#[tokio::test]
async fn the_list_is_filtered_and_comes_page_by_page() {
    let world = World::new().await;
    let one = world.account("One").await;
    world.account("Two").await;
    let mail = dataset(&world, "mail", "One").await;
    let teams = dataset(&world, "teams", "Two").await;
    for (minutes, state) in [
        (50, RunState::Failed),
        (40, RunState::Succeeded),
        (30, RunState::Failed),
    ] {
        run(&world, &mail, minutes, state).await;
    }
    // Two that began at the same moment.
    run(&world, &teams, 30, RunState::Partial).await;
    let page = world.get("/runs?limit=3").await.with(200);
    assert_eq!(texts(&page, "dataset"), ["teams", "mail", "mail"]);
    assert_eq!(texts(&page, "state"), ["partial", "failed", "succeeded"]);
    let next = page["next"]
        .as_str()
        .unwrap()
        .strip_prefix("/api/v1")
        .unwrap();
    let rest = world.get(next).await.with(200);
    assert_eq!(
        (texts(&rest, "state"), &rest["next"]),
        (vec!["failed".into()], &Value::Null)
    );
    for (question, count) in [
        ("state=failed".to_owned(), 2),
        ("dataset=mail".to_owned(), 3),
        (format!("account={}", one.id), 3),
        ("dataset=teams&account=One".to_owned(), 0),
        ("dataset=mail&state=succeeded&limit=1".to_owned(), 1),
    ] {
        let page = world.get(&format!("/runs?{question}")).await.with(200);
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{question}");
    }
}

#[tokio::test]
async fn a_run_is_shown_with_its_accounts_and_requests() {
    let world = World::new().await;
    world.account("One").await;
    let mail = dataset(&world, "mail", "One").await;
    let run = run(&world, &mail, 5, RunState::Running).await;
    let shown = world.get(&format!("/runs/{}", run.id)).await.with(200);
    assert_eq!(
        (&shown["state"], &shown["dataset"]),
        (&json!("running"), &json!("mail"))
    );
    assert_eq!(shown["accounts"][0]["name"], json!("One"));
    assert_eq!(
        (
            &shown["requests"][0]["account"],
            &shown["requests"][0]["state"]
        ),
        (&json!("One"), &json!("pending"))
    );
}

#[tokio::test]
async fn a_run_is_cancelled_once() {
    let world = World::new().await;
    world.account("One").await;
    let mail = dataset(&world, "mail", "One").await;
    let run = run(&world, &mail, 5, RunState::Running).await;
    let path = format!("/runs/{}/cancel", run.id);
    let cancelled = world
        .ask(Scope::Run, "POST", &path, &Value::Null)
        .await
        .with(200);
    assert_eq!(cancelled["state"], json!("cancelled"));
    let (what, _) = world
        .ask(Scope::Run, "POST", &path, &Value::Null)
        .await
        .problem(409);
    assert!(what.contains("cancelled"), "{what}");
}

#[tokio::test]
async fn what_failed_goes_into_the_queue_again() {
    let world = World::new().await;
    world.account("One").await;
    let mail = dataset(&world, "mail", "One").await;
    let good = run(&world, &mail, 9, RunState::Succeeded).await;
    let retry = |run: &Run| {
        let path = format!("/runs/{}/retry", run.id);
        let world = &world;
        async move { world.ask(Scope::Run, "POST", &path, &Value::Null).await }
    };
    retry(&good).await.problem(409);
    let bad = run(&world, &mail, 5, RunState::Failed).await;
    let queued = retry(&bad).await.with(202);
    assert_eq!(queued["state"], json!("queued"));
    let jobs = world.store().jobs().await.unwrap();
    assert_eq!(jobs[0].run_id.as_deref(), Some(bad.id.as_str()));
    // A whole run asks for it, too; a retry does not make less of it.
    let now = world.engine.clock().now();
    let id = mail["id"].as_str().unwrap();
    world
        .ask(
            Scope::Run,
            "POST",
            &format!("/datasets/{id}/run?full=true"),
            &Value::Null,
        )
        .await
        .with(202);
    retry(&bad).await.with(202);
    let jobs = world.store().jobs().await.unwrap();
    assert_eq!(
        (jobs.len(), jobs[0].run_id.as_deref(), jobs[0].full),
        (1, None, true)
    );
    // A worker has it.
    world.store().take_jobs("w", 1, now, now).await.unwrap();
    retry(&bad).await.problem(409);
    world
        .ask(
            Scope::Run,
            "POST",
            &format!("/datasets/{id}/run"),
            &Value::Null,
        )
        .await
        .problem(409);
}
