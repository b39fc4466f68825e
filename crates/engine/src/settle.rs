//! What a run's answers mean: for each day, for each account, and for the run.

use std::collections::BTreeSet;

use exmetrics_catalog::{Ask, DayStanding, Details, Grain, Report, catalog};
use exmetrics_decode::Decoded;
use exmetrics_graph::Settle;
use exmetrics_store::{
    AccountState, CoverageState, DataSet, DayFound, JournalLine, RequestFailure, RequestRow, Run,
    RunAccount, RunState, StoreError,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::{
    Engine, EngineError, Landed,
    fetch::Unfetched,
    land::Answered,
    notices::{AT_RISK_DAYS, is_at_risk},
    outcome::{Outcome, name_days},
    run::{Done, RunReport, SignedIn},
    utc_day,
    warnings::Warnings,
};

/// A day without rows is still waited for until it is so old; Microsoft publishes up to nine days late.
const LATEST_PUBLICATION_DAYS: i32 = 9;

/// The code of a request that was answered, but not used.
pub(crate) const LEFT_OUT: &str = "left_out";

/// The code of a snapshot that gave way to a newer one before anything asked for it.
const REPLACED: &str = "replaced";

/// The code of a request for a day that left Microsoft's window before it could be asked.
pub(crate) const EXPIRED: &str = "expired";

/// One account's part of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountReport {
    /// Its name.
    pub name: String,
    /// How its part ended.
    pub state: RunState,
    /// What happened.
    pub message: Option<String>,
    /// What to do about it.
    pub next_step: Option<String>,
    /// Whether a person must act.
    #[serde(skip)]
    pub needs_person: bool,
    /// Whether something of it failed that may pass by itself.
    #[serde(skip)]
    pub may_pass: bool,
}

impl Engine {
    /// Writes down what is known of each day, and how the run ended for each account and as a whole.
    pub(crate) async fn settle(
        &self,
        dataset: &DataSet,
        mut run: Run,
        done: Done,
    ) -> Result<RunReport, EngineError> {
        let Done {
            signed_in,
            answers,
            landed,
        } = done;
        let report = catalog().find(&dataset.report)?;
        let now = self.clock.now();
        let mut accounts = self.store.run_accounts(&run.id).await?;
        let mut reports = Vec::with_capacity(accounts.len());
        let mut warnings = Warnings::default();
        let mut soon_lost = Vec::new();
        for account in &mut accounts {
            let own: Vec<&Answered> = answers
                .iter()
                .filter(|(request, _)| request.account_id == account.account_id)
                .collect();
            if own.is_empty() && account.state != RunState::Running {
                // Nothing was asked again of it: it stays as it ended.
                reports.push(AccountReport {
                    name: account.name.clone(),
                    state: account.state,
                    message: account.message.clone(),
                    next_step: account.next_step.clone(),
                    needs_person: false,
                    may_pass: false,
                });
                continue;
            }
            let days = self.days_found(report, &own, account);
            self.store
                .note_days(&dataset.id, &account.account_id, &days)
                .await?;
            let unseen = self
                .note_unseen(dataset, report, &account.account_id, &days)
                .await?;
            if !unseen.is_empty() {
                soon_lost.push(format!(
                    "{} of {}: Microsoft replaced these snapshots before anything asked for them",
                    name_days(&unseen),
                    account.name
                ));
            }
            let at_risk = self.soon_lost(dataset, report, &account.account_id).await?;
            if !at_risk.is_empty() {
                soon_lost.push(format!(
                    "{} of {} expire within {AT_RISK_DAYS} days and are not captured yet",
                    name_days(&at_risk),
                    account.name
                ));
            }
            let outcome = Outcome::of(account, &own, &days, &run.id);
            self.note_account(account, &own, &outcome, &signed_in)
                .await?;
            for decoded in own.iter().filter_map(|(_, answer)| answer.as_ref().ok()) {
                warnings.hear(decoded, &self.settings.drift);
            }
            account.state = outcome.state;
            account.message.clone_from(&outcome.message);
            account.next_step.clone_from(&outcome.next_step);
            reports.push(AccountReport {
                name: account.name.clone(),
                state: outcome.state,
                message: outcome.message,
                next_step: outcome.next_step,
                needs_person: outcome.needs_person,
                may_pass: outcome.may_pass,
            });
        }
        run.state = whole_state(&reports);
        run.ended_at = Some(now);
        run.rows = Some(landed.as_ref().map_or(0, |landed| signed(landed.rows)));
        run.version = landed
            .as_ref()
            .map(|landed| signed(landed.version))
            .or(run.version);
        run.message = run_message(&reports);
        let drift = warnings.drift();
        let warnings = [soon_lost, warnings_of(&warnings, dataset)].concat();
        run.journal
            .extend(journal(&run, landed.as_ref(), &reports, &warnings, now));
        run.next_step = reports.iter().find_map(|one| one.next_step.clone());
        self.store.end_run(&run, &accounts).await?;
        if let Some(rows) = landed.as_ref().and_then(|landed| landed.table_rows) {
            self.store
                .note_table_rows(&dataset.id, signed(rows))
                .await?;
        }
        metrics::counter!("exmetrics_runs_total", "state" => run.state.as_str()).increment(1);
        let rows = landed.as_ref().map_or(0, |landed| landed.rows);
        metrics::counter!("exmetrics_rows_landed_total").increment(rows);
        let days = self.settings.archive_days;
        self.archive.forget_older(&dataset.id, days, &run.id);
        self.rejects().forget_older(&dataset.id, days, &run.id);
        Ok(RunReport {
            id: run.id,
            dataset: dataset.name.clone(),
            state: run.state,
            started_at: run.started_at,
            ended_at: run.ended_at,
            rows: landed.as_ref().map_or(0, |landed| landed.rows),
            version: landed.map(|landed| landed.version),
            accounts: reports,
            drift,
            warnings,
        })
    }

