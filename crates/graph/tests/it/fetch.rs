//! What is asked, with what, and what is done with a 401.

use exmetrics_catalog::{Cloud, CloudName};
use exmetrics_graph::{Settle, SignInMethod};
use serde_json::json;

use crate::support::{
    APP, SECRET, TENANT, TOKEN, World, answer, collect, csv_report, json_answer, line, login,
    report,
};

const CSV: &str = "\u{feff}Report Refresh Date,Send\r\n2026-11-08,7\r\n";

#[tokio::test]
async fn csv_comes_byte_by_byte() {
    let world = World::with(|_| answer(200, &[("request-id", "id-1")], CSV)).await;
    let reply = world.request(&csv_report(), "D7").await.unwrap();
    assert_eq!(reply.request_id.as_deref(), Some("id-1"));
    assert_eq!(collect(reply).await.unwrap(), CSV);

    let seen = &world.graph.seen()[0];
    assert_eq!(seen.target, "/v1.0/reports/getThingCounts(period='D7')");
    assert_eq!(
        seen.header("authorization"),
        Some("Bearer planted-access-token-1")
    );
    assert!(seen.header("user-agent").unwrap().starts_with("exmetrics/"));
}

#[tokio::test]
async fn an_ask_becomes_an_address() {
    let world = World::with(|_| answer(204, &[], "")).await;
    let beta = json!({"versions": ["beta"]});
    let nothing = json!({"parameters": [], "periods": [], "grain": "current"});
    for (changes, ask) in [
        (json!({}), "D30"),
        (json!({}), "2026-11-01"),
        (beta, "ALL"),
        (nothing, "current"),
        (json!({"format": "json", "json_top": 500}), "D7"),
        (json!({"format": "json"}), "D7"),
    ] {
        assert_eq!(world.read(&report(&changes), ask).await.unwrap(), "");
    }
    insta::assert_snapshot!(world.graph.targets().join("\n"), @r"
    GET /v1.0/reports/getThingCounts(period='D30')
    GET /v1.0/reports/getThingCounts(date=2026-11-01)
    GET /beta/reports/getThingCounts(period='ALL')?$format=text/csv
    GET /v1.0/reports/getThingCounts
    GET /beta/reports/getThingCounts(period='D7')?$format=application/json&$top=500
    GET /beta/reports/getThingCounts(period='D7')?$format=application/json
    ");
}

#[tokio::test]
async fn an_empty_body_is_an_empty_reply() {
    let world = World::with(|_| answer(200, &[], "")).await;
    assert_eq!(world.read(&csv_report(), "D7").await.unwrap(), "");
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let world = World::with(|seen| match seen.header("authorization") {
        Some("Bearer planted-access-token-1") => answer(401, &[], ""),
        _ => answer(200, &[], CSV),
    })
    .await;
    assert_eq!(world.read(&csv_report(), "D7").await.unwrap(), CSV);
    assert_eq!((world.login.seen().len(), world.graph.seen().len()), (2, 2));
}

#[tokio::test]
async fn a_token_refused_twice_is_not_renewed_again() {
    let world = World::with(|_| answer(401, &[], "")).await;
    let failure = world.read(&csv_report(), "D7").await.unwrap_err();
    assert_eq!(failure.settle, Settle::TryAgain { at: None });
    assert_eq!((world.login.seen().len(), world.graph.seen().len()), (2, 2));
}

#[tokio::test]
async fn what_cannot_be_had_is_not_asked() {
    let world = World::with(|_| answer(200, &[], CSV)).await;
    let delegated_only = report(&json!({"permissions": {"delegated": "Reports.Read.All"}}));
    let failure = world.read(&delegated_only, "D7").await.unwrap_err();
    insta::assert_snapshot!(line(&failure), @"
    Person [delegated-only] getThingCounts answers a signed-in person only, not an app by itself
        -> Use an account that a person signs in to (--sign-in browser or device).
    ");

    let cloud = Cloud {
        name: CloudName::UsGov,
        ..world.cloud()
    };
    let session = world
        .session_in(cloud, SignInMethod::ClientSecret(SECRET.into()))
        .unwrap();
    let ask = "D7".parse().unwrap();
    let failure = world
        .graph()
        .request(&session, &csv_report(), ask, true)
        .await
        .unwrap_err();
    insta::assert_snapshot!(line(&failure), @"
    GiveUp [not-offered] getThingCounts is not offered in the cloud us-gov
        -> Leave the report out for this account.
    ");
    assert!(world.login.seen().is_empty() && world.graph.seen().is_empty());
}

#[tokio::test]
async fn a_host_that_is_away_is_tried_again() {
    let mut world = World::with(|_| answer(200, &[], CSV)).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    world.graph.url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failure = world.read(&csv_report(), "D7").await.unwrap_err();
    assert_eq!(
        (failure.settle, failure.code.as_str()),
        (Settle::TryAgain { at: None }, "connect")
    );
    // The request is over for the gate too.
    assert_eq!(world.gate.log.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_host_that_says_nothing_runs_into_the_bound() {
    let mut world = World::with(|_| answer(200, &[], CSV)).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    world.graph.url = format!("http://{}", listener.local_addr().unwrap());
    world.limits.total_timeout = std::time::Duration::from_millis(50);
    let failure = world.read(&csv_report(), "D7").await.unwrap_err();
    assert_eq!(
        (failure.settle, failure.code.as_str()),
        (Settle::TryAgain { at: None }, "timeout")
    );
}

#[tokio::test]
async fn plain_http_is_for_loopback_only() {
    let world = World::new(login().await, login().await);
    let method = SignInMethod::ClientSecret(SECRET.into());
    for (login, graph) in [
        (
            "http://login.contoso.example",
            "https://graph.contoso.example",
        ),
        (
            "https://login.contoso.example",
            "http://graph.contoso.example",
        ),
        (
            "https://login.contoso.example",
            "http://localhost.contoso.example",
        ),
        (
            "https://user:word@login.contoso.example",
            "https://graph.contoso.example",
        ),
        ("ftp://127.0.0.1", "https://graph.contoso.example"),
        ("https://login.contoso.example", "graph"),
    ] {
        let failure = world
            .session_in(Cloud::custom(login, graph), method.clone())
            .unwrap_err();
        assert_eq!(
            (failure.settle, failure.code.as_str()),
            (Settle::Person, "address"),
            "{login}"
        );
    }
}

#[tokio::test]
async fn the_settings_come_flat_or_wrapped() {
    for (body, concealed) in [
        (
            json!({"@odata.context": "x", "displayConcealedNames": true}),
            true,
        ),
        (json!({"value": {"displayConcealedNames": false}}), false),
    ] {
        let world = World::with(move |_| json_answer(200, &body)).await;
        let settings = world
            .graph()
            .report_settings(&world.session())
            .await
            .unwrap();
        assert_eq!(settings.names_concealed, concealed);
        assert_eq!(world.graph.targets(), ["GET /v1.0/admin/reportSettings"]);
        assert!(world.gate.log.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_settings_have_a_permission_of_their_own() {
    let world = World::with(|_| {
        let inner = json!({"error": {"code": "S2SUnauthorized", "message": "Invalid permission."}});
        json_answer(
            403,
            &json!({"error": {"code": "UnknownError", "message": inner.to_string()}}),
        )
    })
    .await;
    let failure = world
        .graph()
        .report_settings(&world.session())
        .await
        .unwrap_err();
    assert_eq!(failure.settle, Settle::Person);
    assert!(
        failure.message.contains("ReportSettings.Read.All"),
        "{failure}"
    );
    assert!(failure.next_step.contains(APP), "{}", failure.next_step);
}

#[tokio::test]
async fn the_tenant_is_what_was_given_or_what_the_token_tells() {
    let world = World::with(|_| answer(204, &[], "")).await;
    assert_eq!(world.session().tenant_id().as_deref(), Some(TENANT));
    assert!(
        !TOKEN.contains('.'),
        "a token that cannot be read does no harm"
    );
}
