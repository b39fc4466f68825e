//! The second host: by the link, byte for byte, for a few minutes, and without a token.

use std::time::Duration;

use exmetrics_sim::{Host, SimOptions};
use hyper::Method;

use crate::client::{Tenant, generous, get, options, read_csv, send};

const MAIL: &str = "/v1.0/reports/getEmailActivityUserDetail(period='D7')";

#[tokio::test]
async fn a_link_leads_to_another_host_and_to_the_bytes() {
    let tenant = Tenant::new(options()).await;
    let redirect = tenant.graph(MAIL).await;
    assert_eq!(
        (redirect.status, redirect.header("content-type")),
        (302, Some("text/plain"))
    );
    let link = redirect.location();
    assert!(link.starts_with(&format!(
        "{}/data/v1.0/download?token=",
        tenant.sim.download_url()
    )));
    assert_ne!(tenant.sim.download_url(), tenant.sim.graph_url());
    // What a careless client would spoil.
    for trap in ["%2B", "%2f", "%3D", "=&", "~"] {
        assert!(link.contains(trap), "{trap}");
    }
    let reply = get(&link).await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("application/octet-stream"))
    );
    assert_eq!(
        reply.header("content-length"),
        Some(reply.body.len().to_string().as_str())
    );
    let (header, rows) = read_csv(&reply.body);
    assert_eq!(header[..2], ["Report Refresh Date", "User Principal Name"]);
    assert!(rows.len() >= 40);
    assert!(tenant.sim.leaks().is_empty());
    assert_eq!(
        (
            tenant.sim.count(Host::Download),
            tenant.sim.count(Host::Graph)
        ),
        (1, 1)
    );
    let seen = &tenant.sim.requests()[1];
    assert_eq!(
        (seen.path_and_query.as_str(), seen.has_authorization),
        (MAIL, true)
    );
}

#[tokio::test]
async fn a_link_that_was_touched_is_no_link() {
    let tenant = Tenant::new(generous()).await;
    for (from, to) in [
        ("%2B", "+"),
        ("%2f", "%2F"),
        ("%3D", "="),
        ("%20", "+"),
        ("token", "t"),
    ] {
        let link = tenant.graph(MAIL).await.location();
        assert_eq!(get(&link.replacen(from, to, 1)).await.status, 403, "{from}");
        assert_eq!(get(&link).await.status, 200);
    }
    let elsewhere = tenant
        .graph(MAIL)
        .await
        .location()
        .replace("/data/v1.0", "/data");
    assert_eq!(get(&elsewhere).await.status, 403);
}

#[tokio::test]
async fn a_token_has_no_business_there() {
    let tenant = Tenant::new(generous()).await;
    let link = tenant.graph(MAIL).await.location();
    let bearer = format!("Bearer {}", tenant.token);
    for header in [bearer.as_str(), "Basic abc", ""] {
        let headers = [("authorization", header)];
        assert_eq!(
            send(Method::GET, &link, &headers, "").await.unwrap().status,
            400
        );
    }
    assert_eq!(tenant.sim.leaks().len(), 3);
    get(&format!("{link}&access_token={}", tenant.token)).await;
    assert_eq!(tenant.sim.leaks().len(), 4);
    assert!(!format!("{:?}", tenant.sim).contains(&tenant.token));
    assert_eq!(
        send(Method::POST, &link, &[], "").await.unwrap().status,
        405
    );
}

#[tokio::test]
async fn a_link_expires_and_graph_gives_another() {
    let tenant = Tenant::new(generous()).await;
    let link = tenant.graph(MAIL).await.location();
    tenant.sim.advance(Duration::from_secs(290));
    assert_eq!(get(&link).await.status, 200);
    tenant.sim.advance(Duration::from_secs(11));
    let late = get(&link).await;
    assert_eq!(late.status, 403);
    assert!(late.text().contains("expired"));
    assert_eq!(get(&tenant.graph(MAIL).await.location()).await.status, 200);
}

#[tokio::test]
async fn what_is_known_is_304_on_v1_only() {
    let tenant = Tenant::new(generous()).await;
    let link = tenant.graph(MAIL).await.location();
    let etag = get(&link).await.header("etag").expect("an ETag").to_owned();
    let headers = [("if-none-match", etag.as_str())];
    let known = send(Method::GET, &link, &headers, "").await.unwrap();
    assert_eq!((known.status, known.body.len()), (304, 0));
    let beta = tenant.graph(&MAIL.replace("v1.0", "beta")).await.location();
    let reply = send(Method::GET, &beta, &headers, "").await.unwrap();
    assert_eq!((reply.status, reply.header("etag")), (200, None));
}

#[tokio::test]
async fn a_large_reply_is_sent_as_it_is_made() {
    let rows_override = Some(30_000);
    let tenant = Tenant::new(SimOptions {
        rows_override,
        ..options()
    })
    .await;
    let reply = tenant.csv(MAIL).await;
    assert_eq!(reply.header("content-length"), None);
    assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
    let (_, rows) = read_csv(&reply.body);
    assert_eq!(rows.len(), 30_000);
    let names: std::collections::HashSet<&String> = rows.iter().map(|row| &row[1]).collect();
    assert_eq!(names.len(), 30_000);
}
