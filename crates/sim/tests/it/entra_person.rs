//! A person signs in: with a browser, with a code on another device, and again with what is kept.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use exmetrics_sim::{Granted, PersonAtBrowser, PersonRole, Sim, SimOptions, start};
use hyper::Method;
use ring::digest::{SHA256, digest};
use serde_json::Value;
use url::Url;

use crate::client::{FORM, Reply, Tenant, get, options, post, send, token_url};

const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more-0123";
const REDIRECT: &str = "http://localhost:51234/";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn scope(sim: &Sim) -> String {
    format!(
        "{}/Reports.Read.All offline_access openid profile",
        sim.graph_url()
    )
}

fn authorize_url(sim: &Sim, changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let scope = scope(sim);
    let mut fields = vec![
        ("client_id", sim.client_id()),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", &scope),
        ("state", "a state & more"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("prompt", "none"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    let page = format!(
        "{}/{}/oauth2/v2.0/authorize",
        sim.login_url(),
        sim.tenant_id()
    );
    Url::parse_with_params(&page, fields).unwrap().into()
}

/// The fields that come back to the redirect address.
fn came_back(reply: &Reply) -> Vec<(String, String)> {
    assert_eq!(reply.status, 302, "{}", reply.text());
    let location = Url::parse(&reply.location()).unwrap();
    assert!(location.as_str().starts_with(REDIRECT));
    location.query_pairs().into_owned().collect()
}

fn field(fields: &[(String, String)], wanted: &str) -> String {
    fields
        .iter()
        .find(|(name, _)| name == wanted)
        .expect(wanted)
        .1
        .clone()
}

async fn redeem(sim: &Sim, code: &str, redirect: &str, verifier: &str) -> Reply {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", sim.client_id()),
        ("code", code),
        ("redirect_uri", redirect),
        ("code_verifier", verifier),
    ];
    post(&token_url(sim), &fields).await
}

async fn refresh(sim: &Sim, token: &str) -> Reply {
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", sim.client_id()),
        ("refresh_token", token),
    ];
    post(&token_url(sim), &fields).await
}

async fn sign_in(sim: &Sim) -> Value {
    let fields = came_back(&get(&authorize_url(sim, &[])).await);
    assert_eq!(field(&fields, "state"), "a state & more");
    let reply = redeem(sim, &field(&fields, "code"), REDIRECT, VERIFIER).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().expect(name).to_owned()
}

#[tokio::test]
async fn a_code_gives_tokens_once() {
    let sim = start(options()).await.unwrap();
    let code = field(&came_back(&get(&authorize_url(&sim, &[])).await), "code");
    assert_eq!(
        redeem(&sim, &code, "http://localhost:51234/other", VERIFIER)
            .await
            .aadsts(),
        500_112
    );
    assert_eq!(
        redeem(&sim, &code, REDIRECT, "another verifier")
            .await
            .aadsts(),
        501_481
    );
    assert_eq!(
        redeem(&sim, "no-such-code", REDIRECT, VERIFIER)
            .await
            .aadsts(),
        9_002_313
    );
    let body = redeem(&sim, &code, REDIRECT, VERIFIER).await.json();
    for name in ["access_token", "refresh_token", "id_token"] {
        assert!(body[name].is_string(), "{name}");
    }
    assert_eq!(
        body["scope"],
        format!("{}/Reports.Read.All", sim.graph_url())
    );
    assert_eq!(
        redeem(&sim, &code, REDIRECT, VERIFIER).await.aadsts(),
        54_005
    );
    let late = field(&came_back(&get(&authorize_url(&sim, &[])).await), "code");
    sim.advance(Duration::from_secs(601));
    assert_eq!(
        redeem(&sim, &late, REDIRECT, VERIFIER).await.aadsts(),
        70_008
    );
}

#[tokio::test]
async fn the_page_waits_for_a_click() {
    let sim = start(options()).await.unwrap();
    let url = authorize_url(&sim, &[("prompt", "")]);
    let page = get(&url).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Continue as Adele"));
    let click = |answer: &'static str| {
        let url = url.clone();
        async move {
            send(Method::POST, &url, &[("content-type", FORM)], answer)
                .await
                .unwrap()
        }
    };
    assert!(!field(&came_back(&click("answer=continue").await), "code").is_empty());
    let declined = came_back(&click("answer=cancel").await);
    assert_eq!(field(&declined, "error"), "access_denied");
    assert!(field(&declined, "error_description").starts_with("AADSTS65004: "));
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_the_apps() {
    let sim = start(options()).await.unwrap();
    for redirect in [
        "https://evil.example/",
        "http://localhost.evil.example/",
        "http://localhost:51234/path",
        "https://localhost:51234/",
        "http://localhost:51234/?x=1",
        "nothing",
    ] {
        let reply = get(&authorize_url(&sim, &[("redirect_uri", redirect)])).await;
        assert_eq!(reply.status, 400, "{redirect}");
        assert!(reply.text().contains("AADSTS50011: "), "{}", reply.text());
        assert!(reply.header("location").is_none());
    }
    let stranger = [("client_id", "11111111-2222-4333-8444-555555555555")];
    assert!(
        get(&authorize_url(&sim, &stranger))
            .await
            .text()
            .contains("AADSTS700016: ")
    );
    let good = get(&authorize_url(
        &sim,
        &[("redirect_uri", "http://127.0.0.1:9/")],
    ))
    .await;
    assert_eq!(good.status, 302);
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "Mail.Read", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
    ] {
        let fields = came_back(&get(&authorize_url(&sim, &[(name, value)])).await);
        assert_eq!(field(&fields, "error"), error);
        assert_eq!(field(&fields, "state"), "a state & more");
    }
    sim.set_consented(false);
    let fields = came_back(&get(&authorize_url(&sim, &[])).await);
    assert_eq!(field(&fields, "error"), "consent_required");
    assert!(field(&fields, "error_description").starts_with("AADSTS65001: "));
}

