//! The app signs in by itself: with a secret, with its certificate, with somebody else's token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use exmetrics_sim::{FederatedIdentity, Sim, SimOptions, TrustedCertificate, start};
use ring::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest},
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair},
};
use serde_json::{Value, json};

use crate::client::{Reply, app_token, get, options, post, token_url};

const CERTIFICATE: &[u8] = include_bytes!("keys/app-certificate.pem");
const PUBLIC_KEY: &[u8] = include_bytes!("keys/app-public-key.pem");
const APP_KEY: &[u8] = include_bytes!("keys/app-key.der");
const OTHER_KEY: &[u8] = include_bytes!("keys/other-key.der");
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

async fn ask(sim: &Sim, changes: &[(&str, &str)]) -> Reply {
    let scope = format!("{}/.default", sim.graph_url());
    let mut fields = vec![
        ("grant_type", "client_credentials"),
        ("client_id", sim.client_id()),
        ("client_secret", "simulated~client-secret.for-tests-only"),
        ("scope", scope.as_str()),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    post(&token_url(sim), &fields).await
}

#[tokio::test]
async fn a_secret_gives_a_token_with_roles_and_no_refresh_token() {
    let sim = start(options()).await.unwrap();
    let token = app_token(&sim).await;
    let claims = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(
        claims["roles"],
        json!(["Reports.Read.All", "ReportSettings.Read.All"])
    );
    assert_eq!(claims["tid"], sim.tenant_id());
    // By the tenant's domain it is the same endpoint.
    let by_domain = token_url(&sim).replace(sim.tenant_id(), "contoso.example");
    let reply = post(&by_domain, &[("grant_type", "client_credentials")]).await;
    assert_eq!(reply.aadsts(), 900_144);
}

#[tokio::test]
async fn whatever_is_wrong_with_a_secret_sign_in_has_its_number() {
    let sim = start(options()).await.unwrap();
    let other_scope = "https://other.example/.default";
    let reports = format!("{}/Reports.Read.All", sim.graph_url());
    for (changes, status, number, error) in [
        (
            &[("client_secret", "wrong")][..],
            401,
            7_000_215,
            "invalid_client",
        ),
        (&[("client_secret", "")], 401, 7_000_216, "invalid_client"),
        (
            &[("client_id", "11111111-2222-4333-8444-555555555555")],
            400,
            700_016,
            "unauthorized_client",
        ),
        (&[("client_id", "")], 400, 900_144, "invalid_request"),
        (&[("grant_type", "")], 400, 900_144, "invalid_request"),
        (
            &[("grant_type", "password")],
            400,
            70_003,
            "unsupported_grant_type",
        ),
        (&[("scope", "")], 400, 90_014, "invalid_request"),
        (&[("scope", &reports)], 400, 1_002_012, "invalid_scope"),
        (&[("scope", other_scope)], 400, 500_011, "invalid_resource"),
    ] {
        let reply = ask(&sim, changes).await;
        assert_eq!(
            (reply.status, reply.aadsts()),
            (status, number),
            "{changes:?}"
        );
        assert_eq!(reply.json()["error"], error);
    }
    assert_eq!(get(&token_url(&sim)).await.aadsts(), 900_561);
    for (tenant, number) in [
        ("fabrikam.example", 90_002),
        ("common", 50_059),
        ("organizations", 50_059),
    ] {
        let url = token_url(&sim).replace(sim.tenant_id(), tenant);
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", sim.client_id()),
        ];
        assert_eq!(post(&url, &fields).await.aadsts(), number);
    }
}

#[tokio::test]
async fn a_secret_can_expire_and_be_replaced() {
    let sim = start(options()).await.unwrap();
    sim.expire_client_secret();
    assert_eq!(ask(&sim, &[]).await.aadsts(), 7_000_222);
    sim.set_client_secret("another".into());
    assert_eq!(ask(&sim, &[]).await.aadsts(), 7_000_215);
    assert_eq!(ask(&sim, &[("client_secret", "another")]).await.status, 200);
    assert!(!format!("{sim:?}").contains("another"));
}

