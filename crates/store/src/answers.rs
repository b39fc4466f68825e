//! What became of requests: how far a run is, and every answer about one day.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
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

/// What one run heard about a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayAnswer {
    /// The run.
    pub run_id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How it stands.
    pub run_state: RunState,
    /// The version it made.
    pub version: Option<i64>,
    /// When the answer came; none while there is none.
    pub answered_at: Option<Timestamp>,
    /// Why there is none, where the request failed.
    pub message: Option<String>,
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

    /// The newest answers about a day of an account, the oldest of them first: requests for it, and for a
    /// period of which it was kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answers_of_day(
        &self,
        dataset_id: &str,
        account_id: &str,
        day: Date,
        limit: u32,
    ) -> Result<Vec<DayAnswer>, StoreError> {
        let rows = sqlx::query(
            "SELECT run_id, runs.started_at AS started_at, runs.state AS run_state,
             runs.version AS version, answered_at, requests.message AS message
             FROM runs JOIN requests ON run_id = runs.id
             WHERE dataset_id = $1 AND account_id = $2 AND (ask = $3 OR keep_days LIKE $4)
             ORDER BY runs.started_at DESC, run_id DESC LIMIT $5",
        )
        .bind(dataset_id)
        .bind(account_id)
        .bind(day.to_string())
        .bind(format!("%\"{day}\"%"))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let mut answers = Vec::with_capacity(rows.len());
        for row in rows.iter().rev() {
            answers.push(DayAnswer {
                run_id: row.try_get("run_id")?,
                started_at: from_micros(row.try_get("started_at")?),
                run_state: RunState::read(&row.try_get::<String, _>("run_state")?),
                version: row.try_get("version")?,
                answered_at: row
                    .try_get::<Option<i64>, _>("answered_at")?
                    .map(from_micros),
                message: row.try_get("message")?,
            });
        }
        Ok(answers)
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
