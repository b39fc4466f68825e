//! What would be asked, and what is left out and why.

use serde_json::{Value, json};

use crate::{
    home::{Home, content},
    tenant::{asked, tenant},
};

const DETAIL: &str = "email-activity-user-detail";
const TREND: &str = "email-activity-counts";

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

fn home() -> (Home, exmetrics_sim::Sim) {
    let (home, sim) = (Home::new(), tenant());
    home.add_account("app", &sim);
    (home, sim)
}

#[test]
fn a_plan_has_these_keys() {
    let (home, sim) = home();
    let known = [
        "estimated_seconds",
        "expired",
        "kept",
        "requests",
        "too_early",
    ];
    let plan = [
        "pull",
        DETAIL,
        "--account",
        "app",
        "--from-days-back",
        "30",
        "--to-days-back",
        "0",
        "--plan",
        "--json",
    ];
    let plan = home.ok(&plan).json();
    let own = |value: &Value| -> Vec<String> {
        keys(value)
            .into_iter()
            .filter(|key| !["settled", "awaiting"].contains(key))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(own(&plan), known);
    assert_eq!(plan["too_early"], json!(["2026-11-23"]));
    assert_eq!(plan["expired"], json!(["2026-10-24", "2026-10-25"]));
    assert_eq!(plan["kept"].as_array().expect("days").len(), 28);
    let requests = plan["requests"].as_array().expect("requests");
    assert_eq!(requests.len(), 28);
    assert_eq!(
        requests[0],
        json!({ "account": "app", "function": "getEmailActivityUserDetail", "date": "2026-10-26" })
    );
    let period = [
        "pull",
        TREND,
        "--account",
        "app",
        "--days-back",
        "20",
        "--plan",
        "--json",
    ];
    let period = home.ok(&period).json();
    assert_eq!(
        period["requests"],
        json!([{ "account": "app", "function": "getEmailActivityCounts", "period": "D30" }])
    );
    home.ok(&[
        "dataset",
        "create",
        "d",
        "--report",
        DETAIL,
        "--account",
        "app",
        "--days-back",
        "5",
    ]);
    let dataset = home.ok(&["dataset", "plan", "d", "--json"]).json();
    assert_eq!(own(&dataset), known);
    assert_eq!(asked(&sim), [""; 0]);
}

#[test]
fn the_quota_tells_how_long_it_takes() {
    let (home, sim) = home();
    let home = home
        .with("EXMETRICS_QUOTA_REQUESTS", "14")
        .with("EXMETRICS_QUOTA_WINDOW", "10m");
    let plan = |to: &str| {
        let words = [
            "pull",
            DETAIL,
            "--account",
            "app",
            "--from-days-back",
            "28",
            "--to-days-back",
            to,
            "--plan",
            "--json",
        ];
        home.ok(&words).json()["estimated_seconds"].clone()
    };
    assert_eq!(plan("15"), 0);
    assert_eq!(plan("14"), 600);
    assert_eq!(plan("1"), 600);
    let all = [
        "pull",
        DETAIL,
        "--account",
        "app",
        "--from-days-back",
        "28",
        "--to-days-back",
        "1",
    ];
    let refused = home.run(&[&all[..], &["--no-wait", "--format", "csv"]].concat());
    assert_eq!(asked(&sim).len(), 14);
    refused
        .with_code(3)
        .saying("the quota of getEmailActivityUserDetail is used up")
        .saying("Try again at 2026-11-23T10:10:0");
    home.run(&[
        "pull",
        DETAIL,
        "--account",
        "app",
        "--days-back",
        "3",
        "--no-wait",
    ])
    .with_code(1);
    // Another function has a quota of its own.
    home.ok(&[
        "pull",
        TREND,
        "--account",
        "app",
        "--period",
        "D7",
        "--no-wait",
    ]);
}

#[test]
fn a_plan_for_people() {
    let (home, _sim) = home();
    let words = [
        "pull",
        DETAIL,
        "--account",
        "app",
        "--from-days-back",
        "3",
        "--to-days-back",
        "0",
        "--plan",
    ];
    insta::assert_snapshot!(home.ok(&words).stdout, @r"
    ACCOUNT  FUNCTION                    ASKED
    app      getEmailActivityUserDetail  2026-11-20
    app      getEmailActivityUserDetail  2026-11-21
    app      getEmailActivityUserDetail  2026-11-22

    3 days asked (2026-11-20 to 2026-11-22)
    1 day too early: not over yet (2026-11-23)
    3 requests; the quota allows them at once
    ");
}

#[test]
fn nothing_left_to_ask() {
    let (home, sim) = home();
    for (days_back, says) in [
        ("0", "2026-11-23: not over yet"),
        ("29", "2026-10-25: no longer available from Microsoft"),
    ] {
        let pull = ["pull", DETAIL, "--account", "app", "--days-back", days_back];
        home.run(&pull)
            .with_code(1)
            .saying("nothing is left to ask")
            .saying(says);
        let error = home
            .run(&[&pull[..], &["--json"]].concat())
            .with_code(1)
            .error();
        assert!(
            error["message"]
                .as_str()
                .expect("a sentence")
                .contains(says),
            "{error}"
        );
        home.run(&[&pull[..], &["--plan"]].concat()).with_code(1);
        let name = format!("back {days_back}");
        home.ok(&[
            "dataset",
            "create",
            &name,
            "--report",
            DETAIL,
            "--account",
            "app",
            "--days-back",
            days_back,
        ]);
        let run = home
            .run(&["dataset", "run", &name, "--json"])
            .with_code(1)
            .json();
        assert_eq!(run["state"], "failed");
        let message = run["accounts"][0]["message"].as_str().expect("a sentence");
        assert!(
            message.contains("nothing is left to ask") && message.contains(says),
            "{run}"
        );
    }
    assert_eq!(asked(&sim), [""; 0]);
}

#[test]
fn some_days_left_out_is_three_and_names_them() {
    let (home, _sim) = home();
    let pull = [
        "pull",
        DETAIL,
        "--account",
        "app",
        "--from-days-back",
        "29",
        "--to-days-back",
        "27",
        "--format",
        "csv",
    ];
    home.run(&pull)
        .with_code(3)
        .saying("left out: 2026-10-25: no longer available from Microsoft");
    let early = [
        "pull",
        DETAIL,
        "--account",
        "app",
        "--from-days-back",
        "3",
        "--to-days-back",
        "1",
        "--format",
        "csv",
    ];
    home.run(&early)
        .with_code(3)
        .saying("not published yet: 2026-11-22");
}

#[test]
fn a_day_is_the_same_day_however_it_is_named() {
    let (home, _sim) = home();
    let rows = |details: &[&str]| {
        let words = ["pull", DETAIL, "--account", "app", "--format", "jsonl"];
        content(&home.ok(&[&words[..], details].concat()).rows())
    };
    let day = rows(&["--date", "2026-11-20"]);
    assert!(!day.is_empty());
    assert_eq!(rows(&["--days-back", "3"]), day);
    assert_eq!(rows(&["--from", "2026-11-20", "--to-days-back", "3"]), day);
}