#[tokio::test]
async fn refresh_tokens_are_good_once() {
    let sim = start(options()).await.unwrap();
    let first = text(&sign_in(&sim).await, "refresh_token");
    let second = text(&refresh(&sim, &first).await.json(), "refresh_token");
    assert_ne!(first, second);
    assert_eq!(refresh(&sim, &first).await.aadsts(), 70_000);
    assert_eq!(refresh(&sim, &second).await.status, 200);
    assert_eq!(refresh(&sim, "made-up").await.aadsts(), 9_002_313);
    let with_secret = [
        ("grant_type", "refresh_token"),
        ("client_id", sim.client_id()),
        ("refresh_token", &second),
        ("client_secret", "any"),
    ];
    assert_eq!(post(&token_url(&sim), &with_secret).await.aadsts(), 700_025);
}

#[tokio::test]
async fn a_sign_in_ends_in_the_ways_that_entra_knows() {
    let sim = start(options()).await.unwrap();
    let token = text(&sign_in(&sim).await, "refresh_token");
    sim.require_interaction(true);
    let reply = refresh(&sim, &token).await;
    assert_eq!(
        (reply.aadsts(), text(&reply.json(), "suberror").as_str()),
        (50_076, "basic_action")
    );
    sim.require_interaction(false);
    sim.set_consented(false);
    assert_eq!(refresh(&sim, &token).await.aadsts(), 65_001);
    sim.set_consented(true);
    sim.revoke_sign_ins();
    assert_eq!(refresh(&sim, &token).await.aadsts(), 50_173);
    sim.expire_sign_ins();
    assert_eq!(refresh(&sim, &token).await.aadsts(), 700_082);
    let another = text(&sign_in(&sim).await, "refresh_token");
    sim.advance(Duration::from_secs(91 * 86_400));
    assert_eq!(refresh(&sim, &another).await.aadsts(), 700_082);
}

#[tokio::test]
async fn a_permission_that_nobody_granted_is_not_given() {
    let granted = Granted {
        reports: false,
        ..Granted::default()
    };
    let sim = start(SimOptions {
        granted,
        ..options()
    })
    .await
    .unwrap();
    let fields = came_back(&get(&authorize_url(&sim, &[])).await);
    assert!(field(&fields, "error_description").starts_with("AADSTS65001: "));
}

