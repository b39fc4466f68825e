//! A clock that moves by itself when somebody sleeps, listeners that remember what they were asked,
//! and a gate and a keeper that write everything down.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Response, StatusCode},
};
use exmetrics_catalog::{Cloud, Report};
use exmetrics_graph::{
    Admission, Clock, Credentials, Failure, GateError, Graph, HttpClient, KeepError, Limits,
    QuotaGate, QuotaKey, RefreshTokenKeeper, Reply, Session, SignInMethod, Ticket, http_client,
};
use futures::StreamExt;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

pub(crate) const TENANT: &str = "5e1f0f8e-0000-4000-8000-00000000c0de";
pub(crate) const APP: &str = "a99a99a9-0000-4000-8000-0000000000aa";
pub(crate) const SECRET: &str = "planted-client-secret";
pub(crate) const TOKEN: &str = "planted-access-token";

pub(crate) struct TestClock {
    now: Mutex<Timestamp>,
    pub(crate) slept: Mutex<Vec<u64>>,
}

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        let start = "2026-11-10T08:00:00Z".parse().unwrap();
        Arc::new(Self {
            now: Mutex::new(start),
            slept: Mutex::default(),
        })
    }

    pub(crate) fn pass(&self, duration: Duration) {
        *self.now.lock().unwrap() += duration;
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.slept.lock().unwrap().push(duration.as_secs());
        self.pass(duration);
        tokio::task::yield_now().await;
    }
}

/// What a listener was asked.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn form(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

pub(crate) type Answer = Response<Body>;

/// A listener on loopback.
pub(crate) struct Host {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Host {
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&seen), Arc::new(answer));
        let app = axum::Router::new().fallback(move |request: axum::extract::Request| {
            let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
            async move {
                let (parts, body) = request.into_parts();
                let body = to_bytes(body, usize::MAX).await.unwrap();
                let seen = Seen {
                    method: parts.method.to_string(),
                    target: parts.uri.to_string(),
                    headers: parts.headers,
                    body: String::from_utf8(body.to_vec()).unwrap(),
                };
                let answer = answer(&seen);
                log.lock().unwrap().push(seen);
                answer
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn targets(&self) -> Vec<String> {
        self.seen()
            .into_iter()
            .map(|seen| format!("{} {}", seen.method, seen.target))
            .collect()
    }
}

pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        let name: axum::http::HeaderName = name.parse().unwrap();
        answer.headers_mut().append(name, value.parse().unwrap());
    }
    answer
}

pub(crate) fn json_answer(status: u16, body: &Value) -> Answer {
    answer(
        status,
        &[("content-type", "application/json")],
        body.to_string(),
    )
}

pub(crate) fn token_answer() -> Answer {
    json_answer(
        200,
        &json!({"token_type": "Bearer", "expires_in": 3600, "access_token": TOKEN}),
    )
}

/// A sign-in host that gives every token a number.
pub(crate) async fn login() -> Host {
    let count = Mutex::new(0);
    Host::start(move |_| {
        let mut count = count.lock().unwrap();
        *count += 1;
        let token = format!("{TOKEN}-{count}");
        json_answer(
            200,
            &json!({"token_type": "Bearer", "expires_in": 3600, "access_token": token}),
        )
    })
    .await
}

#[derive(Default)]
pub(crate) struct Keeper {
    pub(crate) kept: Mutex<Vec<String>>,
    pub(crate) failing: Mutex<bool>,
}

#[async_trait]
impl RefreshTokenKeeper for Keeper {
    async fn keep(&self, token: &SecretString) -> Result<(), KeepError> {
        if *self.failing.lock().unwrap() {
            return Err(KeepError("the disk is full".into()));
        }
        self.kept
            .lock()
            .unwrap()
            .push(token.expose_secret().to_owned());
        Ok(())
    }
}

/// Lets everything through unless told otherwise, and writes it down.
#[derive(Default)]
pub(crate) struct Gate {
    pub(crate) wait: Mutex<Vec<Timestamp>>,
    pub(crate) log: Mutex<Vec<String>>,
}

#[async_trait]
impl QuotaGate for Gate {
    async fn admit(&self, key: &QuotaKey) -> Result<Admission, GateError> {
        let QuotaKey {
            tenant,
            client_id,
            function,
            format,
        } = key;
        self.log
            .lock()
            .unwrap()
            .push(format!("admit {tenant} {client_id} {function} {format:?}"));
        Ok(match self.wait.lock().unwrap().pop() {
            Some(until) => Admission::Wait(until),
            None => Admission::Go(Ticket(7)),
        })
    }

