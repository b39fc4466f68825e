//! Who works on a run: taken over when its worker is gone, opened again, ended by a person.

use jiff::Timestamp;

use crate::{
    Run, Store, StoreError,
    runs::{already_under_way, lease, under_way},
};

impl Store {
    /// Gives a run that is under way a new number to land under: what it landed under the old one is
    /// done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renumber_run(&self, run: &Run) -> Result<Run, StoreError> {
        let mut transaction = self.write(&run.dataset_id).await?;
        sqlx::query("UPDATE datasets SET last_landing = last_landing + 1 WHERE id = $1")
            .bind(&run.dataset_id)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "UPDATE runs SET landing = (SELECT last_landing FROM datasets WHERE id = $2)
             WHERE id = $1 AND state = 'running'",
        )
        .bind(&run.id)
        .bind(&run.dataset_id)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.run(&run.id).await
    }

    /// Ends a run that is under way because a person says so. Whoever works on it finds out when it says
    /// that it is alive, and before it lands. False when it had ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cancel_run(&self, run_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let cancelled = sqlx::query(
            "UPDATE runs SET state = 'cancelled', ended_at = $2, message = 'cancelled by a person'
             WHERE id = $1 AND state = 'running'",
        )
        .bind(run_id)
        .bind(now.as_microsecond())
        .execute(&self.pool)
        .await?;
        Ok(cancelled.rows_affected() == 1)
    }

    /// Takes over a run whose worker is gone. Of two that try, one succeeds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_over(
        &self,
        run: &Run,
        machine: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let taken = sqlx::query(
            "UPDATE runs SET machine = $2, lease_until = $3
             WHERE id = $1 AND state = 'running' AND machine = $4 AND lease_until = $5",
        )
        .bind(&run.id)
        .bind(machine)
        // Always another lease than the one that was seen: the second of two finds it changed.
        .bind(lease(now).max(run.lease_until.as_microsecond() + 1))
        .bind(&run.machine)
        .bind(run.lease_until.as_microsecond())
        .execute(&self.pool)
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// Says that a run's worker is alive. False when the run is no longer its own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_lease(
        &self,
        run_id: &str,
        machine: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let renewed = sqlx::query(
            "UPDATE runs SET lease_until = $3
             WHERE id = $1 AND machine = $2 AND state = 'running'",
        )
        .bind(run_id)
        .bind(machine)
        .bind(lease(now))
        .execute(&self.pool)
        .await?;
        Ok(renewed.rows_affected() == 1)
    }

    /// Lets go of a run until somebody takes it up again: any worker may. It has no lease then, which
    /// tells it from one whose worker died: see [`Run::is_aside`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_aside(&self, run_id: &str, machine: &str) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE runs SET lease_until = $3
             WHERE id = $1 AND machine = $2 AND state = 'running'",
        )
        .bind(run_id)
        .bind(machine)
        .bind(0_i64)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What failed in a run whose worker died is asked again: it may have failed for the same reason.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forgive_failures(&self, run_id: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE requests SET state = 'pending' WHERE run_id = $1 AND state = 'failed'")
            .bind(run_id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Opens an ended run again, for what failed in it. It lands under a new number.
    ///
    /// # Errors
    /// [`StoreErrorKind::InUse`] when another run of the DataSet is under way.
    pub async fn reopen_run(
        &self,
        run: &Run,
        machine: &str,
        now: Timestamp,
    ) -> Result<Run, StoreError> {
        let mut transaction = self.write(&run.dataset_id).await?;
        sqlx::query("UPDATE datasets SET last_landing = last_landing + 1 WHERE id = $1")
            .bind(&run.dataset_id)
            .execute(&mut *transaction)
            .await?;
        let reopened = sqlx::query(
            "UPDATE runs SET state = 'running', ended_at = NULL, message = NULL, next_step = NULL,
             machine = $2, lease_until = $3, opened = opened + 1,
             landing = (SELECT last_landing FROM datasets WHERE id = runs.dataset_id)
             WHERE id = $1 AND state <> 'running'",
        )
        .bind(&run.id)
        .bind(machine)
        .bind(lease(now))
        .execute(&mut *transaction)
        .await
        .map_err(under_way)?;
        if reopened.rows_affected() == 0 {
            return Err(already_under_way());
        }
        sqlx::query(
            "UPDATE requests SET state = 'pending', put_off = 0
             WHERE run_id = $1 AND state = 'failed'",
        )
        .bind(&run.id)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.run(&run.id).await
    }
}
