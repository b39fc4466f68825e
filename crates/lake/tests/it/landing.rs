//! The four update methods, each twice; crashes; two writers at once.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use exmetrics_catalog::UpdateMethod::{Append, Partition, Replace, Upsert};
use exmetrics_lake::{DataSetTable, LakeErrorKind, Landing, LandingMark, QuerySession, UpdateRule};
use futures::TryStreamExt;

use crate::rows::{NOW, columns, place, rows};

const DAY: [&str; 2] = ["_account", "_requested_date"];
const ROW: [&str; 3] = ["_account", "_requested_date", "user"];

#[tokio::test]
async fn partition_replaces_the_days_that_came_and_no_others() {
    let place = place().await;
    let first = [
        vec![rows("a", 1, &[("x", Some(1)), ("y", None)])],
        vec![rows("a", 2, &[("x", Some(2))])],
    ];
    assert_eq!(place.land(Partition, &DAY, 1, &first).await.table_rows, 3);
    let again = [
        vec![rows("a", 1, &[("x", Some(10))])],
        vec![rows("b", 2, &[("x", Some(7))])],
    ];
    let landed = place.land(Partition, &DAY, 2, &again).await;
    assert_eq!((landed.rows, landed.table_rows, landed.version), (2, 3, 2));
    assert_eq!(place.lines().await, ["a 1 x 10", "a 2 x 2", "b 2 x 7"]);
}

#[tokio::test]
async fn the_same_rows_again_change_nothing_but_the_version() {
    for (method, key) in [
        (Partition, &DAY[..]),
        (Upsert, &ROW[..]),
        (Replace, &["_account"][..]),
    ] {
        let place = place().await;
        let replies = [vec![rows("a", 1, &[("x", Some(1)), ("y", None)])]];
        place.land(method, key, 1, &replies).await;
        let before = place.lines().await;
        let landed = place.land(method, key, 2, &replies).await;
        assert_eq!(place.lines().await, before, "{method}");
        assert_eq!(landed.table_rows, 2, "{method}");
    }
}

#[tokio::test]
async fn upsert_replaces_rows_with_the_same_key_and_keeps_the_rest() {
    let place = place().await;
    place
        .land(
            Upsert,
            &ROW,
            1,
            &[vec![rows("a", 1, &[("x", Some(1)), ("y", Some(2))])]],
        )
        .await;
    place
        .land(
            Upsert,
            &ROW,
            2,
            &[vec![rows("a", 1, &[("y", None), ("z", Some(3))])]],
        )
        .await;
    assert_eq!(place.lines().await, ["a 1 x 1", "a 1 y -", "a 1 z 3"]);
}

#[tokio::test]
async fn of_two_replies_of_a_run_the_later_row_counts() {
    let place = place().await;
    let replies = [
        vec![rows("a", 1, &[("x", Some(1)), ("y", Some(2))])],
        vec![rows("a", 2, &[("x", Some(9))])],
    ];
    let landed = place.land(Upsert, &["user"], 1, &replies).await;
    assert_eq!(place.lines().await, ["a 1 y 2", "a 2 x 9"]);
    assert_eq!((landed.rows, landed.table_rows), (2, 2));
}

#[tokio::test]
async fn rows_with_the_same_key_in_one_reply_are_all_kept() {
    // Concealed names turn every id into the same zeros; rows must not vanish for that.
    let place = place().await;
    let reply = [vec![rows(
        "a",
        1,
        &[("0", Some(1)), ("0", Some(2)), ("0", Some(3))],
    )]];
    place.land(Upsert, &ROW, 1, &reply).await;
    place.land(Upsert, &ROW, 2, &reply).await;
    assert_eq!(place.lines().await, ["a 1 0 1", "a 1 0 2", "a 1 0 3"]);
}

#[tokio::test]
async fn append_adds_but_the_same_landing_never_twice() {
    let place = place().await;
    let reply = [vec![rows("a", 1, &[("x", Some(1))])]];
    place.land(Append, &[], 1, &reply).await;
    place.land(Append, &[], 2, &reply).await;
    // The process died after the commit and before it could note it: the landing is repeated.
    let repeated = place.land(Append, &[], 2, &reply).await;
    assert!(repeated.already);
    assert_eq!(repeated.version, 2);
    assert_eq!(place.lines().await, ["a 1 x 1", "a 1 x 1"]);
}

#[tokio::test]
async fn replace_of_a_whole_run_lets_go_of_everything_else() {
    let place = place().await;
    place
        .land(
            Replace,
            &["_account"],
            1,
            &[vec![rows("a", 1, &[("x", Some(1))])]],
        )
        .await;
    place
        .land(
            Replace,
            &["_account"],
            2,
            &[vec![rows("b", 2, &[("y", Some(2))])]],
        )
        .await;
    assert_eq!(place.lines().await, ["b 2 y 2"]);
}

