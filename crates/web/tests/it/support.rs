//! A site over a control database of its own, a clock that a test moves, and a browser with cookies.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use arrow_schema::SchemaRef;
use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode},
};
use exmetrics_engine::{
    DriftPolicies, Engine, Landing, LandingMark, NamedTable, Restored, Rows, Settings,
    TableFailure, TableReader, TableState, TableVersion, Tables, UpdateRule,
};
use exmetrics_graph::{Clock, Limits};
use exmetrics_store::{Person, QuotaRule, Role, SealingKey, Store};
use exmetrics_web::{OpenIdOptions, Site, SiteOptions};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp, civil::Date};
use secrecy::SecretString;
use tower::ServiceExt as _;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// A clock that stands until a test moves it.
pub(crate) struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub(crate) fn pass(&self, time: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now = now.saturating_add(time).unwrap();
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.pass(duration.try_into().unwrap());
    }
}

/// Tables that are not there.
struct NoTables;

fn no_table<T>() -> Result<T, TableFailure> {
    Err(TableFailure {
        wrong_argument: false,
        message: "there is no table in this test".into(),
        next_step: String::new(),
        source: None,
    })
}

#[async_trait]
impl Tables for NoTables {
    async fn create(&self, _: &str, _: &str, _: &SchemaRef) -> Result<(), TableFailure> {
        Ok(())
    }

    async fn remove(&self, _: &str) -> Result<bool, TableFailure> {
        Ok(false)
    }

    async fn begin(
        &self,
        _: &str,
        _: LandingMark,
        _: UpdateRule,
    ) -> Result<Box<dyn Landing>, TableFailure> {
        no_table()
    }

    async fn restore(&self, _: &str, _: u64, _: Timestamp) -> Result<Restored, TableFailure> {
        no_table()
    }

    async fn days(&self, _: &str, _: &str) -> Result<BTreeSet<(String, Date)>, TableFailure> {
        no_table()
    }
}

#[async_trait]
impl TableReader for NoTables {
    async fn describe(&self, _: &str) -> Result<TableState, TableFailure> {
        no_table()
    }

    async fn history(&self, _: &str) -> Result<Vec<TableVersion>, TableFailure> {
        no_table()
    }

    async fn rows(&self, _: &str, _: Option<u64>) -> Result<Rows, TableFailure> {
        no_table()
    }

    async fn ask(&self, _: Vec<NamedTable>, _: &str, _: usize) -> Result<Rows, TableFailure> {
        no_table()
    }
}

/// A site of its own.
pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) engine: Arc<Engine>,
    router: Router,
}

impl House {
    /// As it is reached from this machine alone.
    pub(crate) async fn new() -> Self {
        Self::at("http://127.0.0.1:8365", true, Arc::new(NoTables)).await
    }

    /// As it is reached from elsewhere, through a proxy.
    pub(crate) async fn open_to_others() -> Self {
        Self::at("https://exmetrics.example", false, Arc::new(NoTables)).await
    }

