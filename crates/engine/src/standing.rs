//! Whether a DataSet is as new as it should be, in one word.

use exmetrics_store::{DataSet, Run, RunState};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A run that has not begun so long after its time is late: the service is down, or has too much to do.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// How a DataSet stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its last run brought all it was to bring.
    UpToDate,
    /// It should have run, or something is missing of its last run.
    Late,
    /// Its last run failed.
    Failing,
    /// It never ran.
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

    /// How a DataSet stands, by its newest run.
    pub fn of(dataset: &DataSet, newest: Option<&Run>, now: Timestamp) -> Self {
        let overdue = dataset
            .next_due
            .is_some_and(|due| now.duration_since(due) > PATIENCE);
        match newest.map(|run| run.state) {
            None => Self::NeverRun,
            Some(RunState::Failed) => Self::Failing,
            Some(RunState::Partial | RunState::Cancelled) => Self::Late,
            Some(_) if overdue => Self::Late,
            Some(RunState::Queued | RunState::Running | RunState::Succeeded) => Self::UpToDate,
        }
    }
}
