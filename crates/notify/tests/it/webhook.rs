//! A webhook gets one POST, and its answer decides.

use std::time::Duration;

use exmetrics_notify::{Notice, NoticeKind, NotifyError, send as send_notice};
use insta::assert_json_snapshot;
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{Host, Nobody, client, hasty_client, notice, send, webhook};

/// Sends to a listener that answers so.
async fn answered(
    status: &'static str,
    headers: &'static str,
    body: &'static str,
) -> (u16, Result<(), NotifyError>) {
    let host = Host::answering(status, headers, body).await;
    (host.port, send(&webhook(&host.url())).await)
}

fn error(message: String, retry: bool, seconds: Option<u64>) -> Result<(), NotifyError> {
    Err(NotifyError {
        message,
        retry,
        retry_after: seconds.map(Duration::from_secs),
    })
}

#[tokio::test]
async fn one_post_with_all_that_there_is_to_say() {
    let host = Host::answering("200 OK", "", "ok").await;
    let channel = webhook(&host.url());
    assert_eq!(channel.name(), format!("webhook 127.0.0.1:{}", host.port));
    assert_eq!(send(&channel).await, Ok(()));

    let seen = host.seen().await;
    let head = seen.head.to_ascii_lowercase();
    assert!(
        head.starts_with("post /hook/planted-path?sig=planted_query http/1.1\r\n"),
        "{head}"
    );
    assert!(
        head.contains("\r\ncontent-type: application/json\r\n"),
        "{head}"
    );
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        head.contains(&format!("\r\nuser-agent: exmetrics/{version}\r\n")),
        "{head}"
    );
    assert!(
        seen.body.starts_with("{\"text\":"),
        "a reader that stops early has the text"
    );
    assert_json_snapshot!("full", seen.json());
}

#[tokio::test]
async fn what_is_not_known_is_null_and_not_in_the_text() {
    let host = Host::answering("204 No Content", "", "").await;
    let channel = webhook(&host.url());
    let short = Notice {
        kind: NoticeKind::Recovered,
        title: "Mail by user works again".to_owned(),
        text: "The run succeeded.".to_owned(),
        next_step: None,
        dataset: None,
        account: None,
        run_id: None,
        link: None,
        ..notice()
    };
    assert_eq!(send_notice(&channel, &short, &client()).await, Ok(()));
    assert_json_snapshot!("short", host.seen().await.json());
}

#[tokio::test]
async fn no_name_becomes_markup_or_a_call_to_everybody() {
    let host = Host::answering("200 OK", "", "ok").await;
    let channel = webhook(&host.url());
    let odd = Notice {
        title: "*A*\r\n<!channel> & co".to_owned(),
        text: format!("<https://evil.example|log in>{}", "x".repeat(5_000)),
        dataset: Some("a\n<b>".to_owned()),
        ..notice()
    };
    assert_eq!(send_notice(&channel, &odd, &client()).await, Ok(()));
    let json = host.seen().await.json();
    let text = json["text"].as_str().unwrap();
    assert!(
        text.starts_with(
            "*∗A∗ &lt;!channel&gt; &amp; co*\n\n&lt;https://evil.example|log in&gt;xxx"
        ),
        "{text}"
    );
    assert!(text.contains("xxx…\n\nNext step"), "{text}");
    assert!(text.contains("DataSet: a &lt;b&gt; · Account"), "{text}");
    assert_eq!(json["title"], "*A* <!channel> & co");
    assert_eq!(json["message"].as_str().unwrap().chars().count(), 3_000);
}

#[tokio::test]
async fn every_kind_has_its_word() {
    let words: Vec<&str> = NoticeKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(json!(NoticeKind::ALL), json!(words));
    assert_eq!(
        words,
        [
            "run_failed",
            "recovered",
            "day_about_to_be_lost",
            "drift",
            "sign_in_ending"
        ]
    );
}

