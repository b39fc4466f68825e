//! DataSets: named tables, each fed by one report from one or more accounts.

use std::collections::HashMap;

use exmetrics_catalog::{Details, Schedule, UpdateMethod, column_name};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use crate::{
    Store, StoreError, StoreErrorKind, accounts::usable_name, name_key, new_id, time::from_micros,
};

/// Who makes DataSets waits for others that do.
const NAMES: &str = "datasets";

/// A DataSet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DataSet {
    /// Its lasting id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The report's slug.
    pub report: String,
    /// The accounts' lasting ids and names, in the order they were given.
    pub accounts: Vec<(String, String)>,
    /// What is asked.
    pub details: Details,
    /// How rows enter the table.
    pub update: UpdateMethod,
    /// The key columns, for upsert.
    pub key: Vec<String>,
    /// When it runs.
    pub schedule: Option<Schedule>,
    /// How long the service waits before it tries a failed run again, in seconds.
    pub retry_every_seconds: Option<i64>,
    /// How often the service tries a failed run again.
    pub retry_times: Option<i64>,
    /// What it is for.
    pub description: String,
    /// Words by which people find it.
    pub tags: Vec<String>,
    /// When its schedule comes due next, as far as it was reckoned.
    pub next_due: Option<Timestamp>,
    /// Where its table is.
    pub location: String,
    /// How many rows its table held when a run last landed.
    pub table_rows: Option<i64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The channels that are told of it; all of them without a choice.
    pub notify: Option<Vec<String>>,
    /// Grows with each change of it.
    pub revision: i64,
    /// When it was changed last.
    pub edited_at: Option<Timestamp>,
    /// Who changed it last, where that is known.
    pub edited_by: Option<String>,
}

/// A DataSet to make.
#[derive(Debug, Clone)]
pub struct NewDataSet {
    /// Its name.
    pub name: String,
    /// The report's slug.
    pub report: String,
    /// The accounts' ids.
    pub account_ids: Vec<String>,
    /// What is asked.
    pub details: Details,
    /// How rows enter the table.
    pub update: UpdateMethod,
    /// The key columns, for upsert.
    pub key: Vec<String>,
    /// When it runs.
    pub schedule: Option<Schedule>,
    /// How long to wait before a failed run is tried again, in seconds.
    pub retry_every_seconds: Option<i64>,
    /// How often a failed run is tried again.
    pub retry_times: Option<i64>,
    /// What it is for.
    pub description: String,
    /// Words by which people find it.
    pub tags: Vec<String>,
    /// The folder or address below which tables are.
    pub tables_root: String,
}

/// What a DataSet will be called, and where its table will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedDataSet {
    /// Its lasting id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where its table is to be.
    pub location: String,
}

/// What an edit changes; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct DataSetEdit {
    /// Other accounts.
    pub account_ids: Option<Vec<String>>,
    /// Other details.
    pub details: Option<Details>,
    /// Another update method.
    pub update: Option<UpdateMethod>,
    /// Other key columns.
    pub key: Option<Vec<String>>,
    /// Another schedule, or none.
    pub schedule: Option<Option<Schedule>>,
    /// Another retry interval, in seconds, or the usual one.
    pub retry_every_seconds: Option<Option<i64>>,
    /// Another number of retries, or the usual one.
    pub retry_times: Option<Option<i64>>,
    /// Another description.
    pub description: Option<String>,
    /// Other tags.
    pub tags: Option<Vec<String>>,
    /// Whether the ledger's days no longer mean what they meant.
    pub forget_coverage: bool,
    /// Other channels to tell, or all.
    pub notify: Option<Option<Vec<String>>>,
    /// The revision that the change was made from; another one in the database is a stale change.
    pub revision: Option<i64>,
    /// Who changes it, where that is known.
    pub by: Option<String>,
}

impl Store {
    /// What a new DataSet will be called and where its table will be, before anything is made.
    ///
    /// # Errors
    /// When the name is taken or cannot be used.
    pub async fn prepare_dataset(&self, new: &NewDataSet) -> Result<PreparedDataSet, StoreError> {
        let name = usable_name("DataSet", &new.name)?;
        self.refuse_taken(name, None).await?;
        let id = new_id();
        let location = table_location(&new.tables_root, name, &id);
        Ok(PreparedDataSet {
            id,
            name: name.to_owned(),
            location,
        })
    }

