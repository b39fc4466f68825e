//! SQL over DataSets by their names.

use arrow_array::{RecordBatch, cast::AsArray, types::Int64Type};
use exmetrics_catalog::UpdateMethod::Append;
use exmetrics_lake::{LakeErrorKind, NamedTable, QuerySession};
use futures::TryStreamExt;

use crate::rows::{Place, place, rows};

async fn session(name: &str) -> (Place, QuerySession) {
    let place = place().await;
    place
        .land(
            Append,
            &[],
            1,
            &[vec![rows("a", 1, &[("x", Some(1)), ("y", Some(41))])]],
        )
        .await;
    let table = NamedTable {
        name: name.into(),
        location: place.location.clone(),
        version: None,
    };
    (place, QuerySession::new(vec![table]).unwrap())
}

async fn sum(session: &QuerySession, table: &str) -> i64 {
    let stream = session
        .sql(&format!("SELECT sum(sent) AS s FROM {table}"))
        .await
        .unwrap();
    let batches: Vec<RecordBatch> = stream.try_collect().await.unwrap();
    batches[0].column(0).as_primitive::<Int64Type>().value(0)
}

#[tokio::test]
async fn a_dataset_is_a_table_by_its_name_in_any_case_and_as_columns_are_named() {
    let (_place, session) = session("Mail by User").await;
    for name in [
        "\"Mail by User\"",
        "\"mail by user\"",
        "mail_by_user",
        "MAIL_BY_USER",
    ] {
        assert_eq!(sum(&session, name).await, 42, "{name}");
    }
}

#[tokio::test]
async fn a_name_cannot_become_sql() {
    let hostile = "x\"; DROP TABLE y; --";
    let (_place, session) = session(hostile).await;
    assert_eq!(sum(&session, "\"x\"\"; DROP TABLE y; --\"").await, 42);
}

#[tokio::test]
async fn wrong_questions_name_the_nearest_right_word() {
    let (_place, session) = session("mail").await;
    let wrong = |question: &'static str| {
        let session = &session;
        async move {
            let error = session.sql(question).await.err().unwrap();
            assert_eq!(error.kind, LakeErrorKind::Sql);
            error.to_string()
        }
    };
    assert_eq!(
        wrong("SELECT * FROM mial").await,
        "there is no DataSet 'mial'; did you mean 'mail'?"
    );
    assert_eq!(
        wrong("SELECT snet FROM mail").await,
        "there is no column 'snet'; did you mean 'sent'?"
    );
    assert!(wrong("SELEC 1").await.contains("SELEC"));
}

#[tokio::test]
async fn questions_change_nothing_and_read_no_other_files() {
    let (_place, session) = session("mail").await;
    for question in [
        "DELETE FROM mail",
        "INSERT INTO mail VALUES ('z', 1, 'a', NULL)",
        "DROP TABLE mail",
        "CREATE TABLE t AS SELECT * FROM mail",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "COPY mail TO '/tmp/stolen.csv'",
        "SET datafusion.execution.batch_size = 1",
        "SELECT * FROM '/etc/passwd'",
    ] {
        assert!(session.sql(question).await.is_err(), "{question}");
    }
    assert_eq!(sum(&session, "mail").await, 42);
}
