//! The queue: which DataSets are to run, and which worker has them.
//!
//! A DataSet is in the queue at most once, so it never runs beside itself. A worker holds what it took
//! under a lease; when the lease ends the DataSet is anybody's again, and whoever takes it goes on with
//! the run that the dead worker left.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::{Any, Row, Transaction, any::AnyRow};

use crate::{LEASE, Store, StoreError, database::Kind, time::from_micros};

/// Why a DataSet is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobReason {
    /// Its schedule says so.
    Schedule,
    /// A run failed by something that may pass.
    Retry,
    /// A person asked for it.
    Person,
}

impl JobReason {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Retry => "retry",
            Self::Person => "person",
        }
    }

    pub(crate) fn read(text: &str) -> Self {
        match text {
            "retry" => Self::Retry,
            "person" => Self::Person,
            _ => Self::Schedule,
        }
    }
}

/// A DataSet in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The DataSet's lasting id.
    pub dataset_id: String,
    /// Not before.
    pub due_at: Timestamp,
    /// Why.
    pub reason: JobReason,
    /// How often it was tried again already.
    pub attempt: i64,
    /// The run whose failed requests are to be asked again; a new run without one.
    pub run_id: Option<String>,
    /// Whether settled days are asked again.
    pub full: bool,
    /// The worker that has it.
    pub holder: Option<String>,
}

/// A DataSet whose schedule has come due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSchedule {
    /// The DataSet's lasting id.
    pub dataset_id: String,
    /// Its schedule.
    pub schedule: String,
    /// The time that has come; none when it was never reckoned.
    pub next_due: Option<Timestamp>,
}