#[tokio::test]
async fn other_good_answers_are_good_too() {
    assert_eq!(answered("202 Accepted", "", "").await.1, Ok(()));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = format!("location: http://{}/\r\n", elsewhere.local_addr().unwrap());
    let (port, answer) = answered("302 Found", location.leak(), "").await;
    let message =
        format!("webhook 127.0.0.1:{port} answered 302 Found, and redirects are not followed");
    assert_eq!(answer, error(message, false, None));
    let nobody = tokio::time::timeout(Duration::from_millis(50), elsewhere.accept()).await;
    assert!(nobody.is_err(), "nobody came");
}

#[tokio::test]
async fn a_refusal_is_final_and_says_its_word() {
    let (port, answer) = answered("404 Not Found", "", "no_service").await;
    let message = format!("webhook 127.0.0.1:{port} answered 404 Not Found: no_service");
    assert_eq!(answer, error(message, false, None));
}

#[tokio::test]
async fn what_is_more_than_a_word_is_not_shown() {
    let long = "a_".repeat(3_000).leak();
    for body in [
        "<html>Not <b>here</b></html>",
        "{\"secret_thing\":1}",
        "planted_query",
        long,
    ] {
        let (port, answer) = answered("400 Bad Request", "retry-after: 5\r\n", body).await;
        let message = format!("webhook 127.0.0.1:{port} answered 400 Bad Request");
        assert_eq!(answer, error(message, false, None));
    }
}

#[tokio::test]
async fn too_many_requests_say_how_long_to_wait() {
    let date = "date: Tue, 10 Nov 2026 08:00:00 GMT\r\n";
    for (headers, seconds) in [
        ("retry-after: 17\r\n".to_owned(), Some(17)),
        (
            format!("{date}retry-after: Tue, 10 Nov 2026 08:01:30 GMT\r\n"),
            Some(90),
        ),
        (
            format!("{date}retry-after: Tue, 10 Nov 2026 07:00:00 GMT\r\n"),
            Some(0),
        ),
        ("retry-after: 99999999\r\n".to_owned(), Some(86_400)),
        ("retry-after: soon\r\n".to_owned(), None),
        (String::new(), None),
    ] {
        let (port, answer) = answered("429 Too Many Requests", headers.leak(), "").await;
        let message = format!("webhook 127.0.0.1:{port} answered 429 Too Many Requests");
        assert_eq!(answer, error(message, true, seconds));
    }
}

#[tokio::test]
async fn a_server_in_disorder_may_be_tried_again() {
    let (port, answer) = answered("500 Internal Server Error", "", "oops").await;
    let message = format!("webhook 127.0.0.1:{port} answered 500 Internal Server Error");
    assert_eq!(answer, error(message, true, None));

    let (port, answer) = answered(
        "503 Service Unavailable",
        "retry-after: 60\r\n",
        "rollup_error",
    )
    .await;
    let message =
        format!("webhook 127.0.0.1:{port} answered 503 Service Unavailable: rollup_error");
    assert_eq!(answer, error(message, true, Some(60)));
}

#[tokio::test]
async fn a_dropped_connection_may_be_tried_again() {
    let host = Host::hanging_up().await;
    let answer = send(&webhook(&host.url())).await;
    let message = format!("webhook 127.0.0.1:{} cannot be reached", host.port);
    assert_eq!(answer, error(message, true, None));
}

#[tokio::test]
async fn nobody_there_may_be_tried_again() {
    let nobody = Nobody::there();
    let port = nobody.port;
    let answer = send(&webhook(&format!("http://localhost:{port}/planted"))).await;
    let message = format!("webhook localhost:{port} cannot be reached: connection refused");
    assert_eq!(answer, error(message, true, None));
}

#[tokio::test]
async fn a_slow_answer_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let channel = webhook(&format!("http://127.0.0.1:{port}/planted"));
    let answer = send_notice(&channel, &notice(), &hasty_client()).await;
    let message = format!("webhook 127.0.0.1:{port} did not answer within 200ms");
    assert_eq!(answer, error(message, true, None));
}
