//! How far runs are, and how many there were.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::{Row, any::AnyRow};

use crate::{RunState, Store, StoreError, time::from_micros};

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunProgress {
    /// How many requests were answered.
    pub done: u64,
    /// How many failed.
    pub failed: u64,
    /// How many there are.
    pub all: u64,
}

impl Store {
    /// How far a run is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_progress(&self, run_id: &str) -> Result<RunProgress, StoreError> {
        let rows = sqlx::query(
            "SELECT state, COUNT(*) AS requests FROM requests WHERE run_id = $1 GROUP BY state",
        )
        .bind(run_id)
        .fetch_all(&self.pool)
        .await?;
        let mut progress = RunProgress::default();
        for row in &rows {
            let requests = u64::try_from(row.try_get::<i64, _>("requests")?).unwrap_or_default();
            progress.all += requests;
            match row.try_get::<String, _>("state")?.as_str() {
                "done" => progress.done += requests,
                "failed" => progress.failed += requests,
                _ => {}
            }
        }
        Ok(progress)
    }

    /// When the newest run of a DataSet ended that made a version of its table.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_landing(&self, dataset_id: &str) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar(
            "SELECT MAX(ended_at) FROM runs WHERE dataset_id = $1 AND version IS NOT NULL",
        )
        .bind(dataset_id)
        .fetch_one(&self.pool)
        .await?;
        Ok(at.map(from_micros))
    }

    /// How many runs of a DataSet began since a time, by how they stand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_counts(
        &self,
        dataset_id: &str,
        since: Timestamp,
    ) -> Result<HashMap<RunState, u64>, StoreError> {
        let rows = sqlx::query(
            "SELECT state, COUNT(*) AS runs FROM runs WHERE dataset_id = $1 AND started_at >= $2
             GROUP BY state",
        )
        .bind(dataset_id)
        .bind(since.as_microsecond())
        .fetch_all(&self.pool)
        .await?;
        let count = |row: &AnyRow| -> Result<(RunState, u64), StoreError> {
            let state = RunState::read(&row.try_get::<String, _>("state")?);
            let runs = u64::try_from(row.try_get::<i64, _>("runs")?).unwrap_or_default();
            Ok((state, runs))
        };
        rows.iter().map(count).collect()
    }
}
