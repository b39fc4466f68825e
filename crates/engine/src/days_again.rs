//! Some days are asked for once more, whatever is known of them.

use std::collections::BTreeSet;

use exmetrics_store::{DataSet, JobReason};
use jiff::civil::Date;

use crate::{Engine, EngineError, EngineErrorKind, name_days};

/// What becomes of days that are wanted again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaysAgain {
    /// Those that the next run asks for.
    pub asked: BTreeSet<Date>,
    /// Those that the DataSet's details leave out, or that Microsoft does not have.
    pub left_out: BTreeSet<Date>,
}

impl Engine {
    /// Makes days due again, of one account or of all, and puts the DataSet into the queue.
    ///
    /// # Errors
    /// When none of the days can be asked for, or a worker has the DataSet just now.
    pub async fn ask_days_again(
        &self,
        dataset: &DataSet,
        account_id: Option<&str>,
        days: &BTreeSet<Date>,
    ) -> Result<DaysAgain, EngineError> {
        let plans = self.plan_dataset(dataset, true).await?;
        let possible: BTreeSet<Date> = plans
            .iter()
            .filter(|plan| account_id.is_none_or(|wanted| plan.account_id == wanted))
            .flat_map(|plan| plan.plan.kept.iter().copied())
            .collect();
        let (asked, left_out): (BTreeSet<Date>, BTreeSet<Date>) =
            days.iter().partition(|day| possible.contains(*day));
        if asked.is_empty() {
            let wanted: Vec<Date> = left_out.into_iter().collect();
            return Err(EngineError::new(
                EngineErrorKind::WrongArgument,
                format!(
                    "'{}' cannot ask for {}",
                    dataset.name,
                    if wanted.is_empty() { "no day".into() } else { name_days(&wanted) }
                ),
            )
            .next(
                "A day can be asked for when the DataSet's details include it, when it is over, and as \
                 long as Microsoft keeps it.",
            ));
        }
        self.store
            .make_days_due(&dataset.id, account_id, &asked)
            .await?;
        let now = self.clock.now();
        let queued = self
            .store
            .enqueue(&dataset.id, now, JobReason::Person, false)
            .await?;
        if !queued {
            return Err(EngineError::new(
                EngineErrorKind::Busy,
                format!("a run of '{}' is under way", dataset.name),
            )
            .next("The days are due; they are asked for by the run after it."));
        }
        Ok(DaysAgain { asked, left_out })
    }
}
