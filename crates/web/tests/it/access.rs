//! Signing in and out: links, passwords, sessions that end.

use axum::http::StatusCode;
use exmetrics_store::Role;
use jiff::SignedDuration;

use crate::support::{House, PASSWORD};

const SESSION: &str = "exmetrics_session";

#[tokio::test]
async fn nobody_is_sent_to_sign_in_and_back() {
    let house = House::new().await;
    let mut browser = house.browser();
    let answer = browser.get("/settings/tokens?x=1").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.header("location"),
        "/sign-in?next=%2Fsettings%2Ftokens%3Fx%3D1"
    );
    assert_eq!(browser.get("/nowhere").await.status, StatusCode::SEE_OTHER);
    house.person("Mara", Role::Viewer).await;
    let page = browser.get(answer.header("location")).await;
    assert!(
        page.text
            .contains(r#"name="next" value="/settings/tokens?x=1""#)
    );
    let fields = [
        ("name", "mara"),
        ("password", PASSWORD),
        ("next", "/settings/tokens?x=1"),
    ];
    let answer = browser.post("/sign-in", &fields).await;
    assert_eq!(answer.header("location"), "/settings/tokens?x=1");
    let page = browser.get("/settings/tokens").await;
    assert_eq!(page.status, StatusCode::OK);
    // Whoever is in needs no sign-in page.
    let page = browser.get("/sign-in?next=/settings").await;
    assert_eq!(page.header("location"), "/settings");
}

#[tokio::test]
async fn the_way_back_is_a_page_of_ours() {
    let house = House::new().await;
    house.person("Mara", Role::Viewer).await;
    for elsewhere in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/sign-out",
        "javascript:alert(1)",
        "/\nSet-Cookie: x=y",
        "",
    ] {
        let fields = [
            ("name", "Mara"),
            ("password", PASSWORD),
            ("next", elsewhere),
        ];
        let answer = house.browser().post("/sign-in", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.header("location"), "/", "{elsewhere}");
    }
}

#[tokio::test]
async fn what_is_no_page_is_told_401() {
    let house = House::new().await;
    let mut browser = house.browser();
    let answer = browser.post_with("/settings/access", "x", &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.text.contains("Sign in"), "{}", answer.text);
    let fragment = axum::http::Request::get("/settings/access")
        .header("x-fragment", "1")
        .body(axum::body::Body::empty())
        .unwrap();
    let answer = house.ask(fragment, browser.address).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_link_lets_one_in_once_as_the_administrator() {
    let house = House::new().await;
    let link = house.engine.new_link().await.unwrap();
    let path = format!("/sign-in/{}", link.reveal());
    // A browser that looks ahead does not use it up.
    let ahead = axum::http::Request::get(&path)
        .header("sec-purpose", "prefetch")
        .body(axum::body::Body::empty())
        .unwrap();
    let (mut first, mut second) = (house.browser(), house.browser());
    house.ask(ahead, first.address).await;
    let head = axum::http::Request::head(&path)
        .body(axum::body::Body::empty())
        .unwrap();
    house.ask(head, first.address).await;

    let answer = first.get(&path).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/")
    );
    let page = first.get("/settings/access").await;
    assert!(page.text.contains("administrator"), "{}", page.text);
    assert!(!page.text.contains(link.reveal()));
    let answer = second.get(&path).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("has been used or is too old"));
    assert!(answer.text.contains("exmetrics access link"));
    assert!(!second.cookies.contains_key(SESSION));

    let late = house.engine.new_link().await.unwrap();
    house.clock.pass(SignedDuration::from_mins(15));
    let answer = second.get(&format!("/sign-in/{}", late.reveal())).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_cookie_from_before_is_worth_nothing_after_sign_in() {
    let house = House::new().await;
    house.person("Mara", Role::Admin).await;
    let mut victim = house.browser();
    // Slipped in by somebody who would know it afterwards.
    victim.cookies.insert(SESSION.into(), "known".into());
    victim.sign_in("Mara", PASSWORD).await;
    let first = victim.cookies[SESSION].clone();
    assert_ne!(first, "known");
    let mut other = house.browser();
    other.cookies.insert(SESSION.into(), "known".into());
    assert_eq!(
        other.get("/settings/access").await.status,
        StatusCode::SEE_OTHER
    );

    // Nor is a session that is there gone on with: by a link another begins, and the first has ended.
    let link = house.engine.new_link().await.unwrap();
    victim.get(&format!("/sign-in/{}", link.reveal())).await;
    assert_ne!(victim.cookies[SESSION], first);
    other.cookies.insert(SESSION.into(), first);
    assert_eq!(
        other.get("/settings/access").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_session_ends_unused_after_twelve_hours_and_says_so() {
    let house = House::new().await;
    let mut browser = house.signed_in("Mara", Role::Viewer).await;
    house.clock.pass(SignedDuration::from_hours(11));
    assert_eq!(browser.get("/settings/access").await.status, StatusCode::OK);
    house.clock.pass(SignedDuration::from_hours(12));
    let answer = browser.get("/settings/access").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let page = browser.get(answer.header("location")).await;
    assert!(page.text.contains("You have been signed out."));
    assert!(!browser.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn a_session_ends_after_seven_days_in_any_case() {
    let house = House::new().await;
    let mut browser = house.signed_in("Mara", Role::Viewer).await;
    for _ in 0..15 {
        house.clock.pass(SignedDuration::from_hours(11));
        assert_eq!(browser.get("/settings/access").await.status, StatusCode::OK);
    }
    house.clock.pass(SignedDuration::from_hours(3));
    let answer = browser.get("/settings/access").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_out_ends_the_session_itself() {
    let house = House::new().await;
    let mut browser = house.signed_in("Mara", Role::Viewer).await;
    let cookie = browser.cookies[SESSION].clone();
    let answer = browser.post_with("/sign-out", "wrong", &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let answer = browser.post("/sign-out", &[]).await;
    assert_eq!(answer.header("location"), "/sign-in?out=yes");
    browser.cookies.insert(SESSION.into(), cookie);
    assert_eq!(
        browser.get("/settings/access").await.status,
        StatusCode::SEE_OTHER
    );
}
