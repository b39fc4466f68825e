//! The service: what comes due is run, day after day, by as many workers as like.
//!
//! | module | job |
//! |---|---|
//! | `schedule` | schedules that have come due go into the queue |
//! | `worker` | who works, and who has died |
//! | `job` | one DataSet from the queue, and what follows from how it ended |

mod job;
mod schedule;
mod worker;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use exmetrics_store::{DataSet, Job};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use job::next_try;

use crate::{
    Engine, EngineError, RunReport, Waiting,
    service::worker::{HeldJob, Worker},
};

/// How long the service waits at most before it looks again for what others have put into the queue.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How long what is being done may take when the service is asked to stop.
const LAST_CHANCE: Duration = Duration::from_secs(7);

/// How long the history of runs is kept. The newest run of each DataSet always is, and tables are for ever.
const KEEP_RUNS: SignedDuration = SignedDuration::from_hours(24 * 400);

/// What a worker has in hand. A run that let go of everything says when it goes on.
type Running = JoinSet<Option<Timestamp>>;

/// How a service works.
#[derive(Debug, Clone, Copy)]
pub struct ServiceOptions {
    /// How many DataSets it runs at the same time. A run that waits for quota is not among them.
    pub runs_at_once: usize,
    /// Whether it also looks after schedules. One of several does at a time.
    pub schedules: bool,
    /// What runs do when the quota, or Microsoft, asks for a wait.
    pub waiting: Waiting,
}

impl Default for ServiceOptions {
    fn default() -> Self {
        Self {
            runs_at_once: 256,
            schedules: true,
            waiting: Waiting::Aside,
        }
    }
}

/// Who hears how runs end.
pub trait ServiceWatch: Send + Sync {
    /// A run begins.
    fn begun(&self, dataset: &DataSet);
    /// A run has ended.
    fn ended(&self, dataset: &DataSet, outcome: &Result<RunReport, EngineError>);
}

/// A worker, and a scheduler if no other one is.
pub struct Service {
    engine: Arc<Engine>,
    worker: Worker,
    options: ServiceOptions,
    watch: Arc<dyn ServiceWatch>,
    looked_ahead: Mutex<Option<Timestamp>>,
}

impl Service {
    /// Makes a worker of this process.
    ///
    /// # Errors
    /// When the home cannot be used.
    pub fn new(
        engine: Arc<Engine>,
        options: ServiceOptions,
        watch: Arc<dyn ServiceWatch>,
    ) -> Result<Self, EngineError> {
        let worker = Worker::new(&engine)?;
        Ok(Self {
            engine,
            worker,
            options,
            watch,
            looked_ahead: Mutex::new(None),
        })
    }

