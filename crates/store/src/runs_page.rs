//! Runs as lists show them: some of them, the newest first, page by page.

use jiff::Timestamp;

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
             AND ($4 IS NULL OR started_at < $4 OR (started_at = $4 AND id < $5))
             ORDER BY started_at DESC, id DESC LIMIT $6",
        )
        .bind(filter.state.map(RunState::as_str))
        .bind(filter.dataset_id)
        .bind(filter.account_id)
        .bind(after.map(|place| place.started_at.as_microsecond()))
        .bind(after.map(|place| place.id.as_str()))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read_run).collect()
    }
}
