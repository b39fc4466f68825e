//! Brings the database up to date at start: forward only, each step once, safe when two processes
//! start at the same time.

use sqlx::{AnyConnection, Connection, Executor};

use crate::{StoreError, StoreErrorKind};

/// The steps, the oldest first. A step that was released is never changed.
const STEPS: [&str; 8] = [
    include_str!("../migrations/0001_first.sql"),
    include_str!("../migrations/0002_awaiting.sql"),
    include_str!("../migrations/0003_service.sql"),
    include_str!("../migrations/0004_pages.sql"),
    include_str!("../migrations/0005_access.sql"),
    include_str!("../migrations/0006_drafts.sql"),
    include_str!("../migrations/0007_questions.sql"),
    include_str!("../migrations/0008_idempotency.sql"),
];

pub(crate) async fn run(connection: &mut AnyConnection) -> Result<(), StoreError> {
    connection
        .execute(
            "CREATE TABLE IF NOT EXISTS schema_version (
                one BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL)",
        )
        .await?;
    connection
        .execute("INSERT INTO schema_version (one, version) VALUES (1, 0) ON CONFLICT DO NOTHING")
        .await?;
    loop {
        let mut transaction = connection.begin().await?;
        // Writing first takes the lock: of two processes one waits here, and then finds the step done.
        transaction
            .execute("UPDATE schema_version SET version = version WHERE one = 1")
            .await?;
        let done: i64 = sqlx::query_scalar("SELECT version FROM schema_version WHERE one = 1")
            .fetch_one(&mut *transaction)
            .await?;
        let done = usize::try_from(done).unwrap_or_default();
        if done > STEPS.len() {
            return Err(StoreError::new(
                StoreErrorKind::TooNew,
                "the control database was written by a newer version of exmetrics; use that version",
            ));
        }
        let Some(step) = STEPS.get(done) else {
            return Ok(());
        };
        for statement in step
            .split(';')
            .map(str::trim)
            .filter(|text| !text.is_empty())
        {
            transaction.execute(statement).await?;
        }
        transaction
            .execute("UPDATE schema_version SET version = version + 1 WHERE one = 1")
            .await?;
        transaction.commit().await?;
    }
}