    /// Makes a DataSet whose table is there already.
    ///
    /// # Errors
    /// When the name is taken or cannot be used.
    pub async fn create_dataset(
        &self,
        new: &NewDataSet,
        prepared: &PreparedDataSet,
        now: Timestamp,
    ) -> Result<DataSet, StoreError> {
        let PreparedDataSet { id, name, location } = prepared;
        let name = name.as_str();
        let next_due = new.schedule.as_ref().map(|schedule| reckon(schedule, now));
        let mut transaction = self.write(NAMES).await?;
        sqlx::query(
            "INSERT INTO datasets (id, name, name_key, report, details, update_method, key_columns,
             schedule, retry_every_seconds, retry_times, description, location, last_landing,
             created_at, tags, next_due) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
             0, $13, $14, $15)",
        )
        .bind(id)
        .bind(name)
        .bind(name_key(name))
        .bind(&new.report)
        .bind(json(&new.details))
        .bind(new.update.as_str())
        .bind(json(&new.key))
        .bind(new.schedule.as_ref().map(ToString::to_string))
        .bind(new.retry_every_seconds)
        .bind(new.retry_times)
        .bind(&new.description)
        .bind(location)
        .bind(now.as_microsecond())
        .bind(json(&new.tags))
        .bind(next_due)
        .execute(&mut *transaction)
        .await
        .map_err(|error| StoreError::from(error).taken("DataSet", name))?;
        set_accounts(&mut transaction, id, &new.account_ids).await?;
        transaction.commit().await?;
        self.dataset(name).await
    }

    /// All DataSets, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn datasets(&self) -> Result<Vec<DataSet>, StoreError> {
        let rows = sqlx::query("SELECT * FROM datasets ORDER BY name_key")
            .fetch_all(&self.pool)
            .await?;
        let feeds = sqlx::query(
            "SELECT dataset_id, accounts.id AS account_id, accounts.name AS account_name
             FROM dataset_accounts JOIN accounts ON accounts.id = account_id ORDER BY position",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut accounts: HashMap<String, Vec<(String, String)>> = HashMap::new();
        for row in &feeds {
            let account = (row.try_get("account_id")?, row.try_get("account_name")?);
            accounts
                .entry(row.try_get("dataset_id")?)
                .or_default()
                .push(account);
        }
        rows.iter()
            .map(|row| {
                let own = accounts.remove(&row.try_get::<String, _>("id")?);
                read_dataset(row, own.unwrap_or_default())
            })
            .collect()
    }

    /// One DataSet by its name, in any case.
    ///
    /// # Errors
    /// [`StoreErrorKind::NotFound`] with the nearest name.
    pub async fn dataset(&self, name: &str) -> Result<DataSet, StoreError> {
        let row = sqlx::query("SELECT * FROM datasets WHERE name_key = $1")
            .bind(name_key(name))
            .fetch_optional(&self.pool)
            .await?;
        match row {
            Some(row) => self.with_accounts(&row).await,
            None => {
                let names: Vec<String> = sqlx::query_scalar("SELECT name FROM datasets")
                    .fetch_all(&self.pool)
                    .await?;
                Err(StoreError::not_found("DataSet", name, &names))
            }
        }
    }

    /// One DataSet by its lasting id.
    ///
    /// # Errors
    /// [`StoreErrorKind::NotFound`] when it was removed.
    pub async fn dataset_by_id(&self, id: &str) -> Result<DataSet, StoreError> {
        let row = sqlx::query("SELECT * FROM datasets WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?
            .ok_or_else(removed)?;
        self.with_accounts(&row).await
    }

    /// Changes a DataSet.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn edit_dataset(
        &self,
        id: &str,
        edit: &DataSetEdit,
        now: Timestamp,
    ) -> Result<DataSet, StoreError> {
        let schedule = edit.schedule.as_ref().and_then(Option::as_ref);
        let mut transaction = self.write(id).await?;
        let done = sqlx::query(
            "UPDATE datasets SET details = COALESCE($2, details),
             update_method = COALESCE($3, update_method), key_columns = COALESCE($4, key_columns),
             next_due = CASE WHEN $5 = 1 THEN $11 ELSE next_due END,
             schedule = CASE WHEN $5 = 1 THEN $6 ELSE schedule END, tags = COALESCE($10, tags),
             retry_every_seconds = CASE WHEN $12 = 1 THEN $7 ELSE retry_every_seconds END,
             retry_times = CASE WHEN $13 = 1 THEN $8 ELSE retry_times END,
             description = COALESCE($9, description),
             notify = CASE WHEN $14 = 1 THEN $15 ELSE notify END,
             revision = revision + 1, edited_at = $16, edited_by = $17
             WHERE id = $1 AND ($18 = 0 OR revision = $18)",
        )
        .bind(id)
        .bind(edit.details.as_ref().map(json))
        .bind(edit.update.map(UpdateMethod::as_str))
        .bind(edit.key.as_ref().map(json))
        .bind(i64::from(edit.schedule.is_some()))
        .bind(schedule.map(ToString::to_string))
        .bind(edit.retry_every_seconds.flatten())
        .bind(edit.retry_times.flatten())
        .bind(edit.description.as_deref())
        .bind(edit.tags.as_ref().map(json))
        .bind(schedule.map(|schedule| reckon(schedule, now)))
        .bind(i64::from(edit.retry_every_seconds.is_some()))
        .bind(i64::from(edit.retry_times.is_some()))
        .bind(i64::from(edit.notify.is_some()))
        .bind(edit.notify.as_ref().and_then(Option::as_ref).map(json))
        .bind(now.as_microsecond())
        .bind(edit.by.as_deref())
        .bind(edit.revision.unwrap_or_default())
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            drop(transaction);
            self.dataset_by_id(id).await?;
            return Err(StoreError::new(
                StoreErrorKind::Stale,
                "somebody else has changed the DataSet meanwhile",
            ));
        }
        if let Some(accounts) = &edit.account_ids {
            set_accounts(&mut transaction, id, accounts).await?;
        }
        if edit.forget_coverage {
            sqlx::query("DELETE FROM coverage WHERE dataset_id = $1")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        self.dataset_by_id(id).await
    }

    /// Gives a DataSet another name. Its table stays where it is.
    ///
    /// # Errors
    /// When it is not there or the new name is taken.
    pub async fn rename_dataset(&self, name: &str, to: &str) -> Result<DataSet, StoreError> {
        let dataset = self.dataset(name).await?;
        let to = usable_name("DataSet", to)?;
        self.refuse_taken(to, Some(&dataset.id)).await?;
        sqlx::query(
            "UPDATE datasets SET name = $2, name_key = $3, revision = revision + 1 WHERE id = $1",
        )
        .bind(&dataset.id)
        .bind(to)
        .bind(name_key(to))
        .execute(&self.pool)
        .await
        .map_err(|error| StoreError::from(error).taken("DataSet", to))?;
        self.dataset_by_id(&dataset.id).await
    }

    /// Notes how many rows a DataSet's table holds, so that lists need not open it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_table_rows(&self, id: &str, rows: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE datasets SET table_rows = $2 WHERE id = $1")
            .bind(id)
            .bind(rows)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Forgets a DataSet, its runs and coverage. Its table is not touched.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn remove_dataset(&self, id: &str) -> Result<(), StoreError> {
        let done = sqlx::query("DELETE FROM datasets WHERE id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        if done.rows_affected() == 1 {
            Ok(())
        } else {
            Err(removed())
        }
    }

    async fn refuse_taken(&self, name: &str, unless: Option<&str>) -> Result<(), StoreError> {
        let taken: Option<String> =
            sqlx::query_scalar("SELECT id FROM datasets WHERE name_key = $1")
                .bind(name_key(name))
                .fetch_optional(&self.pool)
                .await?;
        match taken {
            Some(id) if Some(id.as_str()) != unless => Err(StoreError::name_taken("DataSet", name)),
            _ => Ok(()),
        }
    }

    async fn with_accounts(&self, row: &AnyRow) -> Result<DataSet, StoreError> {
        let id: String = row.try_get("id")?;
        let accounts = sqlx::query(
            "SELECT accounts.id AS account_id, accounts.name AS account_name FROM dataset_accounts
             JOIN accounts ON accounts.id = account_id WHERE dataset_id = $1 ORDER BY position",
        )
        .bind(&id)
        .fetch_all(&self.pool)
        .await?;
        let accounts = accounts
            .iter()
            .map(|row| Ok((row.try_get("account_id")?, row.try_get("account_name")?)))
            .collect::<Result<_, sqlx::Error>>()?;
        read_dataset(row, accounts)
    }
}

