//! The four update methods, the same day twice, figures that change, versions.

use exmetrics_sim::{Sim, SimOptions};
use serde_json::Value;

use crate::{
    home::{Home, content},
    tenant::{asked, options, start, tenant},
};

const DETAIL: &str = "email-activity-user-detail";
const TREND: &str = "email-activity-counts";
const RANGE: [&str; 4] = ["--from-days-back", "7", "--to-days-back", "5"];

fn home(sim: &Sim) -> Home {
    let home = Home::new();
    home.add_account("app", sim);
    home
}

fn create(home: &Home, name: &str, report: &str, more: &[&str]) {
    let words = [
        "dataset",
        "create",
        name,
        "--report",
        report,
        "--account",
        "app",
    ];
    home.ok(&[&words[..], more].concat());
}

fn coverage(home: &Home, name: &str) -> Vec<Value> {
    let coverage = home.ok(&["dataset", "coverage", name, "--json"]).json();
    coverage.as_array().expect("days").clone()
}

#[test]
fn what_each_method_makes_of_a_second_run() {
    let sim = tenant();
    let home = home(&sim);
    for (method, times) in [
        ("partition", 1),
        ("upsert", 1),
        ("replace", 1),
        ("append", 2),
    ] {
        create(
            &home,
            method,
            DETAIL,
            &[&RANGE[..], &["--update", method]].concat(),
        );
        home.ok(&["dataset", "run", method]);
        let once = content(&home.export(method));
        home.ok(&["dataset", "run", method, "--full"]);
        let mut wanted: Vec<String> = Vec::new();
        for _ in 0..times {
            wanted.extend(once.clone());
        }
        wanted.sort();
        assert_eq!(content(&home.export(method)), wanted, "{method}");
        assert_eq!(home.landings(method).len(), 2, "{method}");
        let history = home.landings(method);
        assert_eq!(history[0]["method"], method);
        assert_eq!(history[0]["rows"], once.len());
        for key in ["version", "run_id", "committed_at", "method", "rows"] {
            assert!(!history[0][key].is_null(), "{key}: {history:?}");
        }
    }
}

#[test]
fn the_same_day_twice_asks_nothing() {
    let sim = tenant();
    let home = home(&sim);
    for (name, report, more) in [("detail", DETAIL, &RANGE[..]), ("trend", TREND, &RANGE[..])] {
        create(&home, name, report, more);
        home.ok(&["dataset", "run", name]);
        sim.forget_requests();
        let again = home.ok(&["dataset", "run", name]);
        again.saying("nothing is due: every day is captured or was asked today");
        assert_eq!(asked(&sim), [""; 0]);
        assert_eq!(home.landings(name).len(), 1);
        home.ok(&["dataset", "run", name, "--full"]);
        assert!(!asked(&sim).is_empty());
    }
}