    async fn answered(&self, ticket: Ticket, at: Timestamp) {
        self.log
            .lock()
            .unwrap()
            .push(format!("answered {} {at}", ticket.0));
    }

    async fn block_until(&self, key: &QuotaKey, until: Timestamp) {
        self.log
            .lock()
            .unwrap()
            .push(format!("block {} until {until}", key.function));
    }
}

/// A tenant made of two listeners, and everything needed to ask it.
pub(crate) struct World {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) login: Host,
    pub(crate) graph: Host,
    pub(crate) limits: Limits,
    http: HttpClient,
}

impl World {
    pub(crate) fn new(login: Host, graph: Host) -> Self {
        Self {
            clock: TestClock::new(),
            gate: Arc::default(),
            keeper: Arc::default(),
            login,
            graph,
            limits: limits(),
            http: http(),
        }
    }

    /// A world whose sign-in works.
    pub(crate) async fn with(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        Self::new(login().await, Host::start(answer).await)
    }

    pub(crate) fn cloud(&self) -> Cloud {
        Cloud::custom(&self.login.url, &self.graph.url)
    }

    pub(crate) fn session(&self) -> Session {
        self.session_by(SignInMethod::ClientSecret(SECRET.into()))
    }

    pub(crate) fn session_by(&self, method: SignInMethod) -> Session {
        self.session_in(self.cloud(), method).unwrap()
    }

    pub(crate) fn session_in(
        &self,
        cloud: Cloud,
        method: SignInMethod,
    ) -> Result<Session, Failure> {
        let (tenant, client_id) = (TENANT.to_owned(), APP.to_owned());
        let credentials = Credentials {
            tenant,
            client_id,
            cloud,
            method,
        };
        let keeper = Arc::clone(&self.keeper);
        Session::new(
            credentials,
            keeper,
            self.http.clone(),
            Arc::clone(&self.clock) as _,
        )
    }

    pub(crate) fn graph(&self) -> Graph {
        let clock = Arc::clone(&self.clock);
        Graph::new(
            http(),
            clock,
            Arc::clone(&self.gate) as _,
            self.limits.clone(),
        )
    }

    pub(crate) async fn request(&self, report: &Report, ask: &str) -> Result<Reply, Failure> {
        self.graph()
            .request(&self.session(), report, ask.parse().unwrap(), true)
            .await
    }

    /// The whole body, or how it ended.
    pub(crate) async fn read(&self, report: &Report, ask: &str) -> Result<String, Failure> {
        collect(self.request(report, ask).await?).await
    }
}

pub(crate) async fn collect(mut reply: Reply) -> Result<String, Failure> {
    let mut all = Vec::new();
    while let Some(chunk) = reply.body.next().await {
        all.extend_from_slice(&chunk?);
    }
    Ok(String::from_utf8(all).unwrap())
}

pub(crate) fn limits() -> Limits {
    Limits {
        max_reply_bytes: 1 << 20,
        ..Limits::default()
    }
}

pub(crate) fn http() -> HttpClient {
    http_client(&limits(), None).unwrap()
}

/// A report of v1.0 that comes as CSV.
pub(crate) fn csv_report() -> Report {
    report(&json!({}))
}

/// A report of beta that comes as JSON.
pub(crate) fn json_report() -> Report {
    report(
        &json!({"function": "getThingsDetail", "format": "json", "json_top": 500,
        "versions": ["beta"], "clouds": {"beta": ["global"]}}),
    )
}

pub(crate) fn report(changes: &Value) -> Report {
    let mut row = json!({
        "slug": "thing-counts", "function": "getThingCounts", "title": "Things",
        "workload": "Things", "tells": "How many things.",
        "versions": ["v1.0", "beta"],
        "clouds": {"v1.0": ["global"], "beta": ["global", "china"]},
        "parameters": ["period", "date"], "periods": ["D7", "D30"], "date_window_days": 28,
        "grain": "detail", "key": [], "columns": [],
        "permissions": {"delegated": "Reports.Read.All", "application": "Reports.Read.All"},
    });
    for (key, value) in changes.as_object().unwrap() {
        row[key] = value.clone();
    }
    serde_json::from_value(row).unwrap()
}

/// A failure as a line of a transcript.
pub(crate) fn line(failure: &Failure) -> String {
    let Failure {
        settle,
        code,
        message,
        next_step,
        ..
    } = failure;
    format!("{settle:?} [{code}] {message}\n    -> {next_step}")
}
