//! Guessing passwords takes for ever, and tells nothing.

use axum::http::StatusCode;
use exmetrics_store::{AuditFilter, Role};
use jiff::SignedDuration;

use crate::support::{House, PASSWORD};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let house = House::new().await;
    house.person("Mara", Role::Viewer).await;
    let wrong = house.browser().sign_in("Mara", "wrong password").await;
    let mut elsewhere = house.browser();
    elsewhere.address = "10.2.0.15:1".parse().unwrap();
    let unknown = elsewhere.sign_in("Ana", "wrong password").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong
            .text
            .contains("The name or the password is wrong. 4 more tries, then there is a wait.")
    );
    let same = |text: &str| {
        let text = text.replace("Mara", "NAME").replace("Ana", "NAME");
        let csrf = text
            .split(r#"name="csrf" value=""#)
            .nth(1)
            .map(str::to_owned);
        let csrf = csrf.unwrap()[..64].to_owned();
        text.replace(&csrf, "CSRF")
    };
    assert_eq!(same(&wrong.text), same(&unknown.text));
    assert!(!wrong.text.contains("wrong password"));
    // What was typed as a name is kept in the form, and only a known one in the audit.
    assert!(wrong.text.contains(r#"value="Mara""#));
    let audit = house.store().audit(&AuditFilter::default(), None, 9).await;
    let subjects: Vec<String> = audit.unwrap().into_iter().map(|one| one.subject).collect();
    assert_eq!(subjects, ["an unknown name", "Mara"]);
}

#[tokio::test]
async fn after_five_wrong_passwords_there_is_a_wait_that_doubles() {
    let house = House::new().await;
    house.person("Mara", Role::Viewer).await;
    let mut browser = house.browser();
    for _ in 0..5 {
        let answer = browser.sign_in("Mara", "wrong password").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // Not even the right one is looked at, from wherever it comes.
    browser.address = "192.0.2.1:1".parse().unwrap();
    let answer = browser.sign_in("Mara", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        answer
            .text
            .contains("nobody can sign in for 30 s, until 08:00:30 UTC"),
        "{}",
        answer.text
    );
    house.clock.pass(SignedDuration::from_secs(30));
    let answer = browser.sign_in("Mara", "wrong password").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = browser.sign_in("Mara", PASSWORD).await;
    assert!(answer.text.contains("for 1 min, until"), "{}", answer.text);
    house.clock.pass(SignedDuration::from_mins(1));
    let answer = browser.sign_in("Mara", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_address_that_tries_many_names_has_to_wait_too() {
    let house = House::new().await;
    house.person("Mara", Role::Viewer).await;
    let mut browser = house.browser();
    for name in ["a", "b", "c", "d", "e"] {
        browser.sign_in(name, "wrong password").await;
    }
    let answer = browser.sign_in("Mara", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    browser.address = "192.0.2.1:1".parse().unwrap();
    let answer = browser.sign_in("Mara", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn passwords_and_passes_are_hashes_in_the_database() {
    let house = House::new().await;
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    let page = browser.get("/settings/access").await;
    let link = house.engine.new_link().await.unwrap();
    let bytes = house.bytes();
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(holds("$argon2id$v=19$m=19456,t=2,p=1$"));
    let secrets = [
        PASSWORD,
        &browser.cookies["exmetrics_session"],
        link.reveal(),
    ];
    for secret in secrets {
        assert!(!holds(secret));
        assert!(!page.text.contains(secret));
    }
    assert!(!holds(page.csrf()) && page.csrf().len() == 64);
}
