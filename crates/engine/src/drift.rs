//! What happens when a report's columns are not those that the catalogue knows.

use exmetrics_decode::Drift;

/// What to do about one kind of change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DriftPolicy {
    /// Take it silently.
    Accept,
    /// Take it and say so.
    #[default]
    Warn,
    /// Take nothing of the reply.
    Stop,
}

impl DriftPolicy {
    /// The word in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Warn => "warn",
            Self::Stop => "stop",
        }
    }
}

impl std::str::FromStr for DriftPolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_lowercase().as_str() {
            "accept" => Ok(Self::Accept),
            "warn" => Ok(Self::Warn),
            "stop" => Ok(Self::Stop),
            _ => Err(format!(
                "'{text}' is no drift policy; there are accept, warn, stop"
            )),
        }
    }
}

/// What to do about each kind of change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DriftPolicies {
    /// Columns that the catalogue does not know.
    pub added: DriftPolicy,
    /// Columns that the catalogue knows and the reply lacks.
    pub missing: DriftPolicy,
    /// Columns that came under an older name.
    pub renamed: DriftPolicy,
    /// Columns that came more than once.
    pub repeated: DriftPolicy,
}

impl DriftPolicies {
    /// The kinds of change, each with its policy and the columns it concerns.
    pub(crate) fn kinds(&self, drift: &Drift) -> [(DriftPolicy, &'static str, Vec<String>); 4] {
        let renamed = drift
            .renamed
            .iter()
            .map(|(came, name)| format!("{name} (came as '{came}')"))
            .collect();
        [
            (
                self.added,
                "the report has new columns, kept as text",
                drift.added.clone(),
            ),
            (
                self.missing,
                "the report lacks columns, which are empty now",
                drift.missing.clone(),
            ),
            (self.renamed, "columns came under another name", renamed),
            (
                self.repeated,
                "columns came more than once",
                drift.repeated.clone(),
            ),
        ]
    }

    /// The first change that stops a reply, in words.
    pub(crate) fn forbidden(&self, drift: &Drift) -> Option<String> {
        self.kinds(drift)
            .into_iter()
            .find(|(policy, _, columns)| *policy == DriftPolicy::Stop && !columns.is_empty())
            .map(|(_, what, columns)| format!("{what}: {}", columns.join(", ")))
    }
}
