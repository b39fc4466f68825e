//! `serve`, `worker`, `capture-all`, `notify`, `store`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Subcommand};

/// `serve`
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Where it answers. On another than this machine's own address it needs people with passwords.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8365")]
    pub(crate) listen: SocketAddr,
    /// The address that people open, where that is another: behind a proxy with TLS, https://NAME.
    /// [EXMETRICS_URL]
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// How many DataSets run at the same time. A run mostly waits and costs little.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = at_least_one)]
    pub(crate) runs_at_once: usize,
}

/// `worker`
#[derive(Debug, Args)]
pub(crate) struct WorkerArguments {
    /// Where it answers /healthz, /readyz and /metrics; nowhere without it.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// How many DataSets run at the same time. A run mostly waits and costs little.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = at_least_one)]
    pub(crate) runs_at_once: usize,
}

/// `capture-all`
#[derive(Debug, Args)]
pub(crate) struct CaptureAllArguments {
    /// The account whose reports are to be kept.
    #[arg(long)]
    pub(crate) account: String,
    /// Run them at once, instead of leaving them to the service or to `run due`.
    #[arg(long)]
    pub(crate) run: bool,
    /// Only show what would be made, and how long the first capture takes.
    #[arg(long, conflicts_with = "run")]
    pub(crate) plan: bool,
}

/// `notify`
#[derive(Debug, Subcommand)]
pub(crate) enum NotifyCommand {
    /// Tell people of failures: by webhook (Teams, Slack, others) or by mail.
    Add(AddChannel),
    /// The channels.
    List,
    /// Send a trial to a channel.
    Test {
        /// Its name.
        name: String,
    },
    /// Remove a channel.
    Remove {
        /// Its name.
        name: String,
    },
    /// What was told lately.
    Log {
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
}

/// `notify add`
#[derive(Debug, Args)]
pub(crate) struct AddChannel {
    /// What to call it.
    pub(crate) name: String,
    /// A file that holds the webhook's address, for addresses are secrets; `-` reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["mail_server_file", "from", "to"], required_unless_present = "mail_server_file")]
    pub(crate) webhook_file: Option<PathBuf>,
    /// A file that holds the mail server, smtp://USER:PASSWORD@HOST:PORT; `-` reads standard input.
    #[arg(long, value_name = "FILE", requires_all = ["from", "to"])]
    pub(crate) mail_server_file: Option<PathBuf>,
    /// Who writes.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: Option<String>,
    /// Who reads; may be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: Vec<String>,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("a number of 1 or more".into()),
    }
}

/// `store`
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Write the control state into a file: accounts with sealed secrets, DataSets, runs, coverage. Tables
    /// are folders of their own and are not in it.
    Backup {
        /// The new file.
        file: PathBuf,
    },
    /// Read the control state back from a backup.
    Restore {
        /// The backup.
        file: PathBuf,
        /// Put it in the place of what is there.
        #[arg(long)]
        replace: bool,
    },
    /// Copy the control state to an empty PostgreSQL database.
    MoveTo {
        /// postgres://USER:PASSWORD@HOST/DATABASE, a file with it, or `-` for standard input.
        url: String,
    },
}

/// `apply`
#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    /// The file: accounts and DataSets as TOML; `-` reads standard input.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Only show what would change.
    #[arg(long)]
    pub(crate) plan: bool,
}