async fn begin_device(sim: &Sim) -> Value {
    let url = format!(
        "{}/{}/oauth2/v2.0/devicecode",
        sim.login_url(),
        sim.tenant_id()
    );
    let reply = post(
        &url,
        &[("client_id", sim.client_id()), ("scope", &scope(sim))],
    )
    .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

async fn poll(sim: &Sim, begun: &Value) -> Reply {
    let fields = [
        ("grant_type", DEVICE_GRANT),
        ("client_id", sim.client_id()),
        ("device_code", begun["device_code"].as_str().unwrap()),
    ];
    post(&token_url(sim), &fields).await
}

#[tokio::test]
async fn a_device_waits_for_its_person() {
    let sim = start(options()).await.unwrap();
    let begun = begin_device(&sim).await;
    assert_eq!(
        (&begun["interval"], &begun["expires_in"]),
        (&5.into(), &900.into())
    );
    assert!(text(&begun, "message").contains(&text(&begun, "user_code")));
    let pending = poll(&sim, &begun).await;
    assert_eq!(
        (pending.status, pending.json()["error"].as_str()),
        (400, Some("authorization_pending"))
    );
    assert_eq!(pending.aadsts(), 70_016);
    assert_eq!(poll(&sim, &begun).await.json()["error"], "slow_down");
    // Whoever was too fast waits five seconds longer.
    sim.advance(Duration::from_secs(6));
    assert_eq!(poll(&sim, &begun).await.json()["error"], "slow_down");
    sim.advance(Duration::from_secs(20));
    let page = format!("{}/device", sim.login_url());
    assert!(get(&page).await.text().contains("Enter code"));
    assert_eq!(post(&page, &[("code", "WRONG")]).await.status, 400);
    assert_eq!(
        post(
            &page,
            &[("code", &text(&begun, "user_code")), ("answer", "continue")]
        )
        .await
        .status,
        200
    );
    let body = poll(&sim, &begun).await.json();
    assert!(body["access_token"].is_string() && body["refresh_token"].is_string());
    sim.advance(Duration::from_secs(20));
    assert_eq!(poll(&sim, &begun).await.aadsts(), 54_005);
}

#[tokio::test]
async fn a_device_code_can_be_declined_and_can_expire() {
    let sim = start(options()).await.unwrap();
    let declined = begin_device(&sim).await;
    assert!(sim.decline_device(&text(&declined, "user_code")));
    assert_eq!(
        poll(&sim, &declined).await.json()["error"],
        "authorization_declined"
    );
    let late = begin_device(&sim).await;
    sim.advance(Duration::from_secs(901));
    let reply = poll(&sim, &late).await;
    assert_eq!(
        (reply.aadsts(), reply.json()["error"].as_str()),
        (70_020, Some("expired_token"))
    );
    let made_up = serde_json::json!({"device_code": "made-up"});
    assert_eq!(
        poll(&sim, &made_up).await.json()["error"],
        "bad_verification_code"
    );
}

#[tokio::test]
async fn a_person_can_be_quick_or_unwilling() {
    let person = PersonAtBrowser::AgreesAtOnce;
    let sim = start(SimOptions {
        person,
        ..options()
    })
    .await
    .unwrap();
    let begun = begin_device(&sim).await;
    assert_eq!(poll(&sim, &begun).await.status, 200);
    assert_eq!(
        get(&authorize_url(&sim, &[("prompt", "")])).await.status,
        302
    );
    let person = PersonAtBrowser::Declines;
    let sim = start(SimOptions {
        person,
        ..options()
    })
    .await
    .unwrap();
    let begun = begin_device(&sim).await;
    assert_eq!(
        poll(&sim, &begun).await.json()["error"],
        "authorization_declined"
    );
    let private = SimOptions {
        public_client_flows: false,
        ..options()
    };
    let sim = start(private).await.unwrap();
    let begun = begin_device(&sim).await;
    assert_eq!(poll(&sim, &begun).await.aadsts(), 7_000_218);
}

#[tokio::test]
async fn a_persons_role_counts_beside_the_permission() {
    let detail = "/v1.0/reports/getEmailActivityUserDetail(period='D7')";
    let trend = "/v1.0/reports/getEmailActivityCounts(period='D7')";
    let api = "/beta/reports/getApiUsage(period='D7')";
    for (person_role, statuses) in [
        (PersonRole::Administrator, [302, 302, 200]),
        (PersonRole::ReportsReader, [302, 302, 403]),
        (PersonRole::GlobalReader, [403, 302, 200]),
        (PersonRole::None, [403, 403, 403]),
    ] {
        let sim = start(SimOptions {
            person_role,
            ..options()
        })
        .await
        .unwrap();
        let token = text(&sign_in(&sim).await, "access_token");
        let tenant = Tenant { sim, token };
        for (path, status) in [detail, trend, api].into_iter().zip(statuses) {
            assert_eq!(
                tenant.graph(path).await.status,
                status,
                "{person_role:?} {path}"
            );
        }
    }
}

#[tokio::test]
async fn the_endpoints_are_announced() {
    let sim = start(options()).await.unwrap();
    let url = format!(
        "{}/contoso.example/v2.0/.well-known/openid-configuration",
        sim.login_url()
    );
    let body = get(&url).await.json();
    assert!(text(&body, "token_endpoint").ends_with("/contoso.example/oauth2/v2.0/token"));
    assert!(text(&body, "issuer").contains(sim.tenant_id()));
    let strange = url.replace("contoso.example", "fabrikam.example");
    assert_eq!(get(&strange).await.aadsts(), 90_002);
}
