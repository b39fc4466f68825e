//! A site over a control database of its own, a clock that stands, tables that are not there, and a browser.

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
use exmetrics_catalog::Cloud;
use exmetrics_engine::{
    DriftPolicies, Engine, Landing, LandingMark, NamedTable, Restored, Rows, Settings,
    TableFailure, TableReader, TableState, TableVersion, Tables, UpdateRule,
};
use exmetrics_graph::{Clock, Limits};
use exmetrics_sim::{PersonAtBrowser, Sim, SimOptions};
use exmetrics_store::{Account, NewAccount, QuotaRule, Role, SealingKey, SignIn, Store};
use exmetrics_web::{Site, SiteOptions};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp, civil::Date};
use secrecy::SecretString;
use tower::ServiceExt as _;

/// A Monday.
pub(crate) const NOW: &str = "2026-11-23T14:22:00Z";

struct StandingClock;

#[async_trait]
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        NOW.parse().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
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
        Ok(true)
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
    _folder: tempfile::TempDir,
    pub(crate) engine: Arc<Engine>,
    router: Router,
    /// The cookies of an administrator who has signed in.
    cookies: Mutex<BTreeMap<String, String>>,
}

/// Long enough.
const PASSWORD: &str = "correct horse battery";

impl House {
    pub(crate) async fn new() -> Self {
        exmetrics_graph::install_crypto_provider();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("control.db");
        let store = Store::open(&file, SealingKey::random()).await.unwrap();
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
        let clock = Arc::new(StandingClock);
        let engine = Arc::new(Engine::new(store, Arc::new(NoTables), clock, settings).unwrap());
        let options = SiteOptions {
            origin: "http://127.0.0.1:8365".into(),
            only_this_machine: true,
        };
        let site = Site::new(Arc::clone(&engine), Arc::new(NoTables), options);
        let house = Self {
            _folder: folder,
            engine,
            router: exmetrics_web::router(site),
            cookies: Mutex::default(),
        };
        house.sign_in().await;
        house
    }

    async fn sign_in(&self) {
        let password = SecretString::from(PASSWORD);
        let person = self.engine.add_person("you", Role::Admin, &password).await;
        person.unwrap();
        let csrf = self.get("/sign-in").await.csrf().to_owned();
        let fields = [("name", "you"), ("password", PASSWORD)];
        self.post_with("/sign-in", &csrf, &fields).await.with(303);
    }

    pub(crate) fn store(&self) -> &Store {
        self.engine.store()
    }

    /// An account that nobody can sign in with.
    pub(crate) async fn account(&self, name: &str) -> Account {
        let new = NewAccount {
            name: name.into(),
            tenant: format!("{name}.example"),
            client_id: "a9900000-0000-4000-8000-00000000c0de".into(),
            sign_in: SignIn::ClientSecret,
            cloud: Cloud::known(exmetrics_catalog::CloudName::Global).unwrap(),
            secret: Some(SecretString::from("planted-secret")),
        };
        let now = NOW.parse().unwrap();
        self.store().add_account(&new, now).await.unwrap()
    }

