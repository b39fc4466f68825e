//! Runs as lists show them: some of them, the newest first, page by page.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::{Row, any::AnyRow};

use crate::{Run, RunState, Store, StoreError, runs::read_run};

/// Which runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunFilter<'a> {
    /// Those that stand so.
    pub state: Option<RunState>,
    /// Those of a DataSet, by its lasting id.
    pub dataset_id: Option<&'a str>,
    /// Those that an account has a part in, by its lasting id.
    pub account_id: Option<&'a str>,
    /// Those whose DataSet's name, or whose message, holds this, in any case.
    pub text: Option<&'a str>,
}

/// How far a run's requests are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestCounts {
    /// How many were answered.
    pub done: u64,
    /// How many there are.
    pub all: u64,
    /// How many rows the answers had.
    pub rows: u64,
}

/// Where a run stands in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunPlace {
    /// When it began.
    pub started_at: Timestamp,
    /// Its id.
    pub id: String,
}

impl Run {
    /// Where it stands in the list.
    pub fn place(&self) -> RunPlace {
        RunPlace {
            started_at: self.started_at,
            id: self.id.clone(),
        }
    }
}

impl Store {
    /// Some runs, the newest first, those after a place in the list.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn runs_page(
        &self,
        filter: RunFilter<'_>,
        after: Option<&RunPlace>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM runs WHERE ($1 IS NULL OR state = $1)
             AND ($2 IS NULL OR dataset_id = $2)
             AND ($3 IS NULL OR EXISTS (SELECT 1 FROM run_accounts
                  WHERE run_id = runs.id AND account_id = $3))
             AND ($7 IS NULL OR LOWER(COALESCE(message, '')) LIKE $7 ESCAPE '!'
                  OR EXISTS (SELECT 1 FROM datasets WHERE datasets.id = runs.dataset_id
                             AND name_key LIKE $7 ESCAPE '!'))
             AND ($4 IS NULL OR started_at < $4 OR (started_at = $4 AND id < $5))
             ORDER BY started_at DESC, id DESC LIMIT $6",
        )
        .bind(filter.state.map(RunState::as_str))
        .bind(filter.dataset_id)
        .bind(filter.account_id)
        .bind(after.map(|place| place.started_at.as_microsecond()))
        .bind(after.map(|place| place.id.as_str()))
        .bind(i64::from(limit))
        .bind(filter.text.map(holding))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read_run).collect()
    }

    /// How far the requests of some runs are, by the run's id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request_counts(
        &self,
        run_ids: &[String],
    ) -> Result<HashMap<String, RequestCounts>, StoreError> {
        let mut counts = HashMap::new();
        if run_ids.is_empty() {
            return Ok(counts);
        }
        let rows = sqlx::query(
            "SELECT run_id, COUNT(*) AS all_of_them,
             SUM(CASE WHEN state = 'done' THEN 1 ELSE 0 END) AS done,
             CAST(SUM(COALESCE(rows_read, 0)) AS BIGINT) AS rows_read
             FROM requests WHERE run_id >= $1 AND run_id <= $2 GROUP BY run_id",
        )
        // Ids grow with time, so those of a page lie together.
        .bind(run_ids.iter().min())
        .bind(run_ids.iter().max())
        .fetch_all(&self.pool)
        .await?;
        let number = |row: &AnyRow, name: &str| -> Result<u64, StoreError> {
            Ok(u64::try_from(row.try_get::<i64, _>(name)?).unwrap_or_default())
        };
        for row in &rows {
            let of_run = RequestCounts {
                done: number(row, "done")?,
                all: number(row, "all_of_them")?,
                rows: number(row, "rows_read")?,
            };
            counts.insert(row.try_get("run_id")?, of_run);
        }
        Ok(counts)
    }

    /// How many runs ended since a time, by how.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ended_since(&self, since: Timestamp) -> Result<Vec<(RunState, u64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT state, COUNT(*) AS how_many FROM runs WHERE ended_at >= $1 GROUP BY state
             ORDER BY state",
        )
        .bind(since.as_microsecond())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let state = RunState::read(&row.try_get::<String, _>("state")?);
                let many: i64 = row.try_get("how_many")?;
                Ok((state, u64::try_from(many).unwrap_or_default()))
            })
            .collect()
    }
}

/// A pattern for what holds a text.
fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
