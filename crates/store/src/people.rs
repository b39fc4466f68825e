//! People who may sign in to the pages, and what each may do.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sqlx::{Any, Row, Transaction, any::AnyRow};

use crate::{
    Store, StoreError, StoreErrorKind, accounts::usable_name, name_key, new_id, time::from_micros,
};

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// Look.
    Viewer,
}

impl Role {
    /// The word in the database, in forms and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Viewer => "viewer",
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "admin" => Self::Admin,
            // Whatever else stands there: the one that can do less.
            _ => Self::Viewer,
        }
    }
}

/// A person, without the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The lasting id.
    #[serde(skip)]
    pub id: String,
    /// The name, which is also what one signs in with.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Whether there is a password.
    pub has_password: bool,
    /// Who that is for the OpenID Connect issuer, if the person comes from there.
    #[serde(skip)]
    pub subject: Option<String>,
    /// When the person was added.
    pub created_at: Timestamp,
    /// When the person was here last.
    pub last_seen: Option<Timestamp>,
}

/// A person to add.
#[derive(Debug)]
pub struct NewPerson<'a> {
    /// The name.
    pub name: &'a str,
    /// What the person may do.
    pub role: Role,
    /// The password's argon2id hash.
    pub password_hash: Option<&'a SecretString>,
}

impl Store {
    /// Adds a person.
    ///
    /// # Errors
    /// When the name is taken or cannot be used.
    pub async fn add_person(
        &self,
        new: &NewPerson<'_>,
        now: Timestamp,
    ) -> Result<Person, StoreError> {
        let name = usable_name("person", new.name)?;
        let id = new_id();
        sqlx::query(
            "INSERT INTO people (id, name, name_key, role, password_hash, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&id)
        .bind(name)
        .bind(name_key(name))
        .bind(new.role.as_str())
        .bind(
            new.password_hash
                .map(|hash| hash.expose_secret().to_owned()),
        )
        .bind(now.as_microsecond())
        .execute(&self.pool)
        .await
        .map_err(|error| StoreError::from(error).taken("person", name))?;
        self.person_by_id(&id).await
    }

    /// All people, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let rows = sqlx::query("SELECT * FROM people ORDER BY name_key")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }

    /// The person with a name.
    ///
    /// # Errors
    /// When there is none; the message names the nearest.
    pub async fn person(&self, name: &str) -> Result<Person, StoreError> {
        let found = sqlx::query("SELECT * FROM people WHERE name_key = $1")
            .bind(name_key(name))
            .fetch_optional(&self.pool)
            .await?;
        match found {
            Some(row) => read(&row),
            None => {
                let known = self.people().await?.into_iter();
                let known: Vec<String> = known.map(|one| one.name).collect();
                Err(StoreError::not_found("person", name, &known))
            }
        }
    }

    /// The person with an id.
    ///
    /// # Errors
    /// When there is none any more.
    pub async fn person_by_id(&self, id: &str) -> Result<Person, StoreError> {
        let row = sqlx::query("SELECT * FROM people WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        match row {
            Some(row) => read(&row),
            None => Err(StoreError::new(
                StoreErrorKind::NotFound,
                "there is no such person any more",
            )),
        }
    }

    /// The password's hash of the person with a name, to compare with; none for an unknown name as for
    /// one without a password.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn password_hash(
        &self,
        name: &str,
    ) -> Result<Option<(Person, SecretString)>, StoreError> {
        let row =
            sqlx::query("SELECT * FROM people WHERE name_key = $1 AND password_hash IS NOT NULL")
                .bind(name_key(name))
                .fetch_optional(&self.pool)
                .await?;
        row.map(|row| {
            let hash: String = row.try_get("password_hash")?;
            Ok((read(&row)?, SecretString::from(hash)))
        })
        .transpose()
    }

