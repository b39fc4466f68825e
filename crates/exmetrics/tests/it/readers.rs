//! Readers that are not ours open the tables and see the same values.

use std::{path::Path, process::Command};

use exmetrics_sim::Sim;
use serde_json::Value;

use crate::{
    home::{Home, tell},
    tenant::{rules, tenant},
};

const DETAIL: &str = "email-activity-user-detail";

/// The Python with the readers; `None` where the tests run without.
fn python() -> Option<String> {
    let python = std::env::var("EXMETRICS_TEST_PYTHON")
        .ok()
        .filter(|python| !python.is_empty());
    if python.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "EXMETRICS_TEST_PYTHON must name a Python in CI"
        );
        tell("left out: EXMETRICS_TEST_PYTHON names no Python (cargo xtask test sets it)");
    }
    python
}

/// Compares what the readers see with what the program exports.
fn same_values(python: &str, home: &Home, dataset: &str) -> usize {
    let shown = home.ok(&["dataset", "show", dataset, "--json"]).json();
    let location = shown["location"].as_str().expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests-python/read_table.py");
    let out = home.beside("seen");
    let read = Command::new(python)
        .arg(script)
        .arg(location)
        .arg(&out)
        .output()
        .expect("Python");
    assert!(
        read.status.success(),
        "{dataset}: {}",
        String::from_utf8_lossy(&read.stderr)
    );
    let exported = home
        .ok(&["dataset", "export", dataset, "--format", "jsonl"])
        .rows();
    let mut wanted: Vec<String> = exported.iter().map(canonical).collect();
    wanted.sort();
    for reader in ["deltalake", "polars", "duckdb"] {
        let file = home.beside(&format!("seen.{reader}.jsonl"));
        let seen = std::fs::read_to_string(file).expect("what a reader saw");
        let mut seen: Vec<String> = seen
            .lines()
            .map(|line| canonical(&serde_json::from_str(line).expect("a row")))
            .collect();
        seen.sort();
        assert_eq!(seen.len(), wanted.len(), "{dataset}, {reader}");
        for (seen, wanted) in seen.iter().zip(&wanted) {
            assert_eq!(seen, wanted, "{dataset}, {reader}");
        }
    }
    wanted.len()
}

/// A row with its moments in one form.
fn canonical(row: &Value) -> String {
    let mut row = row.as_object().expect("a row").clone();
    let fetched = row["_fetched_at"].as_str().expect("a moment").to_owned();
    let moment: jiff::Timestamp = fetched.parse().expect("a moment");
    row.insert("_fetched_at".into(), moment.as_microsecond().into());
    Value::Object(row).to_string()
}

fn scene() -> (Home, Sim) {
    let (home, sim) = (Home::new(), tenant());
    home.add_account("app", &sim);
    (home, sim)
}

#[test]
fn every_kind_of_table() {
    let Some(python) = python() else { return };
    let (home, sim) = scene();
    for method in ["partition", "upsert", "append", "replace"] {
        let words = [
            "dataset",
            "create",
            method,
            "--report",
            DETAIL,
            "--account",
            "app",
            "--from-days-back",
            "6",
            "--to-days-back",
            "5",
            "--update",
            method,
        ];
        home.ok(&words);
        home.ok(&["dataset", "run", method]);
        let once = same_values(&python, &home, method);
        home.ok(&["dataset", "run", method, "--full"]);
        let twice = same_values(&python, &home, method);
        assert_eq!(
            twice,
            if method == "append" { 2 * once } else { once },
            "{method}"
        );
        // A column more: the table grows without being rewritten.
        let grown = "[[fault]]\nmatch = { where = 'download' }\ndo = 'add_column'\nto = 'Reactions Count'\n";
        sim.set_faults(rules(grown));
        home.ok(&["dataset", "run", method, "--full"]);
        sim.set_faults(Vec::new());
        same_values(&python, &home, method);
        home.ok(&["dataset", "compact", method]);
        same_values(&python, &home, method);
        home.ok(&["dataset", "vacuum", method, "--keep-days", "7"]);
        same_values(&python, &home, method);
        home.ok(&["dataset", "restore", method, "--version", "1"]);
        assert_eq!(same_values(&python, &home, method), once, "{method}");
        home.ok(&["dataset", "run", method, "--full"]);
        same_values(&python, &home, method);
    }
}

#[test]
fn every_type_of_column() {
    let Some(python) = python() else { return };
    let (home, _sim) = scene();
    // Between them: dates, numbers, truth values, texts, durations, JSON replies, an empty table.
    for report in [
        "teams-user-activity-user-detail",
        "mailbox-usage-detail",
        "email-app-usage-user-detail",
        "office365-active-user-detail",
        "m365-app-user-detail",
        "sharepoint-site-usage-storage",
        "skype-for-business-activity-user-detail",
    ] {
        let words = [
            "dataset",
            "create",
            report,
            "--report",
            report,
            "--account",
            "app",
            "--period",
            "D7",
            "--run",
        ];
        home.run(&words);
        same_values(&python, &home, report);
    }
}
