//! How every DataSet stands: whether its data is as new as its schedule promises.

use std::collections::HashMap;

use exmetrics_store::{DataSet, Job, Run, RunState};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Engine, EngineError};

/// How long after its time a run may still be under way before its DataSet is late.
const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// How a DataSet stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its last run brought what there was.
    UpToDate,
    /// A run was due and did not come.
    Late,
    /// Its last run failed, for one account at least.
    Failing,
    /// Nothing was ever run.
    NeverRun,
}

impl Standing {
    /// The word in JSON and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UpToDate => "up_to_date",
            Self::Late => "late",
            Self::Failing => "failing",
            Self::NeverRun => "never_run",
        }
    }
}

/// A DataSet and how it stands.
#[derive(Debug, Clone)]
pub struct DataSetStanding {
    /// The DataSet.
    pub dataset: DataSet,
    /// How it stands.
    pub standing: Standing,
    /// Its newest run.
    pub newest: Option<Run>,
    /// When a run last brought something.
    pub last_good: Option<Timestamp>,
    /// Its place in the queue.
    pub job: Option<Job>,
}

impl Engine {
    /// Every DataSet, by name, and how it stands.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn standings(&self) -> Result<Vec<DataSetStanding>, EngineError> {
        let now = self.clock.now();
        let mut newest = self.store.newest_runs().await?;
        let failing = self.store.newest_runs_with_failed_accounts().await?;
        let good: HashMap<String, Timestamp> =
            self.store.last_good_runs().await?.into_iter().collect();
        let jobs = self.store.jobs().await?.into_iter();
        let mut jobs: HashMap<String, Job> =
            jobs.map(|job| (job.dataset_id.clone(), job)).collect();
        let datasets = self.store.datasets().await?.into_iter();
        Ok(datasets
            .map(|dataset| {
                let newest = newest.remove(&dataset.id);
                let last_good = good.get(&dataset.name).copied();
                let failed = newest
                    .as_ref()
                    .is_some_and(|run| run.state == RunState::Failed || failing.contains(&run.id));
                let standing = match (&newest, last_good) {
                    (None, _) => Standing::NeverRun,
                    _ if failed => Standing::Failing,
                    (Some(_), Some(last_good)) if is_late(&dataset, last_good, now) => {
                        Standing::Late
                    }
                    (Some(run), None) if run.state == RunState::Running => Standing::NeverRun,
                    _ => Standing::UpToDate,
                };
                DataSetStanding {
                    job: jobs.remove(&dataset.id),
                    standing,
                    newest,
                    last_good,
                    dataset,
                }
            })
            .collect())
    }
}

/// Whether a run came due after the last good one and did not come.
fn is_late(dataset: &DataSet, last_good: Timestamp, now: Timestamp) -> bool {
    let due = dataset
        .schedule
        .as_ref()
        .and_then(|schedule| schedule.next_after(last_good));
    due.is_some_and(|due| now.duration_since(due) > GRACE)
}
