//! What a person should know of a run though nothing failed.

use std::collections::{BTreeMap, BTreeSet};

use crate::{DriftPolicies, DriftPolicy, run::Answered};

/// What a person should know though nothing failed.
#[derive(Default)]
pub(crate) struct Warnings {
    concealed: bool,
    rejects: u64,
    /// What changed in the columns, and which.
    drift: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Warnings {
    pub(crate) fn hear(&mut self, answers: &[&Answered], policies: &DriftPolicies) {
        for decoded in answers
            .iter()
            .filter_map(|(_, answer)| answer.as_ref().ok())
        {
            self.concealed |= decoded.concealed == Some(true);
            self.rejects += decoded.rejects;
            for (policy, what, columns) in policies.kinds(&decoded.drift) {
                if policy != DriftPolicy::Accept && !columns.is_empty() {
                    self.drift.entry(what).or_default().extend(columns);
                }
            }
        }
    }

    pub(crate) fn sentences(&self, dataset: &str) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.concealed {
            sentences.push(
                "names are concealed by the tenant; an administrator can show them in the Microsoft \
                 365 admin center under Settings > Org settings > Reports"
                    .into(),
            );
        }
        for (what, columns) in &self.drift {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            sentences.push(format!("{what}: {}", columns.join(", ")));
        }
        if self.rejects > 0 {
            sentences.push(format!(
                "{} cells did not fit their column and are kept apart; see: exmetrics dataset rejects \
                 \"{dataset}\"",
                self.rejects
            ));
        }
        sentences
    }
}