#[tokio::test]
async fn replace_of_half_a_run_keeps_the_other_accounts() {
    let place = place().await;
    let both = [
        vec![rows("a", 1, &[("x", Some(1))])],
        vec![rows("b", 1, &[("y", Some(2))])],
    ];
    place.land(Replace, &["_account"], 1, &both).await;
    let landing = place.begin(Replace, &["_account"], 2).await;
    let mut reply = landing.reply(&columns()).unwrap();
    reply.write(&rows("a", 2, &[("x", Some(5))])).await.unwrap();
    let files = reply.finish().await.unwrap();
    landing.commit(vec![files], false, NOW).await.unwrap();
    assert_eq!(place.lines().await, ["a 2 x 5", "b 1 y 2"]);
}

#[tokio::test]
async fn a_reply_without_rows_erases_nothing() {
    for (method, key) in [(Partition, &DAY[..]), (Replace, &["_account"][..])] {
        let place = place().await;
        place
            .land(method, key, 1, &[vec![rows("a", 1, &[("x", Some(1))])]])
            .await;
        let landed = place.land(method, key, 2, &[vec![rows("a", 1, &[])]]).await;
        assert_eq!(place.lines().await, ["a 1 x 1"], "{method}");
        assert_eq!((landed.rows, landed.table_rows), (0, 1), "{method}");
    }
}

#[tokio::test]
async fn what_was_written_and_never_landed_is_in_no_version() {
    let place = place().await;
    let landing = place.begin(Partition, &DAY, 1).await;
    let mut reply = landing.reply(&columns()).unwrap();
    reply.write(&rows("a", 1, &[("x", Some(1))])).await.unwrap();
    // The process dies here, with the file finished.
    drop(reply.finish().await.unwrap());
    drop(landing);
    assert!(place.lines().await.is_empty());
    let table = DataSetTable::open(&place.location).await.unwrap();
    let removed = table.vacuum(jiff::SignedDuration::ZERO, NOW).await.unwrap();
    assert_eq!(removed.files, 1);
}

#[tokio::test]
async fn new_columns_join_the_table_and_old_rows_lack_them() {
    let place = place().await;
    place
        .land(Partition, &DAY, 1, &[vec![rows("a", 1, &[("x", Some(1))])]])
        .await;
    let wider = with_text_column(&rows("a", 2, &[("y", Some(2))]), "phone", "Pixel");
    place.land(Partition, &DAY, 2, &[vec![wider]]).await;
    place
        .land(Partition, &DAY, 3, &[vec![rows("a", 3, &[("z", Some(3))])]])
        .await;
    assert_eq!(place.lines().await, ["a 1 x 1", "a 2 y 2", "a 3 z 3"]);
    let table = DataSetTable::open(&place.location).await.unwrap();
    let names: Vec<String> = table
        .schema()
        .unwrap()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    assert_eq!(
        names,
        ["user", "sent", "_account", "_requested_date", "phone"]
    );
    // The first file was not written anew for it.
    assert_eq!(table.state().await.unwrap().files, 3);
}

#[tokio::test]
async fn a_column_that_came_as_text_first_stays_text() {
    let place = place().await;
    let text = with_text_column(&rows("a", 1, &[("x", Some(1))]), "calls", "many");
    place.land(Partition, &DAY, 1, &[vec![text]]).await;
    let number = rows("a", 2, &[("y", Some(2))]);
    let sent = number.column_by_name("sent").unwrap().clone();
    let number = with_column(&number, Field::new("calls", DataType::Int64, true), sent);
    place.land(Partition, &DAY, 2, &[vec![number]]).await;
    let table = DataSetTable::open(&place.location).await.unwrap();
    let schema = table.schema().unwrap();
    assert_eq!(
        schema.field_with_name("calls").unwrap().data_type(),
        &DataType::Utf8
    );
    assert_eq!(place.lines().await.len(), 2);
}

#[tokio::test]
async fn two_writers_at_once_both_land() {
    let place = place().await;
    let mut landings = Vec::new();
    for (number, day) in [(1, 1), (2, 2), (3, 3)] {
        // Each began from the same version.
        let mut landing = place.begin(Partition, &DAY, number).await;
        landing.set_dataset_id(format!("dataset-{number}"));
        let mut reply = landing.reply(&columns()).unwrap();
        reply
            .write(&rows("a", day, &[("x", Some(i64::from(day)))]))
            .await
            .unwrap();
        let files = reply.finish().await.unwrap();
        landings.push(tokio::spawn(landing.commit(vec![files], true, NOW)));
    }
    for landing in landings {
        landing.await.unwrap().unwrap();
    }
    assert_eq!(place.lines().await, ["a 1 x 1", "a 2 x 2", "a 3 x 3"]);
}

#[tokio::test]
async fn a_key_that_is_no_column_is_refused_before_anything_is_written() {
    let place = place().await;
    let landing = place.begin(Upsert, &["nobody"], 1).await;
    let error = landing.reply(&columns()).err().unwrap();
    assert_eq!(error.kind, LakeErrorKind::NoSuchColumn);
    assert_eq!(
        error.to_string(),
        "the key column 'nobody' is not a column of the table"
    );
}

