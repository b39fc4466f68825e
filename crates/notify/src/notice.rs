//! What is told.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a notice is about. The words of [`NoticeKind::as_str`] are stable: receivers filter on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A run failed and is not tried again by itself.
    RunFailed,
    /// What failed before works again.
    Recovered,
    /// Microsoft forgets a day soon that is not captured.
    DayAboutToBeLost,
    /// The columns of a report changed.
    Drift,
    /// A sign-in, a secret or a certificate ends soon.
    SignInEnding,
}

impl NoticeKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::RunFailed,
        Self::Recovered,
        Self::DayAboutToBeLost,
        Self::Drift,
        Self::SignInEnding,
    ];

    /// The stable word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RunFailed => "run_failed",
            Self::Recovered => "recovered",
            Self::DayAboutToBeLost => "day_about_to_be_lost",
            Self::Drift => "drift",
            Self::SignInEnding => "sign_in_ending",
        }
    }
}

impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One notice. Nothing in it may be secret: it leaves the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is about.
    pub kind: NoticeKind,
    /// One line; line breaks in it become spaces.
    pub title: String,
    /// What happened, to what; may have several lines.
    pub text: String,
    /// What a person can do.
    pub next_step: Option<String>,
    /// The name of the DataSet.
    pub dataset: Option<String>,
    /// The name of the account.
    pub account: Option<String>,
    /// The run's id.
    pub run_id: Option<String>,
    /// When it happened. A mail is dated with it.
    pub at: Timestamp,
    /// Where to see more: an http or https URL without a secret.
    pub link: Option<String>,
}
