//! What a person wants once more: a failed run's requests, some days.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};

use crate::{Run, Store, StoreError};

impl Store {
    /// Puts the failed requests of a run that has ended into the queue. A whole run that waits there already
    /// asks for them, too, and stays; if a worker has the DataSet, nothing is changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enqueue_retry(
        &self,
        run: &Run,
        now: Timestamp,
        person: &str,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write(&run.dataset_id).await?;
        let done = sqlx::query(
            "INSERT INTO jobs (dataset_id, due_at, reason, attempt, run_id, full_run, person)
             VALUES ($1, $2, 'person', 0, $3, $4, $5)
             ON CONFLICT (dataset_id) DO UPDATE SET
             due_at = CASE WHEN excluded.due_at < jobs.due_at THEN excluded.due_at
                           ELSE jobs.due_at END,
             reason = excluded.reason, attempt = 0, person = excluded.person,
             run_id = CASE WHEN jobs.run_id IS NULL THEN NULL ELSE excluded.run_id END
             WHERE jobs.holder IS NULL",
        )
        .bind(&run.dataset_id)
        .bind(now.as_microsecond())
        .bind(&run.id)
        .bind(i64::from(run.full))
        .bind(person)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Makes some days of a DataSet due again, whatever is known of them: of one account, or of all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn make_days_due(
        &self,
        dataset_id: &str,
        account_id: Option<&str>,
        days: &BTreeSet<Date>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write(dataset_id).await?;
        for day in days {
            sqlx::query(
                "UPDATE coverage SET answered_on = NULL, equal_checks = 0
                 WHERE dataset_id = $1 AND day = $2 AND ($3 IS NULL OR account_id = $3)",
            )
            .bind(dataset_id)
            .bind(day.to_string())
            .bind(account_id)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