    /// Whether anybody signs in with a password.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_passwords(&self) -> Result<bool, StoreError> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM people WHERE password_hash IS NOT NULL")
                .fetch_one(&self.pool)
                .await?;
        Ok(count > 0)
    }

    /// The administrator whom a one-time link lets in: the first that there is, or a new one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn first_administrator(&self, now: Timestamp) -> Result<Person, StoreError> {
        let mut transaction = self.write("people").await?;
        let first = sqlx::query(
            "SELECT * FROM people WHERE role = 'admin' ORDER BY created_at, id LIMIT 1",
        )
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(first) = first {
            return read(&first);
        }
        let names: Vec<String> = sqlx::query_scalar("SELECT name_key FROM people")
            .fetch_all(&mut *transaction)
            .await?;
        let id = new_id();
        let name = free_name("you", &names);
        insert(&mut transaction, (&id, &name), Role::Admin, None, now).await?;
        transaction.commit().await?;
        self.person_by_id(&id).await
    }

    /// Notes who came from the OpenID Connect issuer, and what its word about the person is worth: added
    /// at the first time, renamed and given the new role later.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn openid_person(
        &self,
        subject: &str,
        name: &str,
        role: Role,
        now: Timestamp,
    ) -> Result<Person, StoreError> {
        let wanted = usable_name("person", name)?;
        let mut transaction = self.write("people").await?;
        let known = sqlx::query("SELECT * FROM people WHERE subject = $1")
            .bind(subject)
            .fetch_optional(&mut *transaction)
            .await?;
        let known = known.map(|row| read(&row)).transpose()?;
        // Somebody of that name who signs in with a password is somebody else.
        let others: Vec<String> = sqlx::query_scalar("SELECT name_key FROM people WHERE id <> $1")
            .bind(known.as_ref().map_or("", |one| one.id.as_str()))
            .fetch_all(&mut *transaction)
            .await?;
        let name = free_name(wanted, &others);
        let id = match known {
            Some(known) => {
                sqlx::query("UPDATE people SET name = $2, name_key = $3, role = $4 WHERE id = $1")
                    .bind(&known.id)
                    .bind(&name)
                    .bind(name_key(&name))
                    .bind(role.as_str())
                    .execute(&mut *transaction)
                    .await?;
                known.id
            }
            None => {
                let id = new_id();
                insert(&mut transaction, (&id, &name), role, Some(subject), now).await?;
                id
            }
        };
        transaction.commit().await?;
        self.person_by_id(&id).await
    }

    /// Gives a person another role.
    ///
    /// # Errors
    /// [`StoreErrorKind::InUse`] when nobody else is an administrator.
    pub async fn set_role(&self, id: &str, role: Role) -> Result<(), StoreError> {
        let mut transaction = self.write("people").await?;
        if role == Role::Viewer {
            another_administrator(&mut transaction, id).await?;
        }
        let set = sqlx::query("UPDATE people SET role = $2 WHERE id = $1")
            .bind(id)
            .bind(role.as_str())
            .execute(&mut *transaction)
            .await?;
        there_was_one(set.rows_affected())?;
        Ok(transaction.commit().await?)
    }

    /// Gives a person another password, and ends the person's sessions but one.
    ///
    /// # Errors
    /// When there is no such person any more.
    pub async fn set_password(
        &self,
        id: &str,
        hash: &SecretString,
        but_session: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write("people").await?;
        let set = sqlx::query("UPDATE people SET password_hash = $2 WHERE id = $1")
            .bind(id)
            .bind(hash.expose_secret())
            .execute(&mut *transaction)
            .await?;
        there_was_one(set.rows_affected())?;
        sqlx::query("DELETE FROM sessions WHERE person_id = $1 AND id <> $2")
            .bind(id)
            .bind(but_session.unwrap_or_default())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Removes a person, and with the person the sessions and API tokens.
    ///
    /// # Errors
    /// [`StoreErrorKind::InUse`] when nobody else is an administrator.
    pub async fn remove_person(&self, id: &str) -> Result<(), StoreError> {
        let mut transaction = self.write("people").await?;
        another_administrator(&mut transaction, id).await?;
        let removed = sqlx::query("DELETE FROM people WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        there_was_one(removed.rows_affected())?;
        Ok(transaction.commit().await?)
    }
}

async fn insert(
    transaction: &mut Transaction<'static, Any>,
    (id, name): (&str, &str),
    role: Role,
    subject: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO people (id, name, name_key, role, subject, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(name)
    .bind(name_key(name))
    .bind(role.as_str())
    .bind(subject)
    .bind(now.as_microsecond())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Without an administrator nobody could ever change anything again.
async fn another_administrator(
    transaction: &mut Transaction<'static, Any>,
    id: &str,
) -> Result<(), StoreError> {
    let others: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM people WHERE role = 'admin' AND id <> $1")
            .bind(id)
            .fetch_one(&mut **transaction)
            .await?;
    match others {
        0 => Err(StoreError::new(
            StoreErrorKind::InUse,
            "nobody else is an administrator; make somebody else one first",
        )),
        _ => Ok(()),
    }
}

fn there_was_one(rows: u64) -> Result<(), StoreError> {
    match rows {
        0 => Err(StoreError::new(
            StoreErrorKind::NotFound,
            "there is no such person any more",
        )),
        _ => Ok(()),
    }
}

/// The name, with a number if others have it.
fn free_name(wanted: &str, taken: &[String]) -> String {
    let free = |name: &String| !taken.contains(&name_key(name));
    let numbered = (2_u32..).map(|number| format!("{wanted} {number}"));
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(free)
        .unwrap_or_default()
}

pub(crate) fn read(row: &AnyRow) -> Result<Person, StoreError> {
    Ok(Person {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        role: Role::read(&row.try_get::<String, _>("role")?),
        has_password: row.try_get::<Option<String>, _>("password_hash")?.is_some(),
        subject: row.try_get("subject")?,
        created_at: from_micros(row.try_get("created_at")?),
        last_seen: row.try_get::<Option<i64>, _>("last_seen")?.map(from_micros),
    })
}
