//! The main job: sign in -> plan -> fetch -> decode -> land -> show.
//!
//! [`Engine::run`] reads as that sentence; every other module is one of its verbs. Tables come in
//! through [`Tables`], time and the network through `graph`, state through `store`: this crate knows
//! no table format and no terminal.
//!
//! | module | job |
//! |---|---|
//! | `run` | one run of a DataSet, from claim to settled |
//! | `sign_in` | a session for each account |
//! | `planning` | what is due for each account |
//! | `claim` | one run of a DataSet at a time; a dead run goes on |
//! | `update_rule` | which old rows a new row replaces |
//! | `requests` | every request of a run, account by account |
//! | `fetch` | one request until it is answered, given up, or a person must act |
//! | `reply` | a reply's bytes to the archive and through decode, side by side |
//! | `drift` | what happens when a report's columns change |
//! | `datasets` | a DataSet is made, changed or removed |
//! | `land` | all that a run brought becomes one version |
//! | `settle` | what a run's answers mean for days, accounts and the run |
//! | `notices` | what people are told, once |
//! | `outcome`, `warnings` | the sentences for it |
//! | `days_again` | some days are asked for once more |
//! | `details_words` | details in the words of the command line |
//! | `clouds` | where an account's cloud answers, and what its new secret sets free |
//! | `standing` | a DataSet in one word |
//! | `restore` | a table goes back to a version, and coverage with it |
//! | `service` | what comes due is run, by as many workers as like |
//! | `reader` | tables as those see them who only read |
//! | `standing` | whether each DataSet is as new as its schedule promises |
//! | `wishes` | run now, stop, ask again |
//! | `pull` | the same without a table |
//! | `people` | who is let in: passwords, one-time links, API tokens |
//! | `check` | whether an account can do its work |
//! | `accounts` | an account is added, signs in anew, takes up its work again |
//! | `preview` | the first rows of a DataSet that is not made yet |
//! | `capture_all` | every report that a tenant answers is kept |

mod accounts;
mod archive;
mod capture_all;
mod check;
mod claim;
mod clouds;
mod datasets;
mod days_again;
mod details_words;
mod drift;
mod error;
mod fetch;
mod gate;
mod land;
mod machine;
mod notices;
mod outcome;
mod people;
mod pipe;
mod planning;
mod preview;
mod progress;
mod pull;
mod reader;
mod rejects;
mod reply;
mod requests;
mod restore;
mod run;
mod service;
mod settle;
mod sign_in;
mod standing;
mod tables;
mod update_rule;
mod warnings;
mod wishes;

use std::{path::PathBuf, sync::Arc, time::Duration};

use exmetrics_graph::{Clock, Graph, HttpClient, Limits, Proxy, http_client};
use exmetrics_store::{QuotaRule, Store};
use jiff::civil::Date;

pub use accounts::{
    PersonPrompt, certificate_end, custom_cloud, is_by_person, known_cloud, sign_in_words,
    usable_address, usable_certificate, usable_client_id, usable_client_secret, usable_tenant,
    usable_token_file,
};
pub use archive::Archive;
pub use capture_all::{CapturedAll, KeptReport};
pub use check::{AccountCheck, Answers, Check, CheckState};
pub use claim::Held;
pub use clouds::cloud_at;
pub use datasets::{KEEP_EVERY_DAY, key_columns, means_other_days};
pub use days_again::DaysAgain;
pub use details_words::DetailsWords;
pub use drift::{DriftPolicies, DriftPolicy};
pub use error::{EngineError, EngineErrorKind};
pub use notices::{AtRisk, NewChannel};
pub use outcome::name_days;
pub use people::{
    LINK_LIVES, PasswordAnswer, SHORTEST_PASSWORD, TOKEN_BEGINNING, password_problem,
};
pub use planning::{AccountPlan, PlanView, PlannedRequestView, Wave};
pub use preview::{NoPreview, Preview};
pub use progress::{Progress, Quiet, Step};
pub use pull::{PullFailure, Pulled, PulledReply};
pub use reader::{NamedTable, Rows, TableReader, TableState, TableVersion, column_type};
pub use rejects::RejectFiles;
pub use restore::day_column;
pub use run::{RunChoice, RunReport, Waiting};
pub use service::{Service, ServiceOptions, ServiceWatch, next_try};
pub use settle::AccountReport;
pub use sign_in::ReadySignIn;
pub use standing::{DataSetStanding, Standing};
pub use tables::{
    Landed, Landing, LandingMark, ReplyRows, Restored, TableFailure, Tables, UpdateRule,
    WrittenReply,
};
pub use update_rule::preset_key;
pub use wishes::{Stopped, Wished};

/// The columns of a report's table before any reply brought others.
pub use exmetrics_decode::table_schema;

/// The numbers that configuration may change.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that holds all state.
    pub home: PathBuf,
    /// The folder, or the address in an object store, below which new tables are made.
    pub tables: String,
    /// Microsoft's quota for CSV, by tenant, app and function.
    pub csv_quota: QuotaRule,
    /// Microsoft's quota for JSON.
    pub json_quota: QuotaRule,
    /// Bounds on time and size of one request.
    pub limits: Limits,
    /// How often one request is tried.
    pub tries: usize,
    /// How long trying one request again may take altogether, apart from waits that Microsoft or the
    /// quota ask for.
    pub try_for: Duration,
    /// How many days replies stay in the archive after their run.
    pub archive_days: u16,
    /// What to do when a report's columns change.
    pub drift: DriftPolicies,
    /// The way out, where there is no direct one.
    pub proxy: Option<Proxy>,
}

/// The main job's parts, put together once per process.
pub struct Engine {
    pub(crate) store: Store,
    pub(crate) tables: Arc<dyn Tables>,
    pub(crate) graph: Graph,
    pub(crate) http: HttpClient,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) archive: Archive,
    pub(crate) settings: Settings,
    pub(crate) machine: machine::Machine,
    /// The sessions of this process: the runs of an account share its token.
    pub(crate) sessions: sign_in::Sessions,
}

impl Engine {
    /// Puts the parts together.
    ///
    /// # Errors
    /// When the home cannot be used or no HTTP client can be made.
    pub fn new(
        store: Store,
        tables: Arc<dyn Tables>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Result<Self, EngineError> {
        let http = http_client(&settings.limits, settings.proxy.as_ref())?;
        let gate = gate::StoreGate::new(store.clone(), clock.clone(), &settings);
        let graph = Graph::new(
            http.clone(),
            clock.clone(),
            Arc::new(gate),
            settings.limits.clone(),
        );
        let archive = Archive::new(settings.home.join("archive"));
        let machine = machine::Machine::of_home(&settings.home)?;
        Ok(Self {
            store,
            tables,
            graph,
            http,
            clock,
            archive,
            settings,
            machine,
            sessions: sign_in::Sessions::default(),
        })
    }

    /// The control database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The client that hosts are asked with.
    pub fn http(&self) -> &HttpClient {
        &self.http
    }

    /// Where the time comes from.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Today, UTC: the day that Microsoft's windows are counted from.
    pub fn today(&self) -> Date {
        utc_day(self.clock.now())
    }

    /// What happens when a report's columns change.
    pub fn drift_policies(&self) -> DriftPolicies {
        self.settings.drift
    }

    /// Where cells that do not fit are kept.
    pub fn rejects(&self) -> RejectFiles {
        RejectFiles::new(self.settings.home.join("rejects"))
    }
}

/// The UTC day of a moment.
pub(crate) fn utc_day(at: jiff::Timestamp) -> Date {
    jiff::tz::Offset::UTC.to_datetime(at).date()
}
