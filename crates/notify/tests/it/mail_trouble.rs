//! Listeners that are no mail servers, or not today.

use exmetrics_notify::{NotifyError, send as send_notice};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::support::{Nobody, hasty_client, mail, notice, send};

/// Sends to a listener that says this, and yes to everything; half a line is its last.
async fn told(banner: &'static str, query: &str) -> (u16, NotifyError) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let talk = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(banner.as_bytes()).await.unwrap();
        let mut bytes = [0; 1024];
        while banner.ends_with('\n') && stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {
            stream.write_all(b"250 mail.test\r\n").await.unwrap();
        }
    });
    let channel = mail(
        &format!("smtp://127.0.0.1:{port}{query}"),
        "a@b.example",
        &["c@d.example"],
    );
    let error = send(&channel).await.unwrap_err();
    talk.abort();
    (port, error)
}

#[tokio::test]
async fn a_server_may_be_shut_for_now_or_for_good() {
    let (port, error) = told("421 4.3.2 shutting down\r\n", "").await;
    assert_eq!(
        error.message,
        format!("mail server 127.0.0.1:{port} refused us with 421: 4.3.2 shutting down")
    );
    assert!(error.retry);
    let (port, error) = told("554-no mail\r\n554 here.\r\n", "").await;
    assert_eq!(
        error.message,
        format!("mail server 127.0.0.1:{port} refused us with 554: no mail here")
    );
    assert!(!error.retry);
}

#[tokio::test]
async fn what_speaks_no_smtp_is_told_so() {
    for banner in ["HTTP/1.1 400 Bad Request\r\n\r\n", "220"] {
        let (port, error) = told(banner, "").await;
        let message = format!("mail server 127.0.0.1:{port} broke off, or speaks no SMTP");
        assert_eq!((error.message, error.retry), (message, true), "{banner}");
    }
}

#[tokio::test]
async fn tls_that_is_required_is_not_done_without() {
    let (port, error) = told("220 mail.test\r\n", "?tls=required").await;
    let message =
        format!("mail server 127.0.0.1:{port} offers no TLS (STARTTLS), which is required");
    assert_eq!((error.message, error.retry), (message, false));
}

#[tokio::test]
async fn a_sign_in_that_is_not_offered_is_a_matter_of_settings() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"220 mail.test\r\n").await.unwrap();
        let mut bytes = [0; 1024];
        while stream.read(&mut bytes).await.unwrap() > 0 {
            stream.write_all(b"250 mail.test\r\n").await.unwrap();
        }
    });
    let url = format!("smtp://me:planted@127.0.0.1:{port}");
    let error = send(&mail(&url, "a@b.example", &["c@d.example"]))
        .await
        .unwrap_err();
    let message = format!("mail server 127.0.0.1:{port} offers no sign-in with a password here");
    assert_eq!((error.message, error.retry), (message, false));
}

#[tokio::test]
async fn nobody_there_may_be_tried_again() {
    let nobody = Nobody::there();
    let port = nobody.port;
    let url = format!("smtp://127.0.0.1:{port}");
    let error = send(&mail(&url, "a@b.example", &["c@d.example"]))
        .await
        .unwrap_err();
    let message = format!("mail server 127.0.0.1:{port} cannot be reached: connection refused");
    assert_eq!((error.message, error.retry), (message, true));
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("smtp://127.0.0.1:{port}");
    let channel = mail(&url, "a@b.example", &["c@d.example"]);
    let error = send_notice(&channel, &notice(), &hasty_client())
        .await
        .unwrap_err();
    let message = format!("mail server 127.0.0.1:{port} took longer than 200ms");
    assert_eq!((error.message, error.retry), (message, true));
}
