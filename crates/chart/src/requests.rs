//! What a run did: its requests, their phases in time and how each ended. Neighbour: `waterfall` draws them.

use super::Error;
use super::subject::check_value;

/// What a request was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Getting a token.
    SignIn,
    /// Asking Graph, up to its answer.
    Ask,
    /// Receiving the reply.
    Download,
    /// Reading the reply's rows.
    Decode,
    /// Waiting for the quota or until a time that Microsoft named.
    Wait,
}

impl Phase {
    pub(super) const ALL: [Self; 5] = [
        Self::SignIn,
        Self::Ask,
        Self::Download,
        Self::Decode,
        Self::Wait,
    ];

    /// The words that pages use for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign in",
            Self::Ask => "ask",
            Self::Download => "download",
            Self::Decode => "decode",
            Self::Wait => "wait",
        }
    }

    /// The number of its series colour.
    pub(super) const fn colour(self) -> u8 {
        match self {
            Self::SignIn => 4,
            Self::Ask => 1,
            Self::Download => 2,
            Self::Decode => 3,
            Self::Wait => 5,
        }
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its rows came.
    Published,
    /// It was answered without any row.
    Empty,
    /// Microsoft has not published it yet.
    Awaiting,
    /// It failed.
    Failed,
    /// It left the window before it was captured.
    Expired,
    /// It was planned, but never asked.
    NotAsked,
    /// It has not ended yet.
    Running,
}

impl State {
    /// The words that pages use for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Empty => "empty",
            Self::Awaiting => "awaiting",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::NotAsked => "not asked",
            Self::Running => "running",
        }
    }
}

/// A phase from one moment to another, in seconds since the run began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// What was done.
    pub phase: Phase,
    /// When it began, in seconds.
    pub from: f64,
    /// When it ended, in seconds; not before `from`.
    pub to: f64,
}

impl Span {
    pub(super) fn length(self) -> f64 {
        self.to - self.from
    }
}

/// A row of a waterfall: a request, or the heading of a group of them.
#[derive(Clone, Debug)]
pub struct Row {
    pub(super) name: String,
    /// None for a heading and for a sign-in, which have no day of their own.
    pub(super) state: Option<State>,
    pub(super) spans: Vec<Span>,
    pub(super) note: Option<String>,
    pub(super) heading: bool,
}

impl Row {
    /// A heading, such as an account.
    #[must_use]
    pub fn group(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            state: None,
            spans: Vec::new(),
            note: None,
            heading: true,
        }
    }

    /// A request of the plan, named by its day or period.
    #[must_use]
    pub fn request(name: impl Into<String>, state: State, spans: Vec<Span>) -> Self {
        Self {
            name: name.into(),
            state: Some(state),
            spans,
            note: None,
            heading: false,
        }
    }

    /// A step that is no request, such as a sign-in.
    #[must_use]
    pub fn step(name: impl Into<String>, spans: Vec<Span>) -> Self {
        Self {
            name: name.into(),
            state: None,
            spans,
            note: None,
            heading: false,
        }
    }

    /// A few words: `15 of 18`, `3 attempts, 503`. Without them a request shows how long it was busy.
    #[must_use]
    pub fn note(mut self, words: impl Into<String>) -> Self {
        self.note = Some(words.into());
        self
    }

    /// How many seconds it spent in a phase.
    pub(super) fn seconds(&self, phase: Phase) -> f64 {
        let own = self.spans.iter().filter(|span| span.phase == phase);
        own.map(|span| span.length()).sum()
    }

    /// How many seconds it did anything but wait.
    pub(super) fn busy(&self) -> f64 {
        let busy = self.spans.iter().filter(|span| span.phase != Phase::Wait);
        busy.map(|span| span.length()).sum()
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        for span in &self.spans {
            check_value(&self.name, span.from)?;
            check_value(&self.name, span.to)?;
            check_value(&self.name, span.length())?;
        }
        Ok(())
    }
}
