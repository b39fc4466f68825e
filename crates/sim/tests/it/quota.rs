//! Requests are counted per function, refused ones as well, and the eleventh minute is a new one.

use std::time::Duration;

use crate::client::{Tenant, options};

const MAIL: &str = "/v1.0/reports/getEmailActivityCounts(period='D7')";
const TEAMS: &str = "/v1.0/reports/getTeamsUserActivityCounts(period='D7')";

#[tokio::test]
async fn the_fifteenth_request_for_csv_waits() {
    let tenant = Tenant::new(options()).await;
    for _ in 0..14 {
        assert_eq!(tenant.graph(MAIL).await.status, 302);
    }
    let refused = tenant.graph(MAIL).await;
    assert_eq!(refused.status, 429);
    let error = refused.json()["error"].clone();
    assert_eq!(error["code"], "TooManyRequests");
    assert_eq!(error["message"], "Please retry again later.");
    assert_eq!(error["innerError"]["code"], "429");
    assert_eq!(error["innerError"]["message"], "Please retry after");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((590..=600).contains(&wait), "{wait}");
    // Another function has its own count.
    assert_eq!(tenant.graph(TEAMS).await.status, 302);
    tenant.sim.advance(Duration::from_secs(wait));
    assert_eq!(tenant.graph(MAIL).await.status, 302);
}

#[tokio::test]
async fn every_retry_counts() {
    let tenant = Tenant::new(options()).await;
    for _ in 0..14 {
        tenant.graph(MAIL).await;
    }
    tenant.sim.advance(Duration::from_secs(300));
    for _ in 0..14 {
        assert_eq!(tenant.graph(MAIL).await.status, 429);
    }
    // The first fourteen are forgotten, but not those that were refused.
    tenant.sim.advance(Duration::from_secs(301));
    let refused = tenant.graph(MAIL).await;
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((290..=300).contains(&wait), "{wait}");
}

#[tokio::test]
async fn requests_with_wrong_arguments_count_and_json_has_its_own_quota() {
    let tenant = Tenant::new(options()).await;
    let wrong = "/beta/reports/getEmailActivityUserDetail(period='D8')";
    for _ in 0..14 {
        assert_eq!(tenant.graph(wrong).await.status, 400);
    }
    assert_eq!(tenant.graph(wrong).await.status, 429);
    let json = "/beta/reports/getEmailActivityUserDetail(period='D7')?$format=application/json";
    for _ in 0..100 {
        assert_eq!(tenant.graph(json).await.status, 200);
    }
    assert_eq!(tenant.graph(json).await.status, 429);
}
