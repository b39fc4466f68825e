//! Accounts: added, checked, signed in, moved, removed.

use std::time::Duration;

use exmetrics_store::{AccountState, SignIn};

use crate::wizard_support::{House, tenant};

#[tokio::test]
async fn no_account_yet() {
    let house = House::new().await;
    house
        .get("/accounts")
        .await
        .says("No account yet")
        .with(200);
    house
        .get("/accounts/new")
        .await
        .says("Add an account")
        .with(200);
    house.get("/accounts/none").await.with(404);
}

#[tokio::test]
async fn the_list_is_searched_and_sorted() {
    let house = House::new().await;
    house.account("contoso").await;
    house.account("fabrikam").await;
    house
        .get("/accounts?q=fabri&sort=-name")
        .await
        .says("1 of 2")
        .says("fabrikam.example")
        .does_not_say("contoso.example</small>");
    house
        .get("/accounts?q=nobody")
        .await
        .says("No account matches");
    house.get("/accounts?state=failed").await.says("0 of 2");
}

#[tokio::test]
async fn wrong_input_is_said_beside_its_field_and_secrets_never_come_back() {
    let house = House::new().await;
    house.account("contoso").await;
    let fields = [
        ("name", "Contoso"),
        ("sign_in", "client_secret"),
        ("tenant", "contoso eu"),
        ("client_id", ""),
        ("cloud", "custom"),
        ("login_url", "http://login.contoso.example"),
        ("client_secret", "planted-in-the-form"),
        ("certificate", "planted-certificate"),
    ];
    let refused = house.post("/accounts/new", &fields).await;
    refused.with(422);
    refused
        .says("It is not added yet: 5 problems")
        .says("There is an account 'Contoso' already")
        .says("'contoso eu' is no tenant.")
        .says("Give the application (client) id")
        .says("A custom cloud needs a Graph address.")
        .says(r#"value="contoso eu""#)
        .does_not_say("planted");
    assert_eq!(house.store().accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_is_added_checked_and_goes_back_to_the_dataset() {
    let house = House::new().await;
    let sim = tenant().await;
    let secret = sim.client_secret().unwrap();
    let secret = secrecy::ExposeSecret::expose_secret(&secret).to_owned();
    let fields = [
        ("back", "/datasets/new?draft=1"),
        ("name", "simulated"),
        ("sign_in", "client_secret"),
        ("tenant", sim.tenant_id()),
        ("client_id", sim.client_id()),
        ("cloud", "custom"),
        ("login_url", sim.login_url()),
        ("graph_url", sim.graph_url()),
        ("client_secret", &secret),
        ("secret_ends_on", "2026-12-01"),
    ];
    let added = house.post("/accounts/new", &fields).await;
    let account = house.store().account("simulated").await.unwrap();
    let back = format!("/datasets/new?draft=1&account={}", account.id);
    assert_eq!(added.sent_to(), back);
    assert_eq!(account.state, AccountState::Ok);
    let page = house.get(&format!("/accounts/{}", account.id)).await;
    page.says("The client secret ends on 1 Dec 2026, in 8 days")
        .does_not_say(&secret);
}

#[tokio::test]
async fn a_way_back_to_another_host_is_none() {
    let house = House::new().await;
    let page = house.get("/accounts/new?back=%2F%2Fevil.example").await;
    page.does_not_say("evil.example");
}

#[tokio::test]
async fn a_check_says_what_is_missing() {
    let house = House::new().await;
    let sim = tenant().await;
    let account = house.account_of(&sim, SignIn::ClientSecret).await;
    sim.expire_client_secret();
    let here = format!("/accounts/{}", account.id);
    let part = house.post(&format!("{here}/check"), &[]).await;
    part.says("refused").does_not_say("<html");
    let page = house.get(&here).await;
    page.says("needs a person").says("Enter a new one");
    assert_eq!(
        house
            .store()
            .account_by_id(&account.id)
            .await
            .unwrap()
            .state,
        AccountState::Failed
    );
}

#[tokio::test]
async fn a_secret_that_does_not_sign_in_replaces_nothing() {
    let house = House::new().await;
    let sim = tenant().await;
    let account = house.account_of(&sim, SignIn::ClientSecret).await;
    let path = format!("/accounts/{}/secret", account.id);
    let refused = house
        .post(&path, &[("client_secret", "planted-wrong")])
        .await;
    refused.with(422);
    refused
        .says(r#"id="secret" aria-labelledby="secret-title" data-show"#)
        .does_not_say("planted-wrong");
    house.engine.check_account(&account).await.unwrap();
    let account = house.store().account_by_id(&account.id).await.unwrap();
    assert_eq!(
        account.state,
        AccountState::Ok,
        "the old one still signs in"
    );
}

#[tokio::test]
async fn a_name_that_is_taken_opens_its_dialog_again() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    house.account("fabrikam").await;
    let path = format!("/accounts/{}/rename", account.id);
    let refused = house.post(&path, &[("name", "Fabrikam")]).await;
    refused.with(422);
    refused
        .says(r#"aria-labelledby="rename-title" data-show"#)
        .says(r#"value="Fabrikam""#);
    house
        .post(&path, &[("name", "contoso north")])
        .await
        .sent_to();
    house.store().account("contoso north").await.unwrap();
}

#[tokio::test]
async fn what_would_stop_is_named_and_moved_first() {
    let house = House::new().await;
    let (from, to) = (house.account("from").await, house.account("to").await);
    let fields = [
        ("account", from.id.as_str()),
        ("report", "email-activity-user-detail"),
        ("name", "Mail"),
        ("then", "save"),
    ];
    house.post("/datasets/new", &fields).await.sent_to();
    let here = format!("/accounts/{}", from.id);
    let refused = house.post(&format!("{here}/delete"), &[]).await;
    refused.with(422);
    refused.says("It cannot be removed yet").says("Mail");
    let dataset = house.store().dataset("Mail").await.unwrap();
    let moved = [("to", to.id.as_str()), ("dataset", dataset.id.as_str())];
    house.post(&format!("{here}/move"), &moved).await.sent_to();
    let dataset = house.store().dataset("Mail").await.unwrap();
    assert_eq!(dataset.accounts, [(to.id.clone(), "to".to_owned())]);
    let gone = house.post(&format!("{here}/delete"), &[]).await;
    assert_eq!(gone.sent_to(), "/accounts");
}

#[tokio::test]
async fn a_person_signs_in_with_a_code() {
    let house = House::new().await;
    let sim = tenant().await;
    let account = house.account_of(&sim, SignIn::Device).await;
    let here = format!("/accounts/{}", account.id);
    let begun = house
        .post(&format!("{here}/sign-in"), &[("how", "device")])
        .await;
    let page = house.get(begun.sent_to()).await;
    page.says("Sign in with a code").says("It holds until");
    let (_, rest) = page.text.split_once(r#"id="device-code">"#).unwrap();
    let code = rest.split('<').next().unwrap();
    assert!(sim.approve_device(code));
    let attempt = begun.sent_to().split_once("attempt=").unwrap().1;
    let poll = format!("{here}/sign-in/{attempt}");
    let mut part = house.get(&poll).await;
    for _ in 0..100 {
        if !part.text.contains("data-poll") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        part = house.get(&poll).await;
    }
    part.says("Signed in").says("The account is ready.");
    let account = house.store().account_by_id(&account.id).await.unwrap();
    assert_eq!(account.state, AccountState::Ok);
}

#[tokio::test]
async fn a_window_goes_on_to_the_sign_in_host_and_can_be_stopped() {
    let house = House::new().await;
    let sim = tenant().await;
    let account = house.account_of(&sim, SignIn::Browser).await;
    let here = format!("/accounts/{}", account.id);
    let begun = house
        .post(&format!("{here}/sign-in"), &[("how", "browser")])
        .await;
    let attempt = begun.sent_to().split_once("attempt=").unwrap().1.to_owned();
    house
        .get(begun.sent_to())
        .await
        .says(&format!("/accounts/sign-in/start/{attempt}"));
    let start = format!("/accounts/sign-in/start/{attempt}");
    let window = house.get(&start).await;
    window.with(302);
    let to = window.headers["location"].to_str().unwrap();
    assert!(to.starts_with(sim.login_url()), "{to}");
    let stop = format!("{here}/sign-in/{attempt}/cancel");
    house.post(&stop, &[]).await.sent_to();
    house.get(&start).await.says("Not signed in").with(200);
}

#[tokio::test]
async fn a_form_of_another_session_is_refused() {
    let house = House::new().await;
    let account = house.account("contoso").await;
    for what in ["check", "rename", "secret", "sign-in", "move", "delete"] {
        let path = format!("/accounts/{}/{what}", account.id);
        house.post_with(&path, "another", &[]).await.with(403);
    }
    house
        .post_with("/accounts/new", "another", &[])
        .await
        .with(403);
}
