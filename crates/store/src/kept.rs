//! How much is kept, and how much is missing, at a glance.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use sqlx::Row;

use crate::{CoverageState, Store, StoreError};

/// What is kept of a DataSet, over all its accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many days.
    pub days: u64,
    /// How many of them were seen for the first time since some moment.
    pub new: u64,
    /// The first one.
    pub first: Option<Date>,
    /// The last one.
    pub last: Option<Date>,
}

impl Store {
    /// What is kept of each DataSet, by its lasting id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn kept(&self, new_since: Timestamp) -> Result<HashMap<String, Kept>, StoreError> {
        let rows = sqlx::query(
            "SELECT dataset_id, COUNT(*) AS days, MIN(day) AS first_day, MAX(day) AS last_day,
             CAST(SUM(CASE WHEN first_seen >= $1 THEN 1 ELSE 0 END) AS BIGINT) AS new_days
             FROM coverage WHERE state = 'published' GROUP BY dataset_id",
        )
        .bind(new_since.as_microsecond())
        .fetch_all(&self.pool)
        .await?;
        let mut kept = HashMap::new();
        for row in &rows {
            let number = |name: &str| -> Result<u64, StoreError> {
                Ok(u64::try_from(row.try_get::<i64, _>(name)?).unwrap_or_default())
            };
            let day = |name: &str| -> Result<Option<Date>, StoreError> {
                Ok(row
                    .try_get::<Option<String>, _>(name)?
                    .and_then(|day| day.parse().ok()))
            };
            let of_dataset = Kept {
                days: number("days")?,
                new: number("new_days")?,
                first: day("first_day")?,
                last: day("last_day")?,
            };
            kept.insert(row.try_get("dataset_id")?, of_dataset);
        }
        Ok(kept)
    }

    /// How many days before one are kept of a DataSet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn kept_before(&self, dataset_id: &str, day: Date) -> Result<u64, StoreError> {
        let days: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM coverage WHERE dataset_id = $1 AND state = 'published' AND day < $2",
        )
        .bind(dataset_id)
        .bind(day.to_string())
        .fetch_one(&self.pool)
        .await?;
        Ok(u64::try_from(days).unwrap_or_default())
    }

    /// How many days up to one are not kept, by DataSet and by how they stand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn missing(
        &self,
        up_to: Date,
    ) -> Result<Vec<(String, CoverageState, u64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT dataset_id, state, COUNT(*) AS days FROM coverage
             WHERE state IN ('failed', 'expired', 'awaiting') AND day <= $1
             GROUP BY dataset_id, state ORDER BY dataset_id, state",
        )
        .bind(up_to.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let state = CoverageState::read(&row.try_get::<String, _>("state")?);
                let days: i64 = row.try_get("days")?;
                Ok((
                    row.try_get("dataset_id")?,
                    state,
                    u64::try_from(days).unwrap_or_default(),
                ))
            })
            .collect()
    }
}
