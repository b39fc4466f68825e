//! The first rows of what a DataSet would bring, before there is one.

use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use exmetrics_catalog::{Ask, PlannedRequest, Report};
use exmetrics_store::Account;

use crate::{
    AccountPlan, Engine, EngineError, EngineErrorKind, PullFailure, Quiet, RunChoice, Waiting,
};

/// How long a preview may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a preview found.
#[derive(Debug)]
pub struct Preview {
    /// What was asked.
    pub asked: Ask,
    /// Of which account.
    pub account: String,
    /// The columns.
    pub columns: SchemaRef,
    /// The first rows.
    pub rows: Vec<RecordBatch>,
    /// How many rows the reply has.
    pub rows_in_all: u64,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// Why there is no preview.
#[derive(Debug)]
pub enum NoPreview {
    /// The plan asks nothing.
    NothingToAsk,
    /// Microsoft refused, or could not be asked.
    Refused(PullFailure),
    /// Something of our own failed.
    Failed(EngineError),
}

impl From<EngineError> for NoPreview {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

/// Why no more rows are read.
enum Stop {
    Enough,
    Failed(EngineError),
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

impl Engine {
    /// Asks the smallest request of a plan and shows its first rows. Takes one request of the quota;
    /// never waits for it.
    ///
    /// # Errors
    /// Why there is nothing to show.
    pub async fn preview(
        &self,
        report: &'static Report,
        accounts: &[Account],
        plans: &[AccountPlan],
        rows: usize,
    ) -> Result<Preview, NoPreview> {
        let smallest = plans.iter().find_map(|planned| {
            let request = planned.plan.requests.iter().min_by_key(|one| size(one))?;
            Some((planned, request))
        });
        let Some((planned, request)) = smallest else {
            return Err(NoPreview::NothingToAsk);
        };
        let mut only = planned.clone();
        only.plan.requests = vec![request.clone()];
        let choice = RunChoice {
            full: true,
            waiting: Waiting::Never,
        };
        let plans = [only];
        let pulled = tokio::time::timeout(
            PATIENCE,
            self.pull(report, accounts, &plans, choice, &Quiet),
        );
        let pulled = pulled.await.map_err(|_| {
            EngineError::new(
                EngineErrorKind::Failed,
                format!("no answer came within {} seconds", PATIENCE.as_secs()),
            )
            .next("Try again, or choose a shorter period; saving needs no preview.")
        })??;
        if let Some(failure) = pulled.failures.first() {
            let failure = failure.clone();
            self.forget_pulled(&pulled);
            return Err(NoPreview::Refused(failure));
        }
        let mut preview = Preview {
            asked: request.ask,
            account: planned.account.clone(),
            columns: pulled.columns.clone(),
            rows: Vec::new(),
            rows_in_all: pulled
                .replies
                .iter()
                .map(|reply| reply.decoded.rows_kept)
                .sum(),
            warnings: pulled.warnings.clone(),
        };
        let mut left = rows;
        let shown = self.show_pulled(report, &pulled, |batch| {
            let take = left.min(batch.num_rows());
            left -= take;
            preview.rows.push(batch.slice(0, take));
            match left {
                0 => Err(Stop::Enough),
                _ => Ok(()),
            }
        });
        self.forget_pulled(&pulled);
        match shown {
            Err(Stop::Failed(error)) => Err(error.into()),
            Ok(()) | Err(Stop::Enough) => Ok(preview),
        }
    }
}

/// Days are alike; of periods the shortest is the smallest.
fn size(request: &PlannedRequest) -> u16 {
    match request.ask {
        Ask::Period(period) => period.days().unwrap_or(u16::MAX),
        Ask::Date(_) | Ask::Current => 0,
    }
}
