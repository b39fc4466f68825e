//! Accounts: the credentials for one tenant each. The secret is sealed and never leaves with the row.

use exmetrics_catalog::Cloud;
use jiff::{Timestamp, civil::Date};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use crate::{Store, StoreError, StoreErrorKind, name_key, new_id, time::from_micros};

/// How an account signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// The app by itself, with a client secret.
    ClientSecret,
    /// The app by itself, with a certificate.
    Certificate,
    /// The app by itself, with a token that its platform writes into a file.
    FederatedToken,
    /// A person, in a browser.
    Browser,
    /// A person, with a code on another device.
    Device,
}

impl SignIn {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::Certificate => "certificate",
            Self::FederatedToken => "federated_token",
            Self::Browser => "browser",
            Self::Device => "device",
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "certificate" => Self::Certificate,
            "federated_token" => Self::FederatedToken,
            "browser" => Self::Browser,
            "device" => Self::Device,
            _ => Self::ClientSecret,
        }
    }
}

/// How the last sign-in or check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// Never checked.
    Unchecked,
    /// Fine.
    Ok,
    /// A person must act.
    Failed,
}

impl AccountState {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::Ok => "ok",
            Self::Failed => "failed",
        }
    }
}

/// An account, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    /// Its lasting id.
    #[serde(skip)]
    pub id: String,
    /// Its name.
    pub name: String,
    /// What stands for it in tables: its first name. It stays when the account is renamed, so that a
    /// day that is read again replaces what was captured under the older name.
    pub label: String,
    /// The tenant, as it was given: a GUID or a domain.
    pub tenant: String,
    /// The tenant's GUID, once known.
    pub tenant_id: Option<String>,
    /// The app registration.
    pub client_id: String,
    /// How it signs in.
    pub sign_in: SignIn,
    /// Which cloud, and where that answers.
    pub cloud: Cloud,
    /// How the last check went.
    pub state: AccountState,
    /// What was found wrong.
    pub message: Option<String>,
    /// What to do about it.
    pub next_step: Option<String>,
    /// Whether the tenant hides names; `None` where that is not known.
    pub names_concealed: Option<bool>,
    /// When it was checked last.
    pub checked_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last found fine, by a check or by a run.
    pub last_success: Option<Timestamp>,
    /// The day on which its secret or certificate ends, where that is known.
    pub secret_ends_on: Option<Date>,
}

/// An account to add.
#[derive(Debug)]
pub struct NewAccount {
    /// Its name.
    pub name: String,
    /// A GUID or a domain.
    pub tenant: String,
    /// The app registration.
    pub client_id: String,
    /// How it signs in.
    pub sign_in: SignIn,
    /// Which cloud.
    pub cloud: Cloud,
    /// The client secret, certificate or refresh token; for a federated token the path of its file.
    pub secret: Option<SecretString>,
}

impl Store {
    /// Adds an account and seals its secret.
    ///
    /// # Errors
    /// When the name is taken or cannot be used.
    pub async fn add_account(
        &self,
        new: &NewAccount,
        now: Timestamp,
    ) -> Result<Account, StoreError> {
        let name = usable_name("account", &new.name)?;
        if self.find_account(name).await?.is_some() {
            return Err(StoreError::name_taken("account", name));
        }
        let id = new_id();
        let sealed = new
            .secret
            .as_ref()
            .map(|secret| self.key.seal(&id, secret))
            .transpose()?;
        sqlx::query(
            "INSERT INTO accounts (id, name, name_key, tenant, client_id, sign_in, cloud, login_url,
             graph_url, sealed_secret, state, created_at, label)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(&id)
        .bind(name)
        .bind(name_key(name))
        .bind(&new.tenant)
        .bind(&new.client_id)
        .bind(new.sign_in.as_str())
        .bind(new.cloud.name.as_str())
        .bind(&new.cloud.login_url)
        .bind(&new.cloud.graph_url)
        .bind(sealed)
        .bind(AccountState::Unchecked.as_str())
        .bind(now.as_microsecond())
        .bind(self.free_label(name).await?)
        .execute(&self.pool)
        .await
        .map_err(|error| StoreError::from(error).taken("account", name))?;
        self.account(name).await
    }

