//! A site of its own for each test: a real control database, a fixed clock, made-up tables.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use exmetrics_catalog::{Cloud, CloudName};
use exmetrics_engine::{
    DriftPolicies, Engine, Landing, LandingMark, NamedTable, Restored, Rows, Settings,
    TableFailure, TableReader, TableState, TableVersion, Tables, UpdateRule,
};
use exmetrics_graph::Clock;
use exmetrics_store::{Account, NewAccount, QuotaRule, Scope, SealingKey, SignIn, Store};
use exmetrics_web::{Site, SiteOptions, router};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp, civil::Date};
use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::Notify;
use tower::ServiceExt;

/// Tables that hold what tests expect.
#[derive(Default)]
pub(crate) struct MadeUp {
    /// A question or a new table with `slow` in it waits for this.
    pub(crate) go_on: Notify,
    /// The questions that were asked, and the tables that were made.
    pub(crate) asked: Mutex<Vec<String>>,
}

fn columns() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("user_principal_name", DataType::Utf8, true),
        Field::new("send_count", DataType::Int64, true),
        Field::new("_account", DataType::Utf8, true),
    ]))
}

/// Three rows; the second has nothing but its name.
fn three_rows() -> Rows {
    let names = StringArray::from(vec!["ann@contoso.example", "bo@contoso.example", "cy, \"x\""]);
    let counts = Int64Array::from(vec![Some(3), None, Some(9_007_199_254_740_993)]);
    let accounts = StringArray::from(vec![Some("Contoso"), None, Some("Contoso")]);
    let batch = RecordBatch::try_new(
        columns(),
        vec![Arc::new(names), Arc::new(counts), Arc::new(accounts)],
    );
    Rows {
        columns: columns(),
        batches: stream::iter([Ok(batch.unwrap())]).boxed(),
    }
}

fn wrong(message: &str) -> TableFailure {
    TableFailure {
        wrong_argument: true,
        message: message.into(),
        next_step: String::new(),
        source: None,
    }
}

#[async_trait]
impl Tables for MadeUp {
    async fn create(&self, _: &str, name: &str, _: &SchemaRef) -> Result<(), TableFailure> {
        self.asked.lock().unwrap().push(format!("create {name}"));
        if name.contains("slow") {
            self.go_on.notified().await;
        }
        Ok(())
    }

    async fn remove(&self, _: &str) -> Result<bool, TableFailure> {
        Ok(true)
    }

    async fn begin(
        &self,
        _: &str,
        _: LandingMark,
        _: UpdateRule,
    ) -> Result<Box<dyn Landing>, TableFailure> {
        Err(wrong("nothing lands here"))
    }

    async fn restore(
        &self,
        _: &str,
        version: u64,
        _: Timestamp,
    ) -> Result<Restored, TableFailure> {
        match version {
            0..=2 => Ok(Restored {
                version: 3,
                rows: 2,
            }),
            _ => Err(wrong("there is no such version")),
        }
    }

    async fn days(&self, _: &str, _: &str) -> Result<BTreeSet<(String, Date)>, TableFailure> {
        Ok(BTreeSet::new())
    }
}

#[async_trait]
impl TableReader for MadeUp {
    async fn describe(&self, location: &str) -> Result<TableState, TableFailure> {
        if location.contains("broken") {
            return Err(wrong("the table is gone"));
        }
        Ok(TableState {
            version: 2,
            rows: 3,
            files: 1,
            bytes: 1000,
            columns: columns(),
        })
    }

    async fn history(&self, _: &str) -> Result<Vec<TableVersion>, TableFailure> {
        let version = |version| TableVersion {
            version,
            run_id: None,
            committed_at: Some(NOW.parse().unwrap()),
            method: "partition".into(),
            rows: Some(1),
            table_rows: Some(version),
        };
        Ok([2, 1, 0].map(version).into())
    }

    async fn rows(&self, _: &str, version: Option<u64>) -> Result<Rows, TableFailure> {
        match version {
            None | Some(0..=2) => Ok(three_rows()),
            Some(_) => Err(wrong("there is no such version")),
        }
    }

    async fn ask(
        &self,
        _: Vec<NamedTable>,
        question: &str,
        _: usize,
    ) -> Result<Rows, TableFailure> {
        self.asked.lock().unwrap().push(question.to_owned());
        if question.contains("slow") {
            self.go_on.notified().await;
        }
        match question.contains("nope") {
            true => Err(wrong("there is no column 'nope'")),
            false => Ok(three_rows()),
        }
    }
}

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
