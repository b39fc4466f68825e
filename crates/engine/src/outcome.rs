//! How one account's part of a run ended, and the sentence for it.

use exmetrics_graph::Settle;
use exmetrics_store::{CoverageState, DayFound, RunAccount, RunState};
use jiff::civil::Date;

use crate::{fetch::Unfetched, run::Answered, settle::LEFT_OUT};

/// How one account's part ended.
pub(crate) struct Outcome {
    pub(crate) state: RunState,
    pub(crate) message: Option<String>,
    pub(crate) next_step: Option<String>,
    pub(crate) needs_person: bool,
}

impl Outcome {
    pub(crate) fn of(account: &RunAccount, answers: &[&Answered], days: &[DayFound]) -> Self {
        let failures: Vec<&Unfetched> = answers
            .iter()
            .filter_map(|(_, answer)| answer.as_ref().err())
            .collect();
        // What a person must do comes before what passes by itself.
        let real: Vec<&Unfetched> = failures
            .iter()
            .copied()
            .filter(|failure| failure.failure.code != LEFT_OUT)
            .collect();
        let worst = real
            .iter()
            .find(|failure| failure.settle == Settle::Person)
            .or(real.first());
        let needs_person = worst.is_some_and(|failure| failure.settle == Settle::Person);
        let next_step = worst
            .map(|failure| failure.failure.next_step.clone())
            .filter(|next_step| !next_step.is_empty());
        let awaiting: Vec<Date> = days
            .iter()
            .filter(|day| day.state == CoverageState::Awaiting)
            .map(|day| day.day)
            .collect();
        let no_data = failures
            .iter()
            .all(|failure| failure.settle == Settle::NoDataYet);

        let mut parts = Vec::new();
        if let Some(failure) = worst {
            parts.push(match real.len() {
                1 => failure.failure.message.clone(),
                many => format!("{} ({many} requests failed)", failure.failure.message),
            });
        }
        for (days, what) in [
            (&awaiting, "not published yet"),
            (&account.expired, "no longer available from Microsoft"),
            (&account.too_early, "not over yet"),
        ] {
            if !days.is_empty() {
                parts.push(format!("{}: {what}", name_days(days)));
            }
        }
        let state = if answers.is_empty() {
            let nothing_wanted = account.expired.is_empty() && account.too_early.is_empty();
            match (account.settled.is_empty(), nothing_wanted) {
                (false, _) | (true, true) if account.expired.is_empty() => RunState::Succeeded,
                (false, _) => RunState::Partial,
                (true, _) => RunState::Failed,
            }
        } else if failures.len() == answers.len() && !no_data {
            RunState::Failed
        } else if failures.is_empty() && awaiting.is_empty() && account.expired.is_empty() {
            RunState::Succeeded
        } else {
            RunState::Partial
        };
        if answers.is_empty() && state == RunState::Failed {
            parts.insert(0, "nothing is left to ask".into());
        } else if answers.is_empty() && parts.is_empty() {
            parts.push("nothing is due: every day is captured or was asked today".into());
        }
        let message = (!parts.is_empty()).then(|| parts.join("; "));
        Self {
            state,
            message,
            next_step,
            needs_person,
        }
    }
}

/// Days in a sentence: one, a range without gaps, or the first and how many.
pub fn name_days(days: &[Date]) -> String {
    match days {
        [one] => one.to_string(),
        [first, .., last] if (*last - *first).get_days() as usize + 1 == days.len() => {
            format!("{first} to {last}")
        }
        [first, rest @ ..] => format!("{first} and {} more days", rest.len()),
        [] => String::new(),
    }
}
