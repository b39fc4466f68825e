//! Small tables to test with, written and read as people would see them.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, cast::AsArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use exmetrics_catalog::UpdateMethod;
use exmetrics_lake::{DataSetTable, Landed, Landing, LandingMark, QuerySession, UpdateRule};
use futures::TryStreamExt;
use jiff::Timestamp;
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp::constant(1_795_000_000, 0);

pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) location: String,
}

pub(crate) fn columns() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("user", DataType::Utf8, true),
        Field::new("sent", DataType::Int64, true),
        Field::new("_account", DataType::Utf8, true),
        Field::new("_requested_date", DataType::Date32, true),
    ]))
}

/// Rows of one account and day: (user, sent).
pub(crate) fn rows(account: &str, day: i32, rows: &[(&str, Option<i64>)]) -> RecordBatch {
    let users: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.0)));
    let sent: ArrayRef = Arc::new(rows.iter().map(|row| row.1).collect::<Int64Array>());
    let accounts: ArrayRef = Arc::new(StringArray::from(vec![account; rows.len()]));
    let days: ArrayRef = Arc::new(Date32Array::from(vec![day; rows.len()]));
    RecordBatch::try_new(columns(), vec![users, sent, accounts, days]).unwrap()
}

pub(crate) async fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let location = folder.path().join("a table").to_str().unwrap().to_owned();
    DataSetTable::create(&location, "a table", &columns())
        .await
        .unwrap();
    Place { folder, location }
}

impl Place {
    pub(crate) async fn begin(&self, method: UpdateMethod, key: &[&str], number: i64) -> Landing {
        let table = DataSetTable::open(&self.location).await.unwrap();
        let mark = LandingMark {
            dataset_id: "dataset".into(),
            number,
            run_id: format!("run-{number}"),
        };
        let key = key.iter().map(|&name| name.to_owned()).collect();
        Landing::begin(table, mark, UpdateRule { method, key })
    }

    /// Lands some replies, each of them some batches.
    pub(crate) async fn land(
        &self,
        method: UpdateMethod,
        key: &[&str],
        number: i64,
        replies: &[Vec<RecordBatch>],
    ) -> Landed {
        let landing = self.begin(method, key, number).await;
        let mut files = Vec::new();
        for batches in replies {
            let schema = batches.first().map_or_else(columns, RecordBatch::schema);
            let mut reply = landing.reply(&schema).unwrap();
            for batch in batches {
                reply.write(batch).await.unwrap();
            }
            files.push(reply.finish().await.unwrap());
        }
        landing.commit(files, true, NOW).await.unwrap()
    }

    /// The table as lines, sorted: `account day user sent`.
    pub(crate) async fn lines(&self) -> Vec<String> {
        let table = DataSetTable::open(&self.location).await.unwrap();
        let mut lines = lines(&table).await;
        lines.sort();
        lines
    }
}

pub(crate) async fn lines(table: &DataSetTable) -> Vec<String> {
    let rows = QuerySession::rows(table, None).await.unwrap();
    let batches: Vec<RecordBatch> = rows.try_collect().await.unwrap();
    let mut lines = Vec::new();
    for batch in &batches {
        let text = |name: &str, row: usize| {
            batch
                .column_by_name(name)
                .unwrap()
                .as_string::<i32>()
                .value(row)
                .to_owned()
        };
        let sent = batch
            .column_by_name("sent")
            .unwrap()
            .as_primitive::<arrow_array::types::Int64Type>();
        let days = batch
            .column_by_name("_requested_date")
            .unwrap()
            .as_primitive::<arrow_array::types::Date32Type>();
        for row in 0..batch.num_rows() {
            let sent = if sent.is_null(row) {
                "-".into()
            } else {
                sent.value(row).to_string()
            };
            lines.push(format!(
                "{} {} {} {sent}",
                text("_account", row),
                days.value(row),
                text("user", row)
            ));
        }
    }
    lines
}
