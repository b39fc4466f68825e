//! `access`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use exmetrics_store::{Role, Scope};
use jiff::SignedDuration;

/// Who may open the pages and use the API.
#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// Add a person who signs in with a name and a password.
    Add {
        /// The name.
        name: String,
        /// Look, or change everything.
        #[arg(long, value_enum, default_value_t = RoleChoice::Viewer)]
        role: RoleChoice,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// The people.
    List,
    /// Give a person another role.
    Role {
        /// The name.
        name: String,
        /// Look, or change everything.
        #[arg(value_enum)]
        role: RoleChoice,
    },
    /// Give a person another password; the person is signed out everywhere.
    Password {
        /// The name.
        name: String,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Remove a person; the person's sessions and tokens end at once.
    Remove {
        /// The name.
        name: String,
    },
    /// Print a link that signs in an administrator, once, within 15 minutes.
    Link {
        /// The address that people open [default: EXMETRICS_URL, else http://127.0.0.1:8365].
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// Tokens for programs that use the API.
    #[command(subcommand)]
    Token(TokenCommand),
}

/// Where a password comes from; never from the command line itself, where others could read it. A
/// terminal asks for it when neither is given.
#[derive(Debug, Clone, Args)]
#[group(multiple = false)]
pub(crate) struct PasswordSource {
    /// Read the password from standard input.
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// A file with the password.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

/// `access token`
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print it, this once.
    Create {
        /// What to call it: what will use it.
        name: String,
        /// How far it reaches.
        #[arg(long, value_enum, default_value_t = ScopeChoice::Read)]
        scope: ScopeChoice,
        /// When it ends: 90d, 12h, or never.
        #[arg(long, value_name = "TIME", default_value = "90d", value_parser = lives)]
        expires: Lives,
    },
    /// The tokens, without their words.
    List,
    /// End a token for ever.
    Revoke {
        /// Its name.
        name: String,
    },
}

/// How long a token lives; for ever without a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lives(pub(crate) Option<SignedDuration>);

fn lives(text: &str) -> Result<Lives, String> {
    if text == "never" {
        return Ok(Lives(None));
    }
    let wrong = || "write for example 90d, 12h, or never".to_owned();
    let (number, unit) = text.split_at_checked(text.len() - 1).ok_or_else(wrong)?;
    let hours = match unit {
        "d" => 24,
        "h" => 1,
        _ => return Err(wrong()),
    };
    // A hundred years, so that no sum overflows.
    match number.parse::<i64>() {
        Ok(number) if (1..=36_500).contains(&number) => {
            Ok(Lives(Some(SignedDuration::from_hours(number * hours))))
        }
        _ => Err(wrong()),
    }
}

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleChoice {
    /// Everything.
    Admin,
    /// Look.
    Viewer,
}

impl From<RoleChoice> for Role {
    fn from(choice: RoleChoice) -> Self {
        match choice {
            RoleChoice::Admin => Self::Admin,
            RoleChoice::Viewer => Self::Viewer,
        }
    }
}

/// How far a token reaches; each as far as those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeChoice {
    /// Read DataSets, rows, coverage and runs.
    Read,
    /// Also start, cancel and retry runs.
    Run,
    /// Everything.
    Admin,
}

impl From<ScopeChoice> for Scope {
    fn from(choice: ScopeChoice) -> Self {
        match choice {
            ScopeChoice::Read => Self::Read,
            ScopeChoice::Run => Self::Run,
            ScopeChoice::Admin => Self::Admin,
        }
    }
}
