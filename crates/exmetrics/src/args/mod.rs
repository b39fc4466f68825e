//! The command line, as design: stable, for scripts depend on it.

mod access;
mod account;
mod dataset;
mod details;
mod service;
mod show;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use access::{AccessCommand, Lives, PasswordSource, TokenCommand};
pub(crate) use account::{
    AccountCommand, AddAccount, CloudArguments, SecretArguments, SignInAgain, SignInChoice,
};
pub(crate) use dataset::{CreateDataSet, DataSetCommand, EditDataSet};
pub(crate) use details::DetailsArguments;
pub(crate) use service::{
    AddChannel, ApplyArguments, CaptureAllArguments, NotifyCommand, ServeArguments, StoreCommand,
    WorkerArguments,
};
pub(crate) use show::ShowArguments;

/// Microsoft 365 usage figures, kept for ever in tables that you own.
#[derive(Debug, Parser)]
#[command(name = "exmetrics", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The folder that holds all state.
    #[arg(long, global = true, env = "EXMETRICS_HOME", value_name = "FOLDER")]
    pub(crate) home: Option<PathBuf>,
    /// Machine-readable output: one JSON value on stdout, errors as JSON on stderr.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// What to log to stderr, for example `info` or `exmetrics=debug`.
    #[arg(
        long,
        global = true,
        env = "EXMETRICS_LOG",
        value_name = "LEVEL",
        default_value = "exmetrics=warn"
    )]
    pub(crate) log: String,
    /// How log lines are written.
    #[arg(
        long,
        global = true,
        env = "EXMETRICS_LOG_FORMAT",
        value_name = "FORMAT",
        default_value = "human"
    )]
    pub(crate) log_format: LogFormat,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line, for collectors.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// See it work: a simulated tenant, all reports, tables and questions; nothing to set up.
    Demo(DemoArguments),
    /// Work until told to end: pages, API, schedules, runs, notifications, in one process.
    Serve(ServeArguments),
    /// Who may open the pages and use the API: people, links, tokens.
    #[command(subcommand)]
    Access(AccessCommand),
    /// A worker alone, beside a service on the same PostgreSQL database.
    Worker(WorkerArguments),
    /// Keep every day of every report that a tenant answers.
    CaptureAll(CaptureAllArguments),
    /// Where people are told of failures.
    #[command(subcommand)]
    Notify(NotifyCommand),
    /// The credentials for a tenant: add, check, sign in again.
    #[command(subcommand)]
    Account(AccountCommand),
    /// The usage reports there are.
    #[command(subcommand)]
    Report(ReportCommand),
    /// Fetch a report and show it, without a table.
    Pull(PullArguments),
    /// Named, versioned tables that are fed by a report.
    #[command(subcommand)]
    Dataset(DataSetCommand),
    /// What ran, and how it ended.
    #[command(subcommand)]
    Run(RunCommand),
    /// Ask a question in SQL; each DataSet is a table by its name.
    Query(QueryArguments),
    /// Make accounts and DataSets be as a file says, for version control.
    Apply(ApplyArguments),
    /// Write the accounts and DataSets that are there as such a file.
    ExportConfig,
    /// The control state as a whole: back it up, restore it, move it to a server.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Whether everything is as it should be, and what to do where it is not.
    Doctor,
    /// A simulated tenant on this machine: sign-in, reports, faults.
    Sim(SimArguments),
    /// Completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// Whether it works until it is told to end, and ends then by itself.
    pub(crate) fn runs_until_told(&self) -> bool {
        match self {
            Self::Sim(_) | Self::Serve(_) | Self::Worker(_) => true,
            Self::Demo(demo) => demo.keep,
            _ => false,
        }
    }
}

/// `demo`
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Leave the simulated tenant running at the end, until Ctrl-C.
    #[arg(long)]
    pub(crate) keep: bool,
    /// How many people the simulated organisation has.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub(crate) people: u32,
}

/// `report`
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// All reports.
    List {
        /// Only those of one workload, for example Exchange or Teams.
        #[arg(long)]
        workload: Option<String>,
    },
    /// All that is known of one report.
    Show {
        /// A slug, a function name, or the connector's name in quotes.
        report: String,
    },
}

/// `pull`
#[derive(Debug, Args)]
pub(crate) struct PullArguments {
    /// A slug, a function name, or the connector's name in quotes.
    pub(crate) report: String,
    /// The account to pull with; may be repeated.
    #[arg(long, required = true)]
    pub(crate) account: Vec<String>,
    #[command(flatten)]
    pub(crate) details: DetailsArguments,
    /// Show what would be asked, and ask nothing.
    #[arg(long)]
    pub(crate) plan: bool,
    /// Do not wait for quota: fail, and say when to try again.
    #[arg(long)]
    pub(crate) no_wait: bool,
    #[command(flatten)]
    pub(crate) show: ShowArguments,
}

/// `run`
#[derive(Debug, Subcommand)]
pub(crate) enum RunCommand {
    /// The newest runs.
    List {
        /// Of one DataSet.
        #[arg(long)]
        dataset: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// One run: its accounts and requests.
    Show {
        /// Its id, or the beginning of it.
        id: String,
    },
    /// Run everything that is due now, once, then end.
    Due {
        /// Do not wait for quota: fail, and say when to try again.
        #[arg(long)]
        no_wait: bool,
    },
    /// End a run that is under way; nothing of it lands.
    Cancel {
        /// Its id, or the beginning of it.
        id: String,
    },
    /// Ask again what failed in a run.
    Retry {
        /// Its id, or the beginning of it.
        id: String,
        /// Do not wait for quota: fail, and say when to try again.
        #[arg(long)]
        no_wait: bool,
    },
}

/// `query`
#[derive(Debug, Args)]
pub(crate) struct QueryArguments {
    /// The question; `-` reads it from standard input.
    pub(crate) sql: String,
    #[command(flatten)]
    pub(crate) show: ShowArguments,
}

/// `sim`
#[derive(Debug, Args)]
pub(crate) struct SimArguments {
    /// How many people the organisation has.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
    pub(crate) people: u32,
    /// What makes this organisation differ from others.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The port for sign-in and Graph; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// The port for downloads; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub(crate) download_port: u16,
    /// The tenant's id.
    #[arg(long, default_value = "5a1d0c5e-0000-4000-8000-00000000c0de")]
    pub(crate) tenant_id: String,
    /// The tenant's domain.
    #[arg(long, default_value = "contoso.example")]
    pub(crate) tenant_domain: String,
    /// The app's id.
    #[arg(long, default_value = "a9900000-0000-4000-8000-00000000c0de")]
    pub(crate) client_id: String,
    /// A file with the client secret; a new one is made and written to --client-secret-out without it.
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Where to write the new client secret, for its owner alone.
    #[arg(long, value_name = "FILE", conflicts_with = "client_secret_file")]
    pub(crate) client_secret_out: Option<PathBuf>,
    /// Conceal the names of people, groups and sites.
    #[arg(long)]
    pub(crate) concealed: bool,
    /// How many days late figures are published.
    #[arg(long, default_value_t = 2)]
    pub(crate) lag_days: u8,
    /// Change young figures a little from day to day, as Microsoft does.
    #[arg(long)]
    pub(crate) restate: bool,
    /// What goes wrong, and when: a file of rules.
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Exactly so many rows in each detail reply.
    #[arg(long)]
    pub(crate) rows: Option<u64>,
}
