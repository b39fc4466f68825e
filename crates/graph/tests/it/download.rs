//! Redirects and bodies: where the token must not go, and what is no report.

use axum::body::{Body, Bytes};
use exmetrics_graph::{Failure, Settle};
use futures::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Answer, Host, Seen, World, answer, csv_report, login};

const CSV: &str = "\u{feff}Report Refresh Date,Send\r\n2026-11-08,7\r\n";
const SIGNED: &str = "/data/v1.0/download?token=a%2Bb%2fc==&x=1+2&Y=%c3%A9~*()!|&empty&";

fn redirect(location: &str) -> Answer {
    answer(
        302,
        &[
            ("location", location),
            ("set-cookie", "session=1"),
            ("content-type", "text/plain"),
        ],
        "",
    )
}

/// A Graph that redirects to a second listener.
async fn two_hosts(
    location: fn(&str) -> String,
    second: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
) -> (World, Host) {
    let second = Host::start(second).await;
    let url = second.url.clone();
    let world = World::with(move |_| redirect(&location(&url))).await;
    (world, second)
}

async fn failure_of(world: &World) -> Failure {
    world.read(&csv_report(), "D7").await.unwrap_err()
}

fn ended(failure: &Failure) -> (Settle, &str) {
    (failure.settle, failure.code.as_str())
}

const TRY: Settle = Settle::TryAgain { at: None };

#[tokio::test]
async fn the_token_stays_behind_and_the_query_is_kept() {
    let (world, second) =
        two_hosts(|url| format!("{url}{SIGNED}"), |_| answer(200, &[], CSV)).await;
    assert_eq!(world.read(&csv_report(), "D7").await.unwrap(), CSV);
    let seen = second.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].target, SIGNED);
    for header in ["authorization", "cookie", "referer", "proxy-authorization"] {
        assert_eq!(seen[0].header(header), None, "{header}");
    }
}

#[tokio::test]
async fn a_body_that_is_one_address_is_followed() {
    for quote in ["", "\""] {
        let second = Host::start(|_| answer(200, &[], CSV)).await;
        let body = format!("{quote}{}{SIGNED}{quote}\r\n", second.url);
        let world = World::with(move |_| answer(200, &[], body.clone())).await;
        assert_eq!(world.read(&csv_report(), "D7").await.unwrap(), CSV);
        assert_eq!(second.seen()[0].target, SIGNED);
        assert_eq!(second.seen()[0].header("authorization"), None);
    }
}

#[tokio::test]
async fn a_table_that_begins_with_an_address_is_a_table() {
    let body = "https://contoso.example,b\r\n1,2\r\n";
    let world = World::with(move |_| answer(200, &[], body)).await;
    assert_eq!(world.read(&csv_report(), "D7").await.unwrap(), body);
}

#[tokio::test]
async fn a_second_hop_is_refused() {
    let (world, second) = two_hosts(
        |url| format!("{url}/a"),
        |_| redirect("https://contoso.example/b"),
    )
    .await;
    assert_eq!(
        ended(&failure_of(&world).await),
        (Settle::GiveUp, "second-redirect")
    );
    assert_eq!(second.seen().len(), 1);

    let (world, _) = two_hosts(
        |url| format!("{url}/a"),
        |_| answer(200, &[], "https://contoso.example/b"),
    )
    .await;
    let failure = failure_of(&world).await;
    assert_eq!(ended(&failure), (Settle::GiveUp, "second-redirect"));
}

#[tokio::test]
async fn a_link_that_cannot_be_followed_is_refused() {
    for location in [
        "http://reports.contoso.example/data?token=1",
        "ftp://127.0.0.1/data",
        "https://user:word@reports.contoso.example/data",
        "https://reports.contoso.example/data?token=a'b",
        "https://[nowhere/",
    ] {
        let world = World::with(move |_| redirect(location)).await;
        let failure = failure_of(&world).await;
        assert_eq!(ended(&failure), (Settle::GiveUp, "redirect"), "{location}");
        assert!(
            !format!("{failure} {failure:?}").contains("token="),
            "{failure:?}"
        );
    }
    let world = World::with(|_| answer(302, &[], "")).await;
    assert_eq!(
        ended(&failure_of(&world).await),
        (Settle::GiveUp, "redirect")
    );
}

#[tokio::test]
async fn an_expired_link_means_asking_again() {
    for status in [400, 403, 404, 410, 500, 503] {
        let (world, _) = two_hosts(
            |url| format!("{url}/a"),
            move |_| answer(status, &[], "expired"),
        )
        .await;
        assert_eq!(failure_of(&world).await.settle, TRY, "{status}");
    }
    let (world, _) = two_hosts(
        |url| format!("{url}/a"),
        |_| answer(503, &[("retry-after", "30")], ""),
    )
    .await;
    let at = failure_of(&world).await.retry_at().unwrap();
    assert_eq!(at.to_string(), "2026-11-10T08:00:30Z");
}

#[tokio::test]
async fn an_empty_download_is_an_empty_reply() {
    for status in [200, 204] {
        let (world, _) =
            two_hosts(|url| format!("{url}/a"), move |_| answer(status, &[], "")).await;
        assert_eq!(world.read(&csv_report(), "D7").await.unwrap(), "");
    }
}

#[tokio::test]
async fn what_is_no_report_does_not_pass_for_one() {
    for (body, code) in [
        ("\r\n <!DOCTYPE html><title>Sign in</title>", "html"),
        ("\u{feff}<html>", "html"),
        ("{\"error\": {}}", "json"),
    ] {
        let world = World::with(move |_| answer(200, &[], body)).await;
        assert_eq!(ended(&failure_of(&world).await), (TRY, code));
        let (world, _) = two_hosts(|url| format!("{url}/a"), move |_| answer(200, &[], body)).await;
        assert_eq!(ended(&failure_of(&world).await), (TRY, code));
    }
}

#[tokio::test]
async fn the_size_is_bounded_whether_told_or_not() {
    let told = || Body::from(vec![b'x'; 5000]);
    let untold = || {
        let chunk = || Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 1000]));
        Body::from_stream(stream::iter([chunk(), chunk(), chunk(), chunk(), chunk()]))
    };
    for body in [told as fn() -> Body, untold] {
        for (limit, fits) in [(5000, true), (4999, false)] {
            let (mut world, _) =
                two_hosts(|url| format!("{url}/a"), move |_| answer(200, &[], body())).await;
            world.limits.max_reply_bytes = limit;
            match world.read(&csv_report(), "D7").await {
                Ok(text) => assert!(fits && text.len() == 5000),
                Err(failure) => {
                    assert!(!fits);
                    assert_eq!(ended(&failure), (Settle::GiveUp, "too-large"));
                }
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_tried_again() {
    for head in [
        "content-length: 1000\r\n\r\nReport Refresh Date,Send\r\n",
        "transfer-encoding: chunked\r\n\r\n12\r\nReport Refresh Dat\r\n",
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await.unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\n{head}");
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        let mut world = World::new(login().await, login().await);
        world.graph.url = url;
        assert_eq!(failure_of(&world).await.settle, TRY);
    }
}

#[tokio::test]
async fn a_packed_body_is_not_unpacked() {
    let world =
        World::with(|_| answer(200, &[("content-encoding", "gzip")], "\x1f\u{8b}raw")).await;
    assert_eq!(
        world.read(&csv_report(), "D7").await.unwrap(),
        "\x1f\u{8b}raw"
    );
    assert_eq!(world.graph.seen()[0].header("accept-encoding"), None);
}
