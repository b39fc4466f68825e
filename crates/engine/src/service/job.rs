//! One DataSet from the queue: run it, and do what follows from how it ended.

use exmetrics_store::{DataSet, Job, RunState, StoreErrorKind};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Engine, EngineError, EngineErrorKind, Quiet, RunChoice, RunReport, Waiting,
    service::ServiceWatch,
};

/// How long to wait before a failed run is tried again, and how often, where the DataSet does not say.
const RETRY_EVERY_SECONDS: i64 = 15 * 60;
const RETRY_TIMES: i64 = 3;

/// How long to wait for another process that runs the DataSet just now.
const BUSY_WAIT: SignedDuration = SignedDuration::from_secs(30);

impl Engine {
    /// Runs a DataSet that a worker took from the queue. Says when it goes on with it, where it let go of
    /// it to wait.
    ///
    /// # Errors
    /// When the control database fails; the DataSet stays in the queue.
    pub(super) async fn do_job(
        &self,
        worker: &str,
        job: Job,
        waiting: Waiting,
        watch: &dyn ServiceWatch,
    ) -> Result<Option<Timestamp>, EngineError> {
        let dataset = match self.store.dataset_by_id(&job.dataset_id).await {
            Ok(dataset) => dataset,
            Err(error) if error.kind == StoreErrorKind::NotFound => {
                self.store.finish_job(&job.dataset_id, worker).await?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        watch.begun(&dataset);
        let choice = RunChoice {
            full: job.full,
            waiting,
        };
        let Some(outcome) = self.run_or_retry(&dataset, &job, choice).await? else {
            // It ended before, and only the end of the job was still to come.
            self.store.finish_job(&dataset.id, worker).await?;
            return Ok(None);
        };
        if let Err(error) = &outcome
            && let EngineErrorKind::Waiting(until) = error.kind
        {
            self.store.postpone_job(&job, worker, until).await?;
            return Ok(Some(until));
        }
        let now = self.clock.now();
        if let Err(error) = &outcome
            && error.kind == EngineErrorKind::Busy
        {
            let later = now.saturating_add(BUSY_WAIT).unwrap_or(now);
            self.store.postpone_job(&job, worker, later).await?;
            watch.ended(&dataset, &outcome);
            return Ok(None);
        }
        let again_at = next_try(&dataset, job.attempt, &outcome, now);
        if let Err(error) = self.tell_run(&dataset, &outcome, again_at).await {
            tracing::warn!(%error, dataset = dataset.name, "how the run went could not be told");
        }
        match again_at {
            Some(at) => {
                let run_id = outcome.as_ref().ok().map(|report| report.id.as_str());
                self.store.put_back_job(&job, worker, at, run_id).await?;
            }
            None => self.store.finish_job(&dataset.id, worker).await?,
        }
        watch.ended(&dataset, &outcome);
        Ok(None)
    }

    /// Asks again only what failed, where a run waits for that; goes on with a run that died. `None` when
    /// the run of the job has ended well: by a person, or by a worker that died just then.
    async fn run_or_retry(
        &self,
        dataset: &DataSet,
        job: &Job,
        choice: RunChoice,
    ) -> Result<Option<Result<RunReport, EngineError>>, EngineError> {
        let run = match &job.run_id {
            None => None,
            Some(id) => match self.store.run(id).await {
                Ok(run) => Some(run),
                Err(error) if error.kind == StoreErrorKind::NotFound => None,
                Err(error) => return Err(error.into()),
            },
        };
        let Some(run) = run else {
            return Ok(Some(self.run(dataset, choice, &Quiet).await));
        };
        Ok(match run.state {
            RunState::Succeeded | RunState::Cancelled => None,
            RunState::Running | RunState::Queued => Some(self.run(dataset, choice, &Quiet).await),
            RunState::Partial | RunState::Failed if self.is_overtaken(dataset, &run).await? => {
                Some(self.run(dataset, choice, &Quiet).await)
            }
            RunState::Partial | RunState::Failed => Some(self.retry(&run, choice, &Quiet).await),
        })
    }
}

/// When a run that failed by something that may pass is tried again; `None` when it is not, or has been
/// often enough.
pub fn next_try(
    dataset: &DataSet,
    attempt: i64,
    outcome: &Result<RunReport, EngineError>,
    now: Timestamp,
) -> Option<Timestamp> {
    let may_pass = match outcome {
        Ok(report) => report.accounts.iter().any(|account| account.may_pass),
        // The table or the control database could not be written.
        Err(error) => error.kind == EngineErrorKind::Failed,
    };
    let times = dataset.retry_times.unwrap_or(RETRY_TIMES);
    let every = dataset.retry_every_seconds.unwrap_or(RETRY_EVERY_SECONDS);
    (may_pass && attempt < times)
        .then(|| {
            now.saturating_add(SignedDuration::from_secs(every.max(1)))
                .ok()
        })
        .flatten()
}
