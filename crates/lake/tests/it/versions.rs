//! History, older versions, restore, upkeep.

use exmetrics_catalog::UpdateMethod::Partition;
use exmetrics_lake::{DataSetTable, LakeErrorKind};
use jiff::SignedDuration;

use crate::rows::{NOW, lines, place, rows};

const DAY: [&str; 2] = ["_account", "_requested_date"];

#[tokio::test]
async fn the_history_names_runs_methods_and_rows() {
    let place = place().await;
    place
        .land(
            Partition,
            &DAY,
            1,
            &[vec![rows("a", 1, &[("x", Some(1)), ("y", Some(2))])]],
        )
        .await;
    place
        .land(Partition, &DAY, 2, &[vec![rows("a", 1, &[("x", Some(3))])]])
        .await;
    let table = DataSetTable::open(&place.location).await.unwrap();
    table.restore(1, NOW).await.unwrap();
    let table = DataSetTable::open(&place.location).await.unwrap();
    let history: Vec<_> = table
        .history()
        .await
        .unwrap()
        .into_iter()
        .map(|one| {
            (
                one.version,
                one.method,
                one.run_id,
                one.rows,
                one.table_rows,
            )
        })
        .collect();
    let run = |number: u32| Some(format!("run-{number}"));
    assert_eq!(
        history,
        [
            (3, "restore".into(), None, None, None),
            (2, "partition".into(), run(2), Some(1), Some(1)),
            (1, "partition".into(), run(1), Some(2), Some(2)),
            (0, "create".into(), None, None, None),
        ]
    );
}

#[tokio::test]
async fn a_restored_version_has_its_rows_again_and_can_be_left_again() {
    let place = place().await;
    place
        .land(Partition, &DAY, 1, &[vec![rows("a", 1, &[("x", Some(1))])]])
        .await;
    place
        .land(Partition, &DAY, 2, &[vec![rows("a", 1, &[("x", Some(2))])]])
        .await;
    let table = DataSetTable::open(&place.location).await.unwrap();
    assert_eq!(table.restore(1, NOW).await.unwrap().version(), 3);
    assert_eq!(place.lines().await, ["a 1 x 1"]);
    DataSetTable::open(&place.location)
        .await
        .unwrap()
        .restore(2, NOW)
        .await
        .unwrap();
    assert_eq!(place.lines().await, ["a 1 x 2"]);
    // And it goes on landing.
    place
        .land(Partition, &DAY, 3, &[vec![rows("a", 2, &[("x", Some(5))])]])
        .await;
    assert_eq!(place.lines().await, ["a 1 x 2", "a 2 x 5"]);
}

#[tokio::test]
async fn an_older_version_is_read_as_it_was() {
    let place = place().await;
    place
        .land(Partition, &DAY, 1, &[vec![rows("a", 1, &[("x", Some(1))])]])
        .await;
    place
        .land(Partition, &DAY, 2, &[vec![rows("a", 1, &[("x", Some(2))])]])
        .await;
    let old = DataSetTable::open_version(&place.location, 1)
        .await
        .unwrap();
    assert_eq!(lines(&old).await, ["a 1 x 1"]);
    let error = DataSetTable::open_version(&place.location, 7)
        .await
        .err()
        .unwrap();
    assert_eq!(error.kind, LakeErrorKind::NoSuchVersion);
    assert_eq!(error.to_string(), "there is no version 7; the newest is 2");
}

#[tokio::test]
async fn compacting_changes_files_and_no_rows() {
    let place = place().await;
    for day in 1..=6 {
        let number = i64::from(day);
        place
            .land(
                Partition,
                &DAY,
                number,
                &[vec![rows("a", day, &[("x", Some(number))])]],
            )
            .await;
    }
    let before = place.lines().await;
    let done = DataSetTable::open(&place.location)
        .await
        .unwrap()
        .compact(NOW)
        .await
        .unwrap();
    assert_eq!((done.files_before, done.files_after), (6, 1));
    assert_eq!(place.lines().await, before);
    // A day within the merged file is replaced alone.
    place
        .land(
            Partition,
            &DAY,
            7,
            &[vec![rows("a", 3, &[("x", Some(33))])]],
        )
        .await;
    let expected: Vec<String> = before
        .iter()
        .map(|line| line.replace("3 x 3", "3 x 33"))
        .collect();
    assert_eq!(place.lines().await, expected);
    let table = DataSetTable::open(&place.location).await.unwrap();
    table.vacuum(SignedDuration::ZERO, NOW).await.unwrap();
    assert_eq!(place.lines().await, expected);
}

#[tokio::test]
async fn a_missing_table_is_said_to_be_missing() {
    let place = place().await;
    let nowhere = place.folder.path().join("nowhere");
    let error = DataSetTable::open(nowhere.to_str().unwrap())
        .await
        .err()
        .unwrap();
    assert_eq!(error.kind, LakeErrorKind::Missing);
}
