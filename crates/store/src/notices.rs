//! What people are told: where to, what, and whether it got there. A notice stands until what it says is
//! over, and is told once.

use jiff::Timestamp;
use secrecy::SecretString;
use sqlx::{Row, any::AnyRow};

use crate::{Store, StoreError, accounts::usable_name, name_key, new_id, time::from_micros};

/// A place where notices go. How it is reached is sealed: its address may be a secret.
#[derive(Debug, Clone)]
pub struct NoticeChannel {
    /// Its lasting id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it is reached, as whoever made it wrote it.
    pub how: SecretString,
}

/// A notice that is to be brought to a channel.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The notice's id.
    pub notice_id: String,
    /// What it says, as whoever made it wrote it.
    pub body: String,
    /// Where to.
    pub channel: NoticeChannel,
    /// How often it was tried.
    pub attempt: i64,
}

impl Store {
    /// Makes a channel.
    ///
    /// # Errors
    /// When the name is taken or cannot be used.
    pub async fn add_channel(
        &self,
        name: &str,
        how: &SecretString,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let name = usable_name("channel", name)?;
        let id = new_id();
        sqlx::query(
            "INSERT INTO channels (id, name, name_key, sealed, created_at)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&id)
        .bind(name)
        .bind(name_key(name))
        .bind(self.key.seal(&id, how)?)
        .bind(now.as_microsecond())
        .execute(&self.pool)
        .await
        .map_err(|error| StoreError::from(error).taken("channel", name))?;
        Ok(())
    }

    /// All channels, by name.
    ///
    /// # Errors
    /// When the database fails, or the key is not the one that sealed them.
    pub async fn channels(&self) -> Result<Vec<NoticeChannel>, StoreError> {
        let rows =
            sqlx::query("SELECT id AS channel_id, name, sealed FROM channels ORDER BY name_key")
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(|row| self.read_channel(row)).collect()
    }

    /// Removes a channel, and what was to be brought there.
    ///
    /// # Errors
    /// When there is none; the message names the nearest.
    pub async fn remove_channel(&self, name: &str) -> Result<(), StoreError> {
        let removed = sqlx::query("DELETE FROM channels WHERE name_key = $1")
            .bind(name_key(name))
            .execute(&self.pool)
            .await?;
        if removed.rows_affected() == 1 {
            return Ok(());
        }
        let names: Vec<String> = sqlx::query_scalar("SELECT name FROM channels")
            .fetch_all(&self.pool)
            .await?;
        Err(StoreError::not_found("channel", name, &names))
    }

    /// Begins to tell something of a subject, to all channels. False when it stands already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn raise_notice(
        &self,
        subject: &str,
        kind: &str,
        body: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // A subject begins with the id of what it is about. A DataSet may have chosen its channels.
        let about = subject.split('/').next().unwrap_or(subject);
        let chosen: Option<String> =
            sqlx::query_scalar::<_, Option<String>>("SELECT notify FROM datasets WHERE id = $1")
                .bind(about)
                .fetch_optional(&self.pool)
                .await?
                .flatten();
        let mut transaction = self.write(subject).await?;
        let id = new_id();
        let raised = sqlx::query(
            "INSERT INTO notices (id, subject, kind, body, made_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
        )
        .bind(&id)
        .bind(subject)
        .bind(kind)
        .bind(body)
        .bind(now.as_microsecond())
        .execute(&mut *transaction)
        .await?;
        // To every channel that does not have it: of one that stands already, those made since.
        sqlx::query(
            "INSERT INTO deliveries (notice_id, channel_id, due_at, attempt, state)
             SELECT notices.id, channels.id, $3, 0, 'waiting' FROM notices, channels
             WHERE subject = $1 AND kind = $2 AND ended_at IS NULL AND NOT EXISTS (
             SELECT 1 FROM deliveries WHERE notice_id = notices.id AND channel_id = channels.id)
             AND ($4 = '*' OR $4 LIKE '%' || channels.id || '%')",
        )
        .bind(subject)
        .bind(kind)
        .bind(now.as_microsecond())
        .bind(chosen.as_deref().unwrap_or("*"))
        .execute(&mut *transaction)
        .await?;
        // And once more to those that could not be reached.
        sqlx::query(
            "UPDATE deliveries SET state = 'waiting', attempt = 0, due_at = $3
             WHERE state = 'failed' AND notice_id IN (SELECT id FROM notices
             WHERE subject = $1 AND kind = $2 AND ended_at IS NULL)",
        )
        .bind(subject)
        .bind(kind)
        .bind(now.as_microsecond())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(raised.rows_affected() == 1)
    }

