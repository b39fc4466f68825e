//! Answers that are given again: a program that does not know whether its request came through sends it
//! once more under the same key, and nothing is made twice.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use crate::{
    Store, StoreError,
    datasets::{from_json, json},
};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// After so long a request without an answer was left by a process that is gone.
const ABANDONED: SignedDuration = SignedDuration::from_mins(10);

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Its status.
    pub status: u16,
    /// Its headers that matter, by name.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

/// What is known of a request under its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedBefore {
    /// Nothing: it is this caller's to do now.
    Never,
    /// It is being done.
    UnderWay,
    /// The key was another request's.
    Otherwise,
    /// It was answered.
    Answered(KeptAnswer),
}

impl Store {
    /// Begins a request under a key, if nobody has. `who` keeps the keys of different callers apart; the
    /// hash tells one request from another.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_request(
        &self,
        who: &str,
        key: &str,
        hash: &str,
        now: Timestamp,
    ) -> Result<AskedBefore, StoreError> {
        let before = |age| now.saturating_sub(age).unwrap_or(now).as_microsecond();
        let mut transaction = self.write("answers").await?;
        sqlx::query("DELETE FROM answers WHERE made_at < $1 OR (status IS NULL AND made_at < $2)")
            .bind(before(KEPT))
            .bind(before(ABANDONED))
            .execute(&mut *transaction)
            .await?;
        let begun = sqlx::query(
            "INSERT INTO answers (who, request_key, request_hash, made_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        )
        .bind(who)
        .bind(key)
        .bind(hash)
        .bind(now.as_microsecond())
        .execute(&mut *transaction)
        .await?;
        if begun.rows_affected() == 1 {
            transaction.commit().await?;
            return Ok(AskedBefore::Never);
        }
        let known = sqlx::query(
            "SELECT request_hash, status, headers, body FROM answers
             WHERE who = $1 AND request_key = $2",
        )
        .bind(who)
        .bind(key)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if known.try_get::<String, _>("request_hash")? != hash {
            return Ok(AskedBefore::Otherwise);
        }
        let Some(status) = known.try_get::<Option<i64>, _>("status")? else {
            return Ok(AskedBefore::UnderWay);
        };
        let text = |name: &str| known.try_get::<Option<String>, _>(name);
        Ok(AskedBefore::Answered(KeptAnswer {
            status: u16::try_from(status).unwrap_or_default(),
            headers: text("headers")?
                .as_deref()
                .map(from_json)
                .transpose()?
                .unwrap_or_default(),
            body: text("body")?.unwrap_or_default(),
        }))
    }

    /// Keeps the answer to a request that was begun.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_answer(
        &self,
        who: &str,
        key: &str,
        answer: &KeptAnswer,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE answers SET status = $3, headers = $4, body = $5
             WHERE who = $1 AND request_key = $2",
        )
        .bind(who)
        .bind(key)
        .bind(i64::from(answer.status))
        .bind(json(&answer.headers))
        .bind(&answer.body)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets a request that was begun and made nothing: the key is free again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_request(&self, who: &str, key: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM answers WHERE who = $1 AND request_key = $2 AND status IS NULL")
            .bind(who)
            .bind(key)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
