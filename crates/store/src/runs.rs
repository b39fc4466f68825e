//! Runs: what a run was to ask, who does it, and how it ended. A run whose worker died goes on from
//! here.

use std::collections::{HashMap, HashSet};

use exmetrics_catalog::{Plan, PlannedRequest};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use sqlx::{Any, Row, Transaction, any::AnyRow};

use crate::{
    JobReason, LEASE, Store, StoreError, StoreErrorKind,
    datasets::{from_json, json},
    new_id,
    time::from_micros,
};

/// How a run, or an account within a run, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// To be done.
    Queued,
    /// Being done.
    Running,
    /// Done, whole.
    Succeeded,
    /// Done, but some days or accounts are missing.
    Partial,
    /// Not done.
    Failed,
    /// Ended by a person.
    Cancelled,
}

impl RunState {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn read(text: &str) -> Self {
        match text {
            "queued" => Self::Queued,
            "running" => Self::Running,
            "succeeded" => Self::Succeeded,
            "partial" => Self::Partial,
            "cancelled" => Self::Cancelled,
            _ => Self::Failed,
        }
    }
}

/// One execution of a DataSet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// The DataSet's lasting id.
    pub dataset_id: String,
    /// The number under which it lands.
    pub landing: i64,
    /// How it stands.
    pub state: RunState,
    /// Whether settled days are asked again.
    pub full: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How many rows it brought.
    pub rows: Option<i64>,
    /// The version it made.
    pub version: Option<i64>,
    /// Why it ended as it did.
    pub message: Option<String>,
    /// What to do about it.
    pub next_step: Option<String>,
    /// The machine it runs on.
    pub machine: String,
    /// When another machine may take it over.
    pub lease_until: Timestamp,
    /// Why it began.
    pub reason: JobReason,
    /// The person who asked for it on a page.
    pub person: Option<String>,
    /// How often it was opened: once, and again for each retry.
    pub opened: i64,
    /// What is worth knowing of it, in the order it happened.
    #[serde(skip)]
    pub journal: Vec<JournalLine>,
}

impl Run {
    /// Whether it has let go of everything to wait, and nobody has taken it up again.
    pub fn is_aside(&self) -> bool {
        self.state == RunState::Running && self.lease_until == Timestamp::UNIX_EPOCH
    }
}

/// A line of a run's journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalLine {
    /// When.
    pub at: Timestamp,
    /// Whether a person should look at it.
    pub warning: bool,
    /// What. No secret, and no address that needs none.
    pub text: String,
}

/// One account within a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunAccount {
    /// The account's id.
    pub account_id: String,
    /// Its name at the time.
    pub name: String,
    /// How it stands.
    pub state: RunState,
    /// What happened.
    pub message: Option<String>,
    /// What to do about it.
    pub next_step: Option<String>,
    /// Days left out because they are not over.
    pub too_early: Vec<Date>,
    /// Days left out because Microsoft no longer has them.
    pub expired: Vec<Date>,
    /// Days left out because they are captured and not due.
    pub settled: Vec<Date>,
    /// Days left out because they were asked for that day already and are not published yet.
    pub awaiting: Vec<Date>,
}

/// A run to make.
#[derive(Debug)]
pub struct NewRun<'a> {
    /// The DataSet's lasting id.
    pub dataset_id: &'a str,
    /// Whether settled days are asked again.
    pub full: bool,
    /// The machine it runs on.
    pub machine: &'a str,
    /// Each account's id, name and plan.
    pub plans: &'a [(String, String, Plan)],
}

