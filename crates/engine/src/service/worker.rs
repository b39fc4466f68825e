//! A worker: who it is, that it is alive, and which others of this machine are not.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{Engine, EngineError, machine::RunLock};

/// How often a worker says that it is alive; a third of its lease.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The office of the one that looks after schedules.
const SCHEDULER: &str = "scheduler";

pub(super) struct Worker {
    pub(super) id: String,
    /// The DataSets that it runs just now. What it holds in the queue beyond these is given back.
    running: Arc<Mutex<HashSet<String>>>,
    /// Held while jobs are taken: until they are in `running` they must not be given back.
    pub(super) taking: Arc<tokio::sync::Mutex<()>>,
    /// Held as long as the process lives: whoever can take it knows that the worker is dead.
    _lock: Option<RunLock>,
}

impl Worker {
    pub(super) fn new(engine: &Engine) -> Result<Self, EngineError> {
        let id = uuid::Uuid::now_v7().to_string();
        let lock = engine.machine.lock(&lock_name(&id))?;
        Ok(Self {
            id,
            running: Arc::default(),
            taking: Arc::default(),
            _lock: lock,
        })
    }

    /// Notes that a DataSet is being run, until the answer is dropped.
    pub(super) fn hold(&self, dataset_id: &str) -> HeldJob {
        lock(&self.running).insert(dataset_id.to_owned());
        HeldJob {
            running: Arc::clone(&self.running),
            dataset_id: dataset_id.to_owned(),
        }
    }

    /// Says that the worker is alive, for as long as the answer is held.
    pub(super) fn beat(&self, engine: &Engine) -> Beat {
        let (store, clock) = (engine.store.clone(), engine.clock.clone());
        let (id, machine) = (self.id.clone(), engine.machine.id.clone());
        let (running, taking) = (Arc::clone(&self.running), Arc::clone(&self.taking));
        Beat(tokio::spawn(async move {
            loop {
                let renewed = async {
                    let _nobody_takes = taking.lock().await;
                    let stays = lock(&running).clone();
                    store.keep_jobs(&id, &stays, clock.now()).await?;
                    store.worker_alive(&id, &machine, clock.now()).await
                };
                if let Err(error) = renewed.await {
                    tracing::warn!(%error, "the worker's lease could not be renewed");
                }
                clock.sleep(HEARTBEAT).await;
            }
        }))
    }

    /// Whether this worker is the one that looks after schedules.
    pub(super) async fn schedules(&self, engine: &Engine) -> Result<bool, EngineError> {
        let now = engine.clock.now();
        Ok(engine.store.hold_office(SCHEDULER, &self.id, now).await?)
    }

    /// Frees what dead workers of this machine had. Those of other machines are given their lease.
    pub(super) async fn bury_the_dead(&self, engine: &Engine) -> Result<(), EngineError> {
        for id in engine.store.workers_of(&engine.machine.id).await? {
            if id == self.id {
                continue;
            }
            let name = lock_name(&id);
            if let Some(_lock) = engine.machine.lock(&name)? {
                let freed = engine.store.release_jobs(&id).await?;
                engine.store.leave_office(SCHEDULER, &id).await?;
                engine.machine.forget(&name);
                tracing::info!(
                    worker = id,
                    freed,
                    "a worker is gone; its work goes on here"
                );
            }
        }
        Ok(())
    }

    /// Lets go of everything.
    pub(super) async fn leave(&self, engine: &Engine) {
        let left = async {
            engine.store.release_jobs(&self.id).await?;
            engine.store.leave_office(SCHEDULER, &self.id).await
        };
        if let Err(error) = left.await {
            tracing::warn!(%error, "the worker could not sign off; its lease ends by itself");
        }
        engine.machine.forget(&lock_name(&self.id));
    }
}

/// A worker's heartbeat; it ends when this is dropped.
pub(super) struct Beat(tokio::task::JoinHandle<()>);

impl Drop for Beat {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A DataSet that is being run.
pub(super) struct HeldJob {
    running: Arc<Mutex<HashSet<String>>>,
    dataset_id: String,
}

impl Drop for HeldJob {
    fn drop(&mut self) {
        lock(&self.running).remove(&self.dataset_id);
    }
}

fn lock(running: &Mutex<HashSet<String>>) -> MutexGuard<'_, HashSet<String>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lock_name(id: &str) -> String {
    format!("worker-{id}")
}
