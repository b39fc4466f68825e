//! Versions: what each one is, and going back to one.

use deltalake::kernel::transaction::CommitProperties;
use futures::TryStreamExt;
use jiff::Timestamp;
use serde::Serialize;

use crate::{DataSetTable, LakeError};

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
        let commits: Vec<_> = self
            .table
            .history(None)
            .try_collect()
            .await
            .map_err(LakeError::while_doing("reading the history"))?;
        let newest = self.version();
        let versions = commits.into_iter().enumerate().map(|(back, commit)| {
            let noted = |name: &str| commit.info.get(name);
            let text = |name: &str| {
                noted(name)
                    .and_then(|value| value.as_str())
                    .map(str::to_owned)
            };
            let number = |name: &str| noted(name).and_then(serde_json::Value::as_u64);
            let operation = commit.operation.as_deref().unwrap_or_default();
            TableVersion {
                version: newest.saturating_sub(back as u64),
                run_id: text("exmetrics.runId"),
                landing: noted("exmetrics.landing").and_then(serde_json::Value::as_i64),
                committed_at: text("exmetrics.committedAt")
                    .and_then(|at| at.parse().ok())
                    .or_else(|| Timestamp::from_millisecond(commit.timestamp?).ok()),
                method: text("exmetrics.method").unwrap_or_else(|| named(operation)),
                rows: number("exmetrics.rows"),
                table_rows: number("exmetrics.tableRows"),
            }
        });
        Ok(versions.collect())
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

fn named(operation: &str) -> String {
    match operation {
        "CREATE TABLE" => "create".into(),
        "RESTORE" => "restore".into(),
        "OPTIMIZE" => "compact".into(),
        "VACUUM START" | "VACUUM END" => "vacuum".into(),
        other => other.to_lowercase(),
    }
}
