//! Several accounts in one DataSet: each succeeds or fails by itself.

use exmetrics_sim::{Sim, SimOptions};
use serde_json::Value;

use crate::{
    home::{Home, finish},
    tenant::{asked, options, start, tenant},
};

const DETAIL: &str = "email-activity-user-detail";

fn other_tenant() -> Sim {
    start(SimOptions {
        tenant_id: "77777777-7d0e-4b61-9a58-0c5e7a1b2d43".into(),
        tenant_domain: "fabrikam.example".into(),
        seed: 7,
        ..options()
    })
}

fn counts(home: &Home) -> Vec<(String, u64)> {
    let sql = "SELECT _account AS account, count(*) AS rows FROM d GROUP BY _account ORDER BY 1";
    let rows = home.ok(&["query", sql, "--format", "jsonl"]).rows();
    let text = |row: &Value| row["account"].as_str().expect("a name").to_owned();
    rows.iter()
        .map(|row| (text(row), row["rows"].as_u64().expect("a count")))
        .collect()
}

#[test]
fn one_account_fails_and_the_others_rows_land() {
    let (one, two) = (tenant(), other_tenant());
    for method in ["partition", "upsert", "append", "replace"] {
        let home = Home::new();
        home.add_account("one", &one);
        home.add_account("two", &two);
        let create = [
            "dataset",
            "create",
            "d",
            "--report",
            DETAIL,
            "--account",
            "one",
            "--account",
            "two",
            "--from-days-back",
            "6",
            "--to-days-back",
            "5",
            "--update",
            method,
        ];
        home.ok(&create);
        two.expire_client_secret();
        let run = home
            .run(&["dataset", "run", "d", "--json"])
            .with_code(3)
            .json();
        assert_eq!(run["state"], "partial");
        assert_eq!(run["accounts"][0]["state"], "succeeded");
        assert_eq!(run["accounts"][1]["state"], "failed");
        let next = run["accounts"][1]["next_step"]
            .as_str()
            .expect("a sentence");
        assert!(next.contains("create a client secret"), "{run}");
        let before = counts(&home);
        assert_eq!(before.len(), 1, "{method}: {before:?}");
        let listed = home.ok(&["run", "list", "--json"]).json();
        assert_eq!(listed[0]["message"], "1 of 2 accounts succeeded");

        two.set_client_secret(two.client_secret().expect("a secret"));
        one.forget_requests();
        two.forget_requests();
        let id = run["id"].as_str().expect("an id");
        home.ok(&["run", "retry", id]);
        assert_eq!((asked(&one).len(), asked(&two).len()), (0, 2), "{method}");
        let after = counts(&home);
        assert_eq!(after.len(), 2, "{method}: {after:?}");
        assert_eq!(after[0], before[0], "{method}");
        assert_eq!(
            home.ok(&["run", "show", id, "--json"]).json()["state"],
            "succeeded"
        );
        let accounts = home.ok(&["account", "list", "--json"]).json();
        assert!(
            accounts
                .as_array()
                .expect("a list")
                .iter()
                .all(|one| one["state"] == "ok"),
            "{accounts}"
        );
    }
}

#[test]
fn all_accounts_need_a_person() {
    let (one, two) = (tenant(), other_tenant());
    let home = Home::new();
    home.add_account("one", &one);
    home.add_account("two", &two);
    let accounts = ["--account", "one", "--account", "two"];
    let create = [
        "dataset",
        "create",
        "d",
        "--report",
        DETAIL,
        "--days-back",
        "5",
    ];
    home.ok(&[&create[..], &accounts].concat());
    one.expire_client_secret();
    two.expire_client_secret();
    home.run(&["dataset", "run", "d"]).with_code(4);
    let pull = ["pull", DETAIL, "--days-back", "5"];
    home.run(&[&pull[..], &accounts].concat()).with_code(4);
    assert_eq!(
        home.ok(&["dataset", "history", "d", "--json"])
            .json()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn a_pull_of_two_tenants_shows_both() {
    let (one, two) = (tenant(), other_tenant());
    let home = Home::new();
    home.add_account("one", &one);
    home.add_account("two", &two);
    let pull = [
        "pull",
        DETAIL,
        "--days-back",
        "5",
        "--account",
        "one",
        "--account",
        "two",
        "--format",
        "jsonl",
    ];
    let rows = home.ok(&pull).rows();
    let of = |name: &str, domain: &str| {
        let own: Vec<&Value> = rows.iter().filter(|row| row["_account"] == name).collect();
        let fits = |row: &&Value| {
            row["user_principal_name"]
                .as_str()
                .is_some_and(|name| name.ends_with(domain))
        };
        assert!(own.iter().all(fits), "{name}");
        own.len()
    };
    assert!(of("one", "@contoso.example") > 20 && of("two", "@fabrikam.example") > 20);
    two.expire_client_secret();
    home.run(&pull)
        .with_code(3)
        .saying("two, 2026-11-18")
        .saying("AADSTS7000222");
}

#[test]
fn several_processes_share_a_home() {
    let sim = tenant();
    let home = Home::new();
    home.add_account("app", &sim);
    let names: Vec<String> = (0..6).map(|number| format!("d{number}")).collect();
    for name in &names {
        home.ok(&[
            "dataset",
            "create",
            name,
            "--report",
            DETAIL,
            "--account",
            "app",
            "--from-days-back",
            "8",
            "--to-days-back",
            "5",
        ]);
    }
    let children: Vec<_> = names
        .iter()
        .map(|name| {
            home.command(&["dataset", "run", name])
                .spawn()
                .expect("the program")
        })
        .collect();
    for child in children {
        finish(child).with_code(0);
    }
    let rows = home.export("d0").len();
    for name in &names {
        assert_eq!(home.export(name).len(), rows);
    }
    // Of two that run the same DataSet, one runs and the other is told so, or has nothing to do.
    let mut codes: Vec<i32> = (0..2)
        .map(|_| {
            home.command(&["dataset", "run", "d0", "--full"])
                .spawn()
                .expect("the program")
        })
        .collect::<Vec<_>>()
        .into_iter()
        .map(|child| finish(child).code)
        .collect();
    codes.sort_unstable();
    assert!(codes == [0, 0] || codes == [0, 1], "{codes:?}");
    assert_eq!(home.export("d0").len(), rows);
}
