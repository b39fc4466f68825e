//! The whole control state from one database into another: backup, restore, moving to a server.

use std::collections::BTreeSet;

use sqlx::{Any, AssertSqlSafe, Column as _, Row, Transaction};

use crate::{Store, StoreError, StoreErrorKind, database::Kind};

/// Every table with lasting state, those first that others refer to. Who works just now is not lasting.
const TABLES: [&str; 18] = [
    "accounts",
    "datasets",
    "dataset_accounts",
    "runs",
    "run_accounts",
    "requests",
    "quota",
    "quota_blocks",
    "coverage",
    "jobs",
    "channels",
    "notices",
    "deliveries",
    "people",
    "api_tokens",
    "audit",
    "answers",
    "drafts",
];

impl Store {
    /// Whether nothing was ever put into it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        let known: i64 = sqlx::query_scalar(
            "SELECT (SELECT COUNT(*) FROM accounts) + (SELECT COUNT(*) FROM datasets)
                  + (SELECT COUNT(*) FROM channels) + (SELECT COUNT(*) FROM people)",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(known == 0)
    }

    /// Copies everything into another database, as it is at one moment; all of it or nothing. How many
    /// rows there were. Secrets go along as they are sealed: the key stays the same.
    ///
    /// # Errors
    /// When the other one is not empty and is not to be replaced, or a database fails.
    pub async fn copy_to(&self, target: &Store, replace: bool) -> Result<u64, StoreError> {
        if !replace && !target.is_empty().await? {
            return Err(StoreError::new(
                StoreErrorKind::Taken,
                "the database that is to be filled has accounts, DataSets or people already",
            ));
        }
        let mut from = self.pool.begin().await?;
        if self.kind == Kind::Postgres {
            sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                .execute(&mut *from)
                .await?;
        }
        let mut into = target.write("copy").await?;
        for table in TABLES.iter().rev() {
            sqlx::query(AssertSqlSafe(format!("DELETE FROM {table}")))
                .execute(&mut *into)
                .await?;
        }
        let mut rows = 0;
        for table in TABLES {
            rows += copy_table(table, &mut from, &mut into, target.kind).await?;
        }
        into.commit().await?;
        Ok(rows)
    }
}

/// Every value goes as text, which both databases read back as what the column holds.
async fn copy_table(
    table: &str,
    from: &mut Transaction<'static, Any>,
    into: &mut Transaction<'static, Any>,
    kind: Kind,
) -> Result<u64, StoreError> {
    let first = sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table} LIMIT 1")))
        .fetch_optional(&mut **from)
        .await?;
    let Some(first) = first else {
        return Ok(0);
    };
    let columns: Vec<String> = first
        .columns()
        .iter()
        .map(|it| it.name().to_owned())
        .collect();
    let numbers = match kind {
        Kind::Sqlite => BTreeSet::new(),
        Kind::Postgres => number_columns(table, into).await?,
    };
    let as_text: Vec<String> = columns
        .iter()
        .map(|it| format!("CAST({it} AS TEXT) AS {it}"))
        .collect();
    let places: Vec<String> = columns
        .iter()
        .zip(1..)
        .map(|(column, place)| match numbers.contains(column) {
            true => format!("CAST(${place} AS BIGINT)"),
            false => format!("${place}"),
        })
        .collect();
    let read = format!("SELECT {} FROM {table}", as_text.join(", "));
    let write = format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        columns.join(", "),
        places.join(", ")
    );
    // Control state is small: the largest ledger is some hundred thousand short rows.
    let rows = sqlx::query(AssertSqlSafe(read))
        .fetch_all(&mut **from)
        .await?;
    for row in &rows {
        let mut insert = sqlx::query(AssertSqlSafe(write.clone()));
        for place in 0..columns.len() {
            insert = insert.bind(row.try_get::<Option<String>, _>(place)?);
        }
        insert.execute(&mut **into).await?;
    }
    Ok(rows.len() as u64)
}

/// PostgreSQL wants to be told where a text is a number.
async fn number_columns(
    table: &str,
    into: &mut Transaction<'static, Any>,
) -> Result<BTreeSet<String>, StoreError> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT CAST(column_name AS TEXT) FROM information_schema.columns
         WHERE table_name = $1 AND data_type = 'bigint' AND table_schema = current_schema()",
    )
    .bind(table)
    .fetch_all(&mut **into)
    .await?;
    Ok(names.into_iter().collect())
}