/// An assertion, as good as it gets but for some changes; null takes a claim away.
fn assertion(sim: &Sim, key: &[u8], alg: &str, header: &Value, changes: &Value) -> String {
    let now = sim.now().as_second();
    let mut claims = json!({
        "iss": sim.client_id(), "sub": sim.client_id(), "aud": token_url(sim),
        "exp": now + 600, "nbf": now, "jti": "0f8c",
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let mut head = json!({"alg": alg, "typ": "JWT"});
    for (name, value) in header.as_object().unwrap() {
        head[name] = value.clone();
    }
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&head), encode(&claims));
    let key = RsaKeyPair::from_pkcs8(key).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    let padding: &dyn ring::signature::RsaEncoding = if alg == "PS256" {
        &RSA_PSS_SHA256
    } else {
        &RSA_PKCS1_SHA256
    };
    key.sign(
        padding,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn present(sim: &Sim, assertion: &str) -> Reply {
    let fields = [
        ("client_secret", ""),
        ("client_assertion", assertion),
        ("client_assertion_type", ASSERTION_TYPE),
    ];
    ask(sim, &fields).await
}

fn thumbprints() -> (String, String) {
    let text = std::str::from_utf8(CERTIFICATE).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::engine::general_purpose::STANDARD
        .decode(body)
        .unwrap();
    let encode = |algorithm| URL_SAFE_NO_PAD.encode(digest(algorithm, &der));
    (encode(&SHA1_FOR_LEGACY_USE_ONLY), encode(&SHA256))
}

#[tokio::test]
async fn a_certificate_signs_in_with_either_algorithm_and_thumbprint() {
    let (sha1, sha256) = thumbprints();
    for trusted in [CERTIFICATE, PUBLIC_KEY] {
        let certificates = vec![TrustedCertificate::read(trusted).unwrap()];
        let sim = start(SimOptions {
            certificates,
            ..options()
        })
        .await
        .unwrap();
        for alg in ["RS256", "PS256"] {
            for header in [json!({"x5t": sha1}), json!({"x5t#S256": sha256})] {
                let assertion = assertion(&sim, APP_KEY, alg, &header, &json!({}));
                let reply = present(&sim, &assertion).await;
                assert_eq!(reply.status, 200, "{}", reply.text());
            }
        }
    }
}

#[tokio::test]
async fn whatever_is_wrong_with_an_assertion_has_its_number() {
    let certificates = vec![TrustedCertificate::read(CERTIFICATE).unwrap()];
    let sim = start(SimOptions {
        certificates,
        ..options()
    })
    .await
    .unwrap();
    let named = json!({"x5t": thumbprints().0});
    let now = sim.now().as_second();
    for (key, header, changes, number) in [
        (OTHER_KEY, &named, json!({}), 700_027),
        (APP_KEY, &json!({"x5t": "AAAA"}), json!({}), 700_027),
        (APP_KEY, &json!({}), json!({}), 700_027),
        (
            APP_KEY,
            &named,
            json!({"aud": "https://elsewhere.example"}),
            700_023,
        ),
        (APP_KEY, &named, json!({"aud": null}), 700_023),
        (APP_KEY, &named, json!({"sub": "someone"}), 700_021),
        (APP_KEY, &named, json!({"iss": "someone"}), 700_021),
        (APP_KEY, &named, json!({"jti": null}), 50_027),
        (APP_KEY, &named, json!({"exp": null}), 50_027),
        (APP_KEY, &named, json!({"exp": now - 600}), 700_024),
        (APP_KEY, &named, json!({"nbf": now + 600}), 700_024),
    ] {
        let assertion = assertion(&sim, key, "RS256", header, &changes);
        let reply = present(&sim, &assertion).await;
        assert_eq!(
            (reply.status, reply.aadsts()),
            (401, number),
            "{header} {changes}"
        );
    }
    assert_eq!(present(&sim, "a.b").await.aadsts(), 50_027);
    let good = assertion(&sim, APP_KEY, "RS256", &named, &json!({}));
    let without_type = [("client_secret", ""), ("client_assertion", good.as_str())];
    assert_eq!(ask(&sim, &without_type).await.aadsts(), 900_144);
    // Signed with one algorithm, said to be the other.
    let lie = assertion(&sim, APP_KEY, "RS384", &named, &json!({}));
    assert_eq!(present(&sim, &lie).await.aadsts(), 700_027);
}

#[tokio::test]
async fn a_federated_token_is_taken_from_whom_the_app_trusts() {
    let trusted = FederatedIdentity {
        issuer: "https://issuer.example".into(),
        subject: "system:serviceaccount:metrics:exmetrics".into(),
        audience: "api://AzureADTokenExchange".into(),
        key: Some(TrustedCertificate::read(PUBLIC_KEY).unwrap()),
    };
    let claims = json!({"iss": trusted.issuer, "sub": trusted.subject, "aud": trusted.audience});
    let sim = start(SimOptions {
        federated: vec![trusted],
        ..options()
    })
    .await
    .unwrap();
    let good = assertion(&sim, APP_KEY, "RS256", &json!({}), &claims);
    assert_eq!(present(&sim, &good).await.status, 200);
    for (name, value, number) in [
        ("iss", json!("https://stranger.example"), 700_211),
        ("sub", json!("system:serviceaccount:other"), 700_213),
        ("aud", json!("api://other"), 700_212),
        ("exp", json!(1), 700_024),
    ] {
        let mut changed = claims.clone();
        changed[name] = value;
        let assertion = assertion(&sim, APP_KEY, "RS256", &json!({}), &changed);
        assert_eq!(present(&sim, &assertion).await.aadsts(), number);
    }
    let forged = assertion(&sim, OTHER_KEY, "RS256", &json!({}), &claims);
    assert_eq!(present(&sim, &forged).await.aadsts(), 700_027);
}

#[test]
fn what_is_no_key_is_refused() {
    for text in [
        &b"no key"[..],
        b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----",
    ] {
        assert!(TrustedCertificate::read(text).is_err());
    }
}
