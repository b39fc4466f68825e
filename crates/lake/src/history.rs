//! Versions: what each one is, and going back to one.

use deltalake::kernel::transaction::CommitProperties;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::{DataSetTable, LakeError};

/// How many entries of the log are read at the same time.
const READ_AT_ONCE: usize = 16;

/// One version of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableVersion {
    /// Its number.
    pub version: u64,
    /// The run that made it; none for the empty table, a restore or upkeep.
    pub run_id: Option<String>,
    /// The landing's number, as the control database counts.
    #[serde(skip)]
    pub landing: Option<i64>,
    /// When it was made.
    pub committed_at: Option<Timestamp>,
    /// The update method, or `create`, `restore`, `compact`, `vacuum`.
    pub method: String,
    /// How many rows the run brought.
    pub rows: Option<u64>,
    /// How many rows the table held afterwards.
    pub table_rows: Option<u64>,
}

impl DataSetTable {
    /// The versions, the newest first.
    ///
    /// # Errors
    /// When the table's log cannot be read.
    pub async fn history(&self) -> Result<Vec<TableVersion>, LakeError> {
        let log = self.table.log_store();
        let versions = (0..=self.version()).rev();
        let read = stream::iter(versions)
            .map(|version| {
                let log = log.clone();
                async move { Ok((version, log.read_commit_entry(version).await?)) }
            })
            .buffered(READ_AT_ONCE);
        let commits: Vec<_> = read
            .try_collect()
            .await
            .map_err(LakeError::while_doing("reading the history"))?;
        // A version whose entry was cleaned up is no longer there to be gone back to.
        let known = commits.into_iter();
        Ok(known
            .filter_map(|(version, entry)| Some(described(version, &entry?)))
            .collect())
    }

    /// Makes an older version's rows the newest version. Nothing is forgotten: the versions in between
    /// stay, and can be restored in their turn.
    ///
    /// # Errors
    /// When the version, or a file of it, is no longer there.
    pub async fn restore(&self, version: u64, now: Timestamp) -> Result<Self, LakeError> {
        let (table, _) = self
            .table
            .clone()
            .restore()
            .with_version_to_restore(version)
            .with_commit_properties(CommitProperties::default().with_metadata([
                ("exmetrics.method".to_owned(), "restore".into()),
                ("exmetrics.committedAt".to_owned(), now.to_string().into()),
            ]))
            .await
            .map_err(LakeError::while_doing(&format!(
                "restoring version {version}"
            )))?;
        Ok(Self { table })
    }
}

/// What an entry of the log says of its version. Other writers may say little or nothing.
fn described(version: u64, entry: &[u8]) -> TableVersion {
    let info = entry
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .find_map(|action| action.get("commitInfo").cloned())
        .unwrap_or_default();
    let text = |name: &str| info.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| info.get(name).and_then(Value::as_u64);
    TableVersion {
        version,
        run_id: text("exmetrics.runId"),
        landing: info.get("exmetrics.landing").and_then(Value::as_i64),
        committed_at: text("exmetrics.committedAt")
            .and_then(|at| at.parse().ok())
            .or_else(|| {
                Timestamp::from_millisecond(info.get("timestamp").and_then(Value::as_i64)?).ok()
            }),
        method: text("exmetrics.method")
            .unwrap_or_else(|| named(text("operation").unwrap_or_default().as_str())),
        rows: number("exmetrics.rows"),
        table_rows: number("exmetrics.tableRows"),
    }
}

fn named(operation: &str) -> String {
    match operation {
        "CREATE TABLE" => "create".into(),
        "RESTORE" => "restore".into(),
        "OPTIMIZE" => "compact".into(),
        "VACUUM START" | "VACUUM END" => "vacuum".into(),
        "" => "unknown".into(),
        other => other.to_lowercase(),
    }
}
