//! How one account's part of a run ended, and the sentence for it.

use exmetrics_graph::Settle;
use exmetrics_store::{CoverageState, DayFound, RunAccount, RunState};
use jiff::civil::Date;

use crate::{
    fetch::Unfetched,
    land::Answered,
    settle::{EXPIRED, LEFT_OUT},
};

/// How one account's part ended.
pub(crate) struct Outcome {
    pub(crate) state: RunState,
    pub(crate) message: Option<String>,
    pub(crate) next_step: Option<String>,
    pub(crate) needs_person: bool,
    pub(crate) may_pass: bool,
}

impl Outcome {
    pub(crate) fn of(
        account: &RunAccount,
        answers: &[&Answered],
        days: &[DayFound],
        run_id: &str,
    ) -> Self {
        let failures: Vec<&Unfetched> = answers
            .iter()
            .filter_map(|(_, answer)| answer.as_ref().err())
            .collect();
        // What a person must do comes before what passes by itself.
        let real: Vec<&Unfetched> = failures
            .iter()
            .copied()
            .filter(|failure| ![LEFT_OUT, EXPIRED].contains(&failure.failure.code.as_str()))
            .collect();
        let worst = real
            .iter()
            .find(|failure| failure.settle == Settle::Person)
            .or(real.first());
        let may_pass = real
            .iter()
            .any(|failure| matches!(failure.settle, Settle::TryAgain { .. }));
        let needs_person = worst.is_some_and(|failure| failure.settle == Settle::Person);
        let next_step = worst
            .map(|failure| next_step(failure, run_id))
            .filter(|next_step| !next_step.is_empty());
        let found = |state| {
            let days = days.iter().filter(move |day| day.state == state);
            days.map(|day| day.day)
        };
        let mut awaiting: Vec<Date> = found(CoverageState::Awaiting).collect();
        awaiting.extend(&account.awaiting);
        awaiting.sort_unstable();
        let mut expired: Vec<Date> = found(CoverageState::Expired).collect();
        expired.sort_unstable();
        expired.dedup();
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
            (&expired, "no longer available from Microsoft"),
            (&account.too_early, "not over yet"),
        ] {
            if !days.is_empty() {
                parts.push(format!("{}: {what}", name_days(days)));
            }
        }
        let missing = !awaiting.is_empty() || !expired.is_empty();
        let state = if answers.is_empty() {
            let nothing_wanted = account.too_early.is_empty() && !missing;
            let something_known = !account.settled.is_empty() || !awaiting.is_empty();
            match (something_known, missing) {
                (true, true) => RunState::Partial,
                (true, false) => RunState::Succeeded,
                (false, _) if nothing_wanted => RunState::Succeeded,
                (false, _) => RunState::Failed,
            }
        } else if failures.len() == answers.len() && !no_data {
            RunState::Failed
        } else if failures.is_empty() && !missing {
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
            may_pass,
        }
    }
}

/// What to do about a failure; of one that passes by itself, how to try again.
fn next_step(failure: &Unfetched, run_id: &str) -> String {
    match failure.settle {
        Settle::TryAgain { .. } if failure.failure.next_step.is_empty() => {
            format!("It may pass by itself. Ask again: exmetrics run retry {run_id}")
        }
        _ => failure.next_step(),
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
