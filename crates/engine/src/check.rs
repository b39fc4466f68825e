//! Whether an account can do its work: sign in, ask the smallest report, read the names setting.

use exmetrics_catalog::{Ask, Parameter, Report, catalog};
use exmetrics_graph::{Failure, Settle};
use exmetrics_store::{Account, AccountState};
use futures::StreamExt;
use serde::Serialize;

use crate::{Engine, EngineError, ReadySignIn};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountCheck {
    /// One entry for each thing that was tried.
    pub checks: Vec<Check>,
    /// Whether the tenant hides names; `None` where that could not be learnt.
    pub names_concealed: Option<bool>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub name: String,
    /// How it went.
    pub state: CheckState,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub next_step: Option<String>,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    /// Fine.
    Ok,
    /// Works, but something is missing.
    Warning,
    /// Does not work.
    Failed,
}

impl AccountCheck {
    /// Whether the account can do its work.
    pub fn is_fine(&self) -> bool {
        self.checks
            .iter()
            .all(|check| check.state != CheckState::Failed)
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
        match self.session(account).await {
            Ok(ready) => self.check_session(&ready, &mut found).await,
            Err(error) => found.checks.push(Check {
                name: "sign-in".into(),
                state: CheckState::Failed,
                message: error.message,
                next_step: Some(error.next_step).filter(|next| !next.is_empty()),
            }),
        }
        let failed = found
            .checks
            .iter()
            .find(|check| check.state == CheckState::Failed);
        let state = if failed.is_some() {
            AccountState::Failed
        } else {
            AccountState::Ok
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
        Ok(found)
    }

    async fn check_session(&self, ready: &ReadySignIn, found: &mut AccountCheck) {
        match ready.session.token().await {
            Ok(_) => found.checks.push(fine("sign-in", "signed in")),
            Err(failure) => {
                found.checks.push(failed("sign-in", &failure));
                return;
            }
        }
        let concealed_in_report = self.check_report(ready, found).await;
        self.check_names(ready, found).await;
        found.names_concealed = found.names_concealed.or(concealed_in_report);
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

    /// Asks the smallest report there is.
    async fn check_report(&self, ready: &ReadySignIn, found: &mut AccountCheck) -> Option<bool> {
        let (report, ask) = smallest_report(ready)?;
        let reply = match self.graph.request(&ready.session, report, ask).await {
            Ok(reply) => reply,
            Err(failure) if failure.settle == Settle::NoDataYet => {
                found.checks.push(Check {
                    name: "reports".into(),
                    state: CheckState::Warning,
                    message: failure.message,
                    next_step: Some(failure.next_step).filter(|next| !next.is_empty()),
                });
                return None;
            }
            Err(failure) if failure.is_quota_wait() => {
                found.checks.push(Check {
                    name: "reports".into(),
                    state: CheckState::Warning,
                    message: format!("not asked: {}", failure.message),
                    next_step: Some("Check again later.".into()),
                });
                return None;
            }
            Err(failure) => {
                found.checks.push(failed("reports", &failure));
                return None;
            }
        };
        let mut body = reply.body;
        while let Some(bytes) = body.next().await {
            if let Err(failure) = bytes {
                found.checks.push(failed("reports", &failure));
                return None;
            }
        }
        found
            .checks
            .push(fine("reports", "usage reports can be read"));
        None
    }

    async fn check_names(&self, ready: &ReadySignIn, found: &mut AccountCheck) {
        let check = match self.graph.report_settings(&ready.session).await {
            Ok(settings) => {
                found.names_concealed = Some(settings.names_concealed);
                if settings.names_concealed {
                    Check {
                        name: "names".into(),
                        state: CheckState::Warning,
                        message: "the tenant conceals the names of people, groups and sites".into(),
                        next_step: Some(
                            "To see names: Microsoft 365 admin center > Settings > Org settings > \
                             Reports > clear 'Display concealed user, group, and site names'."
                                .into(),
                        ),
                    }
                } else {
                    fine("names", "names are shown")
                }
            }
            Err(failure) => Check {
                name: "names".into(),
                state: CheckState::Warning,
                message: format!(
                    "whether names are concealed could not be read: {}",
                    failure.message
                ),
                next_step: Some(failure.next_step).filter(|next| !next.is_empty()).or_else(|| {
                    Some("Grant ReportSettings.Read.All to have it checked; reports work without.".into())
                }),
            },
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
    Check {
        name: name.into(),
        state: CheckState::Ok,
        message: message.into(),
        next_step: None,
    }
}

fn failed(name: &str, failure: &Failure) -> Check {
    Check {
        name: name.into(),
        state: CheckState::Failed,
        message: failure.message.clone(),
        next_step: Some(failure.next_step.clone()).filter(|next| !next.is_empty()),
    }
}
