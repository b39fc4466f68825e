//! Nothing that is planted comes out: not in `Debug`, not in an error, not in a log.

use std::{
    fmt::Debug,
    io,
    sync::{Arc, Mutex},
};

use exmetrics_notify::{Channel, Limits, NotifyClient, NotifyError, Proxy, send as send_notice};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::support::{Host, Nobody, client, mail, notice, try_mail, webhook};

/// Where every line of the log goes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that can be shown of a value, and of an error that comes of sending through it.
async fn shown(channel: &Channel, client: &NotifyClient) -> String {
    let answer = send_notice(channel, &notice(), client).await;
    format!(
        "{channel:?} {channel:#?} {} {}",
        channel.name(),
        told(answer)
    )
}

fn told<T: Debug>(answer: Result<T, NotifyError>) -> String {
    let error = answer.unwrap_err();
    format!("{error} {error:?} {error:#?} ")
}

/// A mail server that repeats whatever it is told.
async fn parrot() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"220 mail.test\r\n").await.unwrap();
        let mut bytes = vec![0; 1024];
        while let Ok(read @ 1..) = stream.read(&mut bytes).await {
            let line = String::from_utf8_lossy(&bytes[..read]).into_owned();
            let answer = if line.starts_with("EHLO") {
                "250-mail.test\r\n250 AUTH PLAIN\r\n".to_owned()
            } else {
                format!("535 what is {}?\r\n", line.trim())
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    port
}

#[tokio::test]
async fn nothing_planted_comes_out() {
    let log = Log::default();
    let writer = log.clone();
    // For all threads and every crate below: a callsite that another test has met would stay silent
    // otherwise.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let client = client();
    let mut text = String::new();
    let nobody = Nobody::there();

    for status in [
        "302 Found",
        "404 Not Found",
        "429 Too Many Requests",
        "500 Oops",
    ] {
        let host = Host::answering(status, "location: /planted\r\n", "planted_query").await;
        text += &shown(&webhook(&host.url()), &client).await;
    }
    let host = Host::hanging_up().await;
    text += &shown(&webhook(&host.url()), &client).await;
    for scheme in ["http", "https"] {
        let url = format!("{scheme}://127.0.0.1:{}/planted?sig=planted", nobody.port);
        text += &shown(&webhook(&url), &client).await;
    }
    for url in [
        "planted",
        "https://planted:planted@a.example/",
        "ftp://a.example/planted",
    ] {
        text += &told(Channel::webhook(url.into()));
    }

    let to = &["c@d.example"];
    for port in [nobody.port, parrot().await] {
        let url = format!("smtp://me:planted@127.0.0.1:{port}");
        text += &shown(&mail(&url, "a@b.example", to), &client).await;
    }
    let url = format!("smtps://me:planted@127.0.0.1:{}", nobody.port);
    text += &shown(&mail(&url, "a@b.example", to), &client).await;
    for url in [
        "planted",
        "smtp://me:planted@mail.example?tls=none",
        "smtps://me:planted@:1",
    ] {
        text += &told(try_mail(url, "a@b.example", to));
    }

    let proxy = |url: String| Proxy {
        url: url.into(),
        except: String::new(),
    };
    let away = proxy(format!("http://me:planted@127.0.0.1:{}", nobody.port));
    let behind = NotifyClient::new(Limits::default(), Some(&away)).unwrap();
    text += &format!("{away:?} {away:#?} {behind:?} {behind:#?} ");
    text += &shown(&webhook("https://hooks.example/planted"), &behind).await;
    let broken = proxy("http://me:planted@".to_owned());
    text += &told(NotifyClient::new(Limits::default(), Some(&broken)));

    text += &String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("127.0.0.1"));
    assert!(
        text.contains("TRACE") || text.contains("DEBUG"),
        "the log is looked at"
    );
    // What the others plant at the same time is theirs, and in the log as well.
    for secret in ["planted", "cGxhbnRlZA", "AG1lAHBsYW50ZWQ"] {
        for line in text.lines() {
            assert!(!line.contains(secret), "{line}");
        }
    }
}
