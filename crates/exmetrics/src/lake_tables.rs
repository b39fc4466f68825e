//! The engine's tables are Delta Lake tables.

use std::{collections::BTreeSet, path::Path};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use exmetrics_engine::{
    Landed, Landing, LandingMark, NamedTable, ReplyRows, Restored, Rows, TableFailure, TableReader,
    TableState, TableVersion, Tables, UpdateRule, WrittenReply,
};
use exmetrics_lake::{
    DataSetTable, LakeError, LakeErrorKind, QuerySession, ReplyFiles, ReplyWriter,
};
use futures::{StreamExt, TryStreamExt};
use jiff::{Timestamp, civil::Date};

use crate::failure::Failure;

pub(crate) struct LakeTables;

struct LakeLanding(exmetrics_lake::Landing);

struct LakeReply(ReplyWriter);

#[async_trait]
impl Tables for LakeTables {
    async fn create(
        &self,
        location: &str,
        name: &str,
        columns: &SchemaRef,
    ) -> Result<(), TableFailure> {
        let made = DataSetTable::create(location, name, columns).await;
        made.map(drop).map_err(table_failure)
    }

    async fn remove(&self, location: &str) -> Result<bool, TableFailure> {
        if location.contains("://") {
            return Err(TableFailure {
                wrong_argument: false,
                message: format!(
                    "the table is in an object store and cannot be deleted from here: {location}"
                ),
                next_step: "Remove the DataSet without its table, and the folder where it is."
                    .into(),
                source: None,
            });
        }
        let folder = Path::new(location);
        if !folder.is_dir() {
            return Ok(false);
        }
        let failed = |error| table_failure_of(Failure::at_file("deleting", folder)(error));
        // Out of the way first: were this to end half-way, nobody would take the rest for a table.
        let doomed = folder.with_added_extension("deleted");
        std::fs::rename(folder, &doomed).map_err(failed)?;
        std::fs::remove_dir_all(&doomed).map_err(failed)?;
        Ok(true)
    }

    async fn begin(
        &self,
        location: &str,
        mark: LandingMark,
        rule: UpdateRule,
    ) -> Result<Box<dyn Landing>, TableFailure> {
        let table = DataSetTable::open(location).await.map_err(table_failure)?;
        let mark = exmetrics_lake::LandingMark {
            dataset_id: mark.dataset_id,
            number: mark.number,
            run_id: mark.run_id,
        };
        let rule = exmetrics_lake::UpdateRule {
            method: rule.method,
            key: rule.key,
        };
        Ok(Box::new(LakeLanding(exmetrics_lake::Landing::begin(
            table, mark, rule,
        ))))
    }

    async fn restore(
        &self,
        location: &str,
        version: u64,
        now: Timestamp,
    ) -> Result<Restored, TableFailure> {
        let restored = async {
            // Is it there? Told before anything is changed.
            DataSetTable::open_version(location, version).await?;
            let table = DataSetTable::open(location).await?;
            table.restore(version, now).await?.state().await
        };
        let state = restored.await.map_err(table_failure)?;
        Ok(Restored {
            version: state.version,
            rows: state.rows,
        })
    }

    async fn days(
        &self,
        location: &str,
        column: &str,
    ) -> Result<BTreeSet<(String, Date)>, TableFailure> {
        let table = DataSetTable::open(location).await.map_err(table_failure)?;
        QuerySession::days(&table, column)
            .await
            .map_err(table_failure)
    }
}

#[async_trait]
impl TableReader for LakeTables {
    async fn describe(&self, location: &str) -> Result<TableState, TableFailure> {
        let state = async { DataSetTable::open(location).await?.state().await };
        let state = state.await.map_err(table_failure)?;
        Ok(TableState {
            version: state.version,
            rows: state.rows,
            files: state.files,
            bytes: state.bytes,
            columns: state.schema,
        })
    }

