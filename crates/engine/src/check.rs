//! Whether an account can do its work: sign in, ask the smallest report, read the names setting.

use exmetrics_catalog::{Ask, Parameter, Report, catalog};
use exmetrics_graph::{Failure, Settle};
use exmetrics_store::{Account, AccountState, RequestFailure, RequestRow, RequestState};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Engine, EngineError, EngineErrorKind, Quiet, ReadySignIn, Waiting,
    fetch::{FetchContext, Unfetched},
    pull::Nowhere,
};

/// Where a check's reply is kept while it is read.
const CHECKS: &str = "check";

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountCheck {
    /// One entry for each thing that was tried.
    pub checks: Vec<Check>,
    /// Whether the tenant hides names; `None` where that could not be learnt.
    pub names_concealed: Option<bool>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What.
    pub name: String,
    /// How it went.
    pub state: CheckState,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub next_step: Option<String>,
    /// Whether it stays so until a person acts; false for what passes by itself.
    #[serde(skip)]
    pub needs_person: bool,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    /// Fine.
    Ok,
    /// Works, but something is missing.
    Warning,
    /// Does not work.
    Failed,
}

/// Whether a tenant answers a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// It does.
    Yes {
        /// The day that was asked for, where it is not published yet: it need not be asked again today.
        nothing_of: Option<Date>,
    },
    /// Something that passes was in the way.
    Unknown {
        /// What.
        message: String,
    },
    /// It does not.
    No {
        /// Whether a person can change that.
        kind: EngineErrorKind,
        /// Why.
        message: String,
        /// What to do about it.
        next_step: String,
    },
}

impl AccountCheck {
    /// Whether the account can do its work.
    pub fn is_fine(&self) -> bool {
        self.checks
            .iter()
            .all(|check| check.state != CheckState::Failed)
    }

    /// Whether a person must act before the account can do its work.
    pub fn needs_person(&self) -> bool {
        self.checks
            .iter()
            .any(|check| check.state == CheckState::Failed && check.needs_person)
    }
}

impl Engine {
    /// Checks an account and keeps what was found with it.
    ///
    /// # Errors
    /// When the control database fails; everything else is in the result.
    pub async fn check_account(&self, account: &Account) -> Result<AccountCheck, EngineError> {
        let mut found = AccountCheck {
            checks: Vec::new(),
            names_concealed: None,
        };
        // What was granted or changed a moment ago counts.
        self.forget_session(&account.id);
        match self.session(account).await {
            Ok(ready) => self.check_session(&ready, &mut found).await,
            Err(error) => found.checks.push(Check {
                needs_person: error.kind == EngineErrorKind::Person,
                ..not_fine(
                    "sign-in",
                    CheckState::Failed,
                    error.message,
                    error.next_step,
                )
            }),
        }
        let failed = found
            .checks
            .iter()
            .find(|check| check.state == CheckState::Failed);
        let state = match failed {
            None => AccountState::Ok,
            Some(_) if found.needs_person() => AccountState::Failed,
            // Nothing was learnt of the account itself.
            Some(_) => account.state,
        };
        self.store
            .note_account_state(
                &account.id,
                state,
                failed.map(|check| check.message.as_str()),
                failed.and_then(|check| check.next_step.as_deref()),
                self.clock.now(),
            )
            .await?;
        if let Ok(text) = serde_json::to_string(&found) {
            let now = self.clock.now();
            self.store.note_check(&account.id, &text, now).await?;
        }
        Ok(found)
    }

