//! Drafts: what a person has typed of a DataSet that is not made yet. A draft holds no secret.

use jiff::Timestamp;
use sqlx::{Row, any::AnyRow};

use crate::{Store, StoreError, time::from_micros};

/// How many drafts of one person are kept.
const KEPT: i64 = 20;

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its lasting id.
    pub id: String,
    /// What was typed, as whoever saved it wrote it.
    pub fields: String,
    /// When.
    pub saved_at: Timestamp,
}

impl Store {
    /// Keeps what a person has typed. A draft of somebody else with that id stays as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_draft(
        &self,
        id: &str,
        person: &str,
        fields: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO drafts (id, person, fields, saved_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE SET fields = excluded.fields, saved_at = excluded.saved_at
             WHERE drafts.person = excluded.person",
        )
        .bind(id)
        .bind(person)
        .bind(fields)
        .bind(now.as_microsecond())
        .execute(&self.pool)
        .await?;
        sqlx::query(
            "DELETE FROM drafts WHERE person = $1 AND id NOT IN
             (SELECT id FROM drafts WHERE person = $1 ORDER BY saved_at DESC LIMIT $2)",
        )
        .bind(person)
        .bind(KEPT)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A person's draft.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn draft(&self, id: &str, person: &str) -> Result<Option<Draft>, StoreError> {
        let row = sqlx::query("SELECT * FROM drafts WHERE id = $1 AND person = $2")
            .bind(id)
            .bind(person)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// A person's newest draft.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_draft(&self, person: &str) -> Result<Option<Draft>, StoreError> {
        let row =
            sqlx::query("SELECT * FROM drafts WHERE person = $1 ORDER BY saved_at DESC LIMIT 1")
                .bind(person)
                .fetch_optional(&self.pool)
                .await?;
        row.as_ref().map(read).transpose()
    }

    /// Forgets a person's draft, if it is there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_draft(&self, id: &str, person: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM drafts WHERE id = $1 AND person = $2")
            .bind(id)
            .bind(person)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn read(row: &AnyRow) -> Result<Draft, StoreError> {
    Ok(Draft {
        id: row.try_get("id")?,
        fields: row.try_get("fields")?,
        saved_at: from_micros(row.try_get("saved_at")?),
    })
}
