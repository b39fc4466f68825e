//! Who is signed in: sessions, the one-time links that begin one, and sign-ins that are out at an OpenID
//! Connect issuer.

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use sqlx::{Row, any::AnyRow};

use crate::{Pass, Person, Store, StoreError, new_id, people, time::from_micros};

/// A session ends when it was not used for so long.
const IDLE: SignedDuration = SignedDuration::from_hours(12);

/// It ends after so long in any case.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// That it is used is noted no more often than this: a page is many requests.
const NOTE_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its lasting id; it lets nobody in.
    pub id: String,
    /// Whose it is.
    pub person: Person,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    pub last_seen: Timestamp,
    /// When it ends if it is not used.
    pub idle_until: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
    /// What the browser called itself.
    pub agent: String,
    /// Where it came from.
    pub address: String,
}

/// A session that begins.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// What the browser will show.
    pub pass: &'a Pass,
    /// Whose it is.
    pub person_id: &'a str,
    /// What the browser calls itself.
    pub agent: &'a str,
    /// Where it comes from.
    pub address: &'a str,
}

impl Store {
    /// How long sessions live: unused, and in any case.
    pub const SESSION_TIMES: (SignedDuration, SignedDuration) = (IDLE, LONGEST);

    /// Begins a session. What has ended is forgotten on the way.
    ///
    /// # Errors
    /// When there is no such person any more.
    pub async fn begin_session(
        &self,
        new: &NewSession<'_>,
        now: Timestamp,
    ) -> Result<Session, StoreError> {
        let later = |by| now.saturating_add(by).unwrap_or(Timestamp::MAX);
        sqlx::query("DELETE FROM sessions WHERE idle_until <= $1 OR ends_at <= $1")
            .bind(now.as_microsecond())
            .execute(&self.pool)
            .await?;
        sqlx::query(
            "INSERT INTO sessions (id, hash, person_id, created_at, last_seen, idle_until, ends_at,
             agent, address) VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)",
        )
        .bind(new_id())
        .bind(new.pass.hash())
        .bind(new.person_id)
        .bind(now.as_microsecond())
        .bind(later(IDLE).as_microsecond())
        .bind(later(LONGEST).as_microsecond())
        .bind(new.agent)
        .bind(new.address)
        .execute(&self.pool)
        .await?;
        sqlx::query("UPDATE people SET last_seen = $2 WHERE id = $1")
            .bind(new.person_id)
            .bind(now.as_microsecond())
            .execute(&self.pool)
            .await?;
        let session = self.session(new.pass, now).await?;
        session.ok_or_else(|| StoreError::from(sqlx::Error::RowNotFound))
    }

    /// The session of whoever shows a pass; none when there is none, or it has ended. That it is used is
    /// noted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(
        &self,
        pass: &Pass,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let row = sqlx::query(
            "SELECT people.*, sessions.id AS session_id, sessions.created_at AS session_began,
             sessions.last_seen AS session_seen, idle_until, ends_at, agent, address
             FROM sessions JOIN people ON people.id = person_id
             WHERE hash = $1 AND idle_until > $2 AND ends_at > $2",
        )
        .bind(pass.hash())
        .bind(now.as_microsecond())
        .fetch_optional(&self.pool)
        .await?;
        let Some(session) = row.map(|row| read(&row)).transpose()? else {
            return Ok(None);
        };
        if now.duration_since(session.last_seen) >= NOTE_EVERY {
            let idle_until = now.saturating_add(IDLE).unwrap_or(Timestamp::MAX);
            sqlx::query("UPDATE sessions SET last_seen = $2, idle_until = $3 WHERE id = $1")
                .bind(&session.id)
                .bind(now.as_microsecond())
                .bind(idle_until.as_microsecond())
                .execute(&self.pool)
                .await?;
            sqlx::query("UPDATE people SET last_seen = $2 WHERE id = $1")
                .bind(&session.person.id)
                .bind(now.as_microsecond())
                .execute(&self.pool)
                .await?;
        }
        Ok(Some(session))
    }

    /// The sessions that have not ended, the last used first; of one person or of all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(
        &self,
        person_id: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Session>, StoreError> {
        let rows = sqlx::query(
            "SELECT people.*, sessions.id AS session_id, sessions.created_at AS session_began,
             sessions.last_seen AS session_seen, idle_until, ends_at, agent, address
             FROM sessions JOIN people ON people.id = person_id
             WHERE idle_until > $1 AND ends_at > $1 AND ($2 = '' OR person_id = $2)
             ORDER BY sessions.last_seen DESC, sessions.id",
        )
        .bind(now.as_microsecond())
        .bind(person_id.unwrap_or_default())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Ends a session. False when it had ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, id: &str) -> Result<bool, StoreError> {
        let ended = sqlx::query("DELETE FROM sessions WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(ended.rows_affected() == 1)
    }

    /// Makes a link that lets in whoever shows it first, until a time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_link(&self, pass: &Pass, expires_at: Timestamp) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO one_time_links (hash, expires_at) VALUES ($1, $2)")
            .bind(pass.hash())
            .bind(expires_at.as_microsecond())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Uses a link up. Of several that show it one gets in; false for the others.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_link(&self, pass: &Pass, now: Timestamp) -> Result<bool, StoreError> {
        let used = sqlx::query("DELETE FROM one_time_links WHERE hash = $1 AND expires_at > $2")
            .bind(pass.hash())
            .bind(now.as_microsecond())
            .execute(&self.pool)
            .await?;
        sqlx::query("DELETE FROM one_time_links WHERE expires_at <= $1")
            .bind(now.as_microsecond())
            .execute(&self.pool)
            .await?;
        Ok(used.rows_affected() == 1)
    }

    /// Keeps what a sign-in needs when it comes back from the issuer, sealed, until a time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_return(
        &self,
        state: &Pass,
        what: &SecretString,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let hash = state.hash();
        let sealed = self.key.seal(&hash, what)?;
        sqlx::query("INSERT INTO sign_in_returns (hash, sealed, expires_at) VALUES ($1, $2, $3)")
            .bind(hash)
            .bind(sealed)
            .bind(expires_at.as_microsecond())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Takes what was kept for a sign-in that comes back; once.
    ///
    /// # Errors
    /// When the database fails, or the key is not the one that sealed it.
    pub async fn take_return(
        &self,
        state: &Pass,
        now: Timestamp,
    ) -> Result<Option<SecretString>, StoreError> {
        let hash = state.hash();
        let sealed: Option<String> = sqlx::query_scalar(
            "DELETE FROM sign_in_returns WHERE hash = $1 AND expires_at > $2 RETURNING sealed",
        )
        .bind(&hash)
        .bind(now.as_microsecond())
        .fetch_optional(&self.pool)
        .await?;
        sqlx::query("DELETE FROM sign_in_returns WHERE expires_at <= $1")
            .bind(now.as_microsecond())
            .execute(&self.pool)
            .await?;
        sealed
            .map(|sealed| self.key.open(&hash, &sealed))
            .transpose()
    }
}

fn read(row: &AnyRow) -> Result<Session, StoreError> {
    let moment = |name: &str| row.try_get::<i64, _>(name).map(from_micros);
    Ok(Session {
        id: row.try_get("session_id")?,
        person: people::read(row)?,
        created_at: moment("session_began")?,
        last_seen: moment("session_seen")?,
        idle_until: moment("idle_until")?,
        ends_at: moment("ends_at")?,
        agent: row.try_get("agent")?,
        address: row.try_get("address")?,
    })
}