    /// The name, or the name with a number where a renamed account has it in tables.
    async fn free_label(&self, name: &str) -> Result<String, StoreError> {
        let labels: Vec<String> = sqlx::query_scalar("SELECT label FROM accounts")
            .fetch_all(&self.pool)
            .await?;
        let mut label = name.to_owned();
        let mut number = 2;
        while labels.contains(&label) {
            label = format!("{name} {number}");
            number += 1;
        }
        Ok(label)
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows = sqlx::query("SELECT * FROM accounts ORDER BY name_key")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read).collect()
    }

    /// The accounts of one DataSet, in its order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts_of(&self, dataset_id: &str) -> Result<Vec<Account>, StoreError> {
        let rows = sqlx::query(
            "SELECT accounts.* FROM dataset_accounts JOIN accounts ON accounts.id = account_id
             WHERE dataset_id = $1 ORDER BY position",
        )
        .bind(dataset_id)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// One account by its name, in any case.
    ///
    /// # Errors
    /// [`StoreErrorKind::NotFound`] with the names there are.
    pub async fn account(&self, name: &str) -> Result<Account, StoreError> {
        if let Some(account) = self.find_account(name).await? {
            return Ok(account);
        }
        let names: Vec<String> = self
            .accounts()
            .await?
            .into_iter()
            .map(|account| account.name)
            .collect();
        Err(StoreError::not_found("account", name, &names))
    }

    /// One account by its lasting id.
    ///
    /// # Errors
    /// [`StoreErrorKind::NotFound`] when it was removed.
    pub async fn account_by_id(&self, id: &str) -> Result<Account, StoreError> {
        let row = sqlx::query("SELECT * FROM accounts WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        match row {
            Some(row) => read(&row),
            None => Err(StoreError::new(
                StoreErrorKind::NotFound,
                "the account was removed",
            )),
        }
    }

    /// Keeps what a check of an account found, as whoever checked it wrote it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_check(
        &self,
        id: &str,
        found: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE accounts SET last_check = $2, last_check_at = $3 WHERE id = $1")
            .bind(id)
            .bind(found)
            .bind(now.as_microsecond())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// What the last check of an account found, and when.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_check(&self, id: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
        let row = sqlx::query(
            "SELECT last_check, last_check_at FROM accounts
             WHERE id = $1 AND last_check IS NOT NULL AND last_check_at IS NOT NULL",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let at = from_micros(row.try_get("last_check_at")?);
        Ok(Some((row.try_get("last_check")?, at)))
    }

    /// Notes the day on which an account's secret or certificate ends, or that it is not known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_secret_end(&self, id: &str, ends_on: Option<Date>) -> Result<(), StoreError> {
        sqlx::query("UPDATE accounts SET secret_ends_on = $2 WHERE id = $1")
            .bind(id)
            .bind(ends_on.map(|day| day.to_string()))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn find_account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query("SELECT * FROM accounts WHERE name_key = $1")
            .bind(name_key(name))
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Opens an account's secret.
    ///
    /// # Errors
    /// When it was sealed with another key.
    pub async fn account_secret(&self, id: &str) -> Result<Option<SecretString>, StoreError> {
        let sealed: Option<String> =
            sqlx::query_scalar("SELECT sealed_secret FROM accounts WHERE id = $1")
                .bind(id)
                .fetch_one(&self.pool)
                .await?;
        sealed.map(|sealed| self.key.open(id, &sealed)).transpose()
    }

    /// Seals a new secret in the place of the old, for example a rotated refresh token.
    ///
    /// # Errors
    /// When the account was removed: a token that is not kept must not be used.
    pub async fn keep_secret(&self, id: &str, secret: &SecretString) -> Result<(), StoreError> {
        let kept = sqlx::query("UPDATE accounts SET sealed_secret = $2 WHERE id = $1")
            .bind(id)
            .bind(self.key.seal(id, secret)?)
            .execute(&self.pool)
            .await?;
        if kept.rows_affected() == 0 {
            return Err(sqlx::Error::RowNotFound.into());
        }
        Ok(())
    }

    /// Notes how a sign-in or check went.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_account_state(
        &self,
        id: &str,
        state: AccountState,
        message: Option<&str>,
        next_step: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE accounts SET state = $2, message = $3, next_step = $4, checked_at = $5,
             last_success = CASE WHEN $2 = 'ok' THEN $5 ELSE last_success END WHERE id = $1",
        )
        .bind(id)
        .bind(state.as_str())
        .bind(message)
        .bind(next_step)
        .bind(now.as_microsecond())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes what was learnt about the tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_tenant(
        &self,
        id: &str,
        tenant_id: Option<&str>,
        names_concealed: Option<bool>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE accounts SET tenant_id = COALESCE($2, tenant_id),
             names_concealed = COALESCE($3, names_concealed) WHERE id = $1",
        )
        .bind(id)
        .bind(tenant_id)
        .bind(names_concealed.map(i64::from))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Gives an account another name.
    ///
    /// # Errors
    /// When it is not there or the new name is taken.
    pub async fn rename_account(&self, name: &str, to: &str) -> Result<Account, StoreError> {
        let account = self.account(name).await?;
        let to = usable_name("account", to)?;
        if let Some(other) = self.find_account(to).await?
            && other.id != account.id
        {
            return Err(StoreError::name_taken("account", to));
        }
        sqlx::query("UPDATE accounts SET name = $2, name_key = $3 WHERE id = $1")
            .bind(&account.id)
            .bind(to)
            .bind(name_key(to))
            .execute(&self.pool)
            .await
            .map_err(|error| StoreError::from(error).taken("account", to))?;
        self.account(to).await
    }

    /// Lets an account's cloud answer at other addresses.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn move_account(&self, id: &str, cloud: &Cloud) -> Result<Account, StoreError> {
        sqlx::query("UPDATE accounts SET cloud = $2, login_url = $3, graph_url = $4 WHERE id = $1")
            .bind(id)
            .bind(cloud.name.as_str())
            .bind(&cloud.login_url)
            .bind(&cloud.graph_url)
            .execute(&self.pool)
            .await?;
        let row = sqlx::query("SELECT * FROM accounts WHERE id = $1")
            .bind(id)
            .fetch_one(&self.pool)
            .await?;
        read(&row)
    }

    /// Removes an account and its secret.
    ///
    /// # Errors
    /// When a DataSet still uses it.
    pub async fn remove_account(&self, name: &str) -> Result<(), StoreError> {
        let account = self.account(name).await?;
        let users: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM datasets JOIN dataset_accounts ON dataset_id = datasets.id
             WHERE account_id = $1 ORDER BY name_key",
        )
        .bind(&account.id)
        .fetch_all(&self.pool)
        .await?;
        if !users.is_empty() {
            return Err(StoreError::new(
                StoreErrorKind::InUse,
                format!(
                    "the account '{}' is used by {}; remove those first",
                    account.name,
                    crate::datasets::named(&users)
                ),
            ));
        }
        sqlx::query("DELETE FROM accounts WHERE id = $1")
            .bind(&account.id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

/// A name as it is kept: without surrounding spaces, not empty, without control characters.
pub(crate) fn usable_name<'a>(what: &str, name: &'a str) -> Result<&'a str, StoreError> {
    let name = name.trim();
    let wrong = if name.is_empty() {
        "is empty"
    } else if name.chars().count() > 200 {
        "is longer than 200 characters"
    } else if name.chars().any(turns_text) {
        "has control characters"
    } else {
        return Ok(name);
    };
    Err(StoreError::new(
        StoreErrorKind::BadName,
        format!("the {what}'s name {wrong}"),
    ))
}

