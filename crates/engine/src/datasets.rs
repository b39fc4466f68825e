//! A DataSet is made, changed or removed: from the command line, from a file, from a page.

use exmetrics_catalog::{Details, Grain, Report, UpdateMethod, catalog};
use exmetrics_store::{DataSet, DataSetEdit, JobReason, NewDataSet};
use jiff::{RoundMode, TimestampRound, Unit};

use crate::{Engine, EngineError, EngineErrorKind};

/// When a DataSet runs that keeps every day.
pub const KEEP_EVERY_DAY: &str = "daily at 06:00";

impl Engine {
    /// The folder, or the address in an object store, below which new tables are made.
    pub fn tables_root(&self) -> &str {
        &self.settings.tables
    }

    /// The empty table, then the row: a DataSet that is there has its table. What is left of one that was
    /// not finished is a folder that nothing names.
    ///
    /// # Errors
    /// When the name is taken or an account's cloud does not offer the report; when the table cannot be
    /// made.
    pub async fn create_dataset(&self, new: &NewDataSet) -> Result<DataSet, EngineError> {
        let report = catalog().find(&new.report)?;
        self.refuse_unoffered(report, &new.account_ids).await?;
        let prepared = self.store.prepare_dataset(new).await?;
        let columns = exmetrics_decode::table_schema(report);
        let made = async {
            self.tables
                .create(&prepared.location, &prepared.name, &columns)
                .await?;
            let now = self.clock.now();
            Ok(self.store.create_dataset(new, &prepared, now).await?)
        };
        let made: Result<DataSet, EngineError> = made.await;
        if made.is_err() {
            self.tables.remove(&prepared.location).await.ok();
        }
        made
    }

    async fn refuse_unoffered(
        &self,
        report: &Report,
        account_ids: &[String],
    ) -> Result<(), EngineError> {
        for account in self.store.accounts().await? {
            let cloud = account.cloud.name;
            if account_ids.contains(&account.id) && report.version_for(cloud).is_none() {
                return Err(EngineError::new(
                    EngineErrorKind::WrongArgument,
                    format!(
                        "{} is not offered in the cloud {cloud} of the account '{}'",
                        report.slug, account.name
                    ),
                ));
            }
        }
        Ok(())
    }

    /// What was decided by how a DataSet was must not undo what somebody else made of it since.
    async fn refuse_stale(&self, before: &DataSet) -> Result<(), EngineError> {
        let now = self.store.dataset_by_id(&before.id).await?;
        if now.revision == before.revision {
            return Ok(());
        }
        Err(EngineError::new(
            EngineErrorKind::Busy,
            format!("'{}' was changed by somebody else meanwhile", before.name),
        )
        .next("Look at it again, then change it."))
    }

    /// Changes a DataSet that nobody runs.
    ///
    /// # Errors
    /// When it is not as it was before any more; when a run of it is under way, or was broken off and still means the days as they were.
    pub async fn edit_dataset(
        &self,
        before: &DataSet,
        edit: &DataSetEdit,
    ) -> Result<DataSet, EngineError> {
        let _held = self.hold(before).await?;
        self.refuse_stale(before).await?;
        let dead = self.store.run_under_way(&before.id).await?;
        if let Some(dead) = dead.filter(|_| edit.forget_coverage) {
            return Err(EngineError::new(
                EngineErrorKind::Busy,
                format!(
                    "a run of '{}' was broken off, and still means the days as they were",
                    before.name
                ),
            )
            .next(format!(
                "Let it go on with `exmetrics dataset run \"{}\"`, or end it with `exmetrics run cancel {}`.",
                before.name, dead.id
            )));
        }
        if let Some(accounts) = &edit.account_ids {
            let report = catalog().find(&before.report)?;
            self.refuse_unoffered(report, accounts).await?;
        }
        let now = self.clock.now();
        Ok(self.store.edit_dataset(&before.id, edit, now).await?)
    }

    /// Forgets a DataSet with its archive, and deletes its table if that is wanted. Tells whether a table
    /// was deleted.
    ///
    /// # Errors
    /// When a run of it is under way, or the table cannot be deleted; nothing is forgotten then.
    pub async fn remove_dataset(
        &self,
        dataset: &DataSet,
        delete_table: bool,
    ) -> Result<bool, EngineError> {
        let _held = self.hold(dataset).await?;
        let deleted = match delete_table {
            true => self.tables.remove(&dataset.location).await?,
            false => false,
        };
        self.store.remove_dataset(&dataset.id).await?;
        self.archive.remove(&dataset.id);
        self.rejects().remove(&dataset.id);
        Ok(deleted)
    }

    /// Makes a DataSet due now, for the service or `run due`: by the time its schedule comes due the oldest
    /// day would be lost.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn make_due(&self, dataset: &DataSet) -> Result<(), EngineError> {
        let now = self.clock.now();
        // Since the minute began: whoever looks at the queue in this minute finds it.
        let since = now.round(
            TimestampRound::new()
                .smallest(Unit::Minute)
                .mode(RoundMode::Floor),
        );
        let reason = JobReason::Schedule;
        self.store
            .enqueue(&dataset.id, since.unwrap_or(now), reason, false)
            .await?;
        Ok(())
    }
}

/// The key columns as they are called in the table, each of them a column of it.
///
/// # Errors
/// When one is no column, with the nearest name; when the update method takes no key.
pub fn key_columns(
    report: &Report,
    update: UpdateMethod,
    given: &[String],
) -> Result<Vec<String>, EngineError> {
    let wrong = |what: String| EngineError::new(EngineErrorKind::WrongArgument, what);
    if given.is_empty() {
        return Ok(Vec::new());
    }
    if update != UpdateMethod::Upsert {
        return Err(wrong(format!(
            "a key is for upsert; the update method is {update}"
        )));
    }
    let schema = exmetrics_decode::table_schema(report);
    let names: Vec<&str> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    let mut key = Vec::with_capacity(given.len());
    for column in given {
        let wanted = column.trim().to_lowercase();
        if !names.contains(&wanted.as_str()) {
            let nearest = names
                .iter()
                .map(|name| (strsim::jaro_winkler(&wanted, name), name))
                .filter(|(likeness, _)| *likeness > 0.7)
                .max_by(|left, right| left.0.total_cmp(&right.0))
                .map(|(_, name)| format!("; did you mean '{name}'?"))
                .unwrap_or_default();
            return Err(wrong(format!(
                "{} has no column '{}'{nearest}",
                report.slug,
                column.trim()
            ))
            .next(format!(
                "`exmetrics report show {}` lists its columns.",
                report.slug
            )));
        }
        key.push(wanted);
    }
    Ok(key)
}

/// A day of the ledger is a day asked for, or the one a period was published on: not both.
pub fn means_other_days(report: &Report, before: Details, after: Details) -> bool {
    report.grain != Grain::Trend && names_days(before) != names_days(after)
}

fn names_days(details: Details) -> bool {
    matches!(details, Details::Date(_) | Details::Range { .. })
}
