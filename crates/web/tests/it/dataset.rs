//! A DataSet's page: its tabs, its charts, and what a person does there.

use axum::http::StatusCode;
use exmetrics_store::{CoverageState, DayFound, JobReason, Role};

use crate::{
    made_up::{MadeUp, batch, dataset, days, numbers, texts},
    support::House,
};

const TABS: [&str; 5] = ["", "/data", "/schema", "/coverage", "/history"];

#[tokio::test]
async fn every_tab_shows_a_dataset_that_never_ran() {
    let house = House::with(MadeUp::with_rows(0)).await;
    let (_, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    for tab in TABS {
        let page = browser.get(&format!("/datasets/{}{tab}", dataset.id)).await;
        assert_eq!(page.status, StatusCode::OK, "{tab}: {}", page.text);
        assert!(
            page.text.contains("<h1 dir=\"auto\">Mail by user</h1>"),
            "{tab}"
        );
        assert!(page.text.contains("never run"), "{tab}");
        assert!(page.text.contains(">Run now</button>"), "{tab}");
        assert!(!page.text.contains("<script>alert"), "{tab}");
        assert!(!page.text.contains("contoso <b>"), "{tab}");
    }
    assert_eq!(
        browser.get("/datasets/none").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn every_tab_shows_a_dataset_whose_table_is_gone() {
    let house = House::with(MadeUp::with_rows(0)).await;
    let (_, dataset) = dataset(&house).await;
    let gone = House::with(std::sync::Arc::new(MadeUp::default())).await;
    let (_, lost) = crate::made_up::dataset(&gone).await;
    let mut browser = gone.signed_in("Mara", Role::Admin).await;
    for tab in TABS {
        let page = browser.get(&format!("/datasets/{}{tab}", lost.id)).await;
        assert_eq!(page.status, StatusCode::OK, "{tab}: {}", page.text);
        assert!(page.text.contains("The table is gone."), "{tab}");
        assert!(page.text.contains("Make an empty table"), "{tab}");
        assert!(!page.text.contains(">Run now</button>"), "{tab}");
    }
    drop((house, dataset));
}

#[tokio::test]
async fn a_viewer_looks_and_changes_nothing() {
    let house = House::with(MadeUp::with_rows(5)).await;
    let (account, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    for tab in TABS {
        let page = browser.get(&format!("/datasets/{}{tab}", dataset.id)).await;
        assert_eq!(page.status, StatusCode::OK, "{tab}: {}", page.text);
        assert!(
            !page
                .text
                .contains(&format!("/datasets/{}/", dataset.id).replace('/', "&#x2f;"))
        );
        for action in ["run", "cancel", "days", "restore", "rebuild", "delete"] {
            let action = format!("action=\"/datasets/{}/{action}\"", dataset.id);
            assert!(!page.text.contains(&action), "{tab} has {action}");
        }
    }
    for (action, fields) in [
        ("run", vec![]),
        ("cancel", vec![]),
        (
            "days",
            vec![("account", account.id.as_str()), ("day", "2026-11-20")],
        ),
        ("restore", vec![("version", "1")]),
        ("rebuild", vec![]),
        ("delete", vec![]),
    ] {
        let answer = browser
            .post(&format!("/datasets/{}/{action}", dataset.id), &fields)
            .await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "{action}: {}",
            answer.text
        );
    }
    assert!(house.store().jobs().await.unwrap().is_empty());
    assert!(house.store().dataset_by_id(&dataset.id).await.is_ok());
}

#[tokio::test]
async fn run_now_puts_it_into_the_queue_and_cancel_takes_it_out() {
    let house = House::with(MadeUp::with_rows(0)).await;
    let (_, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    let run = format!("/datasets/{}/run", dataset.id);
    let refused = browser.post_with(&run, "made up", &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(house.store().jobs().await.unwrap().is_empty());

    let answer = browser.post(&run, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let jobs = house.store().jobs().await.unwrap();
    assert_eq!((jobs.len(), jobs[0].reason), (1, JobReason::Person));

    let live = format!("/datasets/{}/live", dataset.id);
    let begun = browser.get(&live).await.text;
    assert!(
        begun.contains("queued") && begun.contains("dataset-head"),
        "{begun}"
    );
    assert!(begun.contains("was=running"), "{begun}");
    let still = browser.get(&format!("{live}?was=running")).await.text;
    assert!(
        still.contains("queued") && !still.contains("dataset-head"),
        "{still}"
    );

    let cancel = format!("/datasets/{}/cancel", dataset.id);
    let answer = browser.post(&cancel, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(house.store().jobs().await.unwrap().is_empty());
    let ended = browser.get(&format!("{live}?was=running")).await.text;
    assert!(ended.contains("The run has ended."), "{ended}");
}

/// Notes how some days stand.
async fn note(house: &House, dataset: &str, account: &str, found: &[(&str, CoverageState, i64)]) {
    let found: Vec<DayFound> = found
        .iter()
        .map(|(day, state, rows)| DayFound {
            day: day.parse().unwrap(),
            state: *state,
            rows: (*state == CoverageState::Published).then_some(*rows),
            hash: Some(format!("{day} {rows}")),
            refresh_date: None,
            code: (*state == CoverageState::Failed).then(|| "503".to_owned()),
            checked_at: "2026-11-23T07:00:00Z".parse().unwrap(),
        })
        .collect();
    house
        .store()
        .note_days(dataset, account, &found)
        .await
        .unwrap();
}

#[tokio::test]
async fn days_are_fetched_again_as_long_as_microsoft_has_them() {
    let house = House::with(MadeUp::with_rows(5)).await;
    let (account, dataset) = dataset(&house).await;
    let found = [
        ("2026-11-19", CoverageState::Published, 5),
        ("2026-11-20", CoverageState::Failed, 0),
        ("2026-09-01", CoverageState::Expired, 0),
    ];
    note(&house, &dataset.id, &account.id, &found).await;
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    let coverage = format!("/datasets/{}/coverage", dataset.id);
    let page = browser
        .get(&format!("{coverage}?day=2026-11-19"))
        .await
        .text;
    for words in [
        "1 of 3 days published",
        "Thu 19 Nov 2026",
        "not yet stable",
        "Fetch again",
        "1 day failed",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = browser
        .get(&format!("{coverage}?day=2026-09-01"))
        .await
        .text;
    assert!(page.contains("Microsoft no longer has this day."), "{page}");

    let path = format!("/datasets/{}/days", dataset.id);
    for (day, account, words) in [
        (
            "2026-09-01",
            account.id.as_str(),
            "no longer has 2026-09-01",
        ),
        ("2026-11-23", account.id.as_str(), "is not over yet"),
        ("2026-11-19", "somebody", "no longer feeds"),
    ] {
        let answer = browser
            .post(&path, &[("account", account), ("day", day)])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{day}");
        assert!(answer.text.contains(words), "{}", answer.text);
    }
    assert!(house.store().jobs().await.unwrap().is_empty());

    let day: jiff::civil::Date = "2026-11-19".parse().unwrap();
    let fields = [("account", account.id.as_str()), ("day", "2026-11-19")];
    let answer = browser.post(&path, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let plans = house.engine.plan_dataset(&dataset, false).await.unwrap();
    assert!(plans[0].plan.kept.contains(&day));
    assert_eq!(house.store().jobs().await.unwrap().len(), 1);
}

#[tokio::test]
async fn charts_come_from_the_catalogue_and_gaps_stay_gaps() {
    let tables = MadeUp::with_rows(5);
    let all = ["2026-11-18", "2026-11-19", "2026-11-20"];
    let figures = |numbers_of: [i64; 3]| numbers(&numbers_of.map(Some));
    tables.answer(
        "SELECT day, sum(\"send_count\"), sum(\"receive_count\")",
        batch(&[
            ("day", days(&all)),
            ("send", figures([100, 7, 120])),
            ("receive", figures([300, 9, 310])),
            ("read", figures([200, 8, 210])),
            ("created", figures([1, 1, 2])),
            ("interacted", figures([2, 1, 3])),
        ]),
    );
    tables.answer(
        "GROUP BY day, _account",
        batch(&[
            ("day", days(&all)),
            ("_account", texts(&["contoso", "contoso", "contoso"])),
            ("rows", figures([40, 41, 42])),
        ]),
    );
    tables.answer(
        "ORDER BY 3 DESC",
        batch(&[
            ("name", texts(&["Adele <i>Vance</i>"])),
            ("_account", texts(&["contoso"])),
            ("value", numbers(&[Some(88)])),
        ]),
    );
    let house = House::with(tables.clone()).await;
    let (account, dataset) = dataset(&house).await;
    let found = [
        ("2026-11-18", CoverageState::Published, 40),
        ("2026-11-19", CoverageState::Failed, 0),
        ("2026-11-20", CoverageState::Published, 42),
    ];
    note(&house, &dataset.id, &account.id, &found).await;
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    let path = format!("/datasets/{}", dataset.id);
    let page = browser.get(&path).await.text;
    for words in [
        "Messages per day",
        "Meetings per day",
        "Rows per day",
        "Highest send",
        "Adele &lt;i&gt;Vance",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(
        page.contains("class=\"gap"),
        "a failed day is a gap: {page}"
    );
    // The failed day's figure is in the table of none of the charts that would draw it.
    assert!(!page.contains("<td>7</td>"), "{page}");
    let csv = browser
        .get(&format!("{path}/chart.csv?chart=by-day-messages-1"))
        .await;
    assert!(
        csv.text.starts_with(
            "day,\"Send\",\"Receive\",\"Read\"\n2026-11-18,100,300,200\n2026-11-19,,,\n"
        ),
        "{}",
        csv.text
    );
    let asked = tables.asked.lock().unwrap().len();
    browser.get(&path).await;
    assert_eq!(
        tables.asked.lock().unwrap().len(),
        asked,
        "the second view asks nothing"
    );
}

#[tokio::test]
async fn a_dataset_that_is_removed_is_gone() {
    let house = House::with(MadeUp::with_rows(5)).await;
    let (_, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Mara", Role::Admin).await;
    let path = format!("/datasets/{}/delete", dataset.id);
    let answer = browser.post(&path, &[("delete_table", "yes")]).await;
    assert_eq!(answer.header("location"), "/datasets");
    let page = browser.get(&format!("/datasets/{}", dataset.id)).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_snippets_name_the_table_and_a_figure() {
    let house = House::with(MadeUp::with_rows(5)).await;
    let (_, dataset) = dataset(&house).await;
    let mut browser = house.signed_in("Vera", Role::Viewer).await;
    let page = browser.get(&format!("/datasets/{}", dataset.id)).await.text;
    for words in [
        "delta_scan('",
        "pl.scan_delta(",
        "spark.read.format(",
        "DeltaLake.Table(",
        "/api/v1/datasets/",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains(&dataset.location), "{page}");
}
