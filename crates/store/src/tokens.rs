//! API tokens: what lets a program in, how far, and until when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use crate::{
    Pass, Role, Store, StoreError, StoreErrorKind, accounts::usable_name, name_key, new_id,
    time::from_micros,
};

/// How many letters of a token are kept, so that a person knows it again.
const BEGINNING: usize = 8;

/// How far a token reaches; each reaches as far as those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Read DataSets, rows, coverage and runs.
    Read,
    /// Start, cancel and retry runs.
    Run,
    /// Everything.
    Admin,
}

impl Scope {
    /// All of them, the smallest first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Run, Self::Admin];

    /// The word in the database, in forms and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Run => "run",
            Self::Admin => "admin",
        }
    }

    /// The scope of a word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}

/// A token, without its word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiToken {
    /// Its lasting id.
    #[serde(skip)]
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it begins, so that a person knows it again.
    pub beginning: String,
    /// How far it reaches.
    pub scope: Scope,
    /// Who made it; none when it was made by the command.
    #[serde(rename = "made_by")]
    pub person: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used: Option<Timestamp>,
    /// From where.
    pub last_address: Option<String>,
}

/// A token to make.
#[derive(Debug)]
pub struct NewToken<'a> {
    /// Its name.
    pub name: &'a str,
    /// The word itself.
    pub pass: &'a Pass,
    /// How far it reaches.
    pub scope: Scope,
    /// Who makes it: it ends with the person.
    pub person_id: Option<&'a str>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

impl Store {
    /// Makes a token.
    ///
    /// # Errors
    /// When the name is taken or cannot be used.
    pub async fn add_token(
        &self,
        new: &NewToken<'_>,
        now: Timestamp,
    ) -> Result<ApiToken, StoreError> {
        let name = usable_name("token", new.name)?;
        let id = new_id();
        let beginning: String = new.pass.reveal().chars().take(BEGINNING).collect();
        sqlx::query(
            "INSERT INTO api_tokens (id, name, name_key, beginning, hash, scope, person_id,
             created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&id)
        .bind(name)
        .bind(name_key(name))
        .bind(beginning)
        .bind(new.pass.hash())
        .bind(new.scope.as_str())
        .bind(new.person_id)
        .bind(now.as_microsecond())
        .bind(new.expires_at.map(Timestamp::as_microsecond))
        .execute(&self.pool)
        .await
        .map_err(|error| StoreError::from(error).taken("token", name))?;
        let made = self.tokens().await?.into_iter().find(|one| one.id == id);
        made.ok_or_else(|| StoreError::from(sqlx::Error::RowNotFound))
    }

    /// All tokens, the newest first; those that have ended too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let rows = sqlx::query(
            "SELECT api_tokens.*, people.name AS person, people.role AS role FROM api_tokens
             LEFT JOIN people ON people.id = person_id
             ORDER BY api_tokens.created_at DESC, api_tokens.id DESC",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// The token that somebody shows, as far as it reaches now: no farther than whoever made it. None
    /// when there is none, or it has ended. That it is used is noted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_token(
        &self,
        pass: &Pass,
        address: &str,
        now: Timestamp,
    ) -> Result<Option<ApiToken>, StoreError> {
        const NOTE_EVERY: i64 = 60 * 1_000_000;
        let row = sqlx::query(
            "SELECT api_tokens.*, people.name AS person, people.role AS role FROM api_tokens
             LEFT JOIN people ON people.id = person_id
             WHERE hash = $1 AND (expires_at IS NULL OR expires_at > $2)",
        )
        .bind(pass.hash())
        .bind(now.as_microsecond())
        .fetch_optional(&self.pool)
        .await?;
        let Some(mut token) = row.as_ref().map(read).transpose()? else {
            return Ok(None);
        };
        let role: Option<String> = row.map(|row| row.try_get("role")).transpose()?.flatten();
        if role.is_some_and(|role| role != Role::Admin.as_str()) {
            token.scope = Scope::Read;
        }
        sqlx::query(
            "UPDATE api_tokens SET last_used = $2, last_address = $3
             WHERE id = $1 AND (last_used IS NULL OR last_used <= $4 OR last_address <> $3)",
        )
        .bind(&token.id)
        .bind(now.as_microsecond())
        .bind(address)
        .bind(now.as_microsecond() - NOTE_EVERY)
        .execute(&self.pool)
        .await?;
        Ok(Some(token))
    }

    /// Ends a token for ever: forgets it. What it was.
    ///
    /// # Errors
    /// When there is no such token.
    pub async fn revoke_token(&self, id: &str) -> Result<ApiToken, StoreError> {
        let known = self.tokens().await?.into_iter().find(|one| one.id == id);
        let removed = sqlx::query("DELETE FROM api_tokens WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        match (known, removed.rows_affected()) {
            (Some(known), 1) => Ok(known),
            _ => Err(StoreError::new(
                StoreErrorKind::NotFound,
                "there is no such token any more",
            )),
        }
    }

    /// The token with a name.
    ///
    /// # Errors
    /// When there is none; the message names the nearest.
    pub async fn token(&self, name: &str) -> Result<ApiToken, StoreError> {
        let tokens = self.tokens().await?;
        let names: Vec<String> = tokens.iter().map(|one| one.name.clone()).collect();
        tokens
            .into_iter()
            .find(|one| name_key(&one.name) == name_key(name))
            .ok_or_else(|| StoreError::not_found("token", name, &names))
    }
}

fn read(row: &AnyRow) -> Result<ApiToken, StoreError> {
    let moment = |name: &str| -> Result<Option<Timestamp>, sqlx::Error> {
        Ok(row.try_get::<Option<i64>, _>(name)?.map(from_micros))
    };
    Ok(ApiToken {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        beginning: row.try_get("beginning")?,
        // Whatever else stands there: the one that reaches least.
        scope: Scope::named(&row.try_get::<String, _>("scope")?).unwrap_or(Scope::Read),
        person: row.try_get("person")?,
        created_at: from_micros(row.try_get("created_at")?),
        expires_at: moment("expires_at")?,
        last_used: moment("last_used")?,
        last_address: row.try_get("last_address")?,
    })
}
