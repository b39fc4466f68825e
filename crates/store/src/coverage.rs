//! Coverage: what is known of each day of a DataSet's account.
//!
//! The ledger is kept per DataSet: a day that one DataSet has captured is not in another's table.

use std::collections::{BTreeMap, BTreeSet};

use exmetrics_catalog::{DayKnown, DayStanding};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use sqlx::{Row, any::AnyRow};

use crate::{Store, StoreError, time::from_micros};

/// A day is stable when its content was the same on this many checks on different days.
const STABLE_AFTER: i64 = 3;

/// What is known of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CoverageState {
    /// Answered, with rows.
    Published,
    /// Answered, no rows, and old enough that none will come.
    Empty,
    /// Not published yet.
    Awaiting,
    /// Asked, and failed.
    Failed,
    /// Left the window uncaptured.
    Expired,
}

impl CoverageState {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Empty => "empty",
            Self::Awaiting => "awaiting",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    pub(crate) fn read(text: &str) -> Self {
        match text {
            "published" => Self::Published,
            "empty" => Self::Empty,
            "failed" => Self::Failed,
            "expired" => Self::Expired,
            _ => Self::Awaiting,
        }
    }
}

/// One row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageDay {
    /// The account's id.
    pub account_id: String,
    /// The day.
    pub day: Date,
    /// What is known.
    pub state: CoverageState,
    /// How many rows it had.
    pub rows: Option<i64>,
    /// The refresh date of the reply that its rows came in.
    pub refresh_date: Option<Date>,
    /// The failure's code.
    pub code: Option<String>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last checked.
    pub last_checked: Timestamp,
    /// How often its content changed after it was captured.
    pub restated: i64,
    /// On how many different days its content was the same.
    pub equal_checks: i64,
}

impl CoverageDay {
    /// Whether its content has been the same so often that it is not asked for again.
    pub fn is_stable(&self) -> bool {
        self.equal_checks >= STABLE_AFTER
    }

    /// On how many different days the content must be the same for that.
    pub const STABLE_AFTER: i64 = STABLE_AFTER;
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayFound {
    /// The day.
    pub day: Date,
    /// What is known now.
    pub state: CoverageState,
    /// How many rows.
    pub rows: Option<i64>,
    /// The content's hash, without what changes every day.
    pub hash: Option<String>,
    /// The reply's refresh date.
    pub refresh_date: Option<Date>,
    /// The failure's code.
    pub code: Option<String>,
    /// When it was found: for an answer, the moment of the answer. Checks are counted by UTC days.
    pub checked_at: Timestamp,
}

impl Store {
    /// What planning needs to know of an account's days.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn days_known(
        &self,
        dataset_id: &str,
        account_id: &str,
    ) -> Result<BTreeMap<Date, DayKnown>, StoreError> {
        let rows = sqlx::query(
            "SELECT day, state, answered_on, equal_checks FROM coverage
             WHERE dataset_id = $1 AND account_id = $2",
        )
        .bind(dataset_id)
        .bind(account_id)
        .fetch_all(&self.pool)
        .await?;
        let mut known = BTreeMap::new();
        for row in &rows {
            let Some(day) = date(row, "day")? else {
                continue;
            };
            let answered_on = date(row, "answered_on")?;
            let stable = row.try_get::<i64, _>("equal_checks")? >= STABLE_AFTER;
            let state = CoverageState::read(&row.try_get::<String, _>("state")?);
            known.insert(
                day,
                DayKnown {
                    answered_on,
                    stable,
                    standing: match state {
                        CoverageState::Published => DayStanding::Captured,
                        CoverageState::Empty => DayStanding::Empty,
                        CoverageState::Awaiting | CoverageState::Failed => DayStanding::Open,
                        CoverageState::Expired => DayStanding::Lost,
                    },
                },
            );
        }
        Ok(known)
    }

