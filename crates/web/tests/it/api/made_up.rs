//! Tables that need no lake.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use exmetrics_engine::{
    Landing, LandingMark, NamedTable, Restored, Rows, TableFailure, TableReader, TableState,
    TableVersion, Tables, UpdateRule,
};
use futures::{StreamExt, stream};
use jiff::{Timestamp, civil::Date};
use tokio::sync::Notify;

use super::world::NOW;

/// Tables that hold what tests expect.
#[derive(Default)]
pub(crate) struct MadeUp {
    /// A question or a new table with `slow` in it waits for this.
    pub(crate) go_on: Notify,
    /// The questions that were asked, and the tables that were made.
    pub(crate) asked: Mutex<Vec<String>>,
}

fn columns() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("user_principal_name", DataType::Utf8, true),
        Field::new("send_count", DataType::Int64, true),
        Field::new("_account", DataType::Utf8, true),
    ]))
}

/// Three rows; the second has nothing but its name.
fn three_rows() -> Rows {
    let names = StringArray::from(vec![
        "ann@contoso.example",
        "bo@contoso.example",
        "cy, \"x\"",
    ]);
    let counts = Int64Array::from(vec![Some(3), None, Some(9_007_199_254_740_993)]);
    let accounts = StringArray::from(vec![Some("Contoso"), None, Some("Contoso")]);
    let batch = RecordBatch::try_new(
        columns(),
        vec![Arc::new(names), Arc::new(counts), Arc::new(accounts)],
    );
    Rows {
        columns: columns(),
        batches: stream::iter([Ok(batch.unwrap())]).boxed(),
    }
}

fn wrong(message: &str) -> TableFailure {
    TableFailure {
        wrong_argument: true,
        message: message.into(),
        next_step: String::new(),
        source: None,
    }
}

#[async_trait]
impl Tables for MadeUp {
    async fn create(&self, _: &str, name: &str, _: &SchemaRef) -> Result<(), TableFailure> {
        self.asked.lock().unwrap().push(format!("create {name}"));
        if name.contains("slow") {
            self.go_on.notified().await;
        }
        Ok(())
    }

    async fn remove(&self, _: &str) -> Result<bool, TableFailure> {
        Ok(true)
    }

    async fn begin(
        &self,
        _: &str,
        _: LandingMark,
        _: UpdateRule,
    ) -> Result<Box<dyn Landing>, TableFailure> {
        Err(wrong("nothing lands here"))
    }

    async fn restore(&self, _: &str, version: u64, _: Timestamp) -> Result<Restored, TableFailure> {
        match version {
            0..=2 => Ok(Restored {
                version: 3,
                rows: 2,
            }),
            _ => Err(wrong("there is no such version")),
        }
    }

    async fn days(&self, _: &str, _: &str) -> Result<BTreeSet<(String, Date)>, TableFailure> {
        Ok(BTreeSet::new())
    }
}

#[async_trait]
impl TableReader for MadeUp {
    async fn describe(&self, location: &str) -> Result<TableState, TableFailure> {
        if location.contains("broken") {
            return Err(wrong("the table is gone"));
        }
        Ok(TableState {
            version: 2,
            rows: 3,
            files: 1,
            bytes: 1000,
            columns: columns(),
        })
    }

    async fn history(&self, _: &str) -> Result<Vec<TableVersion>, TableFailure> {
        let version = |version| TableVersion {
            version,
            run_id: None,
            committed_at: Some(NOW.parse().unwrap()),
            method: "partition".into(),
            rows: Some(1),
            table_rows: Some(version),
        };
        Ok([2, 1, 0].map(version).into())
    }

    async fn rows(&self, _: &str, version: Option<u64>) -> Result<Rows, TableFailure> {
        match version {
            None | Some(0..=2) => Ok(three_rows()),
            Some(_) => Err(wrong("there is no such version")),
        }
    }

    async fn ask(
        &self,
        _: Vec<NamedTable>,
        question: &str,
        _: usize,
    ) -> Result<Rows, TableFailure> {
        self.asked.lock().unwrap().push(question.to_owned());
        if question.contains("slow") {
            self.go_on.notified().await;
        }
        match question.contains("nope") {
            true => Err(wrong("there is no column 'nope'")),
            false => Ok(three_rows()),
        }
    }
}