    /// With tables that a test made up.
    pub(crate) async fn with<T: Tables + TableReader + 'static>(tables: Arc<T>) -> Self {
        Self::at("http://127.0.0.1:8365", true, tables).await
    }

    /// Where people sign in at an issuer, if there is one.
    pub(crate) async fn with_openid(
        origin: &str,
        only_this_machine: bool,
        openid: Option<OpenIdOptions>,
    ) -> Self {
        Self::made(origin, only_this_machine, Arc::new(NoTables), openid).await
    }

    async fn at<T: Tables + TableReader + 'static>(
        origin: &str,
        only_this_machine: bool,
        tables: Arc<T>,
    ) -> Self {
        Self::made(origin, only_this_machine, tables, None).await
    }

    async fn made<T: Tables + TableReader + 'static>(
        origin: &str,
        only_this_machine: bool,
        tables: Arc<T>,
        openid: Option<OpenIdOptions>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("control.db");
        let store = Store::open(&file, SealingKey::random()).await.unwrap();
        let start: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let clock = Arc::new(TestClock(Mutex::new(start)));
        let quota = QuotaRule {
            requests: 14,
            window: SignedDuration::from_mins(10),
        };
        let settings = Settings {
            home: folder.path().to_owned(),
            tables: folder.path().join("tables").display().to_string(),
            csv_quota: quota,
            json_quota: quota,
            limits: Limits::default(),
            tries: 1,
            try_for: Duration::from_secs(1),
            archive_days: 1,
            drift: DriftPolicies::default(),
            proxy: None,
        };
        let engine = Engine::new(store, tables.clone(), clock.clone(), settings).unwrap();
        let engine = Arc::new(engine);
        let options = SiteOptions {
            origin: origin.to_owned(),
            only_this_machine,
        };
        let site = Site::with_openid(Arc::clone(&engine), tables, options, openid);
        Self {
            folder,
            clock,
            engine,
            router: exmetrics_web::router(site),
        }
    }

    pub(crate) fn store(&self) -> &Store {
        self.engine.store()
    }

    /// Everything in the database's files.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let file = self.folder.path().join("control.db");
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.extend(std::fs::read(file.with_extension("db-wal")).unwrap_or_default());
        bytes
    }

    pub(crate) async fn person(&self, name: &str, role: Role) -> Person {
        let password = SecretString::from(PASSWORD);
        self.engine.add_person(name, role, &password).await.unwrap()
    }

    /// The page as it comes, for a test that looks at how.
    pub(crate) async fn raw(&self, browser: &Browser<'_>, path: &str) -> axum::response::Response {
        let request = Request::get(path).header("cookie", browser.cookie());
        let mut request = request.body(Body::empty()).unwrap();
        request
            .extensions_mut()
            .insert(ConnectInfo(browser.address));
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A browser of somebody who has signed in.
    pub(crate) async fn signed_in(&self, name: &str, role: Role) -> Browser<'_> {
        self.person(name, role).await;
        let mut browser = self.browser();
        let answer = browser.sign_in(name, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        browser
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            house: self,
            cookies: BTreeMap::new(),
            address: "10.2.0.14:50000".parse().unwrap(),
        }
    }

    pub(crate) async fn ask(&self, mut request: Request<Body>, from: SocketAddr) -> Answer {
        request.extensions_mut().insert(ConnectInfo(from));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            // The templates escape more than they must.
            text: String::from_utf8_lossy(&bytes)
                .replace("&#x2f;", "/")
                .replace("&#x27;", "'"),
            bytes: bytes.to_vec(),
        }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// The token of the page's forms.
    pub(crate) fn csrf(&self) -> &str {
        let (_, rest) = self
            .text
            .split_once(r#"name="csrf" value=""#)
            .unwrap_or_default();
        rest.split('"').next().unwrap_or_default()
    }
}

/// A browser: keeps cookies, and says where its forms come from.
pub(crate) struct Browser<'a> {
    house: &'a House,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) address: SocketAddr,
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    /// Posts a form with the token that the page of that path, or the one given, has.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = match path {
            "/sign-in" => "/sign-in",
            _ => "/settings/access",
        };
        let csrf = self.get(page).await.csrf().to_owned();
        self.post_with(path, &csrf, fields).await
    }

    pub(crate) async fn post_with(
        &mut self,
        path: &str,
        csrf: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut all = vec![("csrf", csrf)];
        all.extend_from_slice(fields);
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, encode(&all)).await
    }

    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("name", name), ("password", password)])
            .await
    }

    fn cookie(&self) -> String {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        cookies.join("; ")
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let request = request.header("cookie", self.cookie()).header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
        );
        let request = request.body(Body::from(body)).unwrap();
        let answer = self.house.ask(request, self.address).await;
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            match line.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(
                    name.to_owned(),
                    rest.split(';').next().unwrap_or_default().to_owned(),
                ),
            };
        }
        answer
    }
}

/// Fields as a form sends them.
pub(crate) fn encode(fields: &[(&str, &str)]) -> String {
    let escaped = |text: &str| -> String {
        let bytes = text.bytes();
        bytes.map(|byte| format!("%{byte:02X}")).collect()
    };
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    pairs.join("&")
}
