//! Who changed what, and when. What is written is not changed; it is forgotten after two years.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use crate::{Store, StoreError, new_id, time::from_micros};

/// Entries are kept for so long.
const KEPT: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);

/// By what way somebody changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Through {
    /// On a page.
    Page,
    /// By the API.
    Api,
    /// By the command.
    Command,
}

impl Through {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Command => "command",
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "api" => Self::Api,
            "command" => Self::Command,
            _ => Self::Page,
        }
    }
}

/// Something that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Its lasting id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Whose doing it was, by the name of that time.
    pub who: String,
    /// The person's lasting id, if it was a person.
    pub person_id: Option<String>,
    /// By what way.
    pub through: Through,
    /// From where.
    pub address: String,
    /// What was done, in a stable word: `dataset.edited`.
    pub what: String,
    /// The lasting id of what it was done to.
    pub subject_id: String,
    /// Its name at the time.
    pub subject: String,
    /// What is worth knowing beside.
    pub detail: String,
}

/// Something to write down.
#[derive(Debug, Clone, Copy)]
pub struct NewAuditEntry<'a> {
    /// Whose doing it is.
    pub who: &'a str,
    /// The person's lasting id, if it is a person.
    pub person_id: Option<&'a str>,
    /// By what way.
    pub through: Through,
    /// From where.
    pub address: &'a str,
    /// What was done, in a stable word: `dataset.edited`.
    pub what: &'a str,
    /// The lasting id of what it was done to.
    pub subject_id: &'a str,
    /// Its name.
    pub subject: &'a str,
    /// What is worth knowing beside; never a secret.
    pub detail: &'a str,
}

/// Which entries are asked for; an empty text asks for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Words in who, what, the subject or the detail.
    pub words: String,
    /// Whose doing it was.
    pub who: String,
    /// The first part of what was done: `dataset`.
    pub kind: String,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// Where a page of entries ends, for the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPlace {
    /// The last entry's time.
    pub at: Timestamp,
    /// Its id.
    pub id: String,
}

impl Store {
    /// Writes down what somebody did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_change(
        &self,
        new: &NewAuditEntry<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO audit (id, at, who, person_id, through, address, what, subject_id, subject,
             detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(new_id())
        .bind(now.as_microsecond())
        .bind(new.who)
        .bind(new.person_id)
        .bind(new.through.as_str())
        .bind(new.address)
        .bind(new.what)
        .bind(new.subject_id)
        .bind(new.subject)
        .bind(new.detail)
        .execute(&self.pool)
        .await?;
        let forgotten = now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
        sqlx::query("DELETE FROM audit WHERE at < $1")
            .bind(forgotten.as_microsecond())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The entries that a filter asks for, the newest first, from a place on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        after: Option<&AuditPlace>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let bounds = Bounds::of(filter);
        let rows = sqlx::query(
            "SELECT * FROM audit
             WHERE (LOWER(who) LIKE $1 ESCAPE '!' OR LOWER(what) LIKE $1 ESCAPE '!'
                    OR LOWER(subject) LIKE $1 ESCAPE '!' OR LOWER(detail) LIKE $1 ESCAPE '!')
               AND ($2 = '' OR who = $2) AND what LIKE $3 ESCAPE '!' AND at >= $4 AND at < $5
               AND (at < $6 OR (at = $6 AND id < $7))
             ORDER BY at DESC, id DESC LIMIT $8",
        )
        .bind(bounds.words)
        .bind(&filter.who)
        .bind(bounds.kind)
        .bind(bounds.since)
        .bind(bounds.until)
        .bind(after.map_or(i64::MAX, |place| place.at.as_microsecond()))
        .bind(after.map_or("", |place| place.id.as_str()))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// How many entries a filter asks for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_count(&self, filter: &AuditFilter) -> Result<u64, StoreError> {
        let bounds = Bounds::of(filter);
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM audit
             WHERE (LOWER(who) LIKE $1 ESCAPE '!' OR LOWER(what) LIKE $1 ESCAPE '!'
                    OR LOWER(subject) LIKE $1 ESCAPE '!' OR LOWER(detail) LIKE $1 ESCAPE '!')
               AND ($2 = '' OR who = $2) AND what LIKE $3 ESCAPE '!' AND at >= $4 AND at < $5",
        )
        .bind(bounds.words)
        .bind(&filter.who)
        .bind(bounds.kind)
        .bind(bounds.since)
        .bind(bounds.until)
        .fetch_one(&self.pool)
        .await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Everybody whose doing is written down, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_people(&self) -> Result<Vec<String>, StoreError> {
        let names = sqlx::query_scalar("SELECT DISTINCT who FROM audit ORDER BY who")
            .fetch_all(&self.pool)
            .await?;
        Ok(names)
    }

    /// The last entries about one thing, the newest first: who removed it, who changed it before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_of(
        &self,
        subject_id: &str,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM audit WHERE subject_id = $1 ORDER BY at DESC, id DESC LIMIT $2",
        )
        .bind(subject_id)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }
}

/// A filter as the database compares.
struct Bounds {
    words: String,
    kind: String,
    since: i64,
    until: i64,
}

impl Bounds {
    fn of(filter: &AuditFilter) -> Self {
        Self {
            words: format!("%{}%", literally(&filter.words.trim().to_lowercase())),
            kind: match filter.kind.as_str() {
                "" => "%".into(),
                kind => format!("{}.%", literally(kind)),
            },
            since: filter.since.map_or(i64::MIN, Timestamp::as_microsecond),
            until: filter.until.map_or(i64::MAX, Timestamp::as_microsecond),
        }
    }
}

/// A text in which no sign stands for others.
fn literally(text: &str) -> String {
    text.replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_")
}

fn read(row: &AnyRow) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        id: row.try_get("id")?,
        at: from_micros(row.try_get("at")?),
        who: row.try_get("who")?,
        person_id: row.try_get("person_id")?,
        through: Through::read(&row.try_get::<String, _>("through")?),
        address: row.try_get("address")?,
        what: row.try_get("what")?,
        subject_id: row.try_get("subject_id")?,
        subject: row.try_get("subject")?,
        detail: row.try_get("detail")?,
    })
}
