//! Accounts: made, shown, checked, renamed, removed; and every way in which signing in can be refused.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use exmetrics_sim::{FederatedIdentity, Granted, Sim, SimOptions, TrustedCertificate};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use serde_json::json;

use crate::{
    home::{Ended, Home, app_arguments, as_strs},
    tenant::{asked, options, start, tenant},
};

const PULL: [&str; 6] = [
    "pull",
    "email-activity-counts",
    "--account",
    "app",
    "--period",
    "D7",
];

fn add(home: &Home, sim: &Sim, more: &[&str]) -> Ended {
    let mut arguments = home.add_arguments("app", sim);
    arguments.extend(more.iter().map(|&word| word.to_owned()));
    home.run(&as_strs(&arguments))
}

#[test]
fn from_the_first_to_the_last_day_of_an_account() {
    let (home, sim) = (Home::new(), tenant());
    let added = add(&home, &sim, &[]).with_code(0);
    insta::assert_snapshot!(added.stderr, @"The account 'app' is added.");
    insta::assert_snapshot!(added.stdout, @r"
    ✔ sign-in: signed in
    ✔ reports: usage reports can be read
    ✔ names: names are shown
    ");
    let shown = home.ok(&["account", "show", "App", "--json"]).json();
    assert_eq!(shown["name"], "app");
    assert_eq!(shown["tenant_id"], sim.tenant_id());
    assert_eq!(shown["names_concealed"], false);
    let list = home.ok(&["account", "list", "--json"]).json();
    assert_eq!(list.as_array().expect("a list").len(), 1);
    assert!(
        home.ok(&["account", "list"])
            .stdout
            .contains("a client secret")
    );

    home.ok(&["account", "rename", "app", "main office"])
        .saying("'main office'");
    home.run(&["account", "show", "app"])
        .with_code(2)
        .saying("no account");
    let check = home
        .ok(&["account", "check", "main office", "--json"])
        .json();
    let states: Vec<&str> = check["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter_map(|one| one["state"].as_str())
        .collect();
    assert_eq!(states, ["ok", "ok", "ok"]);
    assert_eq!(check["names_concealed"], false);

    let create = [
        "dataset",
        "create",
        "d",
        "--report",
        "email-activity-counts",
        "--account",
        "main office",
        "--period",
        "D7",
    ];
    home.ok(&create);
    home.run(&["account", "remove", "main office"])
        .with_code(2)
        .saying("'d'");
    home.ok(&["dataset", "remove", "d"]);
    home.ok(&["account", "remove", "main office"]);
    assert_eq!(home.ok(&["account", "list", "--json"]).json(), json!([]));
}

#[test]
fn a_name_is_given_once() {
    let (home, sim) = (Home::new(), tenant());
    add(&home, &sim, &[]).with_code(0);
    sim.forget_requests();
    let again = add(&home, &sim, &["--json"]).with_code(2);
    assert_eq!(again.error()["kind"], "arguments");
    assert!(
        again.error()["message"]
            .as_str()
            .expect("a sentence")
            .contains("'app' already")
    );
    assert_eq!(sim.requests(), [], "nobody signs in for nothing");
    home.add_account("other", &sim);
    home.run(&["account", "rename", "other", "APP"])
        .with_code(2);
}

/// Adds an account that is refused: it is kept, marked, and says what to do.
fn refused(sim: &Sim, change: impl Fn(&mut Vec<String>), says: &str, next: &str) {
    let home = Home::new();
    let mut arguments = home.add_arguments("app", sim);
    change(&mut arguments);
    let added = home.run(&as_strs(&arguments)).with_code(4);
    assert!(added.stdout.contains(says), "not said: {says}\n{added:?}");
    assert!(added.stdout.contains(next), "not said: {next}\n{added:?}");
    let shown = home.ok(&["account", "show", "app", "--json"]).json();
    assert_eq!(shown["state"], "failed", "{shown}");
    assert!(
        shown["message"]
            .as_str()
            .expect("a sentence")
            .contains(says),
        "{shown}"
    );
    assert!(
        shown["next_step"]
            .as_str()
            .expect("a sentence")
            .contains(next),
        "{shown}"
    );
    home.run(&PULL).with_code(4).saying(says).saying(next);
    let json = home
        .run(&[&PULL[..], &["--json"]].concat())
        .with_code(4)
        .error();
    assert_eq!(json["kind"], "person");
    assert!(
        json["next_step"]
            .as_str()
            .expect("a sentence")
            .contains(next),
        "{json}"
    );
}

fn replace(arguments: &mut [String], flag: &str, value: &str) {
    let place = arguments
        .iter()
        .position(|word| word == flag)
        .expect("the flag");
    value.clone_into(&mut arguments[place + 1]);
}

#[test]
fn every_refusal_says_what_to_do() {
    let sim = tenant();
    let home = Home::new();
    let wrong = home.write_beside("wrong", "not-the-secret");
    refused(
        &sim,
        |words| replace(words, "--client-secret-file", &wrong),
        "the client secret of app",
        "create a client secret",
    );
    refused(
        &sim,
        |words| replace(words, "--client-id", "00000000-1111-4222-8333-444444444444"),
        "knows no app",
        "Application (client) ID",
    );
    refused(
        &sim,
        |words| replace(words, "--tenant", "99999999-1111-4222-8333-444444444444"),
        "knows no tenant",
        "Directory (tenant) ID",
    );
    let nothing = Granted {
        reports: false,
        report_settings: false,
        report_settings_write: false,
    };
    sim.set_granted(nothing);
    refused(
        &sim,
        |_| {},
        "Reports.Read.All is missing",
        "choose Grant admin consent",
    );
    sim.set_granted(Granted::default());
    sim.expire_client_secret();
    refused(
        &sim,
        |_| {},
        "has expired (AADSTS7000222)",
        "create a client secret",
    );
}

#[test]
fn an_account_is_repaired_with_a_new_secret() {
    let (home, sim) = (Home::new(), tenant());
    add(&home, &sim, &[]).with_code(0);
    sim.set_client_secret("another~secret".into());
    home.run(&PULL).with_code(4).saying("AADSTS7000215");
    let signed_in = home
        .run_with_input(
            &["account", "sign-in", "app", "--client-secret-stdin"],
            "another~secret\n",
        )
        .with_code(0);
    assert!(
        signed_in.stdout.contains("sign-in: signed in"),
        "{signed_in:?}"
    );
    home.ok(&PULL);
    assert_eq!(
        home.ok(&["account", "show", "app", "--json"]).json()["state"],
        "ok"
    );
}

#[test]
fn a_missing_nicety_is_a_warning_and_concealed_names_are_told() {
    let sim = start(SimOptions {
        concealed: true,
        ..options()
    });
    let home = Home::new();
    let added = add(&home, &sim, &["--json"]).with_code(0).json();
    assert_eq!(added["names_concealed"], true);
    assert_eq!(added["checks"][2]["state"], "warning");
    sim.set_granted(Granted {
        report_settings: false,
        ..Granted::default()
    });
    let check = home.ok(&["account", "check", "app", "--json"]).json();
    assert_eq!(check["checks"][2]["state"], "warning", "{check}");
    let next = check["checks"][2]["next_step"]
        .as_str()
        .expect("a sentence");
    assert!(next.contains("ReportSettings.Read.All"), "{check}");
    home.ok(&PULL);
    let detail = [
        "pull",
        "email-activity-user-detail",
        "--account",
        "app",
        "--period",
        "D7",
    ];
    home.ok(&detail).saying("names are concealed");
}

#[test]
fn a_new_tenant_is_no_fault() {
    let sim = start(SimOptions {
        new_tenant: true,
        ..options()
    });
    let home = Home::new();
    let added = add(&home, &sim, &["--json"]).with_code(0).json();
    assert_eq!(added["checks"][1]["state"], "warning", "{added}");
}

#[test]
fn an_account_can_be_added_unchecked() {
    let (home, sim) = (Home::new(), tenant());
    add(&home, &sim, &["--no-check"])
        .with_code(0)
        .saying("unchecked");
    assert_eq!(sim.requests(), []);
    home.ok(&PULL);
}

#[test]
fn a_certificate_in_place_of_a_secret() {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key");
    let names = vec!["app.contoso.example".to_owned()];
    let certificate = CertificateParams::new(names)
        .expect("a name")
        .self_signed(&key)
        .expect("a certificate");
    let trusted = TrustedCertificate::read(certificate.pem().as_bytes());
    let sim = start(SimOptions {
        certificates: vec![trusted.expect("a certificate")],
        client_secret: None,
        ..options()
    });
    let home = Home::new();
    let pem = home.write_beside(
        "app.pem",
        format!("{}{}", key.serialize_pem(), certificate.pem()),
    );
    let mut arguments = app_arguments("app", &sim);
    arguments.extend(["--certificate".into(), pem]);
    home.ok(&as_strs(&arguments));
    // The account has its own copy.
    std::fs::remove_file(home.beside("app.pem")).expect("the file");
    home.ok(&PULL);
    assert_eq!(asked(&sim).len(), 2);

    let stranger = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key");
    let unknown = CertificateParams::new(vec!["other.contoso.example".to_owned()])
        .expect("a name")
        .self_signed(&stranger)
        .expect("a certificate");
    let pem = home.write_beside(
        "other.pem",
        format!("{}{}", stranger.serialize_pem(), unknown.pem()),
    );
    let mut arguments = app_arguments("other", &sim);
    arguments.extend(["--certificate".into(), pem]);
    let refused = home.run(&as_strs(&arguments)).with_code(4);
    assert!(
        refused.stdout.contains("upload the public half"),
        "{refused:?}"
    );
    let only = home.write_beside("public.pem", unknown.pem());
    let mut arguments = app_arguments("public", &sim);
    arguments.extend(["--certificate".into(), only]);
    home.run(&as_strs(&arguments))
        .with_code(2)
        .saying("public.pem is unusable");
    home.run(&["account", "show", "public"]).with_code(2);
}

/// An unsigned token as a platform would write it.
fn federated_token(issuer: &str, until: i64) -> String {
    let part = |value: serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({ "alg": "RS256", "typ": "JWT", "kid": "1" }));
    let claims = part(json!({
        "iss": issuer, "sub": "exmetrics", "aud": "api://AzureADTokenExchange", "exp": until,
    }));
    format!("{header}.{claims}.c2ln")
}

#[test]
fn a_federated_token_that_the_platform_keeps_fresh() {
    let trusted = FederatedIdentity {
        issuer: "https://platform.contoso.example".into(),
        subject: "exmetrics".into(),
        audience: "api://AzureADTokenExchange".into(),
        key: None,
    };
    let sim = start(SimOptions {
        federated: vec![trusted],
        client_secret: None,
        ..options()
    });
    let home = Home::new();
    let good = sim.now().as_second() + 3600;
    let stale = good - 24 * 3600;
    let issuer = "https://platform.contoso.example";
    let file = home.write_beside("token", federated_token(issuer, good));
    let mut arguments = app_arguments("app", &sim);
    arguments.extend(["--federated-token-file".into(), file]);
    home.ok(&as_strs(&arguments));
    home.write_beside("token", federated_token(issuer, stale));
    home.run(&PULL).with_code(4);
    home.write_beside(
        "token",
        federated_token("https://elsewhere.contoso.example", good),
    );
    home.run(&PULL).with_code(4).saying("Federated credentials");
    // The file is read anew each time.
    home.write_beside("token", federated_token(issuer, good + 60));
    home.ok(&PULL);
    std::fs::remove_file(home.beside("token")).expect("the file");
    let gone = home.run(&PULL);
    assert_ne!(gone.code, 0);
    gone.saying("token");
}

#[test]
fn what_cannot_be_an_account() {
    let (home, sim) = (Home::new(), tenant());
    let add = |more: &[&str]| {
        let mut arguments = app_arguments("app", &sim);
        arguments.extend(more.iter().map(|&word| word.to_owned()));
        home.run(&as_strs(&arguments))
    };
    add(&[])
        .with_code(2)
        .saying("there is no client secret")
        .saying("--client-secret-file");
    add(&["--client-secret-file", "nowhere"])
        .with_code(1)
        .saying("nowhere");
    let empty = home.write_beside("empty", "\n");
    add(&["--client-secret-file", &empty])
        .with_code(2)
        .saying("is empty");
    add(&["--sign-in", "browser", "--client-secret-file", &empty]).with_code(2);
    let junk = home.write_beside("junk", "neither key nor certificate");
    add(&["--certificate", &junk])
        .with_code(2)
        .saying("is unusable");
    add(&["--federated-token-file", "nowhere"])
        .with_code(2)
        .saying("no federated token file");
    let secret = home.write_beside("secret", "s");
    let http = [
        "account",
        "add",
        "a",
        "--tenant",
        "t",
        "--client-id",
        "c",
        "--client-secret-file",
        &secret,
        "--cloud",
        "custom",
        "--login-url",
        "http://login.contoso.example",
        "--graph-url",
        "https://graph.contoso.example",
    ];
    home.run(&http).with_code(2).saying("https");
    let known = [
        "account",
        "add",
        "a",
        "--tenant",
        "t",
        "--client-id",
        "c",
        "--client-secret-file",
        &secret,
        "--login-url",
        "https://login.contoso.example",
    ];
    home.run(&known)
        .with_code(2)
        .saying("belong to the cloud 'custom'");
    home.run(&[
        "account",
        "add",
        "a",
        "--tenant",
        "not a tenant",
        "--client-id",
        "c",
        "--client-secret-file",
        &secret,
    ])
    .with_code(2)
    .saying("'not a tenant' is no tenant");
    assert_eq!(home.ok(&["account", "list", "--json"]).json(), json!([]));
    assert_eq!(sim.requests(), []);
}
