//! The engine's tables are Delta Lake tables.

use std::collections::BTreeSet;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use exmetrics_engine::{
    Landed, Landing, LandingMark, ReplyRows, Restored, TableFailure, Tables, UpdateRule,
    WrittenReply,
};
use exmetrics_lake::{
    DataSetTable, LakeError, LakeErrorKind, QuerySession, ReplyFiles, ReplyWriter,
};
use jiff::{Timestamp, civil::Date};

use crate::failure::Failure;

pub(crate) struct LakeTables;

struct LakeLanding(exmetrics_lake::Landing);

struct LakeReply(ReplyWriter);

#[async_trait]
impl Tables for LakeTables {
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

fn table_failure(error: LakeError) -> TableFailure {
    let conflict = error.kind == LakeErrorKind::Conflict;
    let missing = error.kind == LakeErrorKind::Missing;
    let failure = Failure::from(error);
    let next_step = match failure.next_step {
        Some(next_step) => next_step,
        None if conflict => "Run it again when the other writer has ended.".into(),
        None if missing => {
            "Put the table's folder back, or remove the DataSet and make it anew.".into()
        }
        None => String::new(),
    };
    TableFailure {
        wrong_argument: failure.code == 2,
        message: failure.message,
        next_step,
        source: None,
    }
}
