//! Signing in at an OpenID Connect issuer that this test plays: there, back, and every way in which that
//! can be wrong.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Form, State},
    http::StatusCode,
    routing::{get, post},
};
use base64::{
    Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD,
};
use exmetrics_store::Role;
use exmetrics_web::OpenIdOptions;
use openidconnect::{
    JsonWebKeyId, PkceCodeChallenge, PkceCodeVerifier, PrivateSigningKey as _,
    core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm},
};
use rand::RngExt as _;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, House};

/// An issuer on this machine. What it says of a person a test sets.
#[derive(Clone)]
struct Issuer {
    url: String,
    key: Arc<CoreEdDsaPrivateSigningKey>,
    claims: Arc<Mutex<Value>>,
    /// The challenge of whoever went there last.
    challenge: Arc<Mutex<String>>,
    /// Another key signs than the one that is published.
    forged: Arc<Mutex<bool>>,
}

fn new_key() -> CoreEdDsaPrivateSigningKey {
    let mut seed = [0_u8; 32];
    rand::rng().fill(&mut seed);
    // RFC 8410: what stands before the seed of an Ed25519 key.
    let mut der = vec![
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    der.extend(seed);
    let begin = "-----BEGIN PRIVATE ";
    let pem = format!(
        "{begin}KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der)
    );
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new("1".into()))).unwrap()
}

impl Issuer {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            key: Arc::new(new_key()),
            claims: Arc::new(Mutex::new(json!({}))),
            challenge: Arc::default(),
            forged: Arc::default(),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    async fn house(&self) -> House {
        let options = OpenIdOptions {
            issuer: self.url.clone(),
            client_id: "exmetrics".into(),
            client_secret: Some(SecretString::from("planted client secret")),
            admins: vec![
                "Mara@contoso.example".into(),
                "role:exmetrics-admins".into(),
            ],
            viewers: vec!["@contoso.example".into()],
        };
        House::with_openid("http://127.0.0.1:8365", true, Some(options)).await
    }

    /// Goes there with a browser, and says what one comes back to.
    async fn leave(&self, browser: &mut Browser<'_>, claims: Value) -> String {
        let answer = browser.get("/sign-in/openid?next=/settings/tokens").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let to = answer.header("location");
        assert!(to.starts_with(&format!("{}/authorize?", self.url)), "{to}");
        let part = |name: &str| {
            let (_, rest) = to.split_once(&format!("{name}=")).unwrap();
            rest.split('&').next().unwrap().to_owned()
        };
        assert_eq!(part("code_challenge_method"), "S256");
        *self.challenge.lock().unwrap() = part("code_challenge");
        let far = 4_000_000_000_u64;
        let mut all = json!({
            "iss": self.url, "aud": "exmetrics", "sub": "1234", "exp": far, "iat": 1_700_000_000,
            "nonce": part("nonce"),
        });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        *self.claims.lock().unwrap() = all;
        format!(
            "/sign-in/openid/return?code=the-code&state={}",
            part("state")
        )
    }

    async fn sign_in(&self, browser: &mut Browser<'_>, claims: Value) -> Answer {
        let back = self.leave(browser, claims).await;
        browser.get(&back).await
    }
}

async fn metadata(State(issuer): State<Issuer>) -> Json<Value> {
    let url = &issuer.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    }))
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    Json(json!({ "keys": [issuer.key.as_verification_key()] }))
}

