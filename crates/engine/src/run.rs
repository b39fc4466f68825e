//! One run of a DataSet: the main job.

use std::{collections::HashMap, sync::Arc, time::Duration};

use exmetrics_graph::Clock;
use exmetrics_store::{Account, DataSet, Run, RunState, Store};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, info_span};

use crate::{
    AccountReport, Engine, EngineError, EngineErrorKind, Landed, Progress, ReadySignIn, Step,
    claim::Claim, fetch::Unfetched, land::Answered, requests::Work,
};

/// How often a run says that it is alive, and hears that it is cancelled.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// What may be chosen of a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunChoice {
    /// Whether settled days are asked again.
    pub full: bool,
    /// What to do when the quota, or Microsoft, asks for a wait.
    pub waiting: Waiting,
}

/// What a run does when the quota, or Microsoft, asks for a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Waiting {
    /// It fails, and says when to try again.
    #[default]
    Never,
    /// It waits.
    Here,
    /// It lets go of everything until then, if the wait is long. Whoever takes it up goes on with the
    /// requests that are not done. So a thousand runs that wait cost nothing.
    Aside,
}

impl Waiting {
    /// Waits where it is, unless a person has said not to.
    pub fn here_unless(no_wait: bool) -> Self {
        match no_wait {
            true => Self::Never,
            false => Self::Here,
        }
    }

