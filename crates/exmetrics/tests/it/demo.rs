//! `demo` twice in one home.

use serde_json::Value;

use crate::home::Home;

#[test]
fn a_second_demo_adds_a_version_and_doubles_nothing() {
    let home = Home::new();
    let demo = || {
        home.ok(&["demo", "--people", "25", "--json", "--quiet"])
            .json()
    };
    let tables = || -> Vec<(String, u64, u64)> {
        let list = home.ok(&["dataset", "list", "--json"]).json();
        let of = |one: &Value| {
            let number = |name: &str| one[name].as_u64().expect("a number");
            (
                one["name"].as_str().expect("a name").to_owned(),
                number("rows"),
                number("version"),
            )
        };
        list.as_array().expect("a list").iter().map(of).collect()
    };
    let first = demo();
    assert_eq!(first["datasets"], 42);
    assert_eq!(first["succeeded"], 42, "{first}");
    let before = tables();
    assert_eq!(before.len(), 42);
    let second = demo();
    assert_eq!(second["succeeded"], 42, "{second}");
    let after = tables();
    for ((name, rows, version), (name_after, rows_after, version_after)) in
        before.iter().zip(&after)
    {
        assert_eq!(
            (name, rows, *version + 1),
            (name_after, rows_after, *version_after),
            "{name}"
        );
    }
    let rows: u64 = after.iter().map(|(_, rows, _)| rows).sum();
    assert_eq!(second["rows"], rows);
    assert_eq!(second["rows_landed"], first["rows_landed"]);
}

#[test]
fn a_demo_tells_what_it_did() {
    let home = Home::new();
    let told = home.ok(&["demo", "--no-serve", "--people", "10"]);
    assert!(
        told.stdout.contains("42 of 42 succeeded"),
        "{}",
        told.stdout
    );
    for question in [
        "Which days were the busiest",
        "Who sent the most",
        "Whose mailbox is nearest",
    ] {
        assert!(told.stdout.contains(question), "{}", told.stdout);
    }
    assert!(
        told.stderr.contains("Signed in with client id and secret."),
        "{}",
        told.stderr
    );
    let asked = home.ok(&[
        "query",
        "SELECT count(*) AS days FROM email_activity_counts",
        "--format",
        "csv",
    ]);
    assert_eq!(asked.stdout, "days\n30\n");
}
