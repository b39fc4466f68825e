//! A person's sign-in in a browser: PKCE, state, and a listener that is not put off.

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use exmetrics_graph::{
    AppRegistration, BrowserSignIn, DelegatedScope, Failure, Settle, SignedIn, SystemClock,
    begin_browser_sign_in,
};
use ring::digest;
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::task::JoinHandle;
use url::Url;

use crate::support::{APP, Host, TENANT, TOKEN, TestClock, World, http, json_answer, login};

const ENOUGH: Duration = Duration::from_secs(60);

async fn tokens() -> Host {
    Host::start(|_| {
        json_answer(
            200,
            &json!({"token_type": "Bearer", "expires_in": 3600, "access_token": TOKEN,
                "refresh_token": "planted-refresh"}),
        )
    })
    .await
}

async fn begin(world: &World, scope: DelegatedScope) -> BrowserSignIn {
    let app = AppRegistration {
        tenant: TENANT.into(),
        client_id: APP.into(),
        cloud: world.cloud(),
    };
    let clock = Arc::new(SystemClock::starting_at(None));
    begin_browser_sign_in(app, scope, http(), clock)
        .await
        .unwrap()
}

fn waiting(sign_in: BrowserSignIn) -> JoinHandle<Result<SignedIn, Failure>> {
    tokio::spawn(sign_in.wait(ENOUGH))
}

fn value(url: &Url, name: &str) -> String {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .unwrap()
}

/// A browser: it comes back to where the address says.
async fn visit(url: &Url, path: &str) -> reqwest::Response {
    let back = value(url, "redirect_uri");
    // Not every machine of a build knows the name; the listener is on this address.
    let back = back.replace("localhost", "127.0.0.1");
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    client
        .get(format!("{}{path}", back.trim_end_matches('/')))
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_code_is_redeemed_with_its_verifier() {
    let world = World::new(tokens().await, login().await);
    let sign_in = begin(&world, DelegatedScope::ReportsAndSettings).await;
    let url = Url::parse(sign_in.url()).unwrap();
    let waiting = waiting(sign_in);
    assert!(url.as_str().starts_with(&format!(
        "{}/{TENANT}/oauth2/v2.0/authorize?",
        world.login.url
    )));
    assert_eq!(value(&url, "response_type"), "code");
    assert_eq!(value(&url, "client_id"), APP);
    assert_eq!(value(&url, "code_challenge_method"), "S256");
    let state = value(&url, "state");

    // Strangers, other pages and silence do not disturb it.
    assert_eq!(
        visit(&url, "/?code=stolen&state=guessed").await.status(),
        404
    );
    assert_eq!(visit(&url, "/?code=stolen").await.status(), 404);
    assert_eq!(visit(&url, "/favicon.ico").await.status(), 404);
    let port = Url::parse(&value(&url, "redirect_uri"))
        .unwrap()
        .port()
        .unwrap();
    let _silent = tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .unwrap();
    assert!(world.login.seen().is_empty());

    let page = visit(
        &url,
        &format!("/?code=planted-code&state={state}&session_state=x"),
    )
    .await;
    assert_eq!(page.status(), 200);
    assert!(
        page.text()
            .await
            .unwrap()
            .contains("You can close this window.")
    );

    let signed_in = waiting.await.unwrap().unwrap();
    assert_eq!(signed_in.refresh_token.expose_secret(), "planted-refresh");
    assert_eq!(signed_in.tenant_id.as_deref(), Some(TENANT));
    let seen = &world.login.seen()[0];
    assert_eq!(
        seen.form("grant_type").as_deref(),
        Some("authorization_code")
    );
    assert_eq!(seen.form("code").as_deref(), Some("planted-code"));
    assert_eq!(seen.form("redirect_uri"), Some(value(&url, "redirect_uri")));
    assert_eq!(seen.form("scope"), Some(value(&url, "scope")));
    let verifier = seen.form("code_verifier").unwrap();
    let challenge = digest::digest(&digest::SHA256, verifier.as_bytes());
    assert_eq!(
        BASE64_URL_SAFE_NO_PAD.encode(challenge),
        value(&url, "code_challenge")
    );
}

#[tokio::test]
async fn without_the_settings_the_person_is_asked_again_for_less() {
    let world = World::new(tokens().await, login().await);
    let sign_in = begin(&world, DelegatedScope::ReportsAndSettings).await;
    let url = Url::parse(sign_in.url()).unwrap();
    let waiting = waiting(sign_in);
    let refusal = "error=access_denied&error_description=AADSTS65004%3a+declined";
    let page = visit(&url, &format!("/?{refusal}&state={}", value(&url, "state"))).await;
    assert_eq!(page.status(), 302);
    let second = Url::parse(page.headers()["location"].to_str().unwrap()).unwrap();
    assert!(!value(&second, "scope").contains("ReportSettings"));
    for name in ["state", "code_challenge"] {
        assert_ne!(value(&second, name), value(&url, name), "{name}");
    }
    // The first question is over.
    let stale = visit(&url, &format!("/?code=c&state={}", value(&url, "state"))).await;
    assert_eq!(stale.status(), 404);
    visit(
        &second,
        &format!("/?code=c&state={}", value(&second, "state")),
    )
    .await;
    assert_eq!(
        waiting.await.unwrap().unwrap().scope,
        DelegatedScope::ReportsOnly
    );
}

#[tokio::test]
async fn a_refusal_is_said() {
    let world = World::new(tokens().await, login().await);
    let sign_in = begin(&world, DelegatedScope::ReportsOnly).await;
    let url = Url::parse(sign_in.url()).unwrap();
    let waiting = waiting(sign_in);
    let refusal = "error=access_denied&error_description=AADSTS65004%3a+declined";
    visit(&url, &format!("/?{refusal}&state={}", value(&url, "state"))).await;
    let failure = waiting.await.unwrap().unwrap_err();
    assert_eq!(
        (failure.settle, failure.code.as_str()),
        (Settle::Person, "AADSTS65004")
    );
    assert!(world.login.seen().is_empty());
}

#[tokio::test]
async fn nobody_comes() {
    let world = World::new(tokens().await, login().await);
    let app = AppRegistration {
        tenant: TENANT.into(),
        client_id: APP.into(),
        cloud: world.cloud(),
    };
    let scope = DelegatedScope::ReportsOnly;
    let sign_in = begin_browser_sign_in(app, scope, http(), TestClock::new())
        .await
        .unwrap();
    let failure = sign_in.wait(ENOUGH).await.unwrap_err();
    assert_eq!(failure.code, "sign-in-timeout");
}
