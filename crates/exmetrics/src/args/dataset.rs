//! `dataset`

use clap::{Args, Subcommand};
use exmetrics_catalog::{Schedule, ScheduleError, UpdateMethod};

use super::{DetailsArguments, ShowArguments};
use crate::config_file::LONGEST_RETRY_SECONDS;

/// Named, versioned tables.
#[derive(Debug, Subcommand)]
pub(crate) enum DataSetCommand {
    /// Make a DataSet. Nothing runs unless --run is given.
    Create(Box<CreateDataSet>),
    /// All DataSets.
    List,
    /// One DataSet: what feeds it, its table and columns.
    Show {
        /// Its name.
        name: String,
    },
    /// Change a DataSet; what is not named stays.
    Edit(Box<EditDataSet>),
    /// Give a DataSet another name.
    Rename {
        /// Its name.
        name: String,
        /// Its new name.
        to: String,
    },
    /// Forget a DataSet. Its table stays unless --delete-table is given.
    Remove {
        /// Its name.
        name: String,
        /// Delete the table and all its versions, too.
        #[arg(long)]
        delete_table: bool,
    },
    /// Ask what is due and land it.
    Run {
        /// Its name.
        name: String,
        /// Ask also for days that are captured and settled.
        #[arg(long)]
        full: bool,
        /// Do not wait for quota: fail, and say when to try again.
        #[arg(long)]
        no_wait: bool,
        /// Try again what failed by something that may pass, as often as the DataSet says.
        #[arg(long)]
        retry: bool,
    },
    /// Show what a run would ask, which days it would leave out and why.
    Plan {
        /// Its name.
        name: String,
        /// As if settled days were asked, too.
        #[arg(long)]
        full: bool,
    },
    /// The first rows.
    Preview {
        /// Its name.
        name: String,
        /// How many rows.
        #[arg(long, default_value_t = 20)]
        rows: usize,
        /// Of an older version.
        #[arg(long)]
        version: Option<u64>,
        #[command(flatten)]
        show: ShowArguments,
    },
    /// All rows, into a file or to standard output.
    Export {
        /// Its name.
        name: String,
        /// Of an older version.
        #[arg(long)]
        version: Option<u64>,
        #[command(flatten)]
        show: ShowArguments,
    },
    /// The versions of the table, the newest first.
    History {
        /// Its name.
        name: String,
    },
    /// Make an older version the newest; nothing is forgotten.
    Restore {
        /// Its name.
        name: String,
        /// Which version.
        #[arg(long)]
        version: u64,
    },
    /// What is known of each day.
    Coverage {
        /// Its name.
        name: String,
    },
    /// Cells that did not fit their column, word for word.
    Rejects {
        /// Its name.
        name: String,
        /// How many.
        #[arg(long, default_value_t = 1000)]
        limit: usize,
    },
    /// Merge small files of the table; no row changes.
    Compact {
        /// Its name.
        name: String,
    },
    /// Remove files that no version of the last days needs.
    Vacuum {
        /// Its name.
        name: String,
        /// How many days of versions stay restorable.
        #[arg(long, default_value_t = 30)]
        keep_days: u32,
    },
}

/// `dataset create`
#[derive(Debug, Args)]
pub(crate) struct CreateDataSet {
    /// Its name, also in SQL.
    pub(crate) name: String,
    /// A slug, a function name, or the connector's name in quotes.
    #[arg(long)]
    pub(crate) report: String,
    /// An account that feeds it; may be repeated.
    #[arg(long, required = true)]
    pub(crate) account: Vec<String>,
    #[command(flatten)]
    pub(crate) details: DetailsArguments,
    #[command(flatten)]
    pub(crate) update: UpdateArguments,
    #[command(flatten)]
    pub(crate) schedule: ScheduleArguments,
    /// Keep every day: sets details, update method and schedule for that in one go.
    #[arg(long, conflicts_with_all = ["period", "date", "days_back", "from", "from_days_back", "to", "to_days_back", "update", "key", "schedule"])]
    pub(crate) keep_every_day: bool,
    /// What it is for.
    #[arg(long, default_value = "")]
    pub(crate) description: String,
    /// Run it at once.
    #[arg(long)]
    pub(crate) run: bool,
}

/// How rows enter the table.
#[derive(Debug, Args)]
pub(crate) struct UpdateArguments {
    /// replace, append, upsert or partition.
    #[arg(long, value_name = "METHOD")]
    pub(crate) update: Option<UpdateMethod>,
    /// The columns that tell one row from another, for upsert; the report presets them.
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',')]
    pub(crate) key: Vec<String>,
}

/// When it runs by itself, and what happens when a run fails.
#[derive(Debug, Args)]
#[command(next_help_heading = "Schedule")]
pub(crate) struct ScheduleArguments {
    /// `daily at 06:00 in Europe/Berlin`, `every 2h from 08:00 to 18:00`, `weekdays at 07:30`, `monthly on
    /// first monday at 06:00`, `cron 0 6 * * 1-5`, or `manual`.
    #[arg(long, value_name = "EXPR", value_parser = read_schedule)]
    pub(crate) schedule: Option<Schedule>,
    /// How long to wait before a failed run is tried again, for example 15m.
    #[arg(long, value_name = "TIME", value_parser = read_seconds)]
    pub(crate) retry_every: Option<i64>,
    /// How often a failed run is tried again; 0 for never.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..=1000))]
    pub(crate) retry_times: Option<i64>,
    /// A word by which it is found; may be repeated.
    #[arg(long, value_name = "WORD")]
    pub(crate) tag: Vec<String>,
}

fn read_schedule(text: &str) -> Result<Schedule, String> {
    text.parse()
        .map_err(|error: ScheduleError| match error.column {
            Some(column) => format!("{} (at character {column})", error.message),
            None => error.message,
        })
}

fn read_seconds(text: &str) -> Result<i64, String> {
    let length: Result<jiff::SignedDuration, _> = text.parse();
    match length {
        Ok(length) if (1..=LONGEST_RETRY_SECONDS).contains(&length.as_secs()) => {
            Ok(length.as_secs())
        }
        _ => Err("no length of time up to 31 days; write for example 15m or 1h".into()),
    }
}

/// `dataset edit`
#[derive(Debug, Args)]
pub(crate) struct EditDataSet {
    /// Its name.
    pub(crate) name: String,
    /// The accounts that feed it from now on; may be repeated.
    #[arg(long)]
    pub(crate) account: Vec<String>,
    #[command(flatten)]
    pub(crate) details: DetailsArguments,
    #[command(flatten)]
    pub(crate) update: UpdateArguments,
    #[command(flatten)]
    pub(crate) schedule: ScheduleArguments,
    /// What it is for.
    #[arg(long)]
    pub(crate) description: Option<String>,
}
