//! `run due`: everything that is due now, once, then end. For cron, Airflow, Kubernetes.

use std::sync::{Arc, Mutex, PoisonError};

use exmetrics_engine::{
    EngineError, EngineErrorKind, RunReport, Service, ServiceOptions, ServiceWatch, Waiting,
};
use exmetrics_store::{DataSet, RunState};
use serde_json::json;

use crate::{
    app::App,
    args::Global,
    failure::{Ended, Failure},
    listing::count,
    say,
};

/// What became of each DataSet.
#[derive(Default)]
pub(crate) struct Passed {
    ended: Mutex<Vec<One>>,
    quiet: bool,
}

/// What became of one DataSet.
struct One {
    dataset: String,
    outcome: Result<RunReport, Trouble>,
}

/// Why a run has no report.
struct Trouble {
    kind: EngineErrorKind,
    message: String,
    next_step: String,
}

impl Passed {
    pub(crate) fn new(quiet: bool) -> Arc<Self> {
        Arc::new(Self {
            quiet,
            ..Self::default()
        })
    }
}

impl ServiceWatch for Passed {
    fn begun(&self, _: &DataSet) {}

    fn ended(&self, dataset: &DataSet, outcome: &Result<RunReport, EngineError>) {
        let kept = match outcome {
            Ok(report) => Ok(report.clone()),
            Err(error) => Err(Trouble {
                kind: error.kind,
                message: error.message.clone(),
                next_step: error.next_step.clone(),
            }),
        };
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.push(One {
            dataset: dataset.name.clone(),
            outcome: kept,
        });
        if self.quiet {
            return;
        }
        let number = ended.len();
        match outcome {
            Ok(report) => {
                let rows = count(report.rows, "row");
                say::note(format!(
                    "[{number}] {}: {}, {rows}",
                    dataset.name,
                    report.state.as_str()
                ));
                for account in &report.accounts {
                    if let Some(message) = &account.message {
                        say::note(format!("      {}: {message}", account.name));
                    }
                }
            }
            Err(error) => say::note(format!(
                "[{number}] {}: failed, {}",
                dataset.name, error.message
            )),
        }
    }
}

pub(crate) async fn run(app: &App, no_wait: bool, global: &Global) -> Result<Ended, Failure> {
    let passed = Passed::new(global.quiet || global.json);
    let options = ServiceOptions {
        waiting: match no_wait {
            true => Waiting::Never,
            false => Waiting::Aside,
        },
        ..ServiceOptions::default()
    };
    Service::new(Arc::clone(&app.engine), options, passed.clone())?
        .run_due()
        .await?;
    settle(&passed, global)
}

/// Says how the pass went, and with which exit code.
pub(crate) fn settle(passed: &Passed, global: &Global) -> Result<Ended, Failure> {
    let ended = passed.ended.lock().unwrap_or_else(PoisonError::into_inner);
    let of = |state: RunState| {
        ended
            .iter()
            .filter(|one| {
                one.outcome
                    .as_ref()
                    .is_ok_and(|report| report.state == state)
            })
            .count()
    };
    let (succeeded, partial) = (of(RunState::Succeeded), of(RunState::Partial));
    let failed = ended.len() - succeeded - partial;
    let needs_person = |one: &One| match &one.outcome {
        Ok(report) => report.accounts.iter().all(|account| account.needs_person),
        Err(trouble) => trouble.kind == EngineErrorKind::Person,
    };
    if global.json {
        let values: Vec<_> = ended
            .iter()
            .map(|one| match &one.outcome {
                Ok(report) => json!(report),
                Err(trouble) => json!({
                    "dataset": one.dataset, "state": "failed",
                    "error": { "message": trouble.message, "next_step": trouble.next_step },
                }),
            })
            .collect();
        say::json(&values)?;
    } else if ended.is_empty() {
        say::out("nothing is due")?;
    } else {
        say::out(format!(
            "{}: {succeeded} succeeded, {partial} partial, {failed} failed",
            count(ended.len() as u64, "DataSet")
        ))?;
    }
    Ok(if failed == 0 && partial == 0 {
        Ended::Done
    } else if failed < ended.len() {
        Ended::Partial
    } else if ended.iter().all(needs_person) {
        Ended::Person
    } else {
        Ended::Failed
    })
}