    async fn history(&self, location: &str) -> Result<Vec<TableVersion>, TableFailure> {
        let history = async { DataSetTable::open(location).await?.history().await };
        let versions = history.await.map_err(table_failure)?.into_iter();
        let version = |one: exmetrics_lake::TableVersion| TableVersion {
            version: one.version,
            run_id: one.run_id,
            committed_at: one.committed_at,
            method: one.method,
            rows: one.rows,
            table_rows: one.table_rows,
        };
        Ok(versions.map(version).collect())
    }

    async fn rows(&self, location: &str, version: Option<u64>) -> Result<Rows, TableFailure> {
        let rows = async {
            let table = match version {
                Some(version) => DataSetTable::open_version(location, version).await?,
                None => DataSetTable::open(location).await?,
            };
            QuerySession::rows(&table, None).await
        };
        let rows = rows.await.map_err(table_failure)?;
        Ok(Rows {
            columns: rows.schema(),
            batches: rows
                .map_err(|error| table_failure(LakeError::reading("the table")(error)))
                .boxed(),
        })
    }

    async fn ask(
        &self,
        tables: Vec<NamedTable>,
        question: &str,
        memory_bytes: usize,
    ) -> Result<Rows, TableFailure> {
        crate::asking::ask(tables, question.to_owned(), memory_bytes).await
    }
}

#[async_trait]
impl Landing for LakeLanding {
    fn reply(&self, columns: &SchemaRef) -> Result<Box<dyn ReplyRows>, TableFailure> {
        let writer = self.0.reply(columns).map_err(table_failure)?;
        Ok(Box::new(LakeReply(writer)))
    }

    async fn landed_before(&self) -> Result<Option<u64>, TableFailure> {
        self.0.landed_before().await.map_err(table_failure)
    }

    async fn commit(
        self: Box<Self>,
        replies: Vec<WrittenReply>,
        whole: bool,
        now: Timestamp,
    ) -> Result<Landed, TableFailure> {
        let landed = self
            .0
            .commit(files_of(replies), whole, now)
            .await
            .map_err(table_failure)?;
        Ok(Landed {
            version: landed.version,
            rows: landed.rows,
            table_rows: Some(landed.table_rows),
        })
    }

    async fn forget(self: Box<Self>, replies: Vec<WrittenReply>) {
        self.0.forget(files_of(replies)).await;
    }
}

fn files_of(replies: Vec<WrittenReply>) -> Vec<ReplyFiles> {
    let files = replies
        .into_iter()
        .filter_map(|reply| reply.0.downcast::<ReplyFiles>().ok());
    files.map(|files| *files).collect()
}

#[async_trait]
impl ReplyRows for LakeReply {
    async fn write(&mut self, batch: &RecordBatch) -> Result<(), TableFailure> {
        self.0.write(batch).await.map_err(table_failure)
    }

    async fn finish(self: Box<Self>) -> Result<WrittenReply, TableFailure> {
        let files = self.0.finish().await.map_err(table_failure)?;
        Ok(WrittenReply(Box::new(files)))
    }

    async fn abandon(self: Box<Self>) {
        self.0.abandon().await;
    }
}

pub(crate) fn table_failure(error: LakeError) -> TableFailure {
    let conflict = error.kind == LakeErrorKind::Conflict;
    let missing = error.kind == LakeErrorKind::Missing;
    let failure = Failure::from(error);
    let next_step = match failure.next_step.clone() {
        Some(next_step) => next_step,
        None if conflict => "Run it again when the other writer has ended.".into(),
        None if missing => {
            "Put the table's folder back, or remove the DataSet and make it anew.".into()
        }
        None => String::new(),
    };
    TableFailure {
        next_step,
        ..table_failure_of(failure)
    }
}

fn table_failure_of(failure: Failure) -> TableFailure {
    TableFailure {
        // A question that cannot be answered as it stands is the asker's to put right.
        wrong_argument: failure.code == 2 || failure.kind == "sql",
        message: failure.message,
        next_step: failure.next_step.unwrap_or_default(),
        source: None,
    }
}