    /// Runs everything that is due now, once. Beside other workers it takes what they have not taken.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn run_due(&self) -> Result<(), EngineError> {
        self.engine.schedule_due().await?;
        let mut until = self.engine.clock.now();
        let mut running = JoinSet::new();
        let mut aside = BTreeSet::new();
        let beat = self.worker.beat(&self.engine);
        let done = async {
            self.worker.bury_the_dead(&self.engine).await?;
            loop {
                let now = self.engine.clock.now();
                self.take(&mut running, until.min(now)).await?;
                match running.join_next().await {
                    Some(ended) => {
                        let later = ended.ok().flatten();
                        until = later.map_or(until, |later| until.max(later));
                        aside.extend(later);
                    }
                    // What let go of everything to wait is a part of this pass.
                    None => match aside.pop_first() {
                        Some(later) => self.engine.clock.sleep_until(later).await,
                        None => return Ok(()),
                    },
                }
            }
        };
        let done = done.await;
        drop(beat);
        self.worker.leave(&self.engine).await;
        // What people are told is beside the work: a failure there is no failure of a run.
        self.look_ahead().await;
        self.deliver().await;
        done
    }

    /// Works until it is told to stop, then ends within ten seconds: what is not done by then is left to
    /// the next worker, which goes on where this one was.
    pub async fn serve(&self, stop: CancellationToken) {
        let mut running = JoinSet::new();
        let beat = self.worker.beat(&self.engine);
        // A mail server that hangs must not hold up schedules.
        let telling = async {
            loop {
                self.deliver().await;
                self.engine.clock.sleep(LOOK_AGAIN).await;
            }
        };
        tokio::select! {
            () = self.work(&mut running, &stop) => {}
            () = telling => {}
        }
        let last = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(LAST_CHANCE, last).await.is_err() {
            tracing::info!(
                runs = running.len(),
                "stopping; the next worker goes on with them"
            );
            running.abort_all();
            while running.join_next().await.is_some() {}
        }
        drop(beat);
        self.worker.leave(&self.engine).await;
    }

    /// Turn after turn, until told to stop.
    async fn work(&self, running: &mut Running, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let wait = tokio::select! {
                () = stop.cancelled() => return,
                wait = self.turn(running) => wait.unwrap_or_else(|error| {
                    tracing::warn!(%error, "the queue cannot be read; trying again");
                    LOOK_AGAIN
                }),
            };
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = running.join_next(), if !running.is_empty() => {}
                () = self.engine.clock.sleep(wait) => {}
            }
        }
    }

    /// Looks at schedules and takes what is due; tells how long to wait before the next look.
    async fn turn(&self, running: &mut Running) -> Result<Duration, EngineError> {
        let engine = &self.engine;
        self.worker.bury_the_dead(engine).await?;
        if self.options.schedules && self.worker.schedules(engine).await? {
            engine.schedule_due().await?;
            self.look_ahead().await;
        }
        let now = engine.clock.now();
        self.take(running, now).await?;
        let next = engine.store.next_due().await?;
        let wait = next.map_or(LOOK_AGAIN, |next| {
            Duration::try_from(next.duration_since(now)).unwrap_or_default()
        });
        // Never at once: what is due and not taken is another worker's, or there is no room.
        Ok(wait.clamp(Duration::from_millis(100), LOOK_AGAIN))
    }

    /// Takes what is due from the queue, as far as there is room.
    async fn take(&self, running: &mut Running, due: Timestamp) -> Result<(), EngineError> {
        let free = self.options.runs_at_once.saturating_sub(running.len());
        let (worker, now) = (&self.worker, self.engine.clock.now());
        let taking = worker.taking.lock().await;
        let jobs = self
            .engine
            .store
            .take_jobs(&worker.id, free, due, now)
            .await?;
        for job in jobs {
            let held = worker.hold(&job.dataset_id);
            self.start(running, job, held);
        }
        drop(taking);
        Ok(())
    }

    async fn deliver(&self) {
        if let Err(error) = self.engine.deliver_notices().await {
            tracing::warn!(%error, "notices cannot be brought to people for the moment");
        }
    }

    /// Once an hour: what is about to be lost, or to end.
    async fn look_ahead(&self) {
        let now = self.engine.clock.now();
        let due = {
            let mut looked = self
                .looked_ahead
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let due =
                looked.is_none_or(|last| now.duration_since(last) >= SignedDuration::from_hours(1));
            if due {
                *looked = Some(now);
            }
            due
        };
        if !due {
            return;
        }
        if let Err(error) = self.engine.tell_what_is_about_to_end().await {
            tracing::warn!(%error, "what is about to be lost cannot be told for the moment");
        }
        let keep = now.saturating_sub(KEEP_RUNS).unwrap_or(Timestamp::MIN);
        if let Err(error) = self.engine.store.prune(keep, now).await {
            tracing::warn!(%error, "old runs stay for the moment");
        }
    }

    fn start(&self, running: &mut Running, job: Job, held: HeldJob) {
        let engine = Arc::clone(&self.engine);
        let (worker, waiting) = (self.worker.id.clone(), self.options.waiting);
        let watch = Arc::clone(&self.watch);
        running.spawn(async move {
            // Let go of at the end, however that comes: then the heartbeat gives the job back.
            let _held = held;
            let dataset_id = job.dataset_id.clone();
            let done = engine.do_job(&worker, job, waiting, watch.as_ref()).await;
            done.unwrap_or_else(|error| {
                tracing::warn!(%error, dataset_id, "a run could not be settled; it is taken up again");
                None
            })
        });
    }
}
