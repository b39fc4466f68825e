//! One run of a DataSet at a time, and a run whose process died goes on where it was.

use std::collections::BTreeSet;

use exmetrics_catalog::{Ask, Plan, PlannedRequest, UpdateMethod};
use exmetrics_store::{
    DataSet, NewRun, RequestRow, RequestState, Run, RunState, StoreError, StoreErrorKind,
};
use jiff::civil::Date;

use crate::{Engine, EngineError, EngineErrorKind, machine::RunLock, run::RunChoice, utc_day};

/// A run that is ours to do.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) run: Run,
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
            Some(run) => {
                let was_aside = run.is_aside();
                let run = self.take_over(dataset, run).await?;
                match self.catch_up(dataset, run, was_aside).await? {
                    Some(run) => run,
                    None => self.begin(dataset, choice).await?,
                }
            }
            None => match self.store.unlanded_run(&dataset.id).await? {
                // What Microsoft answered could not be written to the table, and it may not answer again.
                Some(run) if dataset.update != UpdateMethod::Replace => {
                    tracing::info!(run = run.id, "a run did not land; going on with it");
                    let run = self.reopen_run(dataset, &run).await?;
                    self.extend(dataset, &run).await?;
                    run
                }
                _ => self.begin(dataset, choice).await?,
            },
        };
        Ok(Claim { run, _lock: lock })
    }

    /// Opens an ended run again, for what failed in it.
    pub(crate) async fn reopen(&self, dataset: &DataSet, run: &Run) -> Result<Claim, EngineError> {
        let lock = self.lock(dataset)?;
        if run.state != RunState::Running && self.is_overtaken(dataset, run).await? {
            return Err(EngineError::new(
                EngineErrorKind::Failed,
                format!(
                    "a later run of '{}' has landed; the rows of this one would take the place of newer \
                     ones",
                    dataset.name
                ),
            )
            .next(format!(
                "What is missing is asked for by a new run: exmetrics dataset run \"{}\"",
                dataset.name
            )));
        }
        let under_way = self.store.run_under_way(&dataset.id).await?;
        let run = match under_way {
            // This one, or another that died since: that goes first, for there is one at a time.
            Some(dead) => self.take_over(dataset, dead).await?,
            None => self.reopen_run(dataset, run).await?,
        };
        Ok(Claim { run, _lock: lock })
    }

    /// Whether the rows of an ended run would take the place of a later run's.
    pub(crate) async fn is_overtaken(
        &self,
        dataset: &DataSet,
        run: &Run,
    ) -> Result<bool, EngineError> {
        let replaces = dataset.update != UpdateMethod::Append;
        Ok(replaces && self.store.landed_since(run).await?)
    }

    /// Opens an ended run under a new number. If it landed under the old one without knowing, that is
    /// noted first: its rows must not land twice.
    async fn reopen_run(&self, dataset: &DataSet, run: &Run) -> Result<Run, EngineError> {
        if self.is_landed(dataset, run).await? {
            let mut requests = self.store.requests(&run.id).await?;
            self.note_landed(&mut requests).await?;
        }
        let (machine, now) = (&self.machine.id, self.clock.now());
        let reopened = self.store.reopen_run(run, machine, now).await;
        reopened.map_err(|error| busy_or(dataset, error))
    }

    /// Keeps a DataSet from being run by this machine while its table is worked on otherwise, if no other
    /// machine runs it.
    ///
    /// # Errors
    /// When a run of it is under way.
    pub async fn hold(&self, dataset: &DataSet) -> Result<Held, EngineError> {
        let lock = self.lock(dataset)?;
        let under_way = self.store.run_under_way(&dataset.id).await?;
        let elsewhere = under_way.is_some_and(|run| {
            run.machine != self.machine.id && run.lease_until > self.clock.now()
        });
        if elsewhere {
            return Err(busy(dataset));
        }
        Ok(Held(lock))
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
        if !run.is_aside() {
            tracing::info!(run = run.id, "the run's process is gone; going on with it");
        }
        Ok(self.store.run(&run.id).await?)
    }

    /// Brings a run that was dead for a day or longer up to date. What has become due since is added
    /// to it; a run that was to replace the table is given up, for its rows would be those of a day that
    /// is over.
    async fn catch_up(
        &self,
        dataset: &DataSet,
        run: Run,
        was_aside: bool,
    ) -> Result<Option<Run>, EngineError> {
        let same_day = utc_day(run.started_at) == self.today();
        if self.is_landed(dataset, &run).await? {
            return self
                .go_on_after_landing(dataset, run, same_day)
                .await
                .map(Some);
        }
        if !was_aside {
            self.store.forgive_failures(&run.id).await?;
        }
        if same_day {
            return Ok(Some(run));
        }
        if dataset.update == UpdateMethod::Replace {
            let over = Run {
                state: RunState::Failed,
                ended_at: Some(self.clock.now()),
                message: Some("its process died, and its day is over".into()),
                ..run
            };
            self.store.end_run(&over, &[]).await?;
            return Ok(None);
        }
        self.extend(dataset, &run).await?;
        Ok(Some(run))
    }

    /// A run that landed what it had and died before it asked for the rest: that lands under a number of
    /// its own. One that had asked for everything is only settled.
    async fn go_on_after_landing(
        &self,
        dataset: &DataSet,
        run: Run,
        same_day: bool,
    ) -> Result<Run, EngineError> {
        let mut requests = self.store.requests(&run.id).await?;
        let open = requests
            .iter()
            .any(|request| request.state == RequestState::Pending);
        if !open || (dataset.update == UpdateMethod::Replace && !same_day) {
            return Ok(run);
        }
        self.note_landed(&mut requests).await?;
        let run = self.store.renumber_run(&run).await?;
        if !same_day {
            self.extend(dataset, &run).await?;
        }
        Ok(run)
    }

    /// Adds to a run what is due today and not in it.
    async fn extend(&self, dataset: &DataSet, run: &Run) -> Result<(), EngineError> {
        let planned = self.store.requests(&run.id).await?;
        let more = self.plan_dataset(dataset, run.full).await?;
        let more: Vec<_> = more
            .into_iter()
            .map(|one| {
                let of_account = planned
                    .iter()
                    .filter(|request| request.account_id == one.account_id);
                let missing = missing_requests(&one.plan, of_account, dataset.update, self.today());
                (one.account_id, one.plan, missing)
            })
            .collect();
        Ok(self.store.extend_run(&run.id, &more).await?)
    }

    fn lock(&self, dataset: &DataSet) -> Result<RunLock, EngineError> {
        self.machine.lock(&dataset.id)?.ok_or_else(|| busy(dataset))
    }
}

/// The requests of a plan that a run does not have: neither open, nor answered today. Appended rows
/// would double if a run asked for them on two days.
fn missing_requests<'a>(
    plan: &Plan,
    planned: impl Iterator<Item = &'a RequestRow>,
    update: UpdateMethod,
    today: Date,
) -> Vec<PlannedRequest> {
    let mut had: Vec<Ask> = Vec::new();
    let mut kept = BTreeSet::new();
    for request in planned {
        let answered_before = update != UpdateMethod::Append
            && request.state == RequestState::Done
            && request.answered_at.is_some_and(|at| utc_day(at) != today);
        if !answered_before {
            had.push(request.ask);
            kept.extend(request.keep.iter().flatten());
        }
    }
    let missing = |request: &PlannedRequest| -> Option<PlannedRequest> {
        let Some(days) = &request.keep else {
            return (!had.contains(&request.ask)).then(|| request.clone());
        };
        // Of a trend only the days that are not asked for already.
        let days: BTreeSet<Date> = days.difference(&kept).copied().collect();
        (!days.is_empty()).then_some(PlannedRequest {
            ask: request.ask,
            keep: Some(days),
        })
    };
    plan.requests.iter().filter_map(missing).collect()
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