    /// A report that only tells how things stand is published anew each day, and what was published
    /// before is gone. Where every day is to be kept, those between the newest snapshot that was seen and
    /// this one are noted as lost.
    async fn note_unseen(
        &self,
        dataset: &DataSet,
        report: &Report,
        account_id: &str,
        found: &[DayFound],
    ) -> Result<Vec<Date>, StoreError> {
        if report.window_days().is_some() || dataset.details != Details::every_day(report) {
            return Ok(Vec::new());
        }
        let published = |day: &&DayFound| day.state == CoverageState::Published;
        let Some(newest) = found.iter().filter(published).map(|day| day.day).max() else {
            return Ok(Vec::new());
        };
        let known = self.store.days_known(&dataset.id, account_id).await?;
        let before = known.range(..newest).next_back().map(|(day, _)| *day);
        let Some(before) = before else {
            return Ok(Vec::new());
        };
        let days: Vec<Date> = before
            .series(jiff::Span::new().days(1))
            .skip(1)
            .take_while(|day| *day < newest)
            .collect();
        let now = self.clock.now();
        let lost: Vec<DayFound> = days
            .iter()
            .map(|day| DayFound {
                code: Some(REPLACED.into()),
                ..nothing_of(*day, CoverageState::Expired, now)
            })
            .collect();
        self.store.note_days(&dataset.id, account_id, &lost).await?;
        Ok(days)
    }

    /// The days of an account that expire soon and are not captured.
    async fn soon_lost(
        &self,
        dataset: &DataSet,
        report: &Report,
        account_id: &str,
    ) -> Result<Vec<Date>, StoreError> {
        let Some(window) = report.window_days() else {
            return Ok(Vec::new());
        };
        let today = self.today();
        let known = self.store.days_known(&dataset.id, account_id).await?;
        let at_risk = known.into_iter().filter(|(day, known)| {
            known.standing == DayStanding::Open && is_at_risk(*day, today, window)
        });
        Ok(at_risk.map(|(day, _)| day).collect())
    }

    /// What the answers of one account say of each day.
    fn days_found(
        &self,
        report: &Report,
        answers: &[&Answered],
        account: &RunAccount,
    ) -> Vec<DayFound> {
        let now = self.clock.now();
        let mut found: Vec<DayFound> = Vec::new();
        for (request, answer) in answers {
            match answer {
                Ok(decoded) => {
                    let answered_at = request.answered_at.unwrap_or(now);
                    found.extend(days_of_reply(report, request, decoded, answered_at));
                }
                Err(unfetched) => {
                    let asked = asked_days(request).into_iter();
                    let asked = asked.filter(|day| !is_beyond(report, *day, self.today()));
                    found.extend(asked.map(|day| DayFound {
                        code: Some(unfetched.failure.code.clone()),
                        ..nothing_of(day, failed_state(unfetched, day, now), now)
                    }));
                }
            }
        }
        // A run that was dead for days may have the answer of a day that has left the window since.
        let answered: BTreeSet<Date> = found.iter().map(|day| day.day).collect();
        let expired = account.expired.iter().filter(|day| !answered.contains(day));
        found.extend(expired.map(|day| nothing_of(*day, CoverageState::Expired, now)));
        found
    }

