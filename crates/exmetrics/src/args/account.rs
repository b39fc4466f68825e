//! `account`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use exmetrics_catalog::CloudName;

/// The credentials for a tenant.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Add an account: signs in and checks what it can do.
    Add(Box<AddAccount>),
    /// All accounts.
    List,
    /// One account.
    Show {
        /// Its name.
        name: String,
    },
    /// Sign in, ask the smallest report, read the names setting; say what is missing.
    Check {
        /// Its name.
        name: String,
    },
    /// Sign in again: a person, or the app with a new secret or certificate.
    SignIn(SignInAgain),
    /// Give an account another name.
    Rename {
        /// Its name.
        name: String,
        /// Its new name.
        to: String,
    },
    /// Remove an account and its secret.
    Remove {
        /// Its name.
        name: String,
    },
}

/// `account add`
#[derive(Debug, Args)]
pub(crate) struct AddAccount {
    /// A name for it.
    pub(crate) name: String,
    /// The tenant: its id or one of its domains.
    #[arg(long)]
    pub(crate) tenant: String,
    /// The id of the app registration.
    #[arg(long)]
    pub(crate) client_id: String,
    /// Who signs in: the app by itself, or a person in a browser or with a code on another device.
    #[arg(long, value_enum)]
    pub(crate) sign_in: Option<SignInChoice>,
    #[command(flatten)]
    pub(crate) secret: SecretArguments,
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// Print the sign-in address instead of opening it.
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// Do not sign in and check now.
    #[arg(long)]
    pub(crate) no_check: bool,
}

/// `account sign-in`
#[derive(Debug, Args)]
pub(crate) struct SignInAgain {
    /// Its name.
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) secret: SecretArguments,
    /// Print the sign-in address instead of opening it.
    #[arg(long)]
    pub(crate) no_browser: bool,
}

/// Where the app's secret comes from; never from the command line itself, where others could read it.
#[derive(Debug, Clone, Args)]
#[group(multiple = false, id = "secret")]
pub(crate) struct SecretSource {
    /// A file with the client secret.
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Read the client secret from standard input.
    #[arg(long)]
    pub(crate) client_secret_stdin: bool,
    /// A certificate with its key: PEM, or PFX.
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// A file in which the platform keeps a federated token fresh (workload identity).
    #[arg(long, value_name = "FILE")]
    pub(crate) federated_token_file: Option<PathBuf>,
}

/// The app's secret.
#[derive(Debug, Clone, Args)]
pub(crate) struct SecretArguments {
    #[command(flatten)]
    pub(crate) source: SecretSource,
    /// A file with the password of a PFX.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) certificate_password_file: Option<PathBuf>,
}

/// Which cloud.
#[derive(Debug, Clone, Args)]
pub(crate) struct CloudArguments {
    /// global, us-gov, us-gov-dod, china or custom.
    #[arg(long, default_value = "global")]
    pub(crate) cloud: CloudName,
    /// Where sign-in happens, for a custom cloud.
    #[arg(long, value_name = "URL")]
    pub(crate) login_url: Option<String>,
    /// Where Graph answers, for a custom cloud.
    #[arg(long, value_name = "URL")]
    pub(crate) graph_url: Option<String>,
}

/// Who signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignInChoice {
    /// The app by itself.
    App,
    /// A person in a browser.
    Browser,
    /// A person with a code on another device.
    Device,
}
