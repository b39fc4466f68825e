//! Keeps count of the requests that each rule has seen.

use jiff::civil::Date;

use super::{Fault, FaultPlace, FaultRule};

/// The rules and how many requests matched each.
#[derive(Debug, Default)]
pub(crate) struct FaultBook {
    rules: Vec<(FaultRule, u64)>,
}

impl FaultBook {
    pub(crate) fn new(rules: Vec<FaultRule>) -> Self {
        Self {
            rules: rules.into_iter().map(|rule| (rule, 0)).collect(),
        }
    }

    /// What happens to a request. Every rule that matches counts it; the first that is due strikes.
    pub(crate) fn strike(
        &mut self,
        place: FaultPlace,
        function: Option<&str>,
        ask: Option<&str>,
        today: Date,
    ) -> Option<Fault> {
        let mut struck = None;
        for (rule, seen) in &mut self.rules {
            if !rule.matches(place, function, ask, today) {
                continue;
            }
            *seen += 1;
            if struck.is_none() && rule.is_due(*seen) {
                struck = Some(rule.fault.clone());
            }
        }
        struck
    }
}

impl FaultRule {
    fn matches(
        &self,
        place: FaultPlace,
        function: Option<&str>,
        ask: Option<&str>,
        today: Date,
    ) -> bool {
        self.place == place
            && self
                .function
                .as_deref()
                .is_none_or(|wanted| Some(wanted) == function)
            && self.ask.as_deref().is_none_or(|wanted| Some(wanted) == ask)
            && self.from.is_none_or(|from| from <= today)
            && self.until.is_none_or(|until| today <= until)
    }

    fn is_due(&self, seen: u64) -> bool {
        self.nth.is_none_or(|nth| seen == nth)
            && self.times.is_none_or(|times| seen <= times)
            && self.every.is_none_or(|every| seen.is_multiple_of(every))
    }
}
