//! What the tenant sends, fetched without anything of the program: a few lines of HTTP over TCP.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use exmetrics_catalog::{ApiVersion, Ask, ReplyFormat, Report};
use exmetrics_sim::Sim;
use secrecy::ExposeSecret;
use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location").expect("a redirect")
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// Asks once.
pub(crate) fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let rest = url.strip_prefix("http://").expect("http");
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    let mut stream = TcpStream::connect(host).expect("a listener");
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(head.as_bytes()).expect("a connection");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer");
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a head of text");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status");
    let mut answer = Answer {
        status,
        head,
        body: bytes.split_off(end + 4),
    };
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = unchunk(&answer.body);
    }
    answer
}

fn unchunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let line = bytes
            .windows(2)
            .position(|two| two == b"\r\n")
            .expect("a chunk's length");
        let length = str::from_utf8(&bytes[..line]).expect("a length");
        let length = usize::from_str_radix(length, 16).expect("a length");
        bytes = &bytes[line + 2..];
        if length == 0 {
            return whole;
        }
        whole.extend_from_slice(&bytes[..length]);
        bytes = &bytes[length + 2..];
    }
}

/// Asks for something without anything.
pub(crate) fn get(url: &str) -> Answer {
    send("GET", url, &[], "")
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    pairs.join("&")
}

fn token(sim: &Sim, fields: &[(&str, &str)]) -> String {
    let url = format!("{}/{}/oauth2/v2.0/token", sim.login_url(), sim.tenant_id());
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let answer = send("POST", &url, &kind, &form(fields));
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    answer.json()["access_token"]
        .as_str()
        .expect("a token")
        .to_owned()
}

/// A token for the app by itself.
pub(crate) fn app_token(sim: &Sim) -> String {
    let secret = sim.client_secret().expect("a secret");
    token(
        sim,
        &[
            ("grant_type", "client_credentials"),
            ("client_id", sim.client_id()),
            ("client_secret", secret.expose_secret()),
            ("scope", &format!("{}/.default", sim.graph_url())),
        ],
    )
}

/// A token for the person at the browser, who must agree at once.
pub(crate) fn person_token(sim: &Sim) -> String {
    // The example of RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let scope = format!("{}/Reports.Read.All", sim.graph_url());
    let query = form(&[
        ("client_id", sim.client_id()),
        ("response_type", "code"),
        ("redirect_uri", "http://localhost"),
        ("scope", &scope),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]);
    let url = format!(
        "{}/{}/oauth2/v2.0/authorize?{query}",
        sim.login_url(),
        sim.tenant_id()
    );
    let back = get(&url);
    let code = back
        .location()
        .split(['?', '&'])
        .find_map(|pair| pair.strip_prefix("code="));
    token(
        sim,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", sim.client_id()),
            ("code", code.expect("a code")),
            ("redirect_uri", "http://localhost"),
            ("code_verifier", verifier),
        ],
    )
}

/// The bytes of a report's reply; the pages of JSON one after the other.
pub(crate) fn reply(sim: &Sim, token: &str, report: &Report, ask: Ask) -> Vec<Vec<u8>> {
    let bearer = format!("Bearer {token}");
    let ask_graph = |url: &str| send("GET", url, &[("authorization", &bearer)], "");
    let is_v1 = report.versions.contains(&ApiVersion::V1) && report.format == ReplyFormat::Csv;
    let arguments = match ask {
        Ask::Period(period) => format!("(period='{period}')"),
        Ask::Date(date) => format!("(date={date})"),
        Ask::Current => String::new(),
    };
    let (version, format) = match (is_v1, report.format) {
        (true, _) => ("v1.0", ""),
        (false, ReplyFormat::Csv) => ("beta", "?$format=text/csv"),
        (false, ReplyFormat::Json) => ("beta", "?$format=application/json"),
    };
    let function = &report.function;
    let mut url = format!(
        "{}/{version}/reports/{function}{arguments}{format}",
        sim.graph_url()
    );
    if report.format == ReplyFormat::Csv {
        let answer = ask_graph(&url);
        return match answer.status {
            302 => vec![get(answer.location()).body],
            200 => vec![answer.body],
            204 => Vec::new(),
            status => panic!("{url} is answered with {status}"),
        };
    }
    let mut pages = Vec::new();
    loop {
        let answer = ask_graph(&url);
        assert_eq!(answer.status, 200, "{url}");
        let next = answer.json()["@odata.nextLink"].as_str().map(str::to_owned);
        pages.push(answer.body);
        match next {
            Some(next) => url = next,
            None => return pages,
        }
    }
}
