//! Every answer about one day.

use jiff::{Timestamp, civil::Date};
use sqlx::Row;

use crate::{RunState, Store, StoreError, time::from_micros};

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
}
