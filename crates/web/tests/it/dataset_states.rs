//! A DataSet in trouble, at work, of snapshots; names that are concealed, cells that did not fit.

use exmetrics_catalog::{Ask, Details, Period, Plan, PlannedRequest};
use exmetrics_store::{Account, CoverageState, DataSet, DayFound, NewRun, Role, Run, RunState};

use crate::{
    made_up::{MadeUp, batch, dataset, dataset_of, days, numbers, texts},
    support::House,
};

/// A run with one request, under way.
async fn begin(house: &House, dataset: &DataSet, account: &Account) -> Run {
    let plan = Plan {
        requests: vec![PlannedRequest {
            ask: Ask::Date("2026-11-20".parse().unwrap()),
            keep: None,
        }],
        ..Plan::default()
    };
    let plans = [(account.id.clone(), account.name.clone(), plan)];
    let new = NewRun {
        dataset_id: &dataset.id,
        full: false,
        machine: "here",
        plans: &plans,
    };
    let now = "2026-11-23T07:59:00Z".parse().unwrap();
    house.store().begin_run(&new, now).await.unwrap()
}

#[tokio::test]
async fn a_run_under_way_says_how_far_it_is() {
    let house = House::with(MadeUp::with_rows(5)).await;
    let (account, dataset) = dataset(&house).await;
    begin(&house, &dataset, &account).await;
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    let page = browser.get(&format!("/datasets/{}", dataset.id)).await.text;
    for words in [
        "0 of 1 request",
        "today 07:59",
        "data-every=\"2\"",
        ">Cancel</button>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains(">Run now</button>"), "one run at a time");
    browser
        .post(&format!("/datasets/{}/cancel", dataset.id), &[])
        .await;
    let newest = house.store().runs(Some(&dataset.id), 1).await.unwrap();
    assert_eq!(newest[0].state, RunState::Cancelled);
}

#[tokio::test]
async fn a_failed_run_says_what_to_do_and_offers_to_try_again() {
    let house = House::with(MadeUp::with_rows(5)).await;
    let (account, dataset) = dataset(&house).await;
    let run = begin(&house, &dataset, &account).await;
    let mut accounts = house.store().run_accounts(&run.id).await.unwrap();
    accounts[0].state = RunState::Failed;
    accounts[0].message = Some("Microsoft refused the client secret".into());
    accounts[0].next_step = Some("Make a new secret <now>.".into());
    let ended = Run {
        state: RunState::Failed,
        ended_at: Some("2026-11-23T07:59:30Z".parse().unwrap()),
        ..run
    };
    house.store().end_run(&ended, &accounts).await.unwrap();
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    for tab in ["", "/history", "/coverage"] {
        let page = browser
            .get(&format!("/datasets/{}{tab}", dataset.id))
            .await
            .text;
        for words in [
            "failing",
            "Microsoft refused the client secret",
            "Make a new secret &lt;now",
            "/retry",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
    let mut viewer = house.signed_in("Vera", Role::Viewer).await;
    let page = viewer.get(&format!("/datasets/{}", dataset.id)).await.text;
    assert!(
        page.contains("Microsoft refused the client secret") && !page.contains("/retry"),
        "{page}"
    );
}

#[tokio::test]
async fn snapshots_are_listed_by_their_refresh_date_and_stored_bytes_are_an_area() {
    let tables = MadeUp::with_rows(5);
    let sizes = |all: [i64; 2]| numbers(&all.map(Some));
    tables.answer(
        "SELECT day, sum(",
        batch(&[
            ("day", days(&["2026-11-19", "2026-11-20"])),
            ("storage", sizes([1 << 40, 2 << 40])),
            ("items", sizes([10, 12])),
            ("deleted", sizes([1, 2])),
            ("deleted_size", sizes([1 << 30, 1 << 30])),
        ]),
    );
    tables.answer(
        "ORDER BY 3 DESC",
        batch(&[
            ("n", texts(&["A"])),
            ("a", texts(&["c"])),
            ("v", numbers(&[Some(1 << 30)])),
        ]),
    );
    *tables.report.lock().unwrap() = Some("mailbox-usage-detail");
    let house = House::with(tables.clone()).await;
    let details = Details::Period(Period::Days(7));
    let (account, dataset) = dataset_of(&house, "mailbox-usage-detail", details).await;
    let found = DayFound {
        day: "2026-11-20".parse().unwrap(),
        state: CoverageState::Published,
        rows: Some(5224),
        hash: Some("h".into()),
        refresh_date: Some("2026-11-20".parse().unwrap()),
        code: None,
        checked_at: "2026-11-23T07:00:00Z".parse().unwrap(),
    };
    house
        .store()
        .note_days(&dataset.id, &account.id, &[found])
        .await
        .unwrap();
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    let page = browser
        .get(&format!("/datasets/{}/coverage", dataset.id))
        .await
        .text;
    for words in [
        "1 snapshot kept",
        "D7",
        "5,224",
        "20 Nov 2026",
        "f.report_refresh_date=2026-11-20",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = browser.get(&format!("/datasets/{}", dataset.id)).await.text;
    for words in [
        "Newest snapshot: 20 Nov 2026.",
        ">Storage</h2>",
        "class=\"area",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let asked = tables.questions("SELECT day, sum(");
    assert!(
        !asked[0].contains("quota"),
        "a limit is no figure: {asked:?}"
    );
}

#[tokio::test]
async fn concealed_names_and_cells_that_did_not_fit_are_shown() {
    let house = House::with(MadeUp::with_rows(5)).await;
    let (account, dataset) = dataset(&house).await;
    house
        .store()
        .note_tenant(&account.id, None, Some(true))
        .await
        .unwrap();
    let folder = house
        .folder
        .path()
        .join("rejects")
        .join(&dataset.id)
        .join("run");
    std::fs::create_dir_all(&folder).unwrap();
    let reject = r#"{"run_id":"run","account":"contoso","request":"2026-11-20","file":"f","line":812,"column":"read_count","problem":"not a whole number","value":"<b>1,0e4"}"#;
    std::fs::write(folder.join("a.jsonl"), reject).unwrap();
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    let page = browser
        .get(&format!("/datasets/{}/data", dataset.id))
        .await
        .text;
    assert!(page.contains("Names are concealed."), "{page}");
    let page = browser
        .get(&format!("/datasets/{}/schema", dataset.id))
        .await
        .text;
    for words in [
        "812",
        "not a whole number",
        "&lt;b&gt;1,0e4",
        "2 columns hold personal data.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = browser.get(&format!("/datasets/{}", dataset.id)).await.text;
    assert!(page.contains("1 cell did not fit"), "{page}");
}
