//! One run of a DataSet at a time, and a run whose process died goes on where it was.

use exmetrics_store::{DataSet, NewRun, Run, RunState, StoreErrorKind};

use crate::{
    AccountPlan, Engine, EngineError, EngineErrorKind,
    machine::RunLock,
    run::RunChoice,
};

/// A run that is ours to do.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) run: Run,
    /// Held until the run ends.
    pub(crate) _lock: RunLock,
}

impl Engine {
    /// Takes over the dead run of a DataSet if there is one, else begins a new one.
    pub(crate) async fn claim(
        &self,
        dataset: &DataSet,
        choice: &RunChoice,
    ) -> Result<Claim, EngineError> {
        // Of two processes that begin at once, one finds the other's run at the second look.
        for _ in 0..2 {
            if let Some(run) = self.store.run_under_way(&dataset.id).await? {
                return self.take_over(dataset, run).await;
            }
            let plans = self.plan_dataset(dataset, choice.full).await?;
            if let Some(claim) = self.begin(dataset, choice, plans).await? {
                return Ok(claim);
            }
        }
        Err(busy(dataset))
    }

    /// `None` when another process began one just now.
    async fn begin(
        &self,
        dataset: &DataSet,
        choice: &RunChoice,
        plans: Vec<AccountPlan>,
    ) -> Result<Option<Claim>, EngineError> {
        let plans: Vec<_> =
            plans.into_iter().map(|one| (one.account_id, one.account, one.plan)).collect();
        let new = NewRun {
            dataset_id: &dataset.id,
            full: choice.full,
            machine: &self.machine.id,
            plans: &plans,
        };
        match self.store.begin_run(&new, self.clock.now()).await {
            Ok(run) => self.lock(dataset, run).map(Some),
            Err(error) if error.kind == StoreErrorKind::InUse => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn take_over(&self, dataset: &DataSet, run: Run) -> Result<Claim, EngineError> {
        let now = self.clock.now();
        if run.machine == self.machine.id {
            // Its process holds the lock as long as it lives.
            let Some(lock) = self.machine.lock(&run.id)? else { return Err(busy(dataset)) };
            if !self.store.take_over(&run, &self.machine.id, now).await? {
                return Err(busy(dataset));
            }
            tracing::info!(run = run.id, "the run's process is gone; going on with it");
            let run = self.store.run(&run.id).await?;
            return Ok(Claim { run, _lock: lock });
        }
        if run.lease_until > now || !self.store.take_over(&run, &self.machine.id, now).await? {
            return Err(busy(dataset));
        }
        let run = self.store.run(&run.id).await?;
        self.lock(dataset, run)
    }

    /// Opens an ended run again, for what failed in it.
    pub(crate) async fn reopen(
        &self,
        dataset: &DataSet,
        run: &Run,
    ) -> Result<Claim, EngineError> {
        if run.state == RunState::Running {
            return self.take_over(dataset, run.clone()).await;
        }
        let run = self.store.reopen_run(run, &self.machine.id, self.clock.now()).await?;
        self.lock(dataset, run)
    }

    fn lock(&self, dataset: &DataSet, run: Run) -> Result<Claim, EngineError> {
        match self.machine.lock(&run.id)? {
            Some(lock) => Ok(Claim { run, _lock: lock }),
            None => Err(busy(dataset)),
        }
    }
}

fn busy(dataset: &DataSet) -> EngineError {
    EngineError::new(
        EngineErrorKind::Busy,
        format!("a run of '{}' is under way in another process", dataset.name),
    )
    .next("Wait until it has ended; `exmetrics run list` shows it.")
}
