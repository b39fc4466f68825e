//! What a person wants of a DataSet just now: run it, stop it, ask for some days again, begin anew.

use exmetrics_catalog::catalog;
use exmetrics_store::DataSet;
use jiff::{ToSpan, civil::Date};

use crate::{Engine, EngineError, EngineErrorKind};

/// What a wish for a run met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wished {
    /// A worker will take it up.
    Queued,
    /// A worker is at it already; what is due after that waits for the next run.
    UnderWay,
}

/// What became of a run that was to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It was under way; whoever works on it hears of it within seconds.
    Cancelled,
    /// It had not begun.
    Withdrawn,
    /// There was none.
    Nothing,
}

impl Engine {
    /// Puts a DataSet into the queue, because a person says so.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn run_now(&self, dataset: &DataSet, person: &str) -> Result<Wished, EngineError> {
        let now = self.clock.now();
        let queued = self
            .store
            .ask_for_run(&dataset.id, now, false, person)
            .await?;
        Ok(match queued {
            true => Wished::Queued,
            false => Wished::UnderWay,
        })
    }

    /// Ends the run of a DataSet, begun or not.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn stop(&self, dataset: &DataSet) -> Result<Stopped, EngineError> {
        if let Some(run) = self.store.run_under_way(&dataset.id).await? {
            let now = self.clock.now();
            if self.store.cancel_run(&run.id, now).await? {
                // One that waits for its turn must not begin it anew.
                self.store.withdraw_job(&dataset.id).await?;
                return Ok(Stopped::Cancelled);
            }
        }
        Ok(match self.store.withdraw_job(&dataset.id).await? {
            true => Stopped::Withdrawn,
            false => Stopped::Nothing,
        })
    }

    /// Asks again for days of one account, settled or not, with the run that begins now.
    ///
    /// # Errors
    /// When Microsoft no longer has one of the days, or the report has none; when the account does not
    /// feed the DataSet.
    pub async fn ask_again(
        &self,
        dataset: &DataSet,
        account_id: &str,
        days: &[Date],
        person: &str,
    ) -> Result<Wished, EngineError> {
        let wrong = |what: String| EngineError::new(EngineErrorKind::WrongArgument, what);
        let report = catalog().find(&dataset.report)?;
        let fed = dataset.accounts.iter().any(|(id, _)| id == account_id);
        if !fed {
            return Err(wrong(format!(
                "this account no longer feeds '{}'",
                dataset.name
            )));
        }
        let Some(window) = report.window_days() else {
            return Err(wrong(format!(
                "{} has no days that could be asked for again",
                report.slug
            )));
        };
        let today = self.today();
        let oldest = today.checked_sub(i64::from(window).days()).unwrap_or(today);
        if let Some(day) = days.iter().find(|day| **day < oldest || **day >= today) {
            return Err(match *day < oldest {
                true => wrong(format!("Microsoft no longer has {day}")),
                false => wrong(format!("{day} is not over yet")),
            }
            .next(format!(
                "It answers for the days from {oldest} to yesterday."
            )));
        }
        // Append and replace ask for every day of their details anyway.
        self.store
            .make_days_due(
                &dataset.id,
                Some(account_id),
                &days.iter().copied().collect(),
            )
            .await?;
        self.run_now(dataset, person).await
    }

    /// Makes an empty table in the place of one that is gone. Every day is due again; what Microsoft no
    /// longer has is lost.
    ///
    /// # Errors
    /// When a run is under way, or the table is there after all.
    pub async fn make_table_again(&self, dataset: &DataSet) -> Result<(), EngineError> {
        let _held = self.hold(dataset).await?;
        let report = catalog().find(&dataset.report)?;
        let columns = exmetrics_decode::table_schema(report);
        self.tables
            .create(&dataset.location, &dataset.name, &columns)
            .await?;
        let column = crate::restore::day_column(report, dataset.details);
        let days = self.tables.days(&dataset.location, column).await?;
        if !days.is_empty() {
            return Err(EngineError::new(
                EngineErrorKind::WrongArgument,
                format!("the table of '{}' is there, with rows", dataset.name),
            ));
        }
        let nothing = std::collections::BTreeSet::new();
        self.store.note_restored(&dataset.id, &nothing).await?;
        Ok(())
    }
}