    /// The ledger of a DataSet, by account and day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn coverage(&self, dataset_id: &str) -> Result<Vec<CoverageDay>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM coverage WHERE dataset_id = $1 ORDER BY account_id, day")
                .bind(dataset_id)
                .fetch_all(&self.pool)
                .await?;
        let mut days = Vec::with_capacity(rows.len());
        for row in &rows {
            let Some(day) = date(row, "day")? else {
                continue;
            };
            days.push(CoverageDay {
                account_id: row.try_get("account_id")?,
                day,
                state: CoverageState::read(&row.try_get::<String, _>("state")?),
                rows: row.try_get("rows_seen")?,
                refresh_date: date(row, "refresh_date")?,
                code: row.try_get("code")?,
                first_seen: from_micros(row.try_get("first_seen")?),
                last_checked: from_micros(row.try_get("last_checked")?),
                restated: row.try_get("restated")?,
                equal_checks: row.try_get("equal_checks")?,
            });
        }
        Ok(days)
    }

    /// The days that were asked for and are not captured, of all DataSets: by the DataSet's id, the
    /// account's id and the day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_days(&self) -> Result<BTreeMap<String, Vec<(String, Date)>>, StoreError> {
        let rows = sqlx::query(
            "SELECT dataset_id, account_id, day FROM coverage
             WHERE state IN ('awaiting', 'failed') ORDER BY dataset_id, account_id, day",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut open: BTreeMap<String, Vec<(String, Date)>> = BTreeMap::new();
        for row in &rows {
            if let Some(day) = date(row, "day")? {
                let days = open.entry(row.try_get("dataset_id")?).or_default();
                days.push((row.try_get("account_id")?, day));
            }
        }
        Ok(open)
    }

    /// Notes what the checks of one account found.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_days(
        &self,
        dataset_id: &str,
        account_id: &str,
        found: &[DayFound],
    ) -> Result<(), StoreError> {
        let mut transaction = self.write(dataset_id).await?;
        for day in found {
            let before = sqlx::query(
                "SELECT state, content_hash, answered_on, last_checked, equal_checks, restated
                 FROM coverage
                 WHERE dataset_id = $1 AND account_id = $2 AND day = $3",
            )
            .bind(dataset_id)
            .bind(account_id)
            .bind(day.day.to_string())
            .fetch_optional(&mut *transaction)
            .await?;
            let before = before.as_ref().map(Before::read).transpose()?;
            let at = day.checked_at.as_microsecond();
            if before
                .as_ref()
                .is_some_and(|before| before.last_checked > at)
            {
                // Something newer is known of it: a reply was read again from the archive.
                continue;
            }
            let after = Judged::of(before.as_ref(), day);
            // What is known of captured content stays, whatever a later reply lacks.
            let content = Some(day).filter(|day| day.state == after.state);
            sqlx::query(
                "INSERT INTO coverage (dataset_id, account_id, day, state, rows_seen, content_hash,
                 refresh_date, code, first_seen, last_checked, answered_on, equal_checks, restated)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12)
                 ON CONFLICT (dataset_id, account_id, day) DO UPDATE SET
                 state = excluded.state,
                 code = COALESCE(excluded.code,
                     CASE WHEN excluded.state = 'expired' THEN coverage.code END),
                 rows_seen = COALESCE(excluded.rows_seen, coverage.rows_seen),
                 content_hash = COALESCE(excluded.content_hash, coverage.content_hash),
                 refresh_date = COALESCE(excluded.refresh_date, coverage.refresh_date),
                 last_checked = excluded.last_checked, answered_on = excluded.answered_on,
                 equal_checks = excluded.equal_checks, restated = excluded.restated",
            )
            .bind(dataset_id)
            .bind(account_id)
            .bind(day.day.to_string())
            .bind(after.state.as_str())
            .bind(content.and_then(|day| day.rows))
            .bind(content.and_then(|day| day.hash.as_deref()))
            .bind(
                content
                    .and_then(|day| day.refresh_date)
                    .map(|date| date.to_string()),
            )
            .bind(day.code.as_deref())
            .bind(day.checked_at.as_microsecond())
            .bind(after.answered_on.map(|date| date.to_string()))
            .bind(after.equal_checks)
            .bind(after.restated)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Makes every day due again: its table is about to be taken back to an older version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_checks(&self, dataset_id: &str) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE coverage SET answered_on = NULL, equal_checks = 0 WHERE dataset_id = $1",
        )
        .bind(dataset_id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The table was taken back to an older version: every day is due again, and those whose rows that
    /// version lacks are no longer captured. `present` holds each account's id with a day that it has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_restored(
        &self,
        dataset_id: &str,
        present: &BTreeSet<(String, Date)>,
    ) -> Result<(), StoreError> {
        self.forget_checks(dataset_id).await?;
        let mut transaction = self.write(dataset_id).await?;
        let captured = sqlx::query(
            "SELECT account_id, day FROM coverage WHERE dataset_id = $1 AND state = 'published'",
        )
        .bind(dataset_id)
        .fetch_all(&mut *transaction)
        .await?;
        for row in &captured {
            let Some(day) = date(row, "day")? else {
                continue;
            };
            let account_id: String = row.try_get("account_id")?;
            let captured = (account_id, day);
            if present.contains(&captured) {
                continue;
            }
            sqlx::query(
                "UPDATE coverage SET state = 'awaiting', rows_seen = NULL, content_hash = NULL
                 WHERE dataset_id = $1 AND account_id = $2 AND day = $3",
            )
            .bind(dataset_id)
            .bind(&captured.0)
            .bind(captured.1.to_string())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

struct Before {
    state: CoverageState,
    hash: Option<String>,
    answered_on: Option<Date>,
    last_checked: i64,
    equal_checks: i64,
    restated: i64,
}

impl Before {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            state: CoverageState::read(&row.try_get::<String, _>("state")?),
            hash: row.try_get("content_hash")?,
            answered_on: date(row, "answered_on")?,
            last_checked: row.try_get("last_checked")?,
            equal_checks: row.try_get("equal_checks")?,
            restated: row.try_get("restated")?,
        })
    }
}

