//! A site of its own for each test: a real control database, a fixed clock, made-up tables.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use exmetrics_catalog::{Cloud, CloudName};
use exmetrics_engine::{DriftPolicies, Engine, Settings};
use exmetrics_graph::Clock;
use exmetrics_store::{Account, NewAccount, QuotaRule, Scope, SealingKey, SignIn, Store};
use exmetrics_web::{Site, SiteOptions, router};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

use super::made_up::MadeUp;

/// When it is in tests.
pub(crate) const NOW: &str = "2026-11-23T08:00:00Z";

struct Fixed;

#[async_trait]
impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW.parse().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A site, with a token of each scope.
pub(crate) struct World {
    _home: TempDir,
    pub(crate) tables: Arc<MadeUp>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) site: Router,
    tokens: [String; 3],
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// Its body, which must be JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// Its JSON, after a look at its status.
    #[track_caller]
    pub(crate) fn with(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.bytes);
        assert_eq!(self.status.as_u16(), status, "{text}");
        match self.bytes.is_empty() {
            true => Value::Null,
            false => self.json(),
        }
    }

    /// The problem that it is, after a look at its status, with what happened and what to do.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> (String, String) {
        let problem = self.with(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["status"], status);
        let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(
            text("type"),
            format!("urn:exmetrics:problem:{}", text("kind"))
        );
        (text("detail"), text("next_step"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        exmetrics_graph::install_crypto_provider();
        let home = tempfile::tempdir().unwrap();
        let key = SealingKey::random();
        let store = Store::open(&home.path().join("control.db"), key)
            .await
            .unwrap();
        let tables = Arc::new(MadeUp::default());
        let quota = QuotaRule {
            requests: 14,
            window: SignedDuration::from_mins(10),
        };
        let settings = Settings {
            home: home.path().to_owned(),
            tables: home.path().join("tables").display().to_string(),
            csv_quota: quota,
            json_quota: quota,
            limits: exmetrics_graph::Limits::default(),
            tries: 1,
            try_for: Duration::from_secs(1),
            archive_days: 90,
            drift: DriftPolicies::default(),
            proxy: None,
        };
        let engine = Engine::new(store, tables.clone(), Arc::new(Fixed), settings).unwrap();
        let mut tokens = Vec::new();
        for scope in Scope::ALL {
            let made = engine.add_token(scope.as_str(), scope, None, None).await;
            tokens.push(made.unwrap().1.reveal().to_owned());
        }
        let engine = Arc::new(engine);
        let options = SiteOptions {
            origin: "http://127.0.0.1:8365".into(),
            only_this_machine: true,
        };
        let site = router(Site::new(engine.clone(), tables.clone(), options));
        Self {
            _home: home,
            tables,
            engine,
            site,
            tokens: tokens.try_into().unwrap(),
        }
    }

    pub(crate) fn store(&self) -> &Store {
        self.engine.store()
    }

    pub(crate) fn token(&self, scope: Scope) -> &str {
        &self.tokens[scope as usize]
    }

    pub(crate) async fn account(&self, name: &str) -> Account {
        let new = NewAccount {
            name: name.to_owned(),
            tenant: "contoso.example".to_owned(),
            client_id: "11111111-2222-3333-4444-555555555555".to_owned(),
            sign_in: SignIn::ClientSecret,
            cloud: Cloud::known(CloudName::Global).unwrap(),
            secret: Some(SecretString::from("planted-secret")),
        };
        let now = self.engine.clock().now();
        self.store().add_account(&new, now).await.unwrap()
    }

    /// Sends any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.site.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: to_bytes(body, usize::MAX).await.unwrap().into(),
        }
    }

    /// Asks with a token of some scope.
    pub(crate) async fn ask(&self, scope: Scope, method: &str, path: &str, body: &Value) -> Answer {
        self.send(self.request(scope, method, path, body)).await
    }

    /// A request with a token of some scope; without a body where that is null.
    pub(crate) fn request(
        &self,
        scope: Scope,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Request<Body> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {}", self.token(scope)));
        match body {
            Value::Null => request.body(Body::empty()).unwrap(),
            body => request
                .header("content-type", "application/json")
                .body(Body::from(body.to_string()))
                .unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Scope::Read, "GET", path, &Value::Null).await
    }

    pub(crate) async fn admin(&self, method: &str, path: &str, body: Value) -> Answer {
        self.ask(Scope::Admin, method, path, &body).await
    }
}