impl Store {
    /// Puts a DataSet into the queue. If it waits there already, the earlier time counts, and a wait for a
    /// retry gives way to a whole run, which counts as that try; if a worker has it, nothing is changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enqueue(
        &self,
        dataset_id: &str,
        due_at: Timestamp,
        reason: JobReason,
        full: bool,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write(dataset_id).await?;
        let done = put(&mut transaction, dataset_id, due_at, reason, full).await?;
        transaction.commit().await?;
        Ok(done)
    }

    /// A person asks for a run of a DataSet, as soon as may be. False when a worker has it just now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ask_for_run(
        &self,
        dataset_id: &str,
        now: Timestamp,
        full: bool,
        person: &str,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.write(dataset_id).await?;
        let done = put(&mut transaction, dataset_id, now, JobReason::Person, full).await?;
        sqlx::query("UPDATE jobs SET person = $2 WHERE dataset_id = $1 AND holder IS NULL")
            .bind(dataset_id)
            .bind(person)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(done)
    }

    /// Takes up to so many DataSets that were due at some time, the longest waiting first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_jobs(
        &self,
        worker: &str,
        limit: usize,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Job>, StoreError> {
        // PostgreSQL steps over what another worker is just taking; SQLite has one writer anyway.
        let statement = match self.kind {
            Kind::Sqlite => {
                "UPDATE jobs SET holder = $1, lease_until = $2 WHERE dataset_id IN (
                 SELECT dataset_id FROM jobs
                 WHERE due_at <= $3
                 AND (holder IS NULL OR (lease_until <= $5 AND holder <> $1))
                 ORDER BY due_at, dataset_id LIMIT $4) RETURNING *"
            }
            Kind::Postgres => {
                "UPDATE jobs SET holder = $1, lease_until = $2 WHERE dataset_id IN (
                 SELECT dataset_id FROM jobs
                 WHERE due_at <= $3
                 AND (holder IS NULL OR (lease_until <= $5 AND holder <> $1))
                 ORDER BY due_at, dataset_id LIMIT $4 FOR UPDATE SKIP LOCKED) RETURNING *"
            }
        };
        let rows = sqlx::query(statement)
            .bind(worker)
            .bind(lease(now))
            .bind(due.as_microsecond())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(now.as_microsecond())
            .fetch_all(&self.pool)
            .await?;
        let mut jobs = rows.iter().map(read_job).collect::<Result<Vec<_>, _>>()?;
        jobs.sort_by_key(|job| job.due_at);
        Ok(jobs)
    }

    /// A DataSet in the queue, if it is there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn job_of(&self, dataset_id: &str) -> Result<Option<Job>, StoreError> {
        let row = sqlx::query("SELECT * FROM jobs WHERE dataset_id = $1")
            .bind(dataset_id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read_job).transpose()
    }

    /// Takes a DataSet out of the queue that no worker has. Tells whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdraw_job(&self, dataset_id: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM jobs WHERE dataset_id = $1 AND holder IS NULL")
            .bind(dataset_id)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// A DataSet's run has ended for good: it leaves the queue.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish_job(&self, dataset_id: &str, worker: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM jobs WHERE dataset_id = $1 AND holder = $2")
            .bind(dataset_id)
            .bind(worker)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A DataSet's run is to be tried again later.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_back_job(
        &self,
        job: &Job,
        worker: &str,
        due_at: Timestamp,
        run_id: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE jobs SET holder = NULL, lease_until = NULL, due_at = $3, reason = 'retry',
             attempt = $4, run_id = $5 WHERE dataset_id = $1 AND holder = $2",
        )
        .bind(&job.dataset_id)
        .bind(worker)
        .bind(due_at.as_microsecond())
        .bind(job.attempt + 1)
        .bind(run_id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A DataSet is run by another process just now: it waits for its turn, as it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn postpone_job(
        &self,
        job: &Job,
        worker: &str,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE jobs SET holder = NULL, lease_until = NULL, due_at = $3
             WHERE dataset_id = $1 AND holder = $2",
        )
        .bind(&job.dataset_id)
        .bind(worker)
        .bind(due_at.as_microsecond())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Gives back what a worker holds and does not run: what it did with it could not be written down, or
    /// ended in a panic.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_jobs(
        &self,
        worker: &str,
        running: &HashSet<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let held: Vec<String> = sqlx::query_scalar("SELECT dataset_id FROM jobs WHERE holder = $1")
            .bind(worker)
            .fetch_all(&self.pool)
            .await?;
        for dataset_id in held.iter().filter(|id| !running.contains(*id)) {
            sqlx::query(
                "UPDATE jobs SET holder = NULL, lease_until = NULL, due_at = $3
                 WHERE dataset_id = $1 AND holder = $2",
            )
            .bind(dataset_id)
            .bind(worker)
            .bind(lease(now))
            .execute(&self.pool)
            .await?;
        }
        Ok(())
    }

    /// Lets go of everything a worker has, as it was: it stops, or is dead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_jobs(&self, worker: &str) -> Result<u64, StoreError> {
        let released =
            sqlx::query("UPDATE jobs SET holder = NULL, lease_until = NULL WHERE holder = $1")
                .bind(worker)
                .execute(&self.pool)
                .await?;
        sqlx::query("DELETE FROM workers WHERE id = $1")
            .bind(worker)
            .execute(&self.pool)
            .await?;
        Ok(released.rows_affected())
    }

    /// Says that a worker is alive: everything it has stays its own for another lease.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn worker_alive(
        &self,
        worker: &str,
        machine: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO workers (id, machine, started_at, lease_until) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until",
        )
        .bind(worker)
        .bind(machine)
        .bind(now.as_microsecond())
        .bind(lease(now))
        .execute(&self.pool)
        .await?;
        sqlx::query("UPDATE jobs SET lease_until = $2 WHERE holder = $1")
            .bind(worker)
            .bind(lease(now))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The workers of one machine that have something or said that they were alive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn workers_of(&self, machine: &str) -> Result<Vec<String>, StoreError> {
        let ids = sqlx::query_scalar("SELECT id FROM workers WHERE machine = $1")
            .bind(machine)
            .fetch_all(&self.pool)
            .await?;
        Ok(ids)
    }

    /// How many workers are alive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn live_workers(&self, now: Timestamp) -> Result<u64, StoreError> {
        let alive: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM workers WHERE lease_until > $1")
            .bind(now.as_microsecond())
            .fetch_one(&self.pool)
            .await?;
        Ok(u64::try_from(alive).unwrap_or_default())
    }

    /// The queue, the longest waiting first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        let rows = sqlx::query("SELECT * FROM jobs ORDER BY due_at, dataset_id")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read_job).collect()
    }

    /// Takes or keeps an office that one process at a time holds, such as the scheduler's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold_office(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let held = sqlx::query(
            "INSERT INTO leases (name, holder, lease_until) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,
             lease_until = excluded.lease_until
             WHERE leases.holder = excluded.holder OR leases.lease_until <= $4",
        )
        .bind(name)
        .bind(holder)
        .bind(lease(now))
        .bind(now.as_microsecond())
        .execute(&self.pool)
        .await?;
        Ok(held.rows_affected() == 1)
    }

    /// Gives an office back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leave_office(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM leases WHERE name = $1 AND holder = $2")
            .bind(name)
            .bind(holder)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The DataSets whose schedule has come due, or was never reckoned.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn due_schedules(&self, now: Timestamp) -> Result<Vec<DueSchedule>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, schedule, next_due FROM datasets
             WHERE schedule IS NOT NULL AND (next_due IS NULL OR next_due <= $1) ORDER BY next_due",
        )
        .bind(now.as_microsecond())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(DueSchedule {
                    dataset_id: row.try_get("id")?,
                    schedule: row.try_get("schedule")?,
                    next_due: row.try_get::<Option<i64>, _>("next_due")?.map(from_micros),
                })
            })
            .collect()
    }

    /// Moves a schedule on to its next time, and puts its DataSet into the queue if a time had come; both
    /// or neither. False when another process did so already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn fire_schedule(
        &self,
        due: &DueSchedule,
        next: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // A schedule without another time is far in the future, not unreckoned.
        let next = next.unwrap_or(Timestamp::MAX).as_microsecond();
        let mut transaction = self.write(&due.dataset_id).await?;
        let moved = sqlx::query(
            "UPDATE datasets SET next_due = $2 WHERE id = $1 AND schedule = $3
             AND (next_due = $4 OR (next_due IS NULL AND $4 IS NULL))",
        )
        .bind(&due.dataset_id)
        .bind(next)
        .bind(&due.schedule)
        .bind(due.next_due.map(Timestamp::as_microsecond))
        .execute(&mut *transaction)
        .await?;
        if moved.rows_affected() == 1 && due.next_due.is_some() {
            put(
                &mut transaction,
                &due.dataset_id,
                now,
                JobReason::Schedule,
                false,
            )
            .await?;
        }
        transaction.commit().await?;
        Ok(moved.rows_affected() == 1)
    }

    /// The next time at which something is to be done: a schedule comes due, or a DataSet in the queue.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar(
            "SELECT MIN(at) FROM (
             SELECT MIN(next_due) AS at FROM datasets WHERE schedule IS NOT NULL
             UNION ALL SELECT MIN(due_at) AS at FROM jobs WHERE holder IS NULL
             UNION ALL SELECT MIN(due_at) AS at FROM deliveries WHERE state = 'waiting') AS times",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(at.map(from_micros))
    }
}

