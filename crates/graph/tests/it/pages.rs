//! JSON replies in pages.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use exmetrics_catalog::ReplyFormat;
use exmetrics_graph::Settle;
use futures::StreamExt;
use serde_json::{Value, json};

use crate::support::{Answer, Host, Seen, World, answer, collect, json_answer, json_report};

/// A Graph with a script: it is told its own address.
async fn pages(script: impl Fn(&Seen, &str) -> Answer + Send + Sync + 'static) -> World {
    let own = Arc::new(Mutex::new(String::new()));
    let known = Arc::clone(&own);
    let world = World::with(move |seen| script(seen, &known.lock().unwrap())).await;
    own.lock().unwrap().clone_from(&world.graph.url);
    world
}

fn page(rows: &Value, next: Option<String>) -> Answer {
    let mut page = json!({"value": rows});
    if let Some(next) = next {
        page["@odata.nextLink"] = next.into();
    }
    json_answer(200, &page)
}

async fn three_pages(busy: Option<&'static str>) -> World {
    let busy = Mutex::new(busy);
    pages(
        move |seen, own| match seen.target.rsplit('=').next().unwrap() {
            "p2%2B" => match busy.lock().unwrap().take() {
                Some(seconds) => answer(429, &[("retry-after", seconds)], ""),
                None => page(
                    &json!([2]),
                    Some(format!("{own}/graph/data/x?$skipToken=p3")),
                ),
            },
            "p3" => page(&json!([3]), None),
            _ => page(&json!([1]), Some(format!("{own}/beta/x?$skipToken=p2%2B"))),
        },
    )
    .await
}

#[tokio::test]
async fn pages_are_asked_for_as_they_are_read() {
    let world = three_pages(None).await;
    let mut reply = world.request(&json_report(), "D7").await.unwrap();
    assert_eq!(reply.format, ReplyFormat::Json);
    for count in 1..=3 {
        let page = reply.body.next().await.unwrap().unwrap();
        assert!(page.ends_with(b"}\n"));
        assert_eq!(world.graph.seen().len(), count);
    }
    assert!(reply.body.next().await.is_none());
    insta::assert_snapshot!(world.graph.targets().join("\n"), @r"
    GET /beta/reports/getThingsDetail(period='D7')?$format=application/json&$top=500
    GET /beta/x?$skipToken=p2%2B
    GET /graph/data/x?$skipToken=p3
    ");
    assert!(
        world
            .graph
            .seen()
            .iter()
            .all(|seen| seen.header("authorization").is_some())
    );
    // Each page counts.
    assert_eq!(world.gate.log.lock().unwrap().len(), 6);
}

#[tokio::test]
async fn a_wait_between_pages_keeps_what_was_read() {
    let world = three_pages(Some("30")).await;
    let closed = "2026-11-10T08:05:00Z".parse().unwrap();
    let mut reply = world.request(&json_report(), "D7").await.unwrap();
    reply.body.next().await.unwrap().unwrap();
    world.gate.wait.lock().unwrap().push(closed);
    assert_eq!(collect(reply).await.unwrap().lines().count(), 2);
    assert_eq!(*world.clock.slept.lock().unwrap(), [300, 30]);
}

#[tokio::test]
async fn a_wait_beyond_the_bound_ends_the_reply() {
    let mut world = three_pages(Some("30")).await;
    world.limits.page_wait = Duration::from_secs(29);
    let failure = world.read(&json_report(), "D7").await.unwrap_err();
    assert_eq!(failure.code, "TooManyRequests");
    assert!(world.clock.slept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_next_page_is_graphs_own() {
    let stranger = Host::start(|_| page(&json!([]), None)).await;
    let link = format!("{}/beta/x", stranger.url);
    let world = World::with(move |_| page(&json!([1]), Some(link.clone()))).await;
    let failure = world.read(&json_report(), "D7").await.unwrap_err();
    assert_eq!(
        (failure.settle, failure.code.as_str()),
        (Settle::GiveUp, "next-link")
    );
    assert!(stranger.seen().is_empty());
}

#[tokio::test]
async fn pages_do_not_go_round_in_circles() {
    let world = pages(|_, own| page(&json!([1]), Some(format!("{own}/beta/x?again")))).await;
    let failure = world.read(&json_report(), "D7").await.unwrap_err();
    assert_eq!(failure.code, "next-link");
    assert_eq!(world.graph.seen().len(), 2);
}

#[tokio::test]
async fn what_is_no_page_is_no_reply() {
    for body in ["<html>", "{\"values\": []}", "{\"value\": [1", "a,b\r\n"] {
        let world = World::with(move |_| answer(200, &[], body)).await;
        let failure = world.read(&json_report(), "D7").await.unwrap_err();
        assert_eq!(failure.code, "no-page", "{body}");
    }
    for status in [200, 204] {
        let world = World::with(move |_| answer(status, &[], "")).await;
        assert_eq!(world.read(&json_report(), "D7").await.unwrap(), "");
    }
}

#[tokio::test]
async fn the_bound_on_size_is_for_all_pages() {
    let mut world = three_pages(None).await;
    world.limits.max_reply_bytes = 150;
    let failure = world.read(&json_report(), "D7").await.unwrap_err();
    assert_eq!(
        (failure.settle, failure.code.as_str()),
        (Settle::GiveUp, "too-large")
    );
}

#[tokio::test]
async fn json_behind_a_redirect_is_fetched_without_the_token() {
    let second = Host::start(|_| page(&json!([1]), None)).await;
    let link = format!("{}/data?token=a%2Bb", second.url);
    let world = World::with(move |_| answer(302, &[("location", &link)], "")).await;
    assert_eq!(
        world.read(&json_report(), "D7").await.unwrap(),
        "{\"value\":[1]}\n"
    );
    assert_eq!(second.seen()[0].header("authorization"), None);
}
