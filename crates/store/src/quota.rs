//! The quota's windows: when each report function was asked, by whom. Kept here so that restarts and
//! other workers respect them.

use jiff::{SignedDuration, Timestamp};

use crate::{Store, StoreError, time::from_micros};

/// So many requests in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaRule {
    /// How many requests.
    pub requests: u32,
    /// In how long.
    pub window: SignedDuration,
}

/// Whether a request may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuotaAnswer {
    /// Now, under this ticket.
    Go(i64),
    /// Not before.
    Wait(Timestamp),
}

/// How long a place is remembered after it was given back: its request may still be answered, and
/// counts from then.
const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_hours(1);

impl Store {
    /// Takes a place in the window of a key, if one is free.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_quota(
        &self,
        key: &str,
        rule: QuotaRule,
        now: Timestamp,
    ) -> Result<QuotaAnswer, StoreError> {
        if let Some(until) = self.blocked_until(key).await?
            && until > now
        {
            return Ok(QuotaAnswer::Wait(until));
        }
        let window_began = now.saturating_sub(rule.window).unwrap_or(Timestamp::MIN);
        sqlx::query("DELETE FROM quota WHERE quota_key = $1 AND at <= $2")
            .bind(key)
            .bind(
                window_began
                    .saturating_sub(ANSWERED_WITHIN)
                    .unwrap_or(Timestamp::MIN)
                    .as_microsecond(),
            )
            .execute(&self.pool)
            .await?;
        let ticket = new_ticket();
        // Counting and taking with nobody beside: two processes never take the last place together.
        let mut transaction = self.write(key).await?;
        let taken = sqlx::query(
            "INSERT INTO quota (id, quota_key, at) SELECT $1, $2, $3
             WHERE (SELECT COUNT(*) FROM quota
                    WHERE quota_key = $2 AND at > $4 AND at <= $6) < $5",
        )
        .bind(ticket)
        .bind(key)
        .bind(now.as_microsecond())
        .bind(window_began.as_microsecond())
        .bind(i64::from(rule.requests))
        .bind(window_ends(rule, now))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if taken.rows_affected() == 1 {
            return Ok(QuotaAnswer::Go(ticket));
        }
        let free = self.next_free(key, rule, now).await?;
        // Never now: a caller that asks again at once would spin.
        let soon = now
            .saturating_add(SignedDuration::from_millis(50))
            .unwrap_or(now);
        Ok(QuotaAnswer::Wait(free.max(soon)))
    }

    /// Moves a ticket to when its answer came: Microsoft counts a request when it arrives, which is
    /// between our asking and its answer. Counting from the answer is never too early.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn quota_answered(&self, ticket: i64, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE quota SET at = $2 WHERE id = $1")
            .bind(ticket)
            .bind(at.as_microsecond())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Notes that a key must not be used before a time: Microsoft said so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn block_quota(&self, key: &str, until: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO quota_blocks (quota_key, until_at) VALUES ($1, $2)
             ON CONFLICT (quota_key) DO UPDATE SET until_at = excluded.until_at
             WHERE excluded.until_at > quota_blocks.until_at",
        )
        .bind(key)
        .bind(until.as_microsecond())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// When the places of a key were taken, the oldest first, as far as the window reaches.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn quota_taken(
        &self,
        key: &str,
        rule: QuotaRule,
        now: Timestamp,
    ) -> Result<Vec<Timestamp>, StoreError> {
        let window_began = now.saturating_sub(rule.window).unwrap_or(Timestamp::MIN);
        let times: Vec<i64> = sqlx::query_scalar(
            "SELECT at FROM quota WHERE quota_key = $1 AND at > $2 AND at <= $3 ORDER BY at",
        )
        .bind(key)
        .bind(window_began.as_microsecond())
        .bind(window_ends(rule, now))
        .fetch_all(&self.pool)
        .await?;
        Ok(times.into_iter().map(from_micros).collect())
    }

    async fn next_free(
        &self,
        key: &str,
        rule: QuotaRule,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let taken = self.quota_taken(key, rule, now).await?;
        // The place that must be given back before fewer than the limit are taken.
        let back = taken.len().saturating_sub(rule.requests.max(1) as usize);
        let freed = taken.get(back).copied().unwrap_or(now);
        Ok(freed.saturating_add(rule.window).unwrap_or(freed))
    }

    async fn blocked_until(&self, key: &str) -> Result<Option<Timestamp>, StoreError> {
        let until: Option<i64> =
            sqlx::query_scalar("SELECT until_at FROM quota_blocks WHERE quota_key = $1")
                .bind(key)
                .fetch_optional(&self.pool)
                .await?;
        Ok(until.map(from_micros))
    }
}

/// Another machine's clock may be ahead; what is later than a window from now was written before our
/// own clock was set back, and would hold everything up until then.
fn window_ends(rule: QuotaRule, now: Timestamp) -> i64 {
    now.saturating_add(rule.window)
        .unwrap_or(Timestamp::MAX)
        .as_microsecond()
}

fn new_ticket() -> i64 {
    rand::random_range(0..i64::MAX)
}
