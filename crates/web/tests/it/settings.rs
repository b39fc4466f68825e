//! The pages below Settings: people, tokens, the audit; and what a viewer may not.

use axum::http::StatusCode;
use exmetrics_store::{Role, Scope};
use jiff::SignedDuration;

use crate::support::{House, PASSWORD};

const LONG: &str = "another long password";

#[tokio::test]
async fn a_person_is_added_given_roles_and_removed() {
    let house = House::new().await;
    let mut mara = house.signed_in("Mara", Role::Admin).await;
    let fields = [("name", "Ana <b>"), ("role", "viewer"), ("password", LONG)];
    let answer = mara.post("/settings/access", &fields).await;
    assert_eq!(answer.header("location"), "/settings/access");
    let page = mara.get("/settings/access").await;
    assert!(page.text.contains("Ana &lt;b&gt;") && !page.text.contains("Ana <b>"));
    assert!(page.text.contains("The only administrator: stays one."));

    let mut ana = house.browser();
    let answer = ana.sign_in("ana <B>", LONG).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let id = house.store().person("Ana <b>").await.unwrap().id;
    let role = format!("/settings/access/{id}/role");
    let answer = ana.post(&role, &[("role", "admin")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    mara.post(&role, &[("role", "admin")]).await;
    let person = house.store().person("Ana <b>").await.unwrap();
    assert_eq!(person.role, Role::Admin);

    // Another password: signed out everywhere.
    let password = format!("/settings/access/{id}/password");
    mara.post(&password, &[("password", PASSWORD)]).await;
    assert_eq!(
        ana.get("/settings/access").await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(ana.sign_in("Ana <b>", LONG).await.status.as_u16(), 422);
    assert_eq!(ana.sign_in("Ana <b>", PASSWORD).await.status.as_u16(), 303);

    mara.post(&format!("/settings/access/{id}/remove"), &[])
        .await;
    assert_eq!(
        ana.get("/settings/access").await.status,
        StatusCode::SEE_OTHER
    );
    assert!(house.store().person("Ana <b>").await.is_err());
    let audit = mara.get("/settings/audit").await;
    for what in [
        "added",
        "role set",
        "password changed",
        "removed",
        "signed in",
    ] {
        assert!(audit.text.contains(&format!("{what}: ")), "{what}");
    }
    assert!(!audit.text.contains(LONG) && !audit.text.contains(PASSWORD));
}

#[tokio::test]
async fn what_is_wrong_with_a_new_person_stands_beside_its_field() {
    let house = House::new().await;
    let mut mara = house.signed_in("Mara", Role::Admin).await;
    let fields = [("name", "Ana"), ("role", "admin"), ("password", "secret7")];
    let answer = mara.post("/settings/access", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("At least 12 characters. This has 7."));
    assert!(answer.text.contains(r#"value="Ana""#) && !answer.text.contains("secret7"));
    let fields = [("name", "MARA"), ("role", "viewer"), ("password", LONG)];
    let answer = mara.post("/settings/access", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text.contains("there is a person 'MARA' already"),
        "{}",
        answer.text
    );
    assert_eq!(house.store().people().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let house = House::new().await;
    let mut mara = house.signed_in("Mara", Role::Admin).await;
    let id = house.store().person("Mara").await.unwrap().id;
    for (what, fields) in [("remove", vec![]), ("role", vec![("role", "viewer")])] {
        let answer = mara
            .post(&format!("/settings/access/{id}/{what}"), &fields)
            .await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(
            answer.text.contains("nobody else is an administrator"),
            "{}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_viewer_looks_and_changes_nothing_but_what_is_the_viewers_own() {
    let house = House::new().await;
    let mara = house.person("Mara", Role::Admin).await;
    let mut ana = house.signed_in("Ana", Role::Viewer).await;
    let (token, _) = house
        .engine
        .add_token("Airflow", Scope::Read, None, None)
        .await
        .unwrap();
    let page = ana.get("/settings/access").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Mara") && !page.text.contains("Add a person"));
    assert!(!page.text.contains("/role") && !page.text.contains("/remove"));
    let tokens = ana.get("/settings/tokens").await;
    assert!(tokens.text.contains("Airflow") && !tokens.text.contains("Revoke"));
    let audit = ana.get("/settings/audit").await;
    assert!(audit.text.contains("Only for admins") && !audit.text.contains("signed in:"));
    let export = ana.get("/settings/audit/export").await;
    assert_eq!(export.status, StatusCode::FORBIDDEN);

    let id = &mara.id;
    for path in [
        "/settings/access".to_owned(),
        format!("/settings/access/{id}/role"),
        format!("/settings/access/{id}/password"),
        format!("/settings/access/{id}/remove"),
        "/settings/tokens".to_owned(),
        format!("/settings/tokens/{}/revoke", token.id),
    ] {
        let fields = [
            ("name", "Eve"),
            ("role", "admin"),
            ("scope", "admin"),
            ("password", LONG),
        ];
        let answer = ana.post(&path, &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert!(answer.text.contains("you may look at this, not change it"));
    }
    assert_eq!(house.store().people().await.unwrap().len(), 2);
    assert_eq!(house.store().tokens().await.unwrap().len(), 1);

    // Somebody else's session is not there for a viewer.
    let mut other = house.browser();
    other.sign_in("Mara", PASSWORD).await;
    let now = now_of(&house);
    let foreign = house.store().sessions(Some(id), now).await.unwrap();
    let end = format!("/settings/access/sessions/{}/end", foreign[0].id);
    assert_eq!(ana.post(&end, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.get("/settings/access").await.status, StatusCode::OK);
}

fn now_of(house: &House) -> jiff::Timestamp {
    house.engine.clock().now()
}

#[tokio::test]
async fn ones_own_password_needs_the_present_one() {
    let house = House::new().await;
    let mut ana = house.signed_in("Ana", Role::Viewer).await;
    let mut elsewhere = house.browser();
    elsewhere.sign_in("Ana", PASSWORD).await;
    let path = "/settings/access/password";
    let answer = ana
        .post(path, &[("current", "wrong"), ("password", "short")])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("This is not your present password."));
    assert!(answer.text.contains("This has 5."));
    let answer = ana
        .post(path, &[("current", PASSWORD), ("password", LONG)])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(ana.get("/settings/access").await.status, StatusCode::OK);
    assert_eq!(
        elsewhere.get("/settings/access").await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        elsewhere.sign_in("Ana", LONG).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_session_of_ones_own_is_ended_from_afar() {
    let house = House::new().await;
    let mut ana = house.signed_in("Ana", Role::Viewer).await;
    let mut phone = house.browser();
    phone.sign_in("Ana", PASSWORD).await;
    let page = ana.get("/settings/access").await;
    assert!(page.text.contains("Firefox on Linux, this one"));
    let now = now_of(&house);
    let sessions = house.store().sessions(None, now).await.unwrap();
    for session in &sessions {
        let path = format!("/settings/access/sessions/{}/end", session.id);
        assert!(page.text.contains(&path));
    }
    let path = format!("/settings/access/sessions/{}/end", sessions[0].id);
    phone.post(&path, &[]).await;
    assert_eq!(house.store().sessions(None, now).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_is_shown_once_and_revoked() {
    let house = House::new().await;
    let mut mara = house.signed_in("Mara", Role::Admin).await;
    let answer = mara.post("/settings/tokens", &[("ends", "90")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("A name is needed"));
    assert!(answer.text.contains("Choose how far it reaches."));

    let fields = [("name", "Airflow"), ("scope", "run"), ("ends", "30")];
    let answer = mara.post("/settings/tokens", &fields).await;
    assert_eq!(answer.status, StatusCode::OK);
    let (_, rest) = answer.text.split_once(">exm_").unwrap();
    let word = format!("exm_{}", rest.split('<').next().unwrap());
    assert_eq!(word.len(), 4 + 43);
    let page = mara.get("/settings/tokens").await;
    assert!(!page.text.contains(&word) && page.text.contains(&word[..8]));
    assert!(page.text.contains("read, run") && page.text.contains("valid"));
    house.clock.pass(SignedDuration::from_hours(24 * 20));
    let mut mara = house.browser();
    mara.sign_in("Mara", PASSWORD).await;
    let page = mara.get("/settings/tokens").await;
    assert!(page.text.contains("ends in 10 days"), "{}", page.text);
    house.clock.pass(SignedDuration::from_hours(24 * 10));
    let mut mara = house.browser();
    mara.sign_in("Mara", PASSWORD).await;
    assert!(mara.get("/settings/tokens").await.text.contains("ended"));
    let id = house.store().token("Airflow").await.unwrap().id;
    mara.post(&format!("/settings/tokens/{id}/revoke"), &[])
        .await;
    assert!(
        mara.get("/settings/tokens")
            .await
            .text
            .contains("No token yet")
    );
    // Its word is in no table, and in no line of the audit.
    let needle = word.as_bytes();
    assert!(
        !house
            .bytes()
            .windows(needle.len())
            .any(|part| part == needle)
    );
}

#[tokio::test]
async fn the_audit_is_searched_paged_and_exported() {
    let house = House::new().await;
    let mut mara = house.signed_in("Mara", Role::Admin).await;
    for number in 0..60 {
        let name = format!("=token {number}");
        let fields = [("name", name.as_str()), ("scope", "read"), ("ends", "")];
        mara.post("/settings/tokens", &fields).await;
    }
    let page = mara.get("/settings/audit").await;
    assert!(page.text.contains("61 events") && page.text.contains("token 59"));
    assert!(!page.text.contains("signed in:"));
    let (_, rest) = page
        .text
        .split_once(r#"rel="next""#)
        .map(|(a, b)| (b, a))
        .unwrap();
    let href = rest
        .rsplit_once(r#"href=""#)
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap();
    let href = href.replace("&amp;", "&");
    let older = mara.get(&href).await;
    assert!(
        older.text.contains("token 0<") && older.text.contains("signed in:"),
        "{href}"
    );
    assert!(!older.text.contains("token 59"));

    let found = mara.get("/settings/audit?q=TOKEN+7&kind=token").await;
    assert!(found.text.contains("1 event ·"), "{}", found.text);
    let none = mara.get("/settings/audit?since=2027-01-01").await;
    assert!(none.text.contains("No event matches"));
    let csv = mara.get("/settings/audit/export?kind=token").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.text.lines().count(), 61);
    assert!(csv.text.contains("\"'=token 59\""), "no cell is a formula");
}

#[tokio::test]
async fn settings_begin_with_access() {
    let house = House::new().await;
    let mut mara = house.signed_in("Mara", Role::Admin).await;
    assert_eq!(
        mara.get("/settings").await.header("location"),
        "/settings/access"
    );
    let page = mara.get("/settings/nothing").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text.contains("there is no page /settings/nothing"));
}