fn with_text_column(batch: &RecordBatch, name: &str, value: &str) -> RecordBatch {
    let values: ArrayRef = Arc::new(StringArray::from(vec![value; batch.num_rows()]));
    with_column(batch, Field::new(name, DataType::Utf8, true), values)
}

fn with_column(batch: &RecordBatch, field: Field, values: ArrayRef) -> RecordBatch {
    let mut fields: Vec<_> = batch.schema().fields().iter().cloned().collect();
    fields.push(Arc::new(field));
    let mut columns = batch.columns().to_vec();
    columns.push(values);
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

#[tokio::test]
async fn a_number_that_was_given_before_is_no_reason_to_leave_rows_out() {
    // The control database was put back from an older copy and counts up again from there.
    let place = place().await;
    for number in 1..=3 {
        let day = i32::try_from(number).unwrap();
        let reply = [vec![rows("a", day, &[("x", Some(number))])]];
        place.land(Partition, &DAY, number, &reply).await;
    }
    let land_as = async |run_id: &str, day: i32| {
        let table = DataSetTable::open(&place.location).await.unwrap();
        let mark = LandingMark {
            dataset_id: "dataset".into(),
            number: 2,
            run_id: run_id.into(),
        };
        let rule = UpdateRule {
            method: Partition,
            key: DAY.map(str::to_owned).to_vec(),
        };
        let landing = Landing::begin(table, mark, rule);
        let before = landing.landed_before().await.unwrap();
        let batch = rows("a", day, &[("y", Some(7))]);
        let mut reply = landing.reply(&columns()).unwrap();
        reply.write(&batch).await.unwrap();
        let files = reply.finish().await.unwrap();
        (
            before,
            landing.commit(vec![files], true, NOW).await.unwrap(),
        )
    };
    let (before, landed) = land_as("another run", 9).await;
    assert_eq!((before, landed.already, landed.version), (None, false, 4));
    // The same again is the same landing.
    let (before, landed) = land_as("another run", 9).await;
    assert_eq!((before, landed.already, landed.version), (Some(4), true, 4));
    let lines = ["a 1 x 1", "a 2 x 2", "a 3 x 3", "a 9 y 7"];
    assert_eq!(place.lines().await, lines);
    // And the next number that is counted up lands, too.
    let reply = [vec![rows("a", 10, &[("z", Some(1))])]];
    assert_eq!(place.land(Partition, &DAY, 3, &reply).await.table_rows, 4);
}

#[tokio::test]
async fn a_table_that_was_compacted_meanwhile_doubles_nothing() {
    let place = place().await;
    for number in 1..=4 {
        let day = i32::try_from(number).unwrap();
        let reply = [vec![rows("a", day, &[("x", Some(number)), ("y", None)])]];
        place.land(Upsert, &ROW, number, &reply).await;
    }
    // Both begin from the same version; the other one is quicker.
    let landing = place.begin(Upsert, &ROW, 5).await;
    let mut reply = landing.reply(&columns()).unwrap();
    reply
        .write(&rows("a", 2, &[("x", Some(20))]))
        .await
        .unwrap();
    let files = reply.finish().await.unwrap();
    let other = DataSetTable::open(&place.location).await.unwrap();
    other.compact(NOW).await.unwrap();
    let landed = landing.commit(vec![files], true, NOW).await.unwrap();
    assert_eq!(landed.table_rows, 8);
    assert_eq!(
        place.lines().await,
        [
            "a 1 x 1", "a 1 y -", "a 2 x 20", "a 2 y -", "a 3 x 3", "a 3 y -", "a 4 x 4", "a 4 y -"
        ]
    );
}

#[tokio::test]
async fn an_older_version_that_vacuum_was_to_keep_can_be_read() {
    let place = place().await;
    let at = |day: i64| NOW + jiff::SignedDuration::from_hours(24 * day);
    for (number, day) in [(1, 0), (2, 5), (3, 20), (4, 40)] {
        let landing = place.begin(Replace, &["_account"], number).await;
        let mut reply = landing.reply(&columns()).unwrap();
        reply
            .write(&rows("a", 1, &[("x", Some(number))]))
            .await
            .unwrap();
        let files = reply.finish().await.unwrap();
        landing.commit(vec![files], true, at(day)).await.unwrap();
    }
    let table = DataSetTable::open(&place.location).await.unwrap();
    let keep = jiff::SignedDuration::from_hours(24 * 30);
    // Thirty days back it was version 2 that was the newest.
    table.vacuum(keep, at(41)).await.unwrap();
    for version in 2..=4 {
        let old = DataSetTable::open_version(&place.location, version)
            .await
            .unwrap();
        let rows = QuerySession::rows(&old, None).await.unwrap();
        let rows: Vec<RecordBatch> = rows.try_collect().await.unwrap();
        assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 1);
    }
}
