//! The document says what is answered, and nothing else.

use std::collections::BTreeSet;

use axum::{body::Body, http::Request};
use exmetrics_store::Scope;
use serde_json::{Value, json};

use crate::api::world::World;

async fn document(world: &World) -> Value {
    let request = Request::get("/api/openapi.json")
        .body(Body::empty())
        .unwrap();
    world.send(request).await.with(200)
}

#[tokio::test]
async fn it_is_open_api_3_1_and_names_every_operation_once() {
    let world = World::new().await;
    let document = document(&world).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut ids = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(ids.insert(id.clone()), "{id} is there twice");
            assert!(operation["summary"].is_string(), "{id} has no summary");
            assert!(operation["tags"].is_array(), "{id} has no tag");
        }
    }
    assert!(ids.len() > 25, "{ids:?}");
}

#[tokio::test]
async fn what_it_lists_is_answered_and_what_it_does_not_list_is_not() {
    let world = World::new().await;
    let document = document(&world).await;
    for (path, item) in document["paths"].as_object().unwrap() {
        let listed: BTreeSet<String> = item
            .as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_uppercase())
            .collect();
        let path = path
            .strip_prefix("/api/v1")
            .unwrap()
            .replace("{id}", "0198c0de-0000-7000-8000-000000000000")
            .replace("{slug}", "nothing");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = world.ask(Scope::Admin, method, &path, &json!({})).await;
            let is_there = answer.status != 405;
            assert_eq!(is_there, listed.contains(method), "{method} {path}");
            if !is_there {
                let allowed = answer.header("allow").to_owned();
                assert!(
                    listed.iter().all(|method| allowed.contains(method)),
                    "{path}: {allowed}"
                );
                answer.problem(405);
            }
        }
    }
}

#[tokio::test]
async fn every_operation_documents_how_it_is_refused() {
    let world = World::new().await;
    let document = document(&world).await;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap();
            for status in [
                "400", "401", "403", "404", "409", "422", "429", "500", "503",
            ] {
                let content = &answers[status]["content"];
                assert!(
                    content["application/problem+json"].is_object(),
                    "{method} {path} {status}"
                );
            }
            let has_body = operation.get("requestBody").is_some();
            assert!(answers.contains_key("415") || !has_body, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn its_words_are_the_words_that_are_sent() {
    use exmetrics_catalog::{CloudName, UpdateMethod};
    use exmetrics_engine::Standing;
    use exmetrics_store::{AccountState, CoverageState, RequestState, RunState, SignIn};
    let world = World::new().await;
    let document = document(&world).await;
    let words = |name: &str| document["components"]["schemas"][name]["enum"].clone();
    let scopes = Scope::ALL.map(Scope::as_str);
    assert_eq!(words("Scope"), json!(scopes));
    assert_eq!(words("CloudName"), json!(CloudName::ALL));
    let methods = [
        UpdateMethod::Replace,
        UpdateMethod::Append,
        UpdateMethod::Upsert,
        UpdateMethod::Partition,
    ];
    assert_eq!(words("UpdateMethod"), json!(methods));
    let standings = [
        Standing::UpToDate,
        Standing::Late,
        Standing::Failing,
        Standing::NeverRun,
    ];
    assert_eq!(words("DataSetState"), json!(standings));
    let sign_ins = [
        SignIn::ClientSecret,
        SignIn::Certificate,
        SignIn::FederatedToken,
        SignIn::Browser,
        SignIn::Device,
    ];
    assert_eq!(words("SignIn"), json!(sign_ins));
    let accounts = [
        AccountState::Unchecked,
        AccountState::Ok,
        AccountState::Failed,
    ];
    assert_eq!(words("AccountState"), json!(accounts));
    let days = [
        CoverageState::Published,
        CoverageState::Empty,
        CoverageState::Awaiting,
        CoverageState::Failed,
        CoverageState::Expired,
    ];
    assert_eq!(words("CoverageState"), json!(days));
    let runs = [
        RunState::Queued,
        RunState::Running,
        RunState::Succeeded,
        RunState::Partial,
        RunState::Failed,
        RunState::Cancelled,
    ];
    assert_eq!(words("RunState"), json!(runs));
    let requests = [
        RequestState::Pending,
        RequestState::Done,
        RequestState::Failed,
    ];
    assert_eq!(words("RequestState"), json!(requests));
}