fn read_dataset(row: &AnyRow, accounts: Vec<(String, String)>) -> Result<DataSet, StoreError> {
    let text = |name: &str| row.try_get::<String, _>(name);
    Ok(DataSet {
        id: text("id")?,
        accounts,
        name: text("name")?,
        report: text("report")?,
        details: from_json(&text("details")?)?,
        update: text("update_method")?
            .parse()
            .unwrap_or(UpdateMethod::Partition),
        key: from_json(&text("key_columns")?)?,
        schedule: row
            .try_get::<Option<String>, _>("schedule")?
            .and_then(|text| text.parse().ok()),
        retry_every_seconds: row.try_get("retry_every_seconds")?,
        retry_times: row.try_get("retry_times")?,
        description: text("description")?,
        tags: from_json(&text("tags")?)?,
        next_due: row
            .try_get::<Option<i64>, _>("next_due")?
            .filter(|at| *at < Timestamp::MAX.as_microsecond())
            .map(from_micros),
        location: text("location")?,
        table_rows: row.try_get("table_rows")?,
        created_at: from_micros(row.try_get("created_at")?),
        notify: row
            .try_get::<Option<String>, _>("notify")?
            .map(|text| from_json(&text))
            .transpose()?,
        revision: row.try_get("revision")?,
        edited_at: row.try_get::<Option<i64>, _>("edited_at")?.map(from_micros),
        edited_by: row.try_get("edited_by")?,
    })
}