    /// An account of a simulated tenant.
    pub(crate) async fn account_of(&self, sim: &Sim, sign_in: SignIn) -> Account {
        let new = NewAccount {
            name: "simulated".into(),
            tenant: sim.tenant_id().into(),
            client_id: sim.client_id().into(),
            sign_in,
            cloud: Cloud::custom(sim.login_url(), sim.graph_url()),
            secret: match sign_in {
                SignIn::ClientSecret => sim.client_secret(),
                _ => None,
            },
        };
        let now = NOW.parse().unwrap();
        self.store().add_account(&new, now).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    /// Posts a form with the token that pages have.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get("/datasets/new").await.csrf().to_owned();
        self.post_with(path, &csrf, fields).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        csrf: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut all = vec![("csrf", csrf)];
        all.extend_from_slice(fields);
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "http://127.0.0.1:8365")
            .header("sec-fetch-site", "same-origin")
            .header("x-fragment", "1");
        self.send(request, encode(&all)).await
    }

    async fn send(&self, request: axum::http::request::Builder, body: String) -> Answer {
        let cookies: Vec<String> = {
            let kept = self.cookies.lock().unwrap();
            kept.iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        let request = request
            .header("host", "127.0.0.1:8365")
            .header("cookie", cookies.join("; "));
        let mut request = request.body(Body::from(body)).unwrap();
        let from: SocketAddr = "127.0.0.1:50000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(from));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for line in parts.headers.get_all("set-cookie") {
            let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap_or_default().to_owned();
            self.cookies.lock().unwrap().insert(name.to_owned(), value);
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            // The templates escape more than they must.
            text: String::from_utf8(bytes.to_vec())
                .unwrap()
                .replace("&#x2f;", "/")
                .replace("&#x27;", "'"),
        }
    }
}

/// A simulated tenant with somebody at the browser who agrees to everything.
pub(crate) async fn tenant() -> Sim {
    let options = SimOptions {
        people: 30,
        now: NOW.parse().unwrap(),
        person: PersonAtBrowser::Asked,
        device_interval: Duration::from_secs(1),
        ..SimOptions::default()
    };
    exmetrics_sim::start(options).await.unwrap()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// Its text, after a look at its status.
    #[track_caller]
    pub(crate) fn with(&self, status: u16) -> &str {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        &self.text
    }

    /// Where it sends a browser.
    #[track_caller]
    pub(crate) fn sent_to(&self) -> &str {
        self.with(303);
        self.headers["location"].to_str().unwrap()
    }

    /// The token of the page's forms.
    pub(crate) fn csrf(&self) -> &str {
        self.value_of("csrf")
    }

    /// The value of the first field of a name.
    pub(crate) fn value_of(&self, name: &str) -> &str {
        let start = format!(r#"name="{name}" value=""#);
        let (_, rest) = self.text.split_once(&start).unwrap_or_default();
        rest.split('"').next().unwrap_or_default()
    }

    /// What the page's first form would send: its fields as they are filled in.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let (_, form) = self.text.split_once("data-panes").unwrap_or_default();
        let form = form.split("</form>").next().unwrap_or_default();
        let attribute = |tag: &str, name: &str| {
            let start = format!(r#" {name}=""#);
            let (_, rest) = tag.split_once(&start)?;
            Some(rest.split('"').next().unwrap_or_default().to_owned())
        };
        let mut fields = Vec::new();
        let mut menu = String::new();
        for part in form.split('<').skip(1) {
            let (tag, text) = part.split_once('>').unwrap_or((part, ""));
            let name = attribute(tag, "name");
            if tag.starts_with("input") {
                let kind = attribute(tag, "type").unwrap_or_default();
                let ticked =
                    !matches!(kind.as_str(), "checkbox" | "radio") || tag.contains(" checked");
                if let (Some(name), true, false) = (name, ticked, tag.contains(" disabled")) {
                    let value = attribute(tag, "value").unwrap_or_default();
                    fields.push((name, value));
                }
            } else if tag.starts_with("textarea") {
                fields.push((name.unwrap_or_default(), text.to_owned()));
            } else if tag.starts_with("select") {
                menu = name.unwrap_or_default();
            } else if tag.starts_with("option") && tag.contains(" selected") {
                let value = attribute(tag, "value").unwrap_or_default();
                fields.push((menu.clone(), value));
            }
        }
        fields
    }

    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Self {
        assert!(
            self.text.contains(words),
            "not said: {words}\n{}",
            self.text
        );
        self
    }

    #[track_caller]
    pub(crate) fn does_not_say(&self, words: &str) -> &Self {
        assert!(!self.text.contains(words), "said: {words}\n{}", self.text);
        self
    }
}

/// Fields as a form sends them.
fn encode(fields: &[(&str, &str)]) -> String {
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
