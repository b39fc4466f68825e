//! An app by itself, a person who stays signed in, and every refusal.

use std::{
    fmt::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use exmetrics_graph::{Session, Settle, SignInMethod};
use futures::future::join_all;
use serde_json::json;

use crate::support::{
    APP, Host, SECRET, Seen, TENANT, TOKEN, World, answer, json_answer, line, login, token_answer,
};

fn person() -> SignInMethod {
    SignInMethod::Delegated {
        refresh_token: "planted-refresh-1".into(),
    }
}

/// A sign-in host of people: each exchange brings the next refresh token.
async fn rotating() -> Host {
    let count = Mutex::new(1);
    Host::start(move |_| {
        let mut count = count.lock().unwrap();
        *count += 1;
        json_answer(
            200,
            &json!({"token_type": "Bearer", "expires_in": 3600, "access_token": TOKEN,
                "refresh_token": format!("planted-refresh-{count}")}),
        )
    })
    .await
}

fn refresh_tokens(seen: &[Seen]) -> Vec<String> {
    seen.iter()
        .map(|seen| seen.form("refresh_token").unwrap())
        .collect()
}

#[tokio::test]
async fn a_secret_is_exchanged_for_a_token() {
    let world = World::new(login().await, login().await);
    world.session().token().await.unwrap();
    let seen = &world.login.seen()[0];
    assert_eq!(seen.target, format!("/{TENANT}/oauth2/v2.0/token"));
    assert_eq!(seen.header("authorization"), None);
    for (name, value) in [
        ("grant_type", "client_credentials"),
        ("client_id", APP),
        ("client_secret", SECRET),
        ("scope", &format!("{}/.default", world.graph.url)),
    ] {
        assert_eq!(seen.form(name).as_deref(), Some(value), "{name}");
    }
}

#[tokio::test]
async fn one_exchange_at_a_time() {
    let world = World::new(login().await, login().await);
    let session = world.session();
    let tokens = join_all((0..10).map(|_| session.token())).await;
    assert!(tokens.iter().all(Result::is_ok));
    assert_eq!(world.login.seen().len(), 1);

    // All of them had the same token refused: it is renewed once.
    let old = session.token().await.unwrap();
    join_all((0..10).map(|_| session.renew_after_401(&old))).await;
    assert_eq!(world.login.seen().len(), 2);
}

#[tokio::test]
async fn those_who_waited_share_a_failure() {
    let host = Host::start(|_| {
        json_answer(
            401,
            &json!({"error": "invalid_client", "error_description": "AADSTS7000215: x"}),
        )
    })
    .await;
    let world = World::new(host, login().await);
    let session = world.session();
    let outcomes = join_all((0..10).map(|_| session.token())).await;
    assert!(outcomes.iter().all(Result::is_err));
    assert_eq!(world.login.seen().len(), 1);
    // Whoever comes later may find things put right.
    session.token().await.unwrap_err();
    assert_eq!(world.login.seen().len(), 2);
}

#[tokio::test]
async fn a_token_is_renewed_five_minutes_before_its_end() {
    let world = World::new(login().await, login().await);
    let session = world.session();
    for (minutes, exchanges) in [(0, 1), (54, 1), (2, 2), (54, 2), (60, 3)] {
        world.clock.pass(Duration::from_secs(minutes * 60));
        session.token().await.unwrap();
        assert_eq!(world.login.seen().len(), exchanges);
    }
}

#[tokio::test]
async fn the_federated_token_is_read_anew() {
    let folder = std::env::temp_dir().join(format!("exmetrics-graph-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("token");
    let world = World::new(login().await, login().await);
    let session = world.session_by(SignInMethod::FederatedTokenFile(path.clone()));
    let failure = session.token().await.unwrap_err();
    assert_eq!(
        (failure.settle, failure.code.as_str()),
        (Settle::Person, "token-file")
    );

    for token in ["first.federated.token", "second.federated.token"] {
        std::fs::write(&path, format!("{token}\n")).unwrap();
        session.token().await.unwrap();
        world.clock.pass(Duration::from_secs(3600));
        let seen = world.login.seen().pop().unwrap();
        assert_eq!(seen.form("client_assertion").as_deref(), Some(token));
        assert_eq!(
            seen.form("client_assertion_type").as_deref(),
            Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        );
        assert_eq!(seen.form("client_secret"), None);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_new_refresh_token_is_kept_before_the_token_is_used() {
    let world = World::new(rotating().await, login().await);
    let session = world.session_by(person());
    session.token().await.unwrap();
    assert_eq!(*world.keeper.kept.lock().unwrap(), ["planted-refresh-2"]);
    world.clock.pass(Duration::from_secs(3600));
    session.token().await.unwrap();
    assert_eq!(
        *world.keeper.kept.lock().unwrap(),
        ["planted-refresh-2", "planted-refresh-3"]
    );
    assert_eq!(
        refresh_tokens(&world.login.seen()),
        ["planted-refresh-1", "planted-refresh-2"]
    );
    let seen = &world.login.seen()[0];
    assert_eq!(seen.form("grant_type").as_deref(), Some("refresh_token"));
    let graph = &world.graph.url;
    let scope = format!("{graph}/Reports.Read.All {graph}/ReportSettings.Read.All offline_access");
    assert_eq!(seen.form("scope"), Some(scope));
}

#[tokio::test]
async fn a_token_that_could_not_be_kept_is_not_used_and_not_lost() {
    let world = World::new(rotating().await, login().await);
    let session = world.session_by(person());
    *world.keeper.failing.lock().unwrap() = true;
    let failure = session.token().await.unwrap_err();
    assert_eq!(
        (failure.settle, failure.code.as_str()),
        (Settle::TryAgain { at: None }, "keep")
    );
    // Nothing more is exchanged while the store is away.
    session.token().await.unwrap_err();
    assert_eq!(world.login.seen().len(), 1);

    *world.keeper.failing.lock().unwrap() = false;
    session.token().await.unwrap();
    assert_eq!(
        *world.keeper.kept.lock().unwrap(),
        ["planted-refresh-2", "planted-refresh-3"]
    );
    assert_eq!(
        refresh_tokens(&world.login.seen()),
        ["planted-refresh-1", "planted-refresh-2"]
    );
}

#[tokio::test]
async fn the_settings_are_optional() {
    let host = Host::start(|seen| {
        if seen.form("scope").unwrap().contains("ReportSettings") {
            let text = "AADSTS65001: The user or administrator has not consented.";
            let body = json!({"error": "invalid_grant", "error_description": text});
            return json_answer(400, &body);
        }
        token_answer()
    })
    .await;
    let world = World::new(host, login().await);
    let session = world.session_by(person());
    session.token().await.unwrap();
    world.clock.pass(Duration::from_secs(3600));
    session.token().await.unwrap();
    assert_eq!(
        world.login.seen().len(),
        3,
        "it is tried with the settings once"
    );
}

#[tokio::test]
async fn the_token_tells_the_tenant() {
    // {"tid": "0f0f0f0f-0000-4000-8000-00000000abcd"} between two dots.
    let token = "x.eyJ0aWQiOiAiMGYwZjBmMGYtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDBhYmNkIn0.x";
    let host = Host::start(move |_| {
        json_answer(
            200,
            &json!({"token_type": "Bearer", "expires_in": 3600, "access_token": token}),
        )
    })
    .await;
    let world = World::new(host, login().await);
    let credentials = exmetrics_graph::Credentials {
        tenant: "contoso.example".into(),
        client_id: APP.into(),
        cloud: world.cloud(),
        method: SignInMethod::ClientSecret(SECRET.into()),
    };
    let keeper = Arc::clone(&world.keeper);
    let clock = Arc::clone(&world.clock);
    let session = Session::new(credentials, keeper, crate::support::http(), clock as _).unwrap();
    assert_eq!(session.tenant_id(), None);
    session.token().await.unwrap();
    assert_eq!(
        session.tenant_id().as_deref(),
        Some("0f0f0f0f-0000-4000-8000-00000000abcd")
    );
}

#[tokio::test]
async fn faults_of_the_host_pass() {
    for status in [429, 500, 503] {
        let host = Host::start(move |_| answer(status, &[("retry-after", "7")], "busy")).await;
        let world = World::new(host, login().await);
        let failure = world.session().token().await.unwrap_err();
        assert_eq!(
            failure.retry_at().unwrap().to_string(),
            "2026-11-10T08:00:07Z",
            "{status}"
        );
    }
    let mut world = World::new(login().await, login().await);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    world.login.url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failure = world.session().token().await.unwrap_err();
    assert_eq!(failure.settle, Settle::TryAgain { at: None });
}

#[tokio::test]
async fn what_is_no_token_is_said_to_be_none() {
    let stranger = Host::start(|_| token_answer()).await;
    let elsewhere = stranger.url.clone();
    let host = Host::start(move |_| answer(307, &[("location", &elsewhere)], "")).await;
    let world = World::new(host, login().await);
    assert_eq!(world.session().token().await.unwrap_err().code, "no-token");
    assert!(
        stranger.seen().is_empty(),
        "a secret is not carried elsewhere"
    );

    for (status, body) in [
        (200, "<html>Sign in</html>"),
        (200, ""),
        (404, "nothing"),
        (400, "{}"),
    ] {
        let host =
            Host::start(move |_| answer(status, &[("content-type", "text/html")], body)).await;
        let world = World::new(host, login().await);
        let failure = world.session().token().await.unwrap_err();
        assert_eq!(
            (failure.settle, failure.code.as_str()),
            (Settle::Person, "no-token"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_tenant_cannot_change_the_address() {
    let world = World::new(login().await, login().await);
    for tenant in ["", "..", "a/b", "a?b", "a b", "contoso.example/../x", "%2e"] {
        let credentials = exmetrics_graph::Credentials {
            tenant: tenant.into(),
            client_id: APP.into(),
            cloud: world.cloud(),
            method: SignInMethod::ClientSecret(SECRET.into()),
        };
        let keeper = Arc::clone(&world.keeper);
        let clock = Arc::clone(&world.clock);
        let failure =
            Session::new(credentials, keeper, crate::support::http(), clock as _).unwrap_err();
        assert_eq!(failure.settle, Settle::Person, "{tenant}");
    }
}

/// Microsoft's numbers that a person may meet, and OAuth's words without one.
const NUMBERS: &[u32] = &[
    7000215, 7000222, 7000218, 700016, 7000112, 90002, 900023, 50194, 65001, 65004, 90094, 70011,
    1002012, 500011, 50011, 700054, 700082, 70008, 50173, 70000, 54005, 70019, 50076, 50079, 50158,
    53003, 53000, 700027, 700023, 700024, 70021, 50057, 90033, 4711,
];
const WORDS: &[&str] = &[
    "invalid_client",
    "unauthorized_client",
    "invalid_grant",
    "interaction_required",
    "consent_required",
    "invalid_scope",
    "access_denied",
    "temporarily_unavailable",
    "something_new",
    "<b>planted\u{1b}",
];

#[tokio::test]
async fn each_refusal_ends_with_the_sentence_that_a_person_needs() {
    let mut text = String::new();
    let numbered = NUMBERS.iter().map(|number| {
        let description = format!(
            "AADSTS{number}: Something about planted-user@contoso.example. Trace ID: planted-trace \
             Correlation ID: planted-trace Timestamp: 2026-11-10 08:00:00Z"
        );
        json!({"error": "invalid_grant", "error_description": description,
            "error_codes": [number], "trace_id": "planted-trace"})
    });
    let worded = WORDS.iter().map(|word| json!({"error": word}));
    for body in numbered.chain(worded) {
        let host = Host::start(move |_| json_answer(400, &body)).await;
        let world = World::new(host, login().await);
        let failure = world.session().token().await.unwrap_err();
        writeln!(text, "{}", line(&failure)).unwrap();
    }
    assert!(!text.contains("planted"), "{text}");
    insta::assert_snapshot!(text);
}