    /// What the last check of an account found, and when.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn last_check(
        &self,
        account: &Account,
    ) -> Result<Option<(AccountCheck, jiff::Timestamp)>, EngineError> {
        let kept = self.store.last_check(&account.id).await?;
        Ok(kept.and_then(|(text, at)| Some((serde_json::from_str(&text).ok()?, at))))
    }

    async fn check_session(&self, ready: &ReadySignIn, found: &mut AccountCheck) {
        match ready.session.token().await {
            Ok(_) => found.checks.push(fine("sign-in", "signed in")),
            Err(failure) => {
                found.checks.push(failed("sign-in", &failure));
                return;
            }
        }
        self.check_report(ready, found).await;
        self.check_names(ready, found).await;
        let tenant_id = ready.session.tenant_id();
        let noted = self
            .store
            .note_tenant(
                &ready.account.id,
                tenant_id.as_deref(),
                found.names_concealed,
            )
            .await;
        if let Err(error) = noted {
            tracing::warn!(%error, "what was learnt of the tenant could not be kept");
        }
    }

    /// Asks the smallest report there is, and reads it.
    async fn check_report(&self, ready: &ReadySignIn, found: &mut AccountCheck) {
        let Some((report, ask)) = smallest_report(ready) else {
            return;
        };
        let unfetched = match self.try_report(ready, report, ask, Waiting::Never).await {
            Ok(_) => {
                found
                    .checks
                    .push(fine("reports", "usage reports can be read"));
                return;
            }
            Err(unfetched) => unfetched,
        };
        let next_step = unfetched.next_step();
        let RequestFailure { code, message, .. } = unfetched.failure;
        found.checks.push(match unfetched.settle {
            Settle::NoDataYet => not_fine("reports", CheckState::Warning, message, next_step),
            _ if code == exmetrics_graph::QUOTA => {
                let message = format!("not asked: {message}");
                not_fine("reports", CheckState::Warning, message, next_step)
            }
            settle => Check {
                needs_person: settle == Settle::Person,
                ..not_fine("reports", CheckState::Failed, message, next_step)
            },
        });
    }

    /// How far ahead this machine's clock is of the sign-in host's; `None` when that cannot be told.
    pub async fn clock_skew(&self, account: &Account) -> Option<jiff::SignedDuration> {
        self.graph.clock_skew(&account.cloud).await
    }

    /// Whether a tenant answers a report: asks it, reads the reply, and forgets it.
    pub async fn answers(&self, ready: &ReadySignIn, report: &'static Report, ask: Ask) -> Answers {
        match self.try_report(ready, report, ask, Waiting::Here).await {
            Ok(rows) => Answers::Yes {
                nothing_of: match ask {
                    Ask::Date(day) if rows == 0 => Some(day),
                    _ => None,
                },
            },
            // It may have figures tomorrow.
            Err(unfetched) if unfetched.settle == Settle::NoDataYet => {
                Answers::Yes { nothing_of: None }
            }
            Err(unfetched) if matches!(unfetched.settle, Settle::TryAgain { .. }) => {
                Answers::Unknown {
                    message: unfetched.failure.message,
                }
            }
            Err(unfetched) => Answers::No {
                kind: match unfetched.settle {
                    Settle::Person => EngineErrorKind::Person,
                    _ => EngineErrorKind::Failed,
                },
                message: unfetched.failure.message,
                next_step: unfetched.failure.next_step,
            },
        }
    }

    async fn try_report(
        &self,
        ready: &ReadySignIn,
        report: &'static Report,
        ask: Ask,
        waiting: Waiting,
    ) -> Result<u64, Unfetched> {
        let run_id = uuid::Uuid::now_v7().to_string();
        let context = FetchContext {
            report,
            folder: CHECKS,
            run_id: &run_id,
            account: &ready.account,
            session: Ok(&ready.session),
            waiting,
            progress: &Quiet,
        };
        let mut request = RequestRow {
            id: ready.account.id.clone(),
            account_id: ready.account.id.clone(),
            ask,
            keep: None,
            state: RequestState::Pending,
            landed: false,
            answered_at: None,
            archive: None,
            failure: None,
            tries: 0,
            bytes: None,
            rows: None,
            trace: Vec::new(),
            put_off: 0,
        };
        let fetched = self.fetch(&context, &mut request, &Nowhere).await;
        let folder = format!("{CHECKS}/{run_id}");
        self.archive.remove(&folder);
        self.rejects().remove(&folder);
        fetched.map(|fetched| fetched.decoded.content.rows_with_data)
    }

    async fn check_names(&self, ready: &ReadySignIn, found: &mut AccountCheck) {
        let check = match self.graph.report_settings(&ready.session).await {
            Ok(settings) => {
                found.names_concealed = Some(settings.names_concealed);
                if settings.names_concealed {
                    not_fine(
                        "names",
                        CheckState::Warning,
                        "the tenant conceals the names of people, groups and sites".into(),
                        "To see names: Microsoft 365 admin center > Settings > Org settings > \
                         Reports > clear 'Display concealed user, group, and site names'."
                            .into(),
                    )
                } else {
                    fine("names", "names are shown")
                }
            }
            Err(failure) => {
                let usual =
                    "Grant ReportSettings.Read.All to have it checked; reports work without.";
                let next_step = match (failure.next_step.as_str(), failure.settle) {
                    ("", Settle::TryAgain { .. }) => {
                        "Check again later; reports work without.".into()
                    }
                    ("", _) => usual.into(),
                    (said, _) => said.into(),
                };
                let message = format!(
                    "whether names are concealed could not be read: {}",
                    failure.message
                );
                not_fine("names", CheckState::Warning, message, next_step)
            }
        };
        found.checks.push(check);
    }
}

/// A report with one short row per period, in the first form that the account's cloud offers.
fn smallest_report(ready: &ReadySignIn) -> Option<(&'static Report, Ask)> {
    let cloud = ready.account.cloud.name;
    let smallest = catalog()
        .all()
        .iter()
        .filter(|report| {
            report.version_for(cloud).is_some() && report.permissions.application.is_some()
        })
        .filter(|report| report.takes(Parameter::Period) && report.retired_since.is_none())
        .filter(|report| report.personal_columns().is_empty())
        .min_by_key(|report| {
            (
                report.grain == exmetrics_catalog::Grain::Trend,
                report.columns.len(),
            )
        })?;
    let period = smallest.periods.iter().min().copied()?;
    Some((smallest, Ask::Period(period)))
}

fn fine(name: &str, message: &str) -> Check {
    not_fine(name, CheckState::Ok, message.into(), String::new())
}

fn not_fine(name: &str, state: CheckState, message: String, next_step: String) -> Check {
    Check {
        name: name.into(),
        state,
        message,
        next_step: Some(next_step).filter(|next| !next.is_empty()),
        needs_person: false,
    }
}

fn failed(name: &str, failure: &Failure) -> Check {
    let (message, next_step) = (failure.message.clone(), failure.next_step.clone());
    Check {
        needs_person: failure.settle == Settle::Person,
        ..not_fine(name, CheckState::Failed, message, next_step)
    }
}