#[test]
fn restated_figures_change_the_table_and_are_counted() {
    let sim = start(SimOptions {
        restate: true,
        ..options()
    });
    let mut home = home(&sim);
    create(
        &home,
        "d",
        DETAIL,
        &["--from", "2026-11-19", "--to", "2026-11-21"],
    );
    create(
        &home,
        "t",
        TREND,
        &["--from", "2026-11-19", "--to", "2026-11-21"],
    );
    let mut seen = Vec::new();
    let mut states = Vec::new();
    for day in 23..=29 {
        let now = format!("2026-11-{day}T10:00:00Z");
        sim.set_now(now.parse().expect("a moment"));
        home.set_now(&now);
        home.ok(&["dataset", "run", "d"]);
        home.ok(&["dataset", "run", "t"]);
        seen.push(content(&home.export("t")));
        states.push(coverage(&home, "d"));
    }
    let days = |coverage: &[Value]| -> Vec<String> {
        coverage
            .iter()
            .map(|day| day["date"].as_str().expect("a date").to_owned())
            .collect()
    };
    assert_eq!(days(&states[6]), ["2026-11-19", "2026-11-20", "2026-11-21"]);
    let restated: i64 = states[6]
        .iter()
        .filter_map(|day| day["restated"].as_i64())
        .sum();
    assert!(restated > 0, "{:?}", states[6]);
    let restated: i64 = coverage(&home, "t")
        .iter()
        .filter_map(|day| day["restated"].as_i64())
        .sum();
    assert!(restated > 0);
    assert_ne!(seen[0], seen[6], "no figure changed");
    for rows in &seen {
        assert_eq!(rows.len(), 3, "one row per day");
    }
    for day in &states[6] {
        assert_eq!(day["state"], "published", "{day}");
        assert_eq!(day["expires_on"].as_str().map(str::len), Some(10), "{day}");
        for key in [
            "account",
            "date",
            "state",
            "rows",
            "first_seen",
            "last_checked",
        ] {
            assert!(!day[key].is_null(), "{key}: {day}");
        }
    }
    // By now the content was the same on three days: nothing is due any more.
    sim.set_now("2026-12-02T10:00:00Z".parse().expect("a moment"));
    home.set_now("2026-12-02T10:00:00Z");
    home.ok(&["dataset", "run", "d"]);
    sim.set_now("2026-12-03T10:00:00Z".parse().expect("a moment"));
    home.set_now("2026-12-03T10:00:00Z");
    sim.forget_requests();
    home.ok(&["dataset", "run", "d"]);
    assert_eq!(asked(&sim), [""; 0]);
}

#[test]
fn a_late_day_is_asked_again_until_it_has_rows() {
    let sim = tenant();
    let mut home = home(&sim);
    create(&home, "d", DETAIL, &["--date", "2026-11-22"]);
    home.run(&["dataset", "run", "d"])
        .with_code(3)
        .saying("2026-11-22: not published yet");
    assert_eq!(coverage(&home, "d")[0]["state"], "awaiting");
    assert_eq!(home.export("d").len(), 0);
    assert_eq!(home.landings("d").len(), 0, "nothing came: no version");
    // It is not asked again on the same day, and still missing.
    sim.forget_requests();
    home.run(&["dataset", "run", "d"])
        .with_code(3)
        .saying("2026-11-22: not published yet");
    assert_eq!(asked(&sim), [""; 0]);
    let tomorrow = "2026-11-24T09:00:00Z";
    sim.set_now(tomorrow.parse().expect("a moment"));
    home.set_now(tomorrow);
    home.ok(&["dataset", "run", "d"]);
    assert_eq!(coverage(&home, "d")[0]["state"], "published");
    assert!(!home.export("d").is_empty());
}

#[test]
fn a_late_day_is_caught_up_with_after_the_range_has_moved_on() {
    // Figures lie two days behind: yesterday's are never there when they are asked for.
    let sim = tenant();
    let mut home = home(&sim);
    for (name, report) in [("detail", DETAIL), ("trend", TREND)] {
        create(&home, name, report, &["--days-back", "1"]);
    }
    for (day, published) in [(23, 0), (24, 1), (25, 2), (26, 3)] {
        let now = format!("2026-11-{day}T09:00:00Z");
        sim.set_now(now.parse().expect("a moment"));
        home.set_now(&now);
        for name in ["detail", "trend"] {
            home.run(&["dataset", "run", name])
                .with_code(3)
                .saying("not published yet");
            let captured = coverage(&home, name)
                .iter()
                .filter(|day| day["state"] == "published")
                .count();
            assert_eq!(captured, published, "{name} on {now}");
        }
    }
    let sql = "SELECT DISTINCT _requested_date AS day FROM detail ORDER BY day";
    let days = home.ok(&["query", sql, "--format", "jsonl"]).rows();
    let days: Vec<_> = days.iter().map(|row| row["day"].clone()).collect();
    assert_eq!(days, ["2026-11-22", "2026-11-23", "2026-11-24"]);
}

