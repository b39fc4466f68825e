//! What a person should know of a run though nothing failed.

use std::collections::{BTreeMap, BTreeSet};

use exmetrics_decode::Decoded;

use crate::{DriftPolicies, DriftPolicy};

/// What a person should know though nothing failed.
#[derive(Default)]
pub(crate) struct Warnings {
    concealed: bool,
    rejects: u64,
    /// What changed in the columns, and which.
    drift: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Warnings {
    pub(crate) fn hear(&mut self, decoded: &Decoded, policies: &DriftPolicies) {
        self.concealed |= decoded.concealed == Some(true);
        self.rejects += decoded.rejects;
        for (policy, what, columns) in policies.kinds(&decoded.drift) {
            if policy != DriftPolicy::Accept && !columns.is_empty() {
                self.drift.entry(what).or_default().extend(columns);
            }
        }
    }

    /// What changed in the columns.
    pub(crate) fn drift(&self) -> Vec<String> {
        let sentence = |(what, columns): (&&str, &BTreeSet<String>)| {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            format!("{what}: {}", columns.join(", "))
        };
        self.drift.iter().map(sentence).collect()
    }

    /// The sentences; `rejects` says what became of cells that did not fit.
    pub(crate) fn sentences(&self, rejects: &str) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.concealed {
            sentences.push(
                "names are concealed by the tenant; an administrator can show them in the Microsoft \
                 365 admin center under Settings > Org settings > Reports"
                    .into(),
            );
        }
        sentences.extend(self.drift());
        if self.rejects > 0 {
            let cells = if self.rejects == 1 { "cell" } else { "cells" };
            sentences.push(format!(
                "{} {cells} did not fit the column: {rejects}",
                self.rejects
            ));
        }
        sentences
    }
}