/// When a schedule comes due next; far in the future when never.
fn reckon(schedule: &Schedule, now: Timestamp) -> i64 {
    let next = schedule.next_after(now).unwrap_or(Timestamp::MAX);
    next.as_microsecond()
}

fn removed() -> StoreError {
    StoreError::new(StoreErrorKind::NotFound, "the DataSet was removed")
}

async fn set_accounts(
    transaction: &mut sqlx::Transaction<'_, sqlx::Any>,
    dataset_id: &str,
    account_ids: &[String],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM dataset_accounts WHERE dataset_id = $1")
        .bind(dataset_id)
        .execute(&mut **transaction)
        .await?;
    for (position, account) in account_ids.iter().enumerate() {
        sqlx::query(
            "INSERT INTO dataset_accounts (dataset_id, position, account_id) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(dataset_id)
        .bind(position as i64)
        .bind(account)
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

/// A folder that a person recognises and that no other DataSet has, now or after a rename.
fn table_location(root: &str, name: &str, id: &str) -> String {
    let readable: String = column_name(name)
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .take(60)
        .collect();
    let readable = if readable.is_empty() {
        "dataset".to_owned()
    } else {
        readable
    };
    let unique = &id[id.len().saturating_sub(12)..];
    format!("{}/{readable}_{unique}", root.trim_end_matches('/'))
}

/// Names in a sentence: `'a'`, `'a' and 'b'`, `'a', 'b' and 3 more`.
pub(crate) fn named(names: &[String]) -> String {
    match names {
        [one] => format!("'{one}'"),
        [one, two] => format!("'{one}' and '{two}'"),
        [one, two, rest @ ..] => format!("'{one}', '{two}' and {} more", rest.len()),
        [] => String::new(),
    }
}

pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(crate) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError {
        kind: StoreErrorKind::Damaged,
        message: "a row of the control database cannot be read".into(),
        source: Some(Box::new(error)),
    })
}