#[test]
fn a_restored_table_gets_again_what_the_undone_version_had() {
    let sim = tenant();
    let mut home = home(&sim);
    create(
        &home,
        "d",
        DETAIL,
        &["--from", "2026-10-28", "--to", "2026-11-01"],
    );
    home.ok(&["dataset", "run", "d"]);
    let all = content(&home.export("d"));
    home.ok(&["dataset", "restore", "d", "--version", "0"]);
    let states = |home: &Home| -> Vec<Value> {
        let days = coverage(home, "d");
        days.iter().map(|day| day["state"].clone()).collect()
    };
    assert_eq!(states(&home), ["awaiting"; 5]);
    // Two of the days have left the window meanwhile: lost, and said so.
    let later = "2026-11-27T09:00:00Z";
    sim.set_now(later.parse().expect("a moment"));
    home.set_now(later);
    home.run(&["dataset", "run", "d"])
        .with_code(3)
        .saying("2026-10-28 to 2026-10-29: no longer available");
    assert_eq!(
        states(&home),
        ["expired", "expired", "published", "published", "published"]
    );
    let back = home.export("d").len();
    assert!(back > 0 && back < all.len(), "{back} of {}", all.len());
    home.ok(&["dataset", "restore", "d", "--version", "1"]);
    assert_eq!(content(&home.export("d")), all);
}

#[test]
fn an_old_run_cannot_put_its_rows_over_newer_ones() {
    let sim = tenant();
    let mut home = home(&sim);
    create(
        &home,
        "d",
        DETAIL,
        &[&RANGE[..], &["--update", "replace"]].concat(),
    );
    sim.set_faults(crate::tenant::rules(
        "[[fault]]\nmatch = { where = \"graph\", ask = \"2026-11-17\" }\ndo = \"error\"\nerror = \"internal_error\"\n",
    ));
    let failed = home
        .run(&["dataset", "run", "d", "--json"])
        .with_code(1)
        .json();
    sim.set_faults(Vec::new());
    let retry = format!(
        "exmetrics run retry {}",
        failed["id"].as_str().expect("an id")
    );
    assert!(
        failed["accounts"][0]["next_step"]
            .as_str()
            .is_some_and(|next| next.contains(&retry)),
        "{failed}"
    );
    let tomorrow = "2026-11-24T09:00:00Z";
    sim.set_now(tomorrow.parse().expect("a moment"));
    home.set_now(tomorrow);
    home.ok(&["dataset", "run", "d"]);
    let newest = content(&home.export("d"));
    home.run(&["run", "retry", failed["id"].as_str().expect("an id")])
        .with_code(1)
        .saying("a later run of 'd' has landed")
        .saying("exmetrics dataset run \"d\"");
    assert_eq!(content(&home.export("d")), newest);
}

#[test]
fn a_day_that_left_the_window_is_told_and_keeps_its_rows() {
    let sim = tenant();
    let mut home = home(&sim);
    create(
        &home,
        "d",
        DETAIL,
        &["--from", "2026-10-26", "--to", "2026-10-28"],
    );
    home.ok(&["dataset", "run", "d"]);
    let rows = content(&home.export("d"));
    create(
        &home,
        "never",
        DETAIL,
        &["--from", "2026-10-26", "--to", "2026-10-28"],
    );
    let later = "2026-11-25T09:00:00Z";
    sim.set_now(later.parse().expect("a moment"));
    home.set_now(later);
    home.run(&["dataset", "run", "never"])
        .with_code(3)
        .saying("2026-10-26 to 2026-10-27: no longer available");
    let states: Vec<Value> = coverage(&home, "never")
        .iter()
        .map(|day| day["state"].clone())
        .collect();
    assert_eq!(states, ["expired", "expired", "published"]);
    // A captured day that has left the window is not lost, and not missing.
    let gone = "2026-11-26T09:00:00Z";
    sim.set_now(gone.parse().expect("a moment"));
    home.set_now(gone);
    home.ok(&["dataset", "run", "d"]);
    assert_eq!(content(&home.export("d")), rows);
    for day in coverage(&home, "d") {
        assert_eq!(day["state"], "published", "{day}");
    }
}

