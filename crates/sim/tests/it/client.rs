//! A client that does nothing by itself: it follows no redirect and touches no byte of an address.

use exmetrics_sim::{Sim, SimOptions, start};
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, body::Bytes, client::conn::http1, header::HeaderMap};
use hyper_util::rt::TokioIo;
use secrecy::ExposeSecret;
use serde_json::Value;

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Whether the body came to its end.
    pub(crate) is_whole: bool,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn location(&self) -> String {
        self.header("location").expect("a redirect").to_owned()
    }

    /// The code and message of one of Graph's errors.
    pub(crate) fn graph_error(&self) -> (String, String) {
        let error = self.json()["error"].clone();
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        assert!(error["innerError"]["request-id"].is_string());
        (text("code"), text("message"))
    }

    /// The number of one of Entra's errors, after a look at the whole body.
    pub(crate) fn aadsts(&self) -> u64 {
        let body = self.json();
        let number = body["error_codes"][0].as_u64().expect("a number");
        let description = body["error_description"].as_str().expect("a description");
        assert!(
            description.starts_with(&format!("AADSTS{number}: ")),
            "{description}"
        );
        for words in [" Trace ID: ", " Correlation ID: ", " Timestamp: "] {
            assert!(description.contains(words), "{description}");
        }
        assert!(body["error"].is_string() && body["timestamp"].is_string());
        assert!(body["trace_id"].is_string() && body["correlation_id"].is_string());
        number
    }
}

/// One request, exactly as it is given. An error is a connection that ended without an answer.
pub(crate) async fn send(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Reply, hyper::Error> {
    let rest = url.strip_prefix("http://").expect("http");
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let stream = tokio::net::TcpStream::connect(host)
        .await
        .expect("a listener");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", host);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request
        .body(Full::new(Bytes::from(body.to_owned())))
        .expect("a request");
    let (parts, mut stream) = sender.send_request(request).await?.into_parts();
    let (mut body, mut is_whole) = (Vec::new(), true);
    while let Some(frame) = stream.frame().await {
        match frame.map(hyper::body::Frame::into_data) {
            Ok(Ok(data)) => body.extend_from_slice(&data),
            Ok(Err(_)) => {}
            Err(_) => {
                is_whole = false;
                break;
            }
        }
    }
    Ok(Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body,
        is_whole,
    })
}

/// A request without anything.
pub(crate) async fn get(url: &str) -> Reply {
    send(Method::GET, url, &[], "").await.expect("an answer")
}

/// A form.
pub(crate) async fn post(url: &str, fields: &[(&str, &str)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    send(Method::POST, url, &[("content-type", FORM)], &body)
        .await
        .expect("an answer")
}

/// A tenant whose clock stands at a Monday.
pub(crate) fn options() -> SimOptions {
    SimOptions {
        now: "2026-11-23T10:00:00Z".parse().expect("a moment"),
        people: 40,
        ..SimOptions::default()
    }
}

/// A tenant that does not count requests.
pub(crate) fn generous() -> SimOptions {
    let mut options = options();
    options.quota.csv = u32::MAX;
    options.quota.json = u32::MAX;
    options
}

/// A tenant and a token for it.
pub(crate) struct Tenant {
    pub(crate) sim: Sim,
    pub(crate) token: String,
}

impl Tenant {
    pub(crate) async fn new(options: SimOptions) -> Self {
        let sim = start(options).await.expect("a tenant");
        let token = app_token(&sim).await;
        Self { sim, token }
    }

    /// Asks Graph, from the version on: `/v1.0/...`.
    pub(crate) async fn graph(&self, path: &str) -> Reply {
        self.try_graph(path).await.expect("an answer")
    }

    pub(crate) async fn try_graph(&self, path: &str) -> Result<Reply, hyper::Error> {
        let url = format!("{}{path}", self.sim.graph_url());
        send(
            Method::GET,
            &url,
            &[("authorization", &format!("Bearer {}", self.token))],
            "",
        )
        .await
    }

    /// The CSV of a report, by redirect where there is one.
    pub(crate) async fn csv(&self, path: &str) -> Reply {
        let reply = self.graph(path).await;
        if reply.status != 302 {
            return reply;
        }
        get(&reply.location()).await
    }
}

/// The token endpoint.
pub(crate) fn token_url(sim: &Sim) -> String {
    format!("{}/{}/oauth2/v2.0/token", sim.login_url(), sim.tenant_id())
}

/// A token for the app by itself.
pub(crate) async fn app_token(sim: &Sim) -> String {
    let secret = sim.client_secret().expect("a secret");
    let reply = post(
        &token_url(sim),
        &[
            ("grant_type", "client_credentials"),
            ("client_id", sim.client_id()),
            ("client_secret", secret.expose_secret()),
            ("scope", &format!("{}/.default", sim.graph_url())),
        ],
    )
    .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let body = reply.json();
    assert_eq!(body["expires_in"], 3599);
    assert!(body["refresh_token"].is_null());
    body["access_token"].as_str().expect("a token").to_owned()
}

/// Header and rows of a CSV, after a look at its bytes.
pub(crate) fn read_csv(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let rest = bytes
        .strip_prefix(b"\xEF\xBB\xBF")
        .expect("a byte order mark");
    assert!(rest.ends_with(b"\r\n"), "no trailing line end");
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(rest);
    let text = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = text(reader.headers().expect("a header"));
    let rows = reader
        .records()
        .map(|record| text(&record.expect("a row")))
        .collect();
    (header, rows)
}