async fn token(
    State(issuer): State<Issuer>,
    Form(form): Form<Vec<(String, String)>>,
) -> (StatusCode, Json<Value>) {
    let field = |name: &str| {
        let found = form.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let verifier = PkceCodeVerifier::new(field("code_verifier"));
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    if field("code") != "the-code" || challenge.as_str() != *issuer.challenge.lock().unwrap() {
        return (
            StatusCode::BAD_REQUEST,
            Json(json!({ "error": "invalid_grant" })),
        );
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({ "alg": "EdDSA", "kid": "1" }));
    let signed = format!("{head}.{}", part(&issuer.claims.lock().unwrap()));
    let forged = *issuer.forged.lock().unwrap();
    let other = new_key();
    let key = if forged { &other } else { issuer.key.as_ref() };
    let signature = key
        .sign(&CoreJwsSigningAlgorithm::EdDsa, signed.as_bytes())
        .unwrap();
    let id_token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    let answer = json!({ "access_token": "a", "token_type": "Bearer", "id_token": id_token });
    (StatusCode::OK, Json(answer))
}

#[tokio::test]
async fn people_are_who_the_issuer_says_and_may_what_the_lists_say() {
    let issuer = Issuer::start().await;
    let house = issuer.house().await;
    let mut mara = house.browser();
    let page = mara.get("/sign-in").await;
    assert!(
        page.text.contains("Sign in with 127.0.0.1"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("planted client secret"));
    let claims = json!({ "sub": "1", "email": "mara@Contoso.example", "email_verified": true });
    let answer = issuer.sign_in(&mut mara, claims).await;
    assert_eq!(
        answer.header("location"),
        "/settings/tokens",
        "{}",
        answer.text
    );
    assert_eq!(mara.get("/settings/audit").await.status, StatusCode::OK);

    let mut ana = house.browser();
    let claims = json!({ "sub": "2", "preferred_username": "ana@contoso.example" });
    assert_eq!(
        issuer.sign_in(&mut ana, claims).await.status,
        StatusCode::SEE_OTHER
    );
    let mut robin = house.browser();
    let claims = json!({ "sub": "3", "name": "Robin", "roles": ["exmetrics-admins"] });
    assert_eq!(
        issuer.sign_in(&mut robin, claims).await.status,
        StatusCode::SEE_OTHER
    );
    let people = house.store().people().await.unwrap();
    let people: Vec<_> = people
        .iter()
        .map(|one| (one.name.as_str(), one.role))
        .collect();
    assert_eq!(
        people,
        [
            ("ana@contoso.example", Role::Viewer),
            ("mara@contoso.example", Role::Admin),
            ("Robin", Role::Admin),
        ]
    );
    let page = mara.get("/settings/access").await;
    assert!(page.text.contains("The issuer decides over the role."));
    assert!(!page.text.contains("planted client secret"));
}

#[tokio::test]
async fn who_is_on_no_list_is_told_so_and_not_added() {
    let issuer = Issuer::start().await;
    let house = issuer.house().await;
    for claims in [
        json!({ "preferred_username": "k.lee@evil.example" }),
        // An address that nobody verified is anybody's.
        json!({ "email": "mara@contoso.example", "email_verified": false }),
        json!({ "email": "mara@contoso.example" }),
        json!({ "preferred_username": "mara@notcontoso.example" }),
        json!({ "name": "mara@contoso.example" }),
    ] {
        let mut browser = house.browser();
        let answer = issuer.sign_in(&mut browser, claims).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(
            answer.text.contains("may not use exmetrics"),
            "{}",
            answer.text
        );
        assert!(!browser.cookies.contains_key("exmetrics_session"));
    }
    assert!(house.store().people().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_the_issuer_did_not_sign_for_us_now_is_worth_nothing() {
    let issuer = Issuer::start().await;
    let house = issuer.house().await;
    let mara = json!({ "preferred_username": "mara@contoso.example" });
    for (name, value) in [
        ("nonce", json!("another")),
        ("aud", json!("another program")),
        ("iss", json!("https://evil.example")),
        ("exp", json!(1_700_000_001)),
    ] {
        let mut claims = mara.clone();
        claims[name] = value;
        let answer = issuer.sign_in(&mut house.browser(), claims).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{name}");
    }
    *issuer.forged.lock().unwrap() = true;
    let answer = issuer.sign_in(&mut house.browser(), mara).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(house.store().people().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_return_is_good_once_and_in_the_browser_that_left() {
    let issuer = Issuer::start().await;
    let house = issuer.house().await;
    let claims = json!({ "preferred_username": "mara@contoso.example" });
    let (mut left, mut other) = (house.browser(), house.browser());
    other.get("/sign-in").await;
    let back = issuer.leave(&mut left, claims.clone()).await;
    let answer = other.get(&back).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("begun elsewhere, or too long ago"));
    // It was used up by that.
    assert_eq!(left.get(&back).await.status, StatusCode::FORBIDDEN);
    let back = issuer.leave(&mut left, claims.clone()).await;
    assert_eq!(left.get(&back).await.status, StatusCode::SEE_OTHER);
    assert_eq!(left.get(&back).await.status, StatusCode::FORBIDDEN);

    let back = issuer.leave(&mut other, claims).await;
    house.clock.pass(jiff::SignedDuration::from_mins(10));
    assert_eq!(other.get(&back).await.status, StatusCode::FORBIDDEN);
    let (_, state) = issuer
        .leave(&mut other, json!({}))
        .await
        .split_once("&state=")
        .map(|(path, state)| (path.to_owned(), state.to_owned()))
        .unwrap();
    let refused = format!(
        "/sign-in/openid/return?error=access_denied&error_description=%3Cb%3Eno&state={state}"
    );
    let answer = other.get(&refused).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("&lt;b&gt;no"), "{}", answer.text);
}

#[tokio::test]
async fn without_an_issuer_there_is_no_such_way() {
    let house = House::new().await;
    let answer = house.browser().get("/sign-in/openid").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
