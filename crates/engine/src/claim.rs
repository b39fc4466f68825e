//! One run of a DataSet at a time, and a run whose process died goes on where it was.

use exmetrics_store::{DataSet, NewRun, Run, RunState, StoreError, StoreErrorKind};

use crate::{Engine, EngineError, EngineErrorKind, machine::RunLock, run::RunChoice};

/// A run that is ours to do.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) run: Run,
    /// Whether the run had ended before, and what it landed then was settled.
    pub(crate) reopened: bool,
    /// Held until the run ends.
    _lock: RunLock,
}

/// A DataSet that nobody runs as long as this is held.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "held, not read")] RunLock);

impl Engine {
    /// Takes over the dead run of a DataSet if there is one, else plans and begins a new one.
    pub(crate) async fn claim(
        &self,
        dataset: &DataSet,
        choice: &RunChoice,
    ) -> Result<Claim, EngineError> {
        let lock = self.lock(dataset)?;
        let run = match self.store.run_under_way(&dataset.id).await? {
            Some(run) => self.take_over(dataset, run).await?,
            None => self.begin(dataset, choice).await?,
        };
        let reopened = false;
        Ok(Claim {
            run,
            reopened,
            _lock: lock,
        })
    }

    /// Opens an ended run again, for what failed in it.
    pub(crate) async fn reopen(&self, dataset: &DataSet, run: &Run) -> Result<Claim, EngineError> {
        let lock = self.lock(dataset)?;
        let reopened = run.state != RunState::Running;
        let run = match run.state {
            RunState::Running => self.take_over(dataset, run.clone()).await?,
            _ => {
                let reopened = self
                    .store
                    .reopen_run(run, &self.machine.id, self.clock.now())
                    .await;
                reopened.map_err(|error| busy_or(dataset, error))?
            }
        };
        Ok(Claim {
            run,
            reopened,
            _lock: lock,
        })
    }

    /// Keeps a DataSet from being run by this machine while its table is worked on otherwise.
    ///
    /// # Errors
    /// When a run of it is under way.
    pub fn hold(&self, dataset: &DataSet) -> Result<Held, EngineError> {
        self.lock(dataset).map(Held)
    }

    async fn begin(&self, dataset: &DataSet, choice: &RunChoice) -> Result<Run, EngineError> {
        let plans = self.plan_dataset(dataset, choice.full).await?;
        let plans: Vec<_> = plans
            .into_iter()
            .map(|one| (one.account_id, one.account, one.plan))
            .collect();
        let new = NewRun {
            dataset_id: &dataset.id,
            full: choice.full,
            machine: &self.machine.id,
            plans: &plans,
        };
        let begun = self.store.begin_run(&new, self.clock.now()).await;
        begun.map_err(|error| busy_or(dataset, error))
    }

    /// We hold the DataSet's lock: a run of this machine has no process any more. One of another
    /// machine may have; it is given its lease.
    async fn take_over(&self, dataset: &DataSet, run: Run) -> Result<Run, EngineError> {
        let now = self.clock.now();
        let alive = run.machine != self.machine.id && run.lease_until > now;
        if alive || !self.store.take_over(&run, &self.machine.id, now).await? {
            return Err(busy(dataset));
        }
        tracing::info!(run = run.id, "the run's process is gone; going on with it");
        Ok(self.store.run(&run.id).await?)
    }

    fn lock(&self, dataset: &DataSet) -> Result<RunLock, EngineError> {
        self.machine.lock(&dataset.id)?.ok_or_else(|| busy(dataset))
    }
}

/// A process on another machine may have been a moment earlier.
fn busy_or(dataset: &DataSet, error: StoreError) -> EngineError {
    match error.kind {
        StoreErrorKind::InUse => busy(dataset),
        _ => error.into(),
    }
}

fn busy(dataset: &DataSet) -> EngineError {
    EngineError::new(
        EngineErrorKind::Busy,
        format!(
            "a run of '{}' is under way in another process",
            dataset.name
        ),
    )
    .next("Wait until it has ended; `exmetrics run list` shows it.")
}