/// What a check makes of a day.
struct Judged {
    state: CoverageState,
    answered_on: Option<Date>,
    equal_checks: i64,
    restated: i64,
}

impl Judged {
    fn of(before: Option<&Before>, found: &DayFound) -> Self {
        let today = utc_day(found.checked_at);
        let restated = before.map_or(0, |before| before.restated);
        let equal_checks = before.map_or(0, |before| before.equal_checks);
        let answered_before = before.and_then(|before| before.answered_on);
        let captured = before.is_some_and(|before| before.state == CoverageState::Published);
        match found.state {
            CoverageState::Published => {
                let same = captured && before.is_some_and(|before| before.hash == found.hash);
                let checked_today = answered_before == Some(today);
                let equal_checks = match (same, checked_today) {
                    (true, true) => equal_checks,
                    (true, false) => equal_checks + 1,
                    (false, _) => 1,
                };
                let restated = restated + i64::from(captured && !same);
                Self {
                    state: found.state,
                    answered_on: Some(today),
                    equal_checks,
                    restated,
                }
            }
            CoverageState::Empty | CoverageState::Awaiting => {
                // What was captured stays captured, whatever a later reply lacks.
                let state = if captured {
                    CoverageState::Published
                } else {
                    found.state
                };
                Self {
                    state,
                    answered_on: Some(today),
                    equal_checks,
                    restated,
                }
            }
            CoverageState::Failed | CoverageState::Expired => {
                // An answer stays an answer: a day found empty was not lost when its window ended.
                let answered = before.map(|before| before.state).filter(|state| {
                    matches!(state, CoverageState::Published | CoverageState::Empty)
                });
                let state = answered.unwrap_or(found.state);
                Self {
                    state,
                    answered_on: answered_before,
                    equal_checks,
                    restated,
                }
            }
        }
    }
}

fn utc_day(at: Timestamp) -> Date {
    jiff::tz::Offset::UTC.to_datetime(at).date()
}

fn date(row: &AnyRow, column: &str) -> Result<Option<Date>, StoreError> {
    Ok(row
        .try_get::<Option<String>, _>(column)?
        .and_then(|text| text.parse().ok()))
}
