//! A notice, a listener that remembers what it was asked, and a mail server.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use exmetrics_notify::{Channel, Limits, Notice, NoticeKind, NotifyClient, NotifyError};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpSocket},
    task::JoinHandle,
};

pub(crate) fn notice() -> Notice {
    Notice {
        kind: NoticeKind::RunFailed,
        title: "Mail by user: the run failed".to_owned(),
        text: "Contoso refused the sign-in.\n1 of 2 accounts succeeded.".to_owned(),
        next_step: Some("Renew the secret.".to_owned()),
        dataset: Some("Mail by user".to_owned()),
        account: Some("Contoso".to_owned()),
        run_id: Some("0192d0c4-0000-7000-8000-000000000001".to_owned()),
        at: "2026-11-10T08:00:00.5Z".parse().unwrap(),
        link: Some("https://metrics.contoso.example/runs/1?tab=log&all=1".to_owned()),
    }
}

pub(crate) fn client() -> NotifyClient {
    NotifyClient::new(Limits::default(), None).unwrap()
}

/// One that waits as long as a test likes to.
pub(crate) fn hasty_client() -> NotifyClient {
    let limits = Limits {
        webhook_timeout: Duration::from_millis(200),
        mail_timeout: Duration::from_millis(200),
    };
    NotifyClient::new(limits, None).unwrap()
}

pub(crate) fn webhook(url: &str) -> Channel {
    Channel::webhook(url.into()).unwrap()
}

pub(crate) fn mail(server: &str, from: &str, to: &[&str]) -> Channel {
    try_mail(server, from, to).unwrap()
}

pub(crate) fn try_mail(server: &str, from: &str, to: &[&str]) -> Result<Channel, NotifyError> {
    let to = to.iter().copied().map(str::to_owned).collect();
    Channel::mail(server.into(), from.to_owned(), to)
}

/// Sends the usual notice.
pub(crate) async fn send(channel: &Channel) -> Result<(), NotifyError> {
    exmetrics_notify::send(channel, &notice(), &client()).await
}

/// A port that nobody listens on, as long as this lives: it is bound, and that is all.
pub(crate) struct Nobody {
    pub(crate) port: u16,
    _socket: TcpSocket,
}

impl Nobody {
    pub(crate) fn there() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let port = socket.local_addr().unwrap().port();
        Self {
            port,
            _socket: socket,
        }
    }
}

/// A request as it came.
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Reads one HTTP request.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Seen {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        assert_ne!(
            stream.read_buf(&mut bytes).await.unwrap(),
            0,
            "a whole head"
        );
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.parse().unwrap());
    while bytes.len() < end + length {
        assert_ne!(
            stream.read_buf(&mut bytes).await.unwrap(),
            0,
            "a whole body"
        );
    }
    let body = String::from_utf8(bytes[end..].to_vec()).unwrap();
    Seen { head, body }
}

/// Writes an answer: `404 Not Found`, headers with line ends, a body.
pub(crate) async fn answer(
    stream: &mut (impl AsyncWrite + Unpin),
    status: &str,
    headers: &str,
    body: &str,
) {
    let length = body.len();
    let text = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
}

/// A listener for one request, which it answers or hangs up on.
pub(crate) struct Host {
    pub(crate) port: u16,
    seen: JoinHandle<Seen>,
}

impl Host {
    pub(crate) async fn answering(
        status: &'static str,
        headers: &'static str,
        body: &'static str,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let seen = read_request(&mut stream).await;
            if !status.is_empty() {
                answer(&mut stream, status, headers, body).await;
            }
            seen
        });
        Self { port, seen }
    }

    pub(crate) async fn hanging_up() -> Self {
        Self::answering("", "", "").await
    }

    pub(crate) fn url(&self) -> String {
        format!(
            "http://127.0.0.1:{}/hook/planted-path?sig=planted_query",
            self.port
        )
    }

    pub(crate) async fn seen(self) -> Seen {
        self.seen.await.unwrap()
    }
}

/// Python with a real mail server, if there is one.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    process: Child,
    lines: BufReader<ChildStdout>,
}

impl MailServer {
    /// Starts it; `None`, and a word about it, without `EXMETRICS_TEST_PYTHON`.
    #[expect(clippy::print_stderr, reason = "a test that was skipped says so")]
    pub(crate) fn start(arguments: &[&str]) -> Option<Self> {
        let python = std::env::var_os("EXMETRICS_TEST_PYTHON").filter(|python| !python.is_empty());
        let Some(python) = python else {
            assert!(
                std::env::var_os("CI").is_none(),
                "EXMETRICS_TEST_PYTHON must name a Python in CI"
            );
            eprintln!("skipped: EXMETRICS_TEST_PYTHON names no Python with aiosmtpd");
            return None;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp_server.py");
        let mut process = Command::new(python)
            .arg(script)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        let mut server = Self {
            port: 0,
            process,
            lines,
        };
        let ready = server.line();
        server.port = ready.strip_prefix("ready ").unwrap().parse().unwrap();
        Some(server)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The next mail. It was printed before the server said that it has it.
    pub(crate) fn mail(&mut self) -> Mail {
        Mail(serde_json::from_str(&self.line()).unwrap())
    }

    /// All mails up to now.
    pub(crate) fn rest(mut self) -> Vec<Mail> {
        self.process.kill().unwrap();
        let mut mails = Vec::new();
        loop {
            let line = self.line();
            if line.is_empty() {
                return mails;
            }
            mails.push(Mail(serde_json::from_str(&line).unwrap()));
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _: Result<(), std::io::Error> = self.process.kill();
        let _: Result<std::process::ExitStatus, std::io::Error> = self.process.wait();
    }
}

/// A mail as the server got it, decoded by Python.
pub(crate) struct Mail(pub(crate) Value);

impl Mail {
    /// All values of a header.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let headers = self.0["headers"].as_array().unwrap();
        headers
            .iter()
            .filter(|header| header[0] == name)
            .map(|header| header[1].as_str().unwrap())
            .collect()
    }

    pub(crate) fn body(&self) -> &str {
        self.0["body"].as_str().unwrap()
    }
}
