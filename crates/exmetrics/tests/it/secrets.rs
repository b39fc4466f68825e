//! No secret and no token anywhere but where it belongs: not on a screen, in a log, a file, a table, the
//! archive, or a process list.

use std::{fs, io::Read, path::Path, thread, time::Duration};

use exmetrics_sim::{Fault, FaultPlace, FaultRule, Host, Sim, SimOptions};
use secrecy::ExposeSecret;

use crate::{
    home::{Ended, Home, as_strs, finish, walk},
    people::add_person,
    tenant::{options, rules, start},
};

const PLANTED: &str = "pl4nted~secret-that-must-not-be-seen";

/// Everything that must not be seen.
fn hidden(sim: &Sim) -> Vec<String> {
    let mut hidden = vec![PLANTED.to_owned()];
    hidden.extend(
        sim.client_secret()
            .map(|secret| secret.expose_secret().to_owned()),
    );
    // Pre-authenticated links: the signed part of the query.
    for request in sim
        .requests()
        .iter()
        .filter(|request| request.host == Host::Download)
    {
        let (_, query) = request.path_and_query.split_once('?').expect("a query");
        for pair in query.split('&').take(2) {
            let (_, value) = pair.split_once('=').expect("a pair");
            hidden.push(value.chars().take(30).collect());
        }
    }
    hidden
}

fn find(hidden: &[String], bytes: &[u8]) -> Option<String> {
    // The beginning of every token that the tenant gives out, whichever it is.
    let jwt = b"eyJ";
    let found = hidden.iter().find(|text| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    });
    found.cloned().or_else(|| {
        bytes
            .windows(jwt.len())
            .any(|window| window == jwt)
            .then(|| "a token".to_owned())
    })
}

fn look_at(what: &str, bytes: &[u8], hidden: &[String]) {
    if let Some(text) = find(hidden, bytes) {
        panic!(
            "{what} shows {}...",
            text.chars().take(12).collect::<String>()
        );
    }
}

fn look_at_files(home: &Home, hidden: &[String]) {
    walk(&home.path(), &mut |path: &Path| {
        let bytes = fs::read(path).expect("a file");
        look_at(&path.display().to_string(), &bytes, hidden);
        if path.extension().is_some_and(|ending| ending == "zst") {
            let mut whole = Vec::new();
            let mut decoder = zstd::Decoder::new(bytes.as_slice()).expect("zstd");
            decoder.read_to_end(&mut whole).expect("a whole reply");
            look_at(&format!("{} inside", path.display()), &whole, hidden);
        }
    });
}

fn planted() -> SimOptions {
    SimOptions {
        client_secret: Some(PLANTED.into()),
        ..options()
    }
}

#[test]
fn nothing_secret_is_seen() {
    let sim = start(planted());
    let home = Home::new()
        .with("EXMETRICS_LOG", "trace")
        .with("RUST_LOG", "trace");
    let mut said: Vec<Ended> = Vec::new();
    said.push(
        home.run(&as_strs(&home.add_arguments("app", &sim)))
            .with_code(0),
    );
    said.push(add_person(&home, "person", &sim).with_code(0));
    let create = [
        "dataset",
        "create",
        "d",
        "--report",
        "email-activity-user-detail",
        "--account",
        "app",
        "--account",
        "person",
        "--from-days-back",
        "6",
        "--to-days-back",
        "4",
    ];
    said.push(home.ok(&create));
    said.push(home.ok(&["dataset", "run", "d"]));
    said.push(home.ok(&[
        "pull",
        "api-usage",
        "--account",
        "person",
        "--period",
        "D7",
        "--format",
        "csv",
    ]));
    // And when things go wrong.
    for fault in [
        "match = { where = 'graph' }\ndo = 'error'\nerror = 'unauthorized'",
        "match = { where = 'graph' }\ndo = 'error'\nerror = 'no_permission'",
        "match = { where = 'download' }\ndo = 'reset'",
        "match = { where = 'download' }\ndo = 'second_redirect'",
        "match = { where = 'download' }\ndo = 'garbage_bytes'",
        "match = { where = 'graph' }\ndo = 'redirect_to'\nurl = 'https://127.0.0.1:9/data?token=eyJhbGciOi.abc'",
        "match = { where = 'graph' }\ndo = 'status'\nstatus = 200\nbody = 'https://127.0.0.1:9/data?token=eyJhbGciOi.abc'",
        "match = { where = 'token' }\ndo = 'error'\nerror = 'AADSTS7000215'",
        "match = { where = 'token' }\ndo = 'garbage_bytes'",
    ] {
        sim.set_faults(rules(&format!("[[fault]]\n{fault}\n")));
        let failed = home.run(&["dataset", "run", "d", "--full"]);
        assert_ne!(failed.code, 0, "{fault}");
        said.push(failed);
        said.push(home.run(&[
            "pull",
            "email-activity-counts",
            "--account",
            "app",
            "--period",
            "D7",
        ]));
        said.push(home.run(&["account", "check", "person", "--json"]));
    }
    sim.set_faults(Vec::new());
    for words in [
        &["account", "show", "app", "--json"][..],
        &["account", "list"],
        &["run", "list", "--json"],
        &["dataset", "show", "d", "--json"],
        &["dataset", "rejects", "d"],
        &["dataset", "coverage", "d"],
    ] {
        said.push(home.ok(words));
    }
    assert!(
        said.iter().any(|ended| ended.stderr.contains("TRACE")),
        "nothing was logged"
    );
    let hidden = hidden(&sim);
    assert!(hidden.len() > 10);
    for ended in &said {
        look_at("stdout", ended.stdout.as_bytes(), &hidden);
        look_at("stderr", ended.stderr.as_bytes(), &hidden);
    }
    look_at_files(&home, &hidden);
    assert_eq!(sim.leaks(), []);
}

#[test]
fn nothing_secret_is_in_a_process_list() {
    let sim = start(planted());
    let home = Home::new();
    home.add_account("app", &sim);
    let mut rule = FaultRule::always(FaultPlace::Download, Fault::Stall { seconds: 30 });
    rule.nth = Some(1);
    sim.set_faults(vec![rule]);
    let pull = [
        "pull",
        "email-activity-counts",
        "--account",
        "app",
        "--period",
        "D7",
    ];
    let mut child = home.command(&pull).spawn().expect("the program");
    while sim.count(Host::Download) == 0 {
        thread::sleep(Duration::from_millis(2));
    }
    let hidden = hidden(&sim);
    for file in ["cmdline", "environ"] {
        let bytes = fs::read(format!("/proc/{}/{file}", child.id())).expect("a running process");
        look_at(file, &bytes, &hidden);
    }
    child.kill().expect("a process");
    finish(child);
    look_at_files(&home, &hidden);
}

#[test]
fn a_token_goes_to_graph_alone() {
    let sim = start(planted());
    let home = Home::new();
    home.add_account("app", &sim);
    for report in [
        "email-activity-user-detail",
        "email-activity-counts",
        "mailbox-usage-detail",
    ] {
        home.ok(&["pull", report, "--account", "app", "--period", "D7"]);
    }
    for request in sim.requests() {
        assert_eq!(
            request.has_authorization,
            request.host == Host::Graph,
            "{request:?}"
        );
        assert!(!request.leaks, "{request:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_home_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let sim = start(planted());
    let home = Home::new();
    home.add_account("app", &sim);
    let mode = |path: &Path| fs::metadata(path).expect("a path").permissions().mode() & 0o777;
    assert_eq!(mode(&home.path()), 0o700);
    assert_eq!(mode(&home.path().join("key")), 0o600);
}
