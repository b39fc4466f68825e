//! Nothing that is planted comes out: not in `Debug`, not in an error and its sources, not in a log.

use std::{
    error::Error,
    fmt::Debug,
    io,
    sync::{Arc, Mutex},
};

use exmetrics_catalog::Ask;
use exmetrics_graph::{Failure, Limits, Proxy, SignInMethod, http_client};
use serde_json::json;

use crate::support::{
    Host, SECRET, TOKEN, World, answer, csv_report, http, json_answer, json_report, login,
};

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

fn shown(value: &impl Debug) -> String {
    format!("{value:?} {value:#?}")
}

fn chain(failure: &Failure) -> String {
    let mut text = format!("{failure} {}", shown(failure));
    let mut cause = failure.source();
    while let Some(error) = cause {
        text.push_str(&format!("{error} {error:?}"));
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn nothing_planted_comes_out() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // For all threads: a callsite that another test has met would stay silent here otherwise.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let mut text = String::new();

    // A download whose host is away, so that the transport's own error is at hand.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let away = format!(
        "http://{}/?token=planted-link",
        listener.local_addr().unwrap()
    );
    drop(listener);
    let world = World::with(move |_| answer(302, &[("location", &away)], "")).await;
    text += &chain(&world.read(&csv_report(), "D7").await.unwrap_err());

    // A Graph that repeats the token, in an error and on a page.
    let repeat =
        json!({"error": {"code": format!("{TOKEN}-1"), "message": format!("no {TOKEN}-1")}});
    let world = World::with(move |_| json_answer(400, &repeat)).await;
    text += &chain(&world.read(&csv_report(), "D7").await.unwrap_err());
    let world = World::with(|_| answer(200, &[], "{\"value\": planted-page")).await;
    text += &chain(&world.read(&json_report(), "D7").await.unwrap_err());

    // A good download.
    let second = Host::start(|_| answer(200, &[], "A,B\r\n")).await;
    let link = format!("{}/?token=planted-link", second.url);
    let world = World::with(move |_| answer(302, &[("location", &link)], "")).await;
    let session = world.session();
    let ask: Ask = "D7".parse().unwrap();
    text += &shown(
        &world
            .graph()
            .request(&session, &csv_report(), ask, true)
            .await
            .unwrap(),
    );
    text += &shown(&session);
    text += &shown(&session.token().await.unwrap());

    // A sign-in that answers with a token that cannot be read, and one that is kept in vain.
    let host = Host::start(|_| answer(200, &[], "{\"access_token\": \"planted-odd\", ")).await;
    let world = World::new(host, login().await);
    for method in [
        SignInMethod::ClientSecret(SECRET.into()),
        SignInMethod::Delegated {
            refresh_token: "planted-refresh".into(),
        },
        SignInMethod::FederatedTokenFile("/planted/file".into()),
    ] {
        text += &shown(&method);
        let session = world.session_by(method.clone());
        text += &shown(&session);
        if !matches!(method, SignInMethod::FederatedTokenFile(_)) {
            text += &chain(&session.token().await.unwrap_err());
        }
    }
    let proxy = Proxy {
        url: "http://me:planted-word@".into(),
        except: String::new(),
    };
    text += &shown(&proxy);
    text += &chain(&http_client(&Limits::default(), Some(&proxy)).unwrap_err());
    text += &shown(&http());

    text += &String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("Graph answered"), "the log is looked at");
    for line in text.lines() {
        assert!(!line.contains("planted"), "{line}");
    }
}