impl Store {
    /// Makes a run with its requests, all at once.
    ///
    /// # Errors
    /// [`StoreErrorKind::InUse`] when a run of the DataSet is under way.
    pub async fn begin_run(&self, new: &NewRun<'_>, now: Timestamp) -> Result<Run, StoreError> {
        let id = new_id();
        let mut transaction = self.write(new.dataset_id).await?;
        sqlx::query("UPDATE datasets SET last_landing = last_landing + 1 WHERE id = $1")
            .bind(new.dataset_id)
            .execute(&mut *transaction)
            .await?;
        let landing: i64 = sqlx::query_scalar("SELECT last_landing FROM datasets WHERE id = $1")
            .bind(new.dataset_id)
            .fetch_one(&mut *transaction)
            .await?;
        sqlx::query(
            // Who asked for it stands in the queue; what is not in a worker's hand, a person runs.
            "INSERT INTO runs (id, dataset_id, landing, state, full_run, started_at, machine,
             lease_until, reason, person) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
             COALESCE((SELECT reason FROM jobs WHERE dataset_id = $2 AND holder IS NOT NULL), 'person'),
             (SELECT person FROM jobs WHERE dataset_id = $2 AND holder IS NOT NULL))",
        )
        .bind(&id)
        .bind(new.dataset_id)
        .bind(landing)
        .bind(RunState::Running.as_str())
        .bind(i64::from(new.full))
        .bind(now.as_microsecond())
        .bind(new.machine)
        .bind(lease(now))
        .execute(&mut *transaction)
        .await
        .map_err(under_way)?;
        // A worker that takes the DataSet over finds the run, whatever becomes of this one.
        sqlx::query("UPDATE jobs SET run_id = $2 WHERE dataset_id = $1 AND holder IS NOT NULL")
            .bind(new.dataset_id)
            .bind(&id)
            .execute(&mut *transaction)
            .await?;
        let mut position = 0_i64;
        for (account_id, name, plan) in new.plans {
            sqlx::query(
                "INSERT INTO run_accounts (run_id, account_id, name, state, too_early, expired,
                 settled, awaiting) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(&id)
            .bind(account_id)
            .bind(name)
            .bind(RunState::Running.as_str())
            .bind(json(&plan.too_early))
            .bind(json(&plan.expired))
            .bind(json(&plan.settled))
            .bind(json(&plan.awaiting))
            .execute(&mut *transaction)
            .await?;
            for request in &plan.requests {
                insert_request(&mut transaction, &id, position, account_id, request).await?;
                position += 1;
            }
        }
        transaction.commit().await?;
        self.run(&id).await
    }

    /// Adds to a run that is under way what has become due since it was planned: each account's name,
    /// plan, and the requests that the run does not have yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn extend_run(
        &self,
        run_id: &str,
        more: &[(String, Plan, Vec<PlannedRequest>)],
    ) -> Result<(), StoreError> {
        let mut transaction = self.write(run_id).await?;
        let last: Option<i64> =
            sqlx::query_scalar("SELECT MAX(position) FROM requests WHERE run_id = $1")
                .bind(run_id)
                .fetch_one(&mut *transaction)
                .await?;
        let mut position = last.map_or(0, |last| last + 1);
        for (account_id, plan, requests) in more {
            sqlx::query(
                "UPDATE run_accounts SET too_early = $3, expired = $4, settled = $5, awaiting = $6
                 WHERE run_id = $1 AND account_id = $2",
            )
            .bind(run_id)
            .bind(account_id)
            .bind(json(&plan.too_early))
            .bind(json(&plan.expired))
            .bind(json(&plan.settled))
            .bind(json(&plan.awaiting))
            .execute(&mut *transaction)
            .await?;
            for request in requests {
                insert_request(&mut transaction, run_id, position, account_id, request).await?;
                position += 1;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The newest run of a DataSet, if it failed to land what Microsoft had answered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unlanded_run(&self, dataset_id: &str) -> Result<Option<Run>, StoreError> {
        // The clock may have been set back; the number of the landing only grows.
        let newest =
            sqlx::query("SELECT * FROM runs WHERE dataset_id = $1 ORDER BY landing DESC LIMIT 1")
                .bind(dataset_id)
                .fetch_optional(&self.pool)
                .await?;
        let newest = newest.as_ref().map(read_run).transpose()?;
        let Some(run) = newest.filter(|run| run.state == RunState::Failed) else {
            return Ok(None);
        };
        let answered: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM requests WHERE run_id = $1 AND state = 'done' AND landed = 0",
        )
        .bind(&run.id)
        .fetch_one(&self.pool)
        .await?;
        Ok((answered > 0).then_some(run))
    }

    /// Whether a later run has made a version of the DataSet's table.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn landed_since(&self, run: &Run) -> Result<bool, StoreError> {
        let later: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM runs
             WHERE dataset_id = $1 AND landing > $2 AND version IS NOT NULL",
        )
        .bind(&run.dataset_id)
        .bind(run.landing)
        .fetch_one(&self.pool)
        .await?;
        Ok(later > 0)
    }

    /// The run of a DataSet that is under way, or seems to be.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_under_way(&self, dataset_id: &str) -> Result<Option<Run>, StoreError> {
        let row = sqlx::query("SELECT * FROM runs WHERE dataset_id = $1 AND state = 'running'")
            .bind(dataset_id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read_run).transpose()
    }

    /// One run, by its id or the beginning of it.
    ///
    /// # Errors
    /// [`StoreErrorKind::NotFound`] when there is none, or more than one.
    pub async fn run(&self, id: &str) -> Result<Run, StoreError> {
        let wanted = id.trim().to_ascii_lowercase();
        let readable = wanted
            .chars()
            .all(|letter| letter.is_ascii_hexdigit() || letter == '-');
        let rows = if wanted.is_empty() || !readable {
            Vec::new()
        } else {
            sqlx::query("SELECT * FROM runs WHERE id LIKE $1 LIMIT 2")
                .bind(format!("{wanted}%"))
                .fetch_all(&self.pool)
                .await?
        };
        match rows.as_slice() {
            [row] => read_run(row),
            [] => Err(StoreError::new(
                StoreErrorKind::NotFound,
                format!("there is no run '{id}'; `exmetrics run list` shows them"),
            )),
            _ => Err(StoreError::new(
                StoreErrorKind::NotFound,
                format!("more than one run begins with '{id}'; write more of it"),
            )),
        }
    }

    /// The newest runs, of one DataSet or of all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn runs(&self, dataset_id: Option<&str>, limit: u32) -> Result<Vec<Run>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM runs WHERE ($1 IS NULL OR dataset_id = $1)
             ORDER BY started_at DESC, id DESC LIMIT $2",
        )
        .bind(dataset_id)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read_run).collect()
    }

    /// The newest runs that failed for one of their accounts at least.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_runs_with_failed_accounts(&self) -> Result<HashSet<String>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT runs.id FROM runs JOIN
             (SELECT dataset_id AS of_dataset, MAX(started_at) AS newest FROM runs GROUP BY dataset_id)
             AS latest ON dataset_id = of_dataset AND started_at = newest
             JOIN run_accounts ON run_id = runs.id WHERE run_accounts.state = 'failed'",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().collect())
    }

    /// Each DataSet's newest run, by the DataSet's lasting id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_runs(&self) -> Result<HashMap<String, Run>, StoreError> {
        let rows = sqlx::query(
            "SELECT runs.* FROM runs JOIN
             (SELECT dataset_id AS of_dataset, MAX(started_at) AS newest FROM runs GROUP BY dataset_id)
             AS latest ON dataset_id = of_dataset AND started_at = newest ORDER BY id",
        )
        .fetch_all(&self.pool)
        .await?;
        let runs = rows.iter().map(read_run);
        runs.map(|run| run.map(|run| (run.dataset_id.clone(), run)))
            .collect()
    }

    /// Each DataSet's name, and when its last run ended that brought something.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_good_runs(&self) -> Result<Vec<(String, Timestamp)>, StoreError> {
        let rows = sqlx::query(
            "SELECT datasets.name AS name, MAX(ended_at) AS ended_at FROM runs
             JOIN datasets ON datasets.id = dataset_id
             WHERE state IN ('succeeded', 'partial') AND ended_at IS NOT NULL
             GROUP BY datasets.id, datasets.name ORDER BY datasets.name",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok((row.try_get("name")?, from_micros(row.try_get("ended_at")?))))
            .collect()
    }

    /// Forgets runs that ended before a time, but each DataSet's newest; notices that were over by then; and
    /// workers that have not been heard of for a day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune(&self, before: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM runs WHERE ended_at < $1 AND landing < (SELECT MAX(newest.landing)
             FROM runs AS newest WHERE newest.dataset_id = runs.dataset_id)",
        )
        .bind(before.as_microsecond())
        .execute(&self.pool)
        .await?;
        sqlx::query("DELETE FROM notices WHERE ended_at < $1")
            .bind(before.as_microsecond())
            .execute(&self.pool)
            .await?;
        let day_ago = now
            .saturating_sub(jiff::SignedDuration::from_hours(24))
            .unwrap_or(now);
        sqlx::query("DELETE FROM workers WHERE lease_until < $1")
            .bind(day_ago.as_microsecond())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The accounts of a run.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_accounts(&self, run_id: &str) -> Result<Vec<RunAccount>, StoreError> {
        let rows = sqlx::query("SELECT * FROM run_accounts WHERE run_id = $1 ORDER BY name")
            .bind(run_id)
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| {
                let days = |name: &str| from_json(&row.try_get::<String, _>(name)?);
                Ok(RunAccount {
                    account_id: row.try_get("account_id")?,
                    name: row.try_get("name")?,
                    state: RunState::read(&row.try_get::<String, _>("state")?),
                    message: row.try_get("message")?,
                    next_step: row.try_get("next_step")?,
                    too_early: days("too_early")?,
                    expired: days("expired")?,
                    settled: days("settled")?,
                    awaiting: days("awaiting")?,
                })
            })
            .collect()
    }

    /// Notes how a run ended, as a whole and for each account.
    ///
    /// # Errors
    /// When the run is no longer its machine's to end: another took it over.
    pub async fn end_run(&self, run: &Run, accounts: &[RunAccount]) -> Result<(), StoreError> {
        let mut transaction = self.write(&run.dataset_id).await?;
        let ended = sqlx::query(
            "UPDATE runs SET state = $2, ended_at = $3, rows_landed = $4, version = $5,
             message = $6, next_step = $7, journal = $9
             WHERE id = $1 AND machine = $8 AND state = 'running'",
        )
        .bind(&run.id)
        .bind(run.state.as_str())
        .bind(run.ended_at.map(Timestamp::as_microsecond))
        .bind(run.rows)
        .bind(run.version)
        .bind(run.message.as_deref())
        .bind(run.next_step.as_deref())
        .bind(&run.machine)
        .bind(json(&run.journal))
        .execute(&mut *transaction)
        .await?;
        if ended.rows_affected() == 0 {
            return Err(StoreError::new(
                StoreErrorKind::NotOurs,
                "the run was ended or taken over by another process",
            ));
        }
        for account in accounts {
            sqlx::query(
                "UPDATE run_accounts SET state = $3, message = $4, next_step = $5
                 WHERE run_id = $1 AND account_id = $2",
            )
            .bind(&run.id)
            .bind(&account.account_id)
            .bind(account.state.as_str())
            .bind(account.message.as_deref())
            .bind(account.next_step.as_deref())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

async fn insert_request(
    transaction: &mut Transaction<'static, Any>,
    run_id: &str,
    position: i64,
    account_id: &str,
    request: &PlannedRequest,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO requests (id, run_id, position, account_id, ask, keep_days, state,
         landed, tries) VALUES ($1, $2, $3, $4, $5, $6, 'pending', 0, 0)",
    )
    .bind(new_id())
    .bind(run_id)
    .bind(position)
    .bind(account_id)
    .bind(request.ask.to_string())
    .bind(request.keep.as_ref().map(json))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub(crate) fn lease(now: Timestamp) -> i64 {
    now.saturating_add(LEASE).unwrap_or(now).as_microsecond()
}

/// Two running runs of one DataSet are refused by an index.
pub(crate) fn under_way(error: sqlx::Error) -> StoreError {
    let error = StoreError::from(error);
    if error.kind == StoreErrorKind::Taken {
        already_under_way()
    } else {
        error
    }
}

pub(crate) fn already_under_way() -> StoreError {
    StoreError::new(StoreErrorKind::InUse, "a run of the DataSet is under way")
}

pub(crate) fn read_run(row: &AnyRow) -> Result<Run, StoreError> {
    Ok(Run {
        id: row.try_get("id")?,
        dataset_id: row.try_get("dataset_id")?,
        landing: row.try_get("landing")?,
        state: RunState::read(&row.try_get::<String, _>("state")?),
        full: row.try_get::<i64, _>("full_run")? != 0,
        started_at: from_micros(row.try_get("started_at")?),
        ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(from_micros),
        rows: row.try_get("rows_landed")?,
        version: row.try_get("version")?,
        message: row.try_get("message")?,
        next_step: row.try_get("next_step")?,
        machine: row.try_get("machine")?,
        lease_until: from_micros(row.try_get("lease_until")?),
        reason: JobReason::read(&row.try_get::<String, _>("reason")?),
        person: row.try_get("person")?,
        opened: row.try_get("opened")?,
        journal: row
            .try_get::<Option<String>, _>("journal")?
            .as_deref()
            .map(from_json)
            .transpose()?
            .unwrap_or_default(),
    })
}