    /// Keeps with the account what was learnt of it.
    async fn note_account(
        &self,
        account: &RunAccount,
        answers: &[&Answered],
        outcome: &Outcome,
        signed_in: &SignedIn,
    ) -> Result<(), StoreError> {
        let concealed = answers
            .iter()
            .filter_map(|(_, answer)| answer.as_ref().ok())
            .find_map(|decoded| decoded.concealed);
        let session = signed_in
            .get(&account.account_id)
            .and_then(|(_, session)| session.as_ref().ok());
        let tenant_id = session.and_then(|one| one.session.tenant_id());
        self.store
            .note_tenant(&account.account_id, tenant_id.as_deref(), concealed)
            .await?;
        let answered = answers.iter().any(|(_, answer)| answer.is_ok());
        let state = match (outcome.needs_person, answered) {
            (true, _) => AccountState::Failed,
            (false, true) => AccountState::Ok,
            (false, false) => return Ok(()),
        };
        let (message, next_step) = match state {
            AccountState::Failed => (outcome.message.as_deref(), outcome.next_step.as_deref()),
            _ => (None, None),
        };
        let now = self.clock.now();
        self.store
            .note_account_state(&account.account_id, state, message, next_step, now)
            .await
    }
}

/// What a reply says of the days that were asked, at the time of the answer.
pub(crate) fn days_of_reply(
    report: &Report,
    request: &RequestRow,
    decoded: &Decoded,
    answered_at: Timestamp,
) -> Vec<DayFound> {
    let today = utc_day(answered_at);
    let published = |day: Date, rows: u64, hash: String| DayFound {
        rows: Some(signed(rows)),
        hash: Some(hash),
        refresh_date: decoded.refresh_date,
        ..nothing_of(day, CoverageState::Published, answered_at)
    };
    let absent = |day: Date| {
        let late = decoded
            .refresh_date
            .is_some_and(|refreshed| day > refreshed);
        // Nothing will ever be published of a service that had ended by then.
        let ended = report.retired_since.is_some_and(|ended| day > ended);
        let state = if ended {
            CoverageState::Empty
        } else if is_before_reply(report, request, decoded, day) {
            // Planned on an earlier day than it was answered: the next plan asks a longer period.
            CoverageState::Awaiting
        } else {
            absent_state(day, today, late)
        };
        nothing_of(day, state, answered_at)
    };
    let mut found: Vec<DayFound> = Vec::new();
    match (report.grain, request.ask) {
        // A day that came is published, even where all its figures are blank.
        (Grain::Trend, _) => {
            for (day, content) in &decoded.days {
                if content.rows > 0 {
                    found.push(published(*day, content.rows, content.hash_hex()));
                }
            }
        }
        (_, Ask::Date(day)) if decoded.content.rows_with_data > 0 => {
            found.push(published(
                day,
                decoded.rows_kept,
                decoded.content.hash_hex(),
            ));
        }
        (_, Ask::Period(_) | Ask::Current) if decoded.content.rows_with_data > 0 => {
            // A snapshot of a whole period stands in the ledger under the day it was published for.
            let day = decoded.refresh_date;
            found.extend(
                day.map(|day| published(day, decoded.rows_kept, decoded.content.hash_hex())),
            );
        }
        _ => {}
    }
    let seen: BTreeSet<Date> = found.iter().map(|day| day.day).collect();
    let missing = asked_days(request)
        .into_iter()
        .filter(|day| !seen.contains(day) && !is_beyond(report, *day, today));
    found.extend(missing.map(absent));
    found
}

/// Whether a day lies before the first one that the reply's period can hold.
fn is_before_reply(report: &Report, request: &RequestRow, decoded: &Decoded, day: Date) -> bool {
    let Ask::Period(period) = request.ask else {
        return false;
    };
    let (Some(days), Some(refreshed)) = (period.days(), decoded.refresh_date) else {
        return false;
    };
    report.grain == Grain::Trend && (refreshed - day).get_days() >= i32::from(days)
}

/// Whether a day is further back than can be asked for: it comes along or not, and only those that came are
/// worth a word. A day more is left for a run that went over midnight.
fn is_beyond(report: &Report, day: Date, today: Date) -> bool {
    let window = report.window_days().map_or(i32::MAX - 1, i32::from);
    report.grain == Grain::Trend && (today - day).get_days() > window + 1
}

/// The days that a request names.
fn asked_days(request: &RequestRow) -> Vec<Date> {
    match (&request.keep, request.ask) {
        (Some(days), _) => days.iter().copied().collect(),
        (None, Ask::Date(day)) => vec![day],
        (None, _) => Vec::new(),
    }
}

fn absent_state(day: Date, today: Date, after_refresh: bool) -> CoverageState {
    if !after_refresh && (today - day).get_days() > LATEST_PUBLICATION_DAYS {
        CoverageState::Empty
    } else {
        CoverageState::Awaiting
    }
}

fn failed_state(unfetched: &Unfetched, day: Date, now: Timestamp) -> CoverageState {
    match unfetched.settle {
        Settle::NoDataYet => absent_state(day, utc_day(now), false),
        _ if unfetched.failure.code == EXPIRED => CoverageState::Expired,
        _ => CoverageState::Failed,
    }
}

