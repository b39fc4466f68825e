//! A person's sign-in with a code.

use std::sync::{Arc, Mutex};

use exmetrics_graph::{
    AppRegistration, DelegatedScope, DeviceSignIn, Settle, begin_device_sign_in,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::support::{APP, Host, TENANT, TOKEN, World, http, json_answer, login};

/// A sign-in host that says one thing after the other while the code is not entered.
async fn host(says: Vec<(u16, Value)>) -> Host {
    let says = Mutex::new(says.into_iter());
    Host::start(move |seen| {
        if seen.target.ends_with("/devicecode") {
            return json_answer(
                200,
                &json!({"device_code": "planted-device-code", "user_code": "ABCD-EFGH",
                    "verification_uri": "https://login.contoso.example/device",
                    "expires_in": 900, "interval": 5, "message": "as Microsoft puts it"}),
            );
        }
        let (status, body) = says.lock().unwrap().next().unwrap();
        json_answer(status, &body)
    })
    .await
}

async fn begin(world: &World) -> DeviceSignIn {
    let app = AppRegistration {
        tenant: TENANT.into(),
        client_id: APP.into(),
        cloud: world.cloud(),
    };
    let clock = Arc::clone(&world.clock);
    begin_device_sign_in(app, DelegatedScope::ReportsOnly, http(), clock)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_code_is_waited_for() {
    let pending = json!({"error": "authorization_pending", "error_description": "AADSTS70016: x"});
    let slow = json!({"error": "slow_down"});
    let done = json!({"token_type": "Bearer", "expires_in": 3600, "access_token": TOKEN,
        "refresh_token": "planted-refresh"});
    let says = vec![
        (400, pending.clone()),
        (400, slow),
        (503, json!({})),
        (400, pending),
        (200, done),
    ];
    let world = World::new(host(says).await, login().await);
    let sign_in = begin(&world).await;
    assert_eq!(sign_in.user_code(), "ABCD-EFGH");
    assert_eq!(
        sign_in.message(),
        "To sign in, open https://login.contoso.example/device and enter ABCD-EFGH"
    );
    let signed_in = sign_in.wait().await.unwrap();
    assert_eq!(signed_in.refresh_token.expose_secret(), "planted-refresh");
    // As told, then slower, then backing off from a host in trouble.
    assert_eq!(*world.clock.slept.lock().unwrap(), [5, 10, 10, 10]);

    let seen = world.login.seen();
    let graph = &world.graph.url;
    assert_eq!(
        seen[0].form("scope"),
        Some(format!("{graph}/Reports.Read.All offline_access"))
    );
    assert_eq!(
        seen[1].form("device_code").as_deref(),
        Some("planted-device-code")
    );
    assert_eq!(
        seen[1].form("grant_type").as_deref(),
        Some("urn:ietf:params:oauth:grant-type:device_code")
    );
    assert_eq!(seen[1].form("client_id").as_deref(), Some(APP));
}

#[tokio::test]
async fn a_refusal_ends_it() {
    for (body, code) in [
        (
            json!({"error": "authorization_declined"}),
            "authorization_declined",
        ),
        (
            json!({"error": "expired_token", "error_description": "AADSTS70020: x"}),
            "AADSTS70020",
        ),
    ] {
        let world = World::new(host(vec![(400, body)]).await, login().await);
        let failure = begin(&world).await.wait().await.unwrap_err();
        assert_eq!(
            (failure.settle, failure.code.as_str()),
            (Settle::Person, code)
        );
    }
}
