//! Names, other sites, forms that are not ours, and what browsers are told.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use exmetrics_store::Role;

use crate::support::{Answer, House, encode};

async fn get(house: &House, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    house.ask(request, "127.0.0.1:1".parse().unwrap()).await
}

#[tokio::test]
async fn a_name_that_was_made_to_mean_this_machine_is_turned_away() {
    let house = House::new().await;
    for (host, right) in [
        ("127.0.0.1:8365", true),
        ("localhost:8365", true),
        ("exmetrics.localhost", true),
        ("[::1]:8365", true),
        ("evil.example", false),
        ("evil.example:8365", false),
        ("127.0.0.1.evil.example", false),
        ("localhost.evil.example", false),
        ("10.2.0.5:8365", false),
        ("", false),
    ] {
        for path in ["/sign-in", "/metrics", "/assets/app.css"] {
            let status = get(&house, path, &[("host", host)]).await.status;
            let turned_away = status == StatusCode::MISDIRECTED_REQUEST;
            assert_eq!(turned_away, !right, "{host} {path} {status}");
        }
    }
    // Whoever looks whether it lives may call it anything.
    let answer = get(&house, "/healthz", &[("host", "10.1.2.3:8365")]).await;
    assert_eq!(answer.status, StatusCode::OK);

    let house = House::open_to_others().await;
    for (host, right) in [
        ("exmetrics.example", true),
        ("EXMETRICS.example:443", true),
        ("10.2.0.5:8365", true),
        ("localhost:8365", false),
        ("evil.example", false),
    ] {
        let status = get(&house, "/sign-in", &[("host", host)]).await.status;
        assert_eq!(status == StatusCode::OK, right, "{host} {status}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_is_not_taken() {
    let house = House::new().await;
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    let csrf = browser.get("/settings/access").await.csrf().to_owned();
    let session = browser.cookies["exmetrics_session"].clone();
    let post = |name: &'static str, value: &'static str| {
        let request = Request::post("/sign-out")
            .header("host", "127.0.0.1:8365")
            .header("cookie", format!("exmetrics_session={session}"))
            .header(name, value)
            .body(Body::from(encode(&[("csrf", &csrf)])));
        house.ask(request.unwrap(), "127.0.0.1:1".parse().unwrap())
    };
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "http://127.0.0.1:9999"),
        ("origin", "https://127.0.0.1:8365"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let answer = post(name, value).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
        assert!(answer.text.contains("comes from another site"));
    }
    let answer = post("origin", "http://127.0.0.1:8365").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_without_its_sessions_token_is_not_taken() {
    let house = House::new().await;
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    let mut other = house.signed_in("Ana", Role::Admin).await;
    let foreign = other.get("/settings/access").await.csrf().to_owned();
    let own = browser.get("/settings/access").await.csrf().to_owned();
    assert_ne!(own, foreign);
    let fields = [
        ("name", "Eve"),
        ("role", "admin"),
        ("password", "a long enough password"),
    ];
    for csrf in ["", "wrong", &foreign] {
        let answer = browser.post_with("/settings/access", csrf, &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.text.contains("not of your present session"));
    }
    assert_eq!(house.store().people().await.unwrap().len(), 2);

    // Signing in as well: nobody is signed in as somebody else without noticing.
    let mut visitor = house.browser();
    let fields = [("name", "Mara"), ("password", crate::support::PASSWORD)];
    let answer = visitor.post_with("/sign-in", "", &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    visitor.get("/sign-in").await;
    let answer = visitor.post_with("/sign-in", &foreign, &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let house = House::new().await;
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    let page = browser.get("/settings/access").await;
    let answers = [
        page,
        browser.get("/nowhere").await,
        get(&house, "/sign-in", &[]).await,
        get(&house, "/healthz", &[]).await,
        get(&house, "/sign-in", &[("host", "evil.example")]).await,
    ];
    for answer in answers {
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
             connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; \
             base-uri 'none'"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let asset = get(&house, "/assets/app.css", &[]).await;
    assert!(asset.header("cache-control").contains("immutable"));
    assert_eq!(asset.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn cookies_are_for_us_alone() {
    let house = House::new().await;
    let link = house.engine.new_link().await.unwrap();
    let answer = get(&house, &format!("/sign-in/{}", link.reveal()), &[]).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("exmetrics_session="));
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );

    let house = House::open_to_others().await;
    let link = house.engine.new_link().await.unwrap();
    let answer = get(&house, &format!("/sign-in/{}", link.reveal()), &[]).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-exmetrics_session="));
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "{cookie}"
    );
}
