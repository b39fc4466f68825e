//! Questions in SQL that somebody keeps, for everybody who may look.

use jiff::Timestamp;
use sqlx::{Row, any::AnyRow};

use crate::{
    Store, StoreError, StoreErrorKind, accounts::usable_name, name_key, new_id, time::from_micros,
};

/// What messages call it.
const WHAT: &str = "saved query";

/// A question that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its lasting id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The SQL.
    pub question: String,
    /// Who keeps it.
    pub person: String,
    /// When it was saved last.
    pub saved_at: Timestamp,
}

impl Store {
    /// All questions, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn questions(&self) -> Result<Vec<Question>, StoreError> {
        let rows = sqlx::query("SELECT * FROM questions ORDER BY name_key")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read_question).collect()
    }

    /// One question.
    ///
    /// # Errors
    /// [`StoreErrorKind::NotFound`] when there is none.
    pub async fn question(&self, id: &str) -> Result<Question, StoreError> {
        let row = sqlx::query("SELECT * FROM questions WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref()
            .map(read_question)
            .transpose()?
            .ok_or_else(gone)
    }

    /// Keeps a question.
    ///
    /// # Errors
    /// [`StoreErrorKind::Taken`] when there is one of this name, [`StoreErrorKind::BadName`] when the name
    /// is none.
    pub async fn keep_question(
        &self,
        name: &str,
        question: &str,
        person: &str,
        now: Timestamp,
    ) -> Result<Question, StoreError> {
        let name = usable_name(WHAT, name)?;
        let id = new_id();
        sqlx::query(
            "INSERT INTO questions (id, name, name_key, question, person, saved_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&id)
        .bind(name)
        .bind(name_key(name))
        .bind(question)
        .bind(person)
        .bind(now.as_microsecond())
        .execute(&self.pool)
        .await
        .map_err(|error| StoreError::from(error).taken(WHAT, name))?;
        self.question(&id).await
    }

    /// Puts other SQL under the name of a question.
    ///
    /// # Errors
    /// [`StoreErrorKind::NotFound`] when there is none.
    pub async fn change_question(
        &self,
        id: &str,
        question: &str,
        person: &str,
        now: Timestamp,
    ) -> Result<Question, StoreError> {
        sqlx::query("UPDATE questions SET question = $2, person = $3, saved_at = $4 WHERE id = $1")
            .bind(id)
            .bind(question)
            .bind(person)
            .bind(now.as_microsecond())
            .execute(&self.pool)
            .await?;
        self.question(id).await
    }

    /// Gives a question another name.
    ///
    /// # Errors
    /// As [`Store::keep_question`], and [`StoreErrorKind::NotFound`] when there is none.
    pub async fn rename_question(&self, id: &str, name: &str) -> Result<Question, StoreError> {
        let name = usable_name(WHAT, name)?;
        sqlx::query("UPDATE questions SET name = $2, name_key = $3 WHERE id = $1")
            .bind(id)
            .bind(name)
            .bind(name_key(name))
            .execute(&self.pool)
            .await
            .map_err(|error| StoreError::from(error).taken(WHAT, name))?;
        self.question(id).await
    }

    /// Forgets a question.
    ///
    /// # Errors
    /// [`StoreErrorKind::NotFound`] when there is none.
    pub async fn forget_question(&self, id: &str) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM questions WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        match done.rows_affected() {
            0 => Err(gone()),
            _ => Ok(()),
        }
    }
}

fn gone() -> StoreError {
    StoreError::new(
        StoreErrorKind::NotFound,
        "this saved query is not there any more",
    )
}

fn read_question(row: &AnyRow) -> Result<Question, StoreError> {
    Ok(Question {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        question: row.try_get("question")?,
        person: row.try_get("person")?,
        saved_at: from_micros(row.try_get("saved_at")?),
    })
}
