//! People who sign in: in a browser, and with a code on another device.

use std::{
    io::{BufRead, BufReader, Read},
    process::Child,
};

use exmetrics_sim::{Host, PersonAtBrowser, PersonRole, Sim, SimOptions};

use crate::{
    home::{Ended, Home, app_arguments, as_strs},
    tenant::{asked, options, start, tenant},
    wire,
};

/// Plays the person at the browser of a command with `--no-browser`: opens the address that it prints,
/// and follows the way back.
pub(crate) fn agree(mut child: Child) -> Ended {
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut said = String::new();
    let url = loop {
        let mut line = String::new();
        if stderr.read_line(&mut line).expect("text") == 0 {
            break None;
        }
        said.push_str(&line);
        if let Some(url) = line.trim().strip_prefix("To sign in, open ") {
            break Some(url.to_owned());
        }
    };
    if let Some(url) = url {
        let mut next = wire::get(&url);
        // Entra's way back, and once more where less is asked for at the second try.
        for _ in 0..4 {
            let Some(location) = next.header("location").map(str::to_owned) else {
                break;
            };
            next = wire::get(&location);
        }
    }
    stderr.read_to_string(&mut said).expect("text");
    let rest = crate::home::finish(child);
    Ended {
        stderr: said,
        ..rest
    }
}

/// Adds an account that a person signs in to.
#[track_caller]
pub(crate) fn add_person(home: &Home, name: &str, sim: &Sim) -> Ended {
    let mut arguments = app_arguments(name, sim);
    arguments.extend(["--sign-in", "browser", "--no-browser"].map(str::to_owned));
    agree(
        home.command(&as_strs(&arguments))
            .spawn()
            .expect("the program"),
    )
}

#[test]
fn a_person_in_a_browser() {
    let (home, sim) = (Home::new(), tenant());
    let added = add_person(&home, "person", &sim)
        .with_code(0)
        .saying("'person' is added");
    assert!(added.stdout.contains("sign-in: signed in"), "{added:?}");
    let shown = home.ok(&["account", "show", "person", "--json"]).json();
    assert_eq!(shown["sign_in"], "browser");
    assert_eq!(shown["state"], "ok");
    let pulled = home.ok(&["pull", "api-usage", "--account", "person", "--period", "D7"]);
    assert!(!pulled.stdout.is_empty());
    assert_eq!(sim.leaks(), []);
}

#[test]
fn a_rotated_refresh_token_is_kept_before_it_is_used() {
    let (home, sim) = (Home::new(), tenant());
    add_person(&home, "person", &sim).with_code(0);
    // The tenant takes each refresh token once: a stale one would be refused.
    for _ in 0..3 {
        home.ok(&[
            "pull",
            "email-activity-counts",
            "--account",
            "person",
            "--period",
            "D7",
        ]);
    }
    sim.forget_requests();
    let tokens = || sim.count(Host::Login);
    home.ok(&["account", "check", "person"]);
    assert_eq!(tokens(), 1);
    let shown = home.ok(&["account", "show", "person", "--json"]).json();
    assert_eq!(shown["state"], "ok");
}

#[test]
fn a_person_with_a_device_code() {
    let (home, sim) = (Home::new(), tenant());
    let mut arguments = app_arguments("person", &sim);
    arguments.extend(["--sign-in", "device"].map(str::to_owned));
    let added = home.ok(&as_strs(&arguments)).saying("and enter ");
    assert!(added.stdout.contains("sign-in: signed in"), "{added:?}");
    home.ok(&[
        "pull",
        "email-activity-counts",
        "--account",
        "person",
        "--period",
        "D7",
    ]);
}

#[test]
fn a_person_who_declines() {
    let (home, sim) = (
        Home::new(),
        start(SimOptions {
            person: PersonAtBrowser::Declines,
            ..options()
        }),
    );
    let added = add_person(&home, "person", &sim).with_code(4);
    assert!(added.stderr.contains("AADSTS65004"), "{added:?}");
    let shown = home.ok(&["account", "show", "person", "--json"]).json();
    assert_eq!(shown["state"], "failed");
}

#[test]
fn a_person_whose_sign_in_ends_is_asked_to_sign_in_again() {
    let (home, sim) = (Home::new(), tenant());
    add_person(&home, "person", &sim).with_code(0);
    let pull = [
        "pull",
        "email-activity-counts",
        "--account",
        "person",
        "--period",
        "D7",
    ];
    let end = |what: &dyn Fn(&Sim), code: &str| {
        what(&sim);
        home.run(&pull)
            .with_code(4)
            .saying(code)
            .saying("exmetrics account sign-in");
        let again = home.command(&["account", "sign-in", "person", "--no-browser"]);
        sim.require_interaction(false);
        agree({ again }.spawn().expect("the program")).with_code(0);
        home.ok(&pull);
    };
    end(&|sim| sim.expire_sign_ins(), "AADSTS700082");
    end(&|sim| sim.revoke_sign_ins(), "AADSTS50173");
    end(&|sim| sim.require_interaction(true), "AADSTS50076");
}

#[test]
fn a_person_without_the_role() {
    let (home, sim) = (
        Home::new(),
        start(SimOptions {
            person_role: PersonRole::GlobalReader,
            ..options()
        }),
    );
    add_person(&home, "person", &sim).with_code(0);
    home.ok(&[
        "pull",
        "email-activity-counts",
        "--account",
        "person",
        "--period",
        "D7",
    ]);
    home.run(&[
        "pull",
        "email-activity-user-detail",
        "--account",
        "person",
        "--period",
        "D7",
    ])
    .with_code(4)
    .saying("Reports Reader");
    let none = start(SimOptions {
        person_role: PersonRole::None,
        ..options()
    });
    add_person(&home, "nobody", &none).with_code(4);
    let shown = home.ok(&["account", "show", "nobody", "--json"]).json();
    assert_eq!(shown["state"], "failed");
}

#[test]
fn each_report_answers_only_whom_it_answers() {
    let (home, sim) = (Home::new(), tenant());
    home.add_account("app", &sim);
    sim.forget_requests();
    home.run(&["pull", "api-usage", "--account", "app", "--period", "D7"])
        .with_code(4)
        .saying("a signed-in person only")
        .saying("--sign-in browser or device");
    assert_eq!(asked(&sim), [""; 0]);
}
