//! Programs with a token: on /metrics where others than this machine can ask.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use exmetrics_store::Scope;
use jiff::SignedDuration;

use crate::support::{Answer, House};

async fn metrics(house: &House, token: Option<&str>) -> Answer {
    let mut request = Request::get("/metrics").header("host", "10.0.0.9:8365");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::empty()).unwrap();
    house.ask(request, "10.0.0.7:1".parse().unwrap()).await
}

#[tokio::test]
async fn figures_are_for_tokens_where_others_can_ask() {
    let house = House::open_to_others().await;
    let (token, pass) = house
        .engine
        .add_token(
            "Prometheus",
            Scope::Read,
            None,
            Some(SignedDuration::from_hours(24)),
        )
        .await
        .unwrap();
    assert!(pass.reveal().starts_with("exm_"));
    for wrong in [None, Some("exm_wrong"), Some("")] {
        let answer = metrics(&house, wrong).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(!answer.text.contains("exmetrics_jobs"));
    }
    let answer = metrics(&house, Some(pass.reveal())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.text.contains("exmetrics_jobs"));
    let used = house.store().token(&token.name).await.unwrap();
    assert_eq!(used.last_address.as_deref(), Some("10.0.0.7"));

    house.clock.pass(SignedDuration::from_hours(24));
    let answer = metrics(&house, Some(pass.reveal())).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn on_this_machine_figures_need_no_token() {
    let house = House::new().await;
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let answer = house.ask(request, "127.0.0.1:1".parse().unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
}
