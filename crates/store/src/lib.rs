//! Control state: accounts and their sealed secrets, DataSets, runs and their requests, the quota's
//! windows, coverage. Rows of figures are never here: they are in the lake.
//!
//! One SQLite file in the home by default, or a PostgreSQL database that several processes share. The
//! statements keep to what both understand; what differs is in `database`.

mod accounts;
mod again;
mod answers;
mod audit;
mod copy;
mod coverage;
mod database;
mod datasets;
mod day_answers;
mod drafts;
mod error;
mod jobs;
mod kept;
mod migrations;
mod notices;
mod passes;
mod people;
mod progress;
mod questions;
mod quota;
mod requests;
mod run_holders;
mod runs;
mod runs_page;
mod seal;
mod sessions;
mod sign_in_tries;
mod time;
mod tokens;

use sqlx::AnyPool;

pub use accounts::{Account, AccountState, NewAccount, SignIn};
pub use answers::{AskedBefore, KeptAnswer};
pub use audit::{AuditEntry, AuditFilter, AuditPlace, NewAuditEntry, Through};
pub use coverage::{CoverageDay, CoverageState, DayFound};
pub use datasets::{DataSet, DataSetEdit, NewDataSet, PreparedDataSet};
pub use day_answers::DayAnswer;
pub use drafts::Draft;
pub use error::{StoreError, StoreErrorKind};
pub use jobs::{DueSchedule, Job, JobReason};
pub use kept::Kept;
pub use notices::{Delivered, Delivery, NoticeChannel, StandingNotice};
pub use passes::Pass;
pub use people::{NewPerson, Person, Role};
pub use progress::RunProgress;
pub use questions::Question;
pub use quota::{QuotaAnswer, QuotaRule};
pub use requests::{
    RequestFailure, RequestRow, RequestState, RequestSuccess, TracePhase, TraceSpan,
};
pub use runs::{JournalLine, NewRun, Run, RunAccount, RunState};
pub use runs_page::{RequestCounts, RunFilter, RunPlace};
pub use seal::SealingKey;
pub use sessions::{NewSession, Session};
pub use sign_in_tries::TryAnswer;
pub use tokens::{ApiToken, NewToken, Scope};

/// How long a run's worker may be silent before another machine takes the run over.
pub const LEASE: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

/// The control database.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    kind: database::Kind,
    key: SealingKey,
}

/// A new lasting id, in the order of time.
fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Names differ if they differ in more than case and surrounding spaces.
fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}
