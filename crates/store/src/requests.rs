//! The requests of a run: what each asks, and what became of it.

use std::collections::BTreeSet;

use exmetrics_catalog::Ask;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use crate::{
    Store, StoreError, StoreErrorKind,
    datasets::{from_json, json},
    time::from_micros,
};

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestState {
    /// To be asked.
    Pending,
    /// Answered; the reply is in the archive.
    Done,
    /// Given up, for this run.
    Failed,
}

/// One request of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Its id.
    pub id: String,
    /// The account.
    pub account_id: String,
    /// What it asks.
    pub ask: Ask,
    /// The days that are kept of the reply.
    pub keep: Option<BTreeSet<Date>>,
    /// How it stands.
    pub state: RequestState,
    /// Whether its rows are in the table.
    pub landed: bool,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// The reply's name in the archive.
    pub archive: Option<String>,
    /// What went wrong.
    pub failure: Option<RequestFailure>,
    /// How often it ended, well or not.
    pub tries: i64,
    /// How many bytes the reply had.
    pub bytes: Option<i64>,
    /// How many rows came of it.
    pub rows: Option<i64>,
    /// What was done for it, and when.
    pub trace: Vec<TraceSpan>,
    /// How often Microsoft put it off, in this run, for so long that the run stepped aside.
    pub put_off: i64,
}

/// What a request was doing for some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceSpan {
    /// What.
    pub phase: TracePhase,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// What it met, or why it waited.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

/// What a request is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TracePhase {
    /// Microsoft is asked and has not begun to answer.
    Ask,
    /// The reply is coming, and is decoded and written as it comes.
    Download,
    /// Nothing, until the quota or Microsoft allows it.
    Wait,
}

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSuccess {
    /// When.
    pub answered_at: Timestamp,
    /// The reply's name in the archive.
    pub archive: String,
    /// How many bytes it had.
    pub bytes: i64,
    /// The hash of those bytes.
    pub hash: String,
    /// How many rows came of it.
    pub rows: i64,
}

/// A request that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFailure {
    /// A short, stable name of the failure.
    pub code: String,
    /// `try_again`, `give_up`, `person` or `no_data_yet`.
    pub settle: String,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub next_step: String,
}

impl Store {
    /// The requests of a run, in the order they are made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn requests(&self, run_id: &str) -> Result<Vec<RequestRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM requests WHERE run_id = $1 ORDER BY position")
            .bind(run_id)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read_request).collect()
    }

    /// Notes that a request was answered and its reply is safe in the archive.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request_done(
        &self,
        id: &str,
        done: &RequestSuccess,
        trace: &[TraceSpan],
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE requests SET state = 'done', tries = tries + 1, answered_at = $2, archive = $3,
             bytes = $4, content_hash = $5, rows_read = $6, trace = $7, code = NULL, settle = NULL, message = NULL,
             next_step = NULL WHERE id = $1",
        )
        .bind(id)
        .bind(done.answered_at.as_microsecond())
        .bind(&done.archive)
        .bind(done.bytes)
        .bind(&done.hash)
        .bind(done.rows)
        .bind(json(&trace))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes that a request failed, for this run.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request_failed(
        &self,
        id: &str,
        failure: &RequestFailure,
        trace: &[TraceSpan],
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE requests SET state = 'failed', tries = tries + 1, code = $2, settle = $3,
             message = $4, next_step = $5, trace = $6 WHERE id = $1",
        )
        .bind(id)
        .bind(&failure.code)
        .bind(&failure.settle)
        .bind(&failure.message)
        .bind(&failure.next_step)
        .bind(json(&trace))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes that a request has to wait for so long that its run steps aside: for its own quota, or, which
    /// is counted, because Microsoft put it off.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request_waits(
        &self,
        id: &str,
        put_off: bool,
        trace: &[TraceSpan],
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE requests SET put_off = put_off + $2, trace = $3 WHERE id = $1")
            .bind(id)
            .bind(i64::from(put_off))
            .bind(json(&trace))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes that the rows of some requests are in the table.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn requests_landed(&self, ids: &[String]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for id in ids {
            sqlx::query("UPDATE requests SET landed = 1 WHERE id = $1")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

fn read_request(row: &AnyRow) -> Result<RequestRow, StoreError> {
    let ask: String = row.try_get("ask")?;
    let code: Option<String> = row.try_get("code")?;
    let text = |name: &str| row.try_get::<Option<String>, _>(name);
    let failure = match code {
        Some(code) => Some(RequestFailure {
            code,
            settle: text("settle")?.unwrap_or_default(),
            message: text("message")?.unwrap_or_default(),
            next_step: text("next_step")?.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(RequestRow {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        ask: ask
            .parse()
            .map_err(|message: String| StoreError::new(StoreErrorKind::Damaged, message))?,
        keep: text("keep_days")?.as_deref().map(from_json).transpose()?,
        state: match row.try_get::<String, _>("state")?.as_str() {
            "done" => RequestState::Done,
            "failed" => RequestState::Failed,
            _ => RequestState::Pending,
        },
        landed: row.try_get::<i64, _>("landed")? != 0,
        answered_at: row
            .try_get::<Option<i64>, _>("answered_at")?
            .map(from_micros),
        archive: text("archive")?,
        failure,
        tries: row.try_get("tries")?,
        bytes: row.try_get("bytes")?,
        rows: row.try_get("rows_read")?,
        trace: text("trace")?
            .as_deref()
            .map(from_json)
            .transpose()?
            .unwrap_or_default(),
        put_off: row.try_get("put_off")?,
    })
}
