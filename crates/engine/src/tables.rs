//! Where rows land, as the engine sees it. The lake stands behind this; the engine does not know it.

use std::{any::Any, collections::BTreeSet};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use exmetrics_catalog::UpdateMethod;
use jiff::{Timestamp, civil::Date};

/// DataSet tables.
#[async_trait]
pub trait Tables: Send + Sync {
    /// Makes the empty table of a DataSet; one that is there stays as it is.
    async fn create(
        &self,
        location: &str,
        name: &str,
        columns: &SchemaRef,
    ) -> Result<(), TableFailure>;

    /// Deletes a table with all its versions. Tells whether there was one.
    async fn remove(&self, location: &str) -> Result<bool, TableFailure>;

    /// Begins to land a run. A table that is not there is a failure: it was made with the DataSet, and
    /// a new one would hide that its rows are gone.
    async fn begin(
        &self,
        location: &str,
        mark: LandingMark,
        rule: UpdateRule,
    ) -> Result<Box<dyn Landing>, TableFailure>;

    /// Makes an older version's rows the newest version.
    async fn restore(
        &self,
        location: &str,
        version: u64,
        now: Timestamp,
    ) -> Result<Restored, TableFailure>;

    /// The days whose rows the newest version holds, with the account's label: each value of a date
    /// column. None where the table has no such column.
    async fn days(
        &self,
        location: &str,
        column: &str,
    ) -> Result<BTreeSet<(String, Date)>, TableFailure>;
}

/// What going back to a version made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The new version.
    pub version: u64,
    /// How many rows it holds.
    pub rows: u64,
}

/// Who lands. The number grows from landing to landing of one DataSet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingMark {
    /// The DataSet's lasting id.
    pub dataset_id: String,
    /// The landing's number.
    pub number: i64,
    /// The run.
    pub run_id: String,
}

/// How rows enter the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateRule {
    /// The method.
    pub method: UpdateMethod,
    /// The columns whose values say which old rows a new row replaces.
    pub key: Vec<String>,
}

/// A run on its way into a table.
#[async_trait]
pub trait Landing: Send + Sync {
    /// Opens the rows of one reply.
    fn reply(&self, columns: &SchemaRef) -> Result<Box<dyn ReplyRows>, TableFailure>;

    /// The version that holds this very landing, if it was made before the process that made it died.
    async fn landed_before(&self) -> Result<Option<u64>, TableFailure>;

    /// Makes the rows of the replies the newest version; all of them or none. `whole` says that the run
    /// brought all it was to bring: only then does replace let go of every old row.
    async fn commit(
        self: Box<Self>,
        replies: Vec<WrittenReply>,
        whole: bool,
        now: Timestamp,
    ) -> Result<Landed, TableFailure>;

    /// Lets go of the rows of replies that do not land.
    async fn forget(self: Box<Self>, replies: Vec<WrittenReply>);
}

/// The rows of one reply, being written.
#[async_trait]
pub trait ReplyRows: Send {
    /// Adds rows.
    async fn write(&mut self, batch: &RecordBatch) -> Result<(), TableFailure>;

    /// Closes the reply.
    async fn finish(self: Box<Self>) -> Result<WrittenReply, TableFailure>;

    /// Forgets the reply.
    async fn abandon(self: Box<Self>);
}

/// A reply whose rows are written and in no version yet. What it is, the table knows.
pub struct WrittenReply(pub Box<dyn Any + Send + Sync>);

impl std::fmt::Debug for WrittenReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WrittenReply")
    }
}

/// What a landing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// The version that holds the rows.
    pub version: u64,
    /// How many rows came in.
    pub rows: u64,
    /// How many rows the table holds now; none where that was not looked at.
    pub table_rows: Option<u64>,
}

/// A table failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct TableFailure {
    /// Whether what was asked for is not there: another version, another column helps.
    pub wrong_argument: bool,
    /// What happened, to what.
    pub message: String,
    /// What to do next.
    pub next_step: String,
    /// The failure underneath.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}