/// Control characters, line ends, and the marks that turn the direction of all text after them: a
/// list of names would not show what it holds. Right-to-left letters are fine.
fn turns_text(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn read(row: &AnyRow) -> Result<Account, StoreError> {
    let text = |name: &str| row.try_get::<String, _>(name);
    Ok(Account {
        id: text("id")?,
        name: text("name")?,
        label: text("label")?,
        tenant: text("tenant")?,
        tenant_id: row.try_get("tenant_id")?,
        client_id: text("client_id")?,
        sign_in: SignIn::read(&text("sign_in")?),
        cloud: Cloud {
            name: text("cloud")?
                .parse()
                .unwrap_or(exmetrics_catalog::CloudName::Custom),
            login_url: text("login_url")?,
            graph_url: text("graph_url")?,
        },
        state: match text("state")?.as_str() {
            "ok" => AccountState::Ok,
            "failed" => AccountState::Failed,
            _ => AccountState::Unchecked,
        },
        message: row.try_get("message")?,
        next_step: row.try_get("next_step")?,
        names_concealed: row
            .try_get::<Option<i64>, _>("names_concealed")?
            .map(|flag| flag != 0),
        checked_at: row
            .try_get::<Option<i64>, _>("checked_at")?
            .map(from_micros),
        created_at: from_micros(row.try_get("created_at")?),
        last_success: row
            .try_get::<Option<i64>, _>("last_success")?
            .map(from_micros),
        secret_ends_on: row
            .try_get::<Option<String>, _>("secret_ends_on")?
            .and_then(|text| text.parse().ok()),
    })
}

impl StoreError {
    pub(crate) fn name_taken(what: &str, name: &str) -> Self {
        let article = if what == "account" { "an" } else { "a" };
        Self::new(
            StoreErrorKind::Taken,
            format!("there is {article} {what} '{name}' already; choose another name"),
        )
    }

    /// Another process took the name between our look and our write.
    pub(crate) fn taken(self, what: &str, name: &str) -> Self {
        if self.kind == StoreErrorKind::Taken {
            Self::name_taken(what, name)
        } else {
            self
        }
    }

    /// Says what is not there, and the nearest name that is.
    pub(crate) fn not_found(what: &str, name: &str, known: &[String]) -> Self {
        let wanted = name_key(name);
        let nearest = known
            .iter()
            .map(|name| (strsim::jaro_winkler(&wanted, &name_key(name)), name))
            .filter(|(likeness, _)| *likeness > 0.7)
            .max_by(|left, right| left.0.total_cmp(&right.0));
        let hint = match nearest {
            Some((_, name)) => format!("; did you mean '{name}'?"),
            None if known.is_empty() => format!("; there is no {what} yet"),
            None => String::new(),
        };
        Self::new(
            StoreErrorKind::NotFound,
            format!("there is no {what} '{name}'{hint}"),
        )
    }
}