async fn put(
    transaction: &mut Transaction<'static, Any>,
    dataset_id: &str,
    due_at: Timestamp,
    reason: JobReason,
    full: bool,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO jobs (dataset_id, due_at, reason, attempt, full_run)
         VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (dataset_id) DO UPDATE SET
         due_at = CASE WHEN excluded.due_at < jobs.due_at THEN excluded.due_at
                       ELSE jobs.due_at END,
         reason = excluded.reason, run_id = NULL,
         attempt = CASE WHEN excluded.reason = 'person' THEN 0 ELSE jobs.attempt END,
         full_run = CASE WHEN excluded.full_run > jobs.full_run THEN excluded.full_run
                         ELSE jobs.full_run END
         WHERE jobs.holder IS NULL",
    )
    .bind(dataset_id)
    .bind(due_at.as_microsecond())
    .bind(reason.as_str())
    .bind(i64::from(full))
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn lease(now: Timestamp) -> i64 {
    now.saturating_add(LEASE).unwrap_or(now).as_microsecond()
}

fn read_job(row: &AnyRow) -> Result<Job, StoreError> {
    Ok(Job {
        dataset_id: row.try_get("dataset_id")?,
        due_at: from_micros(row.try_get("due_at")?),
        reason: JobReason::read(&row.try_get::<String, _>("reason")?),
        attempt: row.try_get("attempt")?,
        run_id: row.try_get("run_id")?,
        full: row.try_get::<i64, _>("full_run")? != 0,
        holder: row.try_get("holder")?,
    })
}