    /// Ends what stands of a subject: it is over. What stood, if it did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_notice(
        &self,
        subject: &str,
        kind: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let ended = sqlx::query(
            "UPDATE notices SET ended_at = $3
             WHERE subject = $1 AND kind = $2 AND ended_at IS NULL RETURNING id, body",
        )
        .bind(subject)
        .bind(kind)
        .bind(now.as_microsecond())
        .fetch_optional(&self.pool)
        .await?;
        let Some(ended) = ended else {
            return Ok(None);
        };
        // What was tried and did not get through would arrive after the word that it is over.
        sqlx::query(
            "UPDATE deliveries SET state = 'failed', message = 'it was over before it got through'
             WHERE notice_id = $1 AND state = 'waiting' AND attempt > 0",
        )
        .bind(ended.try_get::<String, _>("id")?)
        .execute(&self.pool)
        .await?;
        Ok(Some(ended.try_get("body")?))
    }

    /// Takes what is to be brought now; nobody else gets it for some minutes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_deliveries(&self, now: Timestamp) -> Result<Vec<Delivery>, StoreError> {
        const AGAIN: i64 = 5 * 60 * 1_000_000;
        let mut transaction = self.write("deliveries").await?;
        let rows = sqlx::query(
            "SELECT notice_id, channel_id, attempt, notices.body AS body, channels.name AS name,
             channels.sealed AS sealed FROM deliveries
             JOIN notices ON notices.id = notice_id JOIN channels ON channels.id = channel_id
             WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at LIMIT 100",
        )
        .bind(now.as_microsecond())
        .fetch_all(&mut *transaction)
        .await?;
        let mut taken = Vec::with_capacity(rows.len());
        for row in &rows {
            let channel = match self.read_channel(row) {
                Ok(channel) => channel,
                // Sealed with another key: this one alone cannot be told.
                Err(error) => {
                    sqlx::query(
                        "UPDATE deliveries SET state = 'failed', message = $3
                         WHERE notice_id = $1 AND channel_id = $2",
                    )
                    .bind(row.try_get::<String, _>("notice_id")?)
                    .bind(row.try_get::<String, _>("channel_id")?)
                    .bind(error.to_string())
                    .execute(&mut *transaction)
                    .await?;
                    continue;
                }
            };
            let delivery = Delivery {
                notice_id: row.try_get("notice_id")?,
                body: row.try_get("body")?,
                channel,
                attempt: row.try_get("attempt")?,
            };
            sqlx::query(
                "UPDATE deliveries SET due_at = $3, attempt = attempt + 1
                 WHERE notice_id = $1 AND channel_id = $2",
            )
            .bind(&delivery.notice_id)
            .bind(&delivery.channel.id)
            .bind(now.as_microsecond() + AGAIN)
            .execute(&mut *transaction)
            .await?;
            taken.push(delivery);
        }
        transaction.commit().await?;
        Ok(taken)
    }

    /// Notes how a delivery went: done, given up with a reason, or to be tried again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_delivery(
        &self,
        delivery: &Delivery,
        again_at: Option<Timestamp>,
        problem: Option<&str>,
    ) -> Result<(), StoreError> {
        let state = match (again_at, problem) {
            (Some(_), _) => "waiting",
            (None, Some(_)) => "failed",
            (None, None) => "sent",
        };
        sqlx::query(
            "UPDATE deliveries SET state = $3, due_at = COALESCE($4, due_at), message = $5
             WHERE notice_id = $1 AND channel_id = $2",
        )
        .bind(&delivery.notice_id)
        .bind(&delivery.channel.id)
        .bind(state)
        .bind(again_at.map(Timestamp::as_microsecond))
        .bind(problem)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The newest notices: when, of what kind, what, and since when it is over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notices(&self, limit: u32) -> Result<Vec<StandingNotice>, StoreError> {
        let rows = sqlx::query("SELECT * FROM notices ORDER BY made_at DESC, id DESC LIMIT $1")
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
        let mut notices = Vec::with_capacity(rows.len());
        for row in &rows {
            notices.push(StandingNotice {
                kind: row.try_get("kind")?,
                body: row.try_get("body")?,
                made_at: from_micros(row.try_get("made_at")?),
                ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(from_micros),
                deliveries: self.deliveries_of(&row.try_get::<String, _>("id")?).await?,
            });
        }
        Ok(notices)
    }

    async fn deliveries_of(&self, notice_id: &str) -> Result<Vec<Delivered>, StoreError> {
        let rows = sqlx::query(
            "SELECT channels.name AS name, state, attempt, message FROM deliveries
             JOIN channels ON channels.id = channel_id WHERE notice_id = $1 ORDER BY name",
        )
        .bind(notice_id)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Delivered {
                    channel: row.try_get("name")?,
                    state: row.try_get("state")?,
                    attempts: row.try_get("attempt")?,
                    message: row.try_get("message")?,
                })
            })
            .collect()
    }

    fn read_channel(&self, row: &AnyRow) -> Result<NoticeChannel, StoreError> {
        let id: String = row.try_get("channel_id")?;
        let sealed: String = row.try_get("sealed")?;
        Ok(NoticeChannel {
            how: self.key.open(&id, &sealed)?,
            name: row.try_get("name")?,
            id,
        })
    }
}

/// Something that people were told.
#[derive(Debug, Clone)]
pub struct StandingNotice {
    /// Its kind.
    pub kind: String,
    /// What it says, as whoever made it wrote it.
    pub body: String,
    /// When.
    pub made_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// How it went to each channel.
    pub deliveries: Vec<Delivered>,
}

/// How a notice went to a channel.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Delivered {
    /// The channel's name.
    pub channel: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// What went wrong last.
    pub message: Option<String>,
}
