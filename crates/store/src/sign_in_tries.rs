//! How often somebody tried a password: for a name and for an address, so that guessing takes for ever.
//! Kept here, for several processes may answer.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;

use crate::{Store, StoreError, time::from_micros};

/// So many wrong passwords cost nothing.
const FREE: i64 = 5;

/// The first wait; each further wrong password doubles it.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);

/// The longest wait: whoever forgot a password is not shut out for a day by somebody who guesses.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(30);

/// Wrong passwords are forgotten after so long without another.
const FORGET_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Whether a password may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TryAnswer {
    /// Now; so many more after it before there is a wait.
    Go(u32),
    /// Not before.
    Wait(Timestamp),
}

impl Store {
    /// Takes a try for some subjects, such as a name and an address, if none of them has to wait. It is
    /// counted before the password is looked at: a thousand that come at once are not all let through.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_try(
        &self,
        subjects: &[&str],
        now: Timestamp,
    ) -> Result<TryAnswer, StoreError> {
        let forgotten = now.saturating_sub(FORGET_AFTER).unwrap_or(Timestamp::MIN);
        let mut transaction = self.write("sign-in tries").await?;
        sqlx::query("DELETE FROM sign_in_tries WHERE last_at <= $1")
            .bind(forgotten.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        let mut tries = Vec::with_capacity(subjects.len());
        let mut closed: Option<Timestamp> = None;
        for subject in subjects {
            let row =
                sqlx::query("SELECT tries, closed_until FROM sign_in_tries WHERE subject = $1")
                    .bind(subject)
                    .fetch_optional(&mut *transaction)
                    .await?;
            let Some(row) = row else {
                tries.push(0);
                continue;
            };
            tries.push(row.try_get::<i64, _>("tries")?);
            let until = row.try_get::<Option<i64>, _>("closed_until")?;
            closed = closed.max(until.map(from_micros).filter(|until| *until > now));
        }
        if let Some(until) = closed {
            return Ok(TryAnswer::Wait(until));
        }
        for (subject, before) in subjects.iter().zip(&tries) {
            sqlx::query(
                "INSERT INTO sign_in_tries (subject, tries, last_at, closed_until)
                 VALUES ($1, $2, $3, $4) ON CONFLICT (subject) DO UPDATE SET
                 tries = excluded.tries, last_at = excluded.last_at,
                 closed_until = excluded.closed_until",
            )
            .bind(subject)
            .bind(before + 1)
            .bind(now.as_microsecond())
            .bind(wait_after(before + 1).and_then(|wait| {
                let until = now.saturating_add(wait).ok()?;
                Some(until.as_microsecond())
            }))
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        let most = tries.into_iter().max().unwrap_or_default();
        let left = (FREE - most - 1).max(0);
        Ok(TryAnswer::Go(u32::try_from(left).unwrap_or_default()))
    }

    /// Forgets the tries for a subject: the password was right.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_tries(&self, subjects: &[&str]) -> Result<(), StoreError> {
        for subject in subjects {
            sqlx::query("DELETE FROM sign_in_tries WHERE subject = $1")
                .bind(subject)
                .execute(&self.pool)
                .await?;
        }
        Ok(())
    }
}

/// How long to wait after so many tries.
fn wait_after(tries: i64) -> Option<SignedDuration> {
    let doublings = u32::try_from(tries - FREE).ok()?.min(16);
    Some((FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT))
}