fn nothing_of(day: Date, state: CoverageState, checked_at: Timestamp) -> DayFound {
    DayFound {
        day,
        state,
        rows: None,
        hash: None,
        refresh_date: None,
        code: None,
        checked_at,
    }
}

fn warnings_of(warnings: &Warnings, dataset: &DataSet) -> Vec<String> {
    warnings.sentences(&format!(
        "kept apart; see: exmetrics dataset rejects \"{}\"",
        dataset.name
    ))
}

/// What is worth knowing of a run beside its requests, in lines.
fn journal(
    run: &Run,
    landed: Option<&Landed>,
    accounts: &[AccountReport],
    warnings: &[String],
    now: Timestamp,
) -> Vec<JournalLine> {
    let line = |warning: bool, text: String| JournalLine {
        at: now,
        warning,
        text,
    };
    let mut lines = Vec::new();
    for account in accounts {
        let state = account.state.as_str();
        lines.push(line(
            account.state != RunState::Succeeded,
            match &account.message {
                Some(message) => format!("{}: {state}, {message}", account.name),
                None => format!("{}: {state}", account.name),
            },
        ));
    }
    lines.extend(warnings.iter().map(|warning| line(true, warning.clone())));
    lines.push(line(
        run.state == RunState::Failed,
        match landed {
            Some(landed) => format!("{} rows landed as version {}", landed.rows, landed.version),
            None => "nothing landed; the table stays as it was".to_owned(),
        },
    ));
    lines
}

fn whole_state(accounts: &[AccountReport]) -> RunState {
    let all = |state| accounts.iter().all(|account| account.state == state);
    if all(RunState::Succeeded) {
        RunState::Succeeded
    } else if all(RunState::Failed) {
        RunState::Failed
    } else {
        RunState::Partial
    }
}

fn run_message(accounts: &[AccountReport]) -> Option<String> {
    match accounts {
        [one] => one.message.clone(),
        many => {
            let fine = many
                .iter()
                .filter(|one| one.state != RunState::Failed)
                .count();
            (fine < many.len())
                .then(|| format!("{fine} of {} accounts succeeded", many.len()))
                .or_else(|| many.iter().find_map(|one| one.message.clone()))
        }
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Unfetched {
    fn ours(code: &str, settle: Settle, message: String, next_step: String) -> Self {
        let word = match settle {
            Settle::Person => "person",
            Settle::TryAgain { .. } => "try_again",
            Settle::GiveUp => "give_up",
            Settle::NoDataYet => "no_data_yet",
        };
        let failure = RequestFailure {
            code: code.into(),
            settle: word.into(),
            message,
            next_step,
        };
        Self {
            failure,
            settle,
            resume_at: None,
        }
    }

    /// How a request failed before its run died.
    pub(crate) fn as_noted(failure: Option<&RequestFailure>) -> Self {
        let Some(failure) = failure else {
            let message = "it was not asked before the run died".to_owned();
            return Self::ours(
                "not_asked",
                Settle::TryAgain { at: None },
                message,
                String::new(),
            );
        };
        let settle = match failure.settle.as_str() {
            "person" => Settle::Person,
            "give_up" => Settle::GiveUp,
            "no_data_yet" => Settle::NoDataYet,
            _ => Settle::TryAgain { at: None },
        };
        Self {
            failure: failure.clone(),
            settle,
            resume_at: None,
        }
    }

    /// The account has no session: its secret is missing or unusable.
    pub(crate) fn of_sign_in(error: &EngineError) -> Self {
        let settle = match error.kind {
            crate::EngineErrorKind::Person => Settle::Person,
            crate::EngineErrorKind::Failed => Settle::TryAgain { at: None },
            _ => Settle::GiveUp,
        };
        Self::ours(
            "sign_in",
            settle,
            error.message.clone(),
            error.next_step.clone(),
        )
    }

    /// The account was removed while the run was under way.
    pub(crate) fn account_removed() -> Self {
        let message = "the account was removed".to_owned();
        Self::ours("account_removed", Settle::GiveUp, message, String::new())
    }

    /// The day left Microsoft's window while its run was not at work.
    pub(crate) fn expired(day: Date, window: u16) -> Self {
        let message = format!("{day} is no longer available: Microsoft answers for {window} days");
        Self::ours(EXPIRED, Settle::GiveUp, message, String::new())
    }

    /// The answer could not be written down.
    pub(crate) fn of_store(error: &StoreError) -> Self {
        Self::ours(
            "store",
            Settle::TryAgain { at: None },
            error.to_string(),
            String::new(),
        )
    }

    /// Answered, but kept out of a replaced table because the account's other requests failed.
    pub(crate) fn left_out() -> Self {
        let message = "left out, so that the table keeps the account's older rows".to_owned();
        Self::ours(
            LEFT_OUT,
            Settle::TryAgain { at: None },
            message,
            String::new(),
        )
    }
}
