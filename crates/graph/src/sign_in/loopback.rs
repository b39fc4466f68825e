//! The listener that a browser comes back to: the port of loopback, a few bytes of HTTP, and a plain
//! page.

use std::{io, net::Ipv4Addr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};
use url::Url;

/// A browser sends no more than this before it gets its answer.
const MAX_HEAD: usize = 32 * 1024;

/// Browsers open connections in advance and say nothing on them.
const SILENCE: Duration = Duration::from_secs(30);

pub(super) struct Loopback {
    listener: TcpListener,
    port: u16,
    connections: JoinSet<()>,
    found: mpsc::Sender<Callback>,
    callbacks: mpsc::Receiver<Callback>,
}

/// One call: what it said, and how to answer it.
pub(super) struct Callback {
    pub(super) query: String,
    pub(super) reply: Reply,
}

/// The connection that waits for an answer.
pub(super) struct Reply(TcpStream);

/// What the browser is told.
pub(super) enum Answer {
    Done,
    Refused,
    NotOurs,
    Redirect(Url),
}

impl Loopback {
    pub(super) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (found, callbacks) = mpsc::channel(8);
        Ok(Self {
            listener,
            port,
            connections: JoinSet::new(),
            found,
            callbacks,
        })
    }

    /// What Microsoft is told to send the browser to. Its rule for desktop apps is `localhost` with
    /// any port.
    pub(super) fn address(&self) -> Url {
        let mut url = Url::parse("http://localhost/").expect("a constant URL");
        // A host and a scheme with ports are there, so this cannot fail.
        let _: Result<(), ()> = url.set_port(Some(self.port));
        url
    }

    /// The next call of the root page; everything else is answered here.
    pub(super) async fn next(&mut self) -> Callback {
        loop {
            tokio::select! {
                Some(callback) = self.callbacks.recv() => return callback,
                Ok((stream, _)) = self.listener.accept() => {
                    let found = self.found.clone();
                    self.connections.spawn(async move {
                        if let Ok(Ok(Some(callback))) =
                            tokio::time::timeout(SILENCE, read_call(stream)).await
                        {
                            // Nobody listens any more: the sign-in is over.
                            let _: Result<_, _> = found.send(callback).await;
                        }
                    });
                }
                Some(_) = self.connections.join_next() => {}
            }
        }
    }
}

async fn read_call(mut stream: TcpStream) -> io::Result<Option<Callback>> {
    let mut head = Vec::new();
    let target = loop {
        if head.len() > MAX_HEAD || stream.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(&head) {
            Ok(httparse::Status::Complete(_)) if request.method == Some("GET") => {
                break request.path.unwrap_or_default().to_owned();
            }
            Ok(httparse::Status::Partial) => {}
            Ok(httparse::Status::Complete(_)) | Err(_) => return Ok(None),
        }
    };
    let reply = Reply(stream);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    if path != "/" || query.is_empty() {
        reply.send(Answer::NotOurs).await;
        return Ok(None);
    }
    Ok(Some(Callback {
        query: query.to_owned(),
        reply,
    }))
}

impl Reply {
    /// Answers and hangs up. A browser that has gone away misses a page and nothing else.
    pub(super) async fn send(mut self, answer: Answer) {
        let (status, location, text) = match answer {
            Answer::Done => ("200 OK", None, "You can close this window."),
            Answer::Refused => (
                "200 OK",
                None,
                "The sign-in was refused; the terminal says why. You can close this window.",
            ),
            Answer::NotOurs => ("404 Not Found", None, "There is nothing here."),
            Answer::Redirect(url) => ("302 Found", Some(url), "One more question."),
        };
        let location = location
            .map(|url| format!("Location: {url}\r\n"))
            .unwrap_or_default();
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>exmetrics</title>\
             <p>{text}</p></html>\n"
        );
        let answer = format!(
            "HTTP/1.1 {status}\r\n{location}Content-Type: text/html; charset=utf-8\r\n\
             Content-Length: {}\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
             Content-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n{page}",
            page.len()
        );
        if let Err(error) = self.write(&answer).await {
            tracing::debug!(%error, "the browser did not wait for its page");
        }
    }

    async fn write(&mut self, answer: &str) -> io::Result<()> {
        self.0.write_all(answer.as_bytes()).await?;
        self.0.shutdown().await
    }
}