    /// Whether a wait is waited for, wherever.
    pub(crate) fn is_patient(self) -> bool {
        self != Self::Never
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunReport {
    /// The run's id.
    pub id: String,
    /// The DataSet's name.
    pub dataset: String,
    /// How it ended.
    pub state: RunState,
    /// When it began.
    pub started_at: jiff::Timestamp,
    /// When it ended.
    pub ended_at: Option<jiff::Timestamp>,
    /// How many rows it brought.
    pub rows: u64,
    /// The version it made; none when there was nothing to land.
    pub version: Option<u64>,
    /// Each account's part.
    pub accounts: Vec<AccountReport>,
    /// What a person should know though nothing failed: drift, concealed names, cells that did not fit.
    pub warnings: Vec<String>,
    /// Of those, what changed in the report's columns.
    #[serde(skip)]
    pub drift: Vec<String>,
}

/// Each account with its session, or why it has none.
pub(crate) type SignedIn = HashMap<String, (Account, Result<ReadySignIn, Unfetched>)>;

/// What a run has brought, before it is settled.
pub(crate) struct Done {
    pub(crate) signed_in: SignedIn,
    pub(crate) answers: Vec<Answered>,
    pub(crate) landed: Option<Landed>,
}

impl Engine {
    /// Runs a DataSet: sign in -> plan -> fetch -> decode -> land -> show. Goes on with a run that died.
    ///
    /// # Errors
    /// When the run cannot be begun or its table cannot be written; what an account or a request met
    /// is in the report.
    pub async fn run(
        &self,
        dataset: &DataSet,
        choice: RunChoice,
        progress: &dyn Progress,
    ) -> Result<RunReport, EngineError> {
        let claim = self.claim(dataset, &choice).await?;
        self.carry_out(dataset, claim, choice, progress).await
    }

    /// Asks again what failed in an ended run; of a run that succeeded there is nothing to ask.
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub async fn retry(
        &self,
        run: &Run,
        choice: RunChoice,
        progress: &dyn Progress,
    ) -> Result<RunReport, EngineError> {
        let dataset = self.store.dataset_by_id(&run.dataset_id).await?;
        let claim = self.reopen(&dataset, run).await?;
        self.carry_out(&dataset, claim, choice, progress).await
    }

    /// The main job, from the plan that was written down when the run was claimed to the run's end.
    async fn carry_out(
        &self,
        dataset: &DataSet,
        claim: Claim,
        choice: RunChoice,
        progress: &dyn Progress,
    ) -> Result<RunReport, EngineError> {
        let alive = self.say_alive(&claim.run);
        let span = info_span!(
            "run",
            dataset = dataset.name,
            report = dataset.report,
            run = claim.run.id
        );
        let done = tokio::select! {
            done = self.fetch_and_land(dataset, &claim, choice, progress).instrument(span) => done,
            () = alive.lost.cancelled() => return Err(no_longer_ours(dataset)),
        };
        drop(alive);
        match done {
            Ok(done) => self.settle(dataset, claim.run, done).await,
            Err(error) if matches!(error.kind, EngineErrorKind::Waiting(_)) => {
                self.store
                    .set_aside(&claim.run.id, &self.machine.id)
                    .await?;
                Err(error)
            }
            Err(error) if error.kind == EngineErrorKind::Cancelled => Err(error),
            Err(error) => Err(self.end_in_failure(claim.run, error).await),
        }
    }

    /// Sign in -> fetch -> decode -> land, for what is planned.
    async fn fetch_and_land(
        &self,
        dataset: &DataSet,
        claim: &Claim,
        choice: RunChoice,
        progress: &dyn Progress,
    ) -> Result<Done, EngineError> {
        let run = &claim.run;
        let signed_in = self
            .sign_in(dataset)
            .instrument(info_span!("sign_in"))
            .await?;
        let mut planned = self.store.requests(&run.id).await?;
        let landing = self.open_landing(dataset, run).await?;
        let landed_before = landing.0.landed_before().await?.is_some();
        if landed_before {
            self.note_landed(&mut planned).await?;
        }
        let work = Work {
            run,
            dataset,
            signed_in: &signed_in,
            landing: &landing,
            landed_before,
            choice,
            progress,
        };
        let (answers, resume_at) = self.fetch_and_decode(&work, planned).await;
        if let Some(until) = resume_at {
            landing.forget(answers).await;
            return Err(waiting(dataset, until));
        }
        progress.step(Step::Landing);
        let landed = self.land(dataset, run, landing, answers);
        let (answers, landed) = landed.instrument(info_span!("land")).await?;
        Ok(Done {
            signed_in,
            answers,
            landed,
        })
    }

    /// A session for each account, or why there is none.
    async fn sign_in(&self, dataset: &DataSet) -> Result<SignedIn, EngineError> {
        let mut sessions = HashMap::new();
        for account in self.store.accounts_of(&dataset.id).await? {
            let session = match self.session(&account).await {
                Ok(session) => Ok(session),
                Err(error) => Err(Unfetched::of_sign_in(&error)),
            };
            sessions.insert(account.id.clone(), (account, session));
        }
        Ok(sessions)
    }

    /// The table could not be written: said in the run, and the replies stay in the archive.
    async fn end_in_failure(&self, mut run: Run, error: EngineError) -> EngineError {
        metrics::counter!("exmetrics_runs_total", "state" => "failed").increment(1);
        run.state = RunState::Failed;
        run.ended_at = Some(self.clock.now());
        run.message = Some(error.message.clone());
        let retry = format!("exmetrics run retry {}", run.id);
        let next = format!(
            "{} What Microsoft answered is safe in the archive; afterwards run: {retry}",
            error.next_step
        );
        run.next_step = Some(next.trim().to_owned());
        if let Err(error) = self.store.end_run(&run, &[]).await {
            tracing::warn!(%error, "the run's end could not be noted");
        }
        let next_step = run.next_step.unwrap_or_default();
        EngineError {
            kind: EngineErrorKind::Failed,
            next_step,
            ..error
        }
    }

    fn say_alive(&self, run: &Run) -> Heartbeat {
        let lost = CancellationToken::new();
        let beat = beat(
            self.store.clone(),
            self.clock.clone(),
            run.id.clone(),
            self.machine.id.clone(),
            lost.clone(),
        );
        Heartbeat {
            task: tokio::spawn(beat),
            lost,
        }
    }
}

/// Says that a run is alive as long as it is held.
struct Heartbeat {
    task: tokio::task::JoinHandle<()>,
    /// The run is no longer ours: a person cancelled it, or another machine took it over.
    lost: CancellationToken,
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn beat(
    store: Store,
    clock: Arc<dyn Clock>,
    run_id: String,
    machine: String,
    lost: CancellationToken,
) {
    loop {
        clock.sleep(HEARTBEAT).await;
        match store.renew_lease(&run_id, &machine, clock.now()).await {
            Ok(true) => {}
            Ok(false) => return lost.cancel(),
            Err(error) => tracing::warn!(%error, "the run's lease could not be renewed"),
        }
    }
}

/// The run goes on later.
fn waiting(dataset: &DataSet, until: jiff::Timestamp) -> EngineError {
    EngineError::new(
        EngineErrorKind::Waiting(until),
        format!("the run of '{}' waits until {until}", dataset.name),
    )
}

pub(crate) fn no_longer_ours(dataset: &DataSet) -> EngineError {
    EngineError::new(
        EngineErrorKind::Cancelled,
        format!("the run of '{}' was cancelled, or taken over", dataset.name),
    )
}