#[test]
fn versions_are_seen_and_brought_back() {
    let sim = tenant();
    let home = home(&sim);
    create(&home, "d", TREND, &["--period", "D7"]);
    home.ok(&["dataset", "run", "d"]);
    let first = content(&home.export("d"));
    home.ok(&["dataset", "edit", "d", "--period", "D30"]);
    home.ok(&["dataset", "run", "d"]);
    assert_eq!(home.export("d").len(), 30);
    let exported = |more: &[&str]| {
        let words = ["dataset", "export", "d", "--format", "jsonl"];
        content(&home.ok(&[&words[..], more].concat()).rows())
    };
    assert_eq!(exported(&[]), content(&home.export("d")));
    assert_eq!(exported(&["--version", "1"]), first);
    let restored = home
        .ok(&["dataset", "restore", "d", "--version", "1", "--json"])
        .json();
    assert_eq!(restored["rows"], 7);
    assert_eq!(content(&home.export("d")), first);
    let preview = home
        .ok(&[
            "dataset", "preview", "d", "--rows", "3", "--format", "jsonl",
        ])
        .rows();
    assert_eq!(preview.len(), 3);
    for missing in [["dataset", "export"], ["dataset", "restore"]] {
        home.run(&[&missing[..], &["d", "--version", "99"]].concat())
            .with_code(2)
            .saying("99");
    }
    home.ok(&["dataset", "run", "d", "--full"]);
    assert_eq!(home.export("d").len(), 30);
    home.ok(&["dataset", "compact", "d"]);
    home.ok(&["dataset", "vacuum", "d"]);
    assert_eq!(home.export("d").len(), 30);
}

#[test]
fn a_dataset_from_the_first_to_the_last_day() {
    let sim = tenant();
    let home = home(&sim);
    create(
        &home,
        "Mail",
        TREND,
        &["--period", "D7", "--description", "for the board", "--run"],
    );
    let shown = home.ok(&["dataset", "show", "mail", "--json"]).json();
    for key in [
        "name", "report", "accounts", "details", "update", "schedule", "location", "rows",
        "columns", "version",
    ] {
        assert!(shown.get(key).is_some(), "{key}: {shown}");
    }
    assert_eq!(shown["rows"], 7);
    assert_eq!(shown["update"], "partition");
    home.ok(&["dataset", "rename", "mail", "Post"]);
    home.run(&["dataset", "show", "mail"]).with_code(2);
    assert_eq!(home.export("Post").len(), 7);
    let location = shown["location"].as_str().expect("a folder").to_owned();
    home.ok(&["dataset", "remove", "post"]).saying("stays in");
    assert!(std::path::Path::new(&location).is_dir());
    create(&home, "Mail", TREND, &["--period", "D7"]);
    assert_eq!(home.export("Mail").len(), 0, "a new DataSet begins empty");
    let shown = home.ok(&["dataset", "show", "mail", "--json"]).json();
    home.ok(&["dataset", "remove", "mail", "--delete-table"]);
    assert!(!std::path::Path::new(shown["location"].as_str().expect("a folder")).exists());
    assert_eq!(
        home.ok(&["dataset", "list", "--json"]).json(),
        serde_json::json!([])
    );
}

#[test]
fn questions_over_several_datasets() {
    let sim = tenant();
    let home = home(&sim);
    create(&home, "detail", DETAIL, &["--date", "2026-11-18", "--run"]);
    create(&home, "Trend Of Mail", TREND, &["--period", "D7", "--run"]);
    let sql = "SELECT (SELECT sum(send_count) FROM detail) AS of_people, send AS of_all \
               FROM trend_of_mail WHERE report_date = '2026-11-18'";
    let rows = home.ok(&["query", sql, "--format", "jsonl"]).rows();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        rows[0]["of_people"], rows[0]["of_all"],
        "details add up to the trend: {rows:?}"
    );
    assert!(
        rows[0]["of_all"].as_i64().is_some_and(|sent| sent > 0),
        "{rows:?}"
    );
    let piped = home
        .run_with_input(&["query", "-", "--format", "csv"], "SELECT 1 AS one")
        .with_code(0);
    assert_eq!(piped.stdout, "one\n1\n");
}
