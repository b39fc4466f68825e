//! A table goes back to an older version, and coverage with it: a day that only the undone versions had
//! is no longer captured.

use std::collections::BTreeSet;

use exmetrics_catalog::{Details, Grain, Report, catalog};
use exmetrics_store::DataSet;

use crate::{Engine, EngineError, EngineErrorKind, Restored};

impl Engine {
    /// Makes an older version's rows the newest version of a DataSet's table.
    ///
    /// # Errors
    /// When a run of the DataSet is under way, or the version is not there.
    pub async fn restore(&self, dataset: &DataSet, version: u64) -> Result<Restored, EngineError> {
        let _held = self.hold(dataset).await?;
        if let Some(dead) = self.store.run_under_way(&dataset.id).await? {
            return Err(EngineError::new(
                EngineErrorKind::Busy,
                format!(
                    "a run of '{}' was broken off; it may have landed",
                    dataset.name
                ),
            )
            .next(format!(
                "Let it go on with `exmetrics dataset run \"{}\"`, or end it with `exmetrics run \
                 cancel {}`; then restore.",
                dataset.name, dead.id
            )));
        }
        let report = catalog().find(&dataset.report)?;
        // First, so that nothing counts as settled if this ends half-way.
        self.store.forget_checks(&dataset.id).await?;
        let restored = self
            .tables
            .restore(&dataset.location, version, self.clock.now())
            .await?;
        let column = day_column(report, dataset.details);
        let days = self.tables.days(&dataset.location, column).await?;
        let accounts = self.store.accounts().await?;
        let present: BTreeSet<_> = days
            .into_iter()
            .filter_map(|(label, day)| {
                let account = accounts.iter().find(|account| account.label == label)?;
                Some((account.id.clone(), day))
            })
            .collect();
        self.store.note_restored(&dataset.id, &present).await?;
        let rows = i64::try_from(restored.rows).unwrap_or(i64::MAX);
        self.store.note_table_rows(&dataset.id, rows).await?;
        Ok(restored)
    }
}

/// The column that holds the day under which rows stand in the ledger.
pub fn day_column(report: &Report, details: Details) -> &str {
    match (report.grain, details) {
        (Grain::Trend, _) => report.day_column.as_deref().unwrap_or("report_date"),
        (_, Details::Date(_) | Details::Range { .. }) => "_requested_date",
        (_, Details::Period(_) | Details::Current) => "report_refresh_date",
    }
}
