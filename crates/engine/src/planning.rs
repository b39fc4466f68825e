//! What is due for each account: details + today + coverage -> requests.

use std::collections::BTreeMap;

use exmetrics_catalog::{
    Details, Plan, PlannedRequest, ReplyFormat, Report, UpdateMethod, catalog, plan,
};
use exmetrics_graph::QuotaKey;
use exmetrics_store::{Account, DataSet};
use jiff::civil::Date;
use serde::Serialize;

use crate::{Engine, EngineError, gate};

/// The plan of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPlan {
    /// The account's lasting id.
    pub account_id: String,
    /// Its name.
    pub account: String,
    /// What is due.
    pub plan: Plan,
}

/// A plan as people and scripts see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanView {
    /// The requests, in the order they are made.
    pub requests: Vec<PlannedRequestView>,
    /// The days that they answer.
    pub kept: Vec<Date>,
    /// Days that are today or in the future.
    pub too_early: Vec<Date>,
    /// Days that Microsoft no longer has.
    pub expired: Vec<Date>,
    /// Days that are captured and not due again.
    pub settled: Vec<Date>,
    /// Days that were asked for today already and are not published yet.
    pub awaiting: Vec<Date>,
    /// How long the quota makes the requests take.
    pub estimated_seconds: u64,
}

/// One request of a plan, as people and scripts see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedRequestView {
    /// For which account.
    pub account: String,
    /// Which function.
    pub function: String,
    /// The period, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The date, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
}

impl Engine {
    /// Plans a run of a DataSet.
    ///
    /// # Errors
    /// When the report does not allow the details.
    pub async fn plan_dataset(
        &self,
        dataset: &DataSet,
        full: bool,
    ) -> Result<Vec<AccountPlan>, EngineError> {
        let report = catalog().find(&dataset.report)?;
        let mut plans = Vec::with_capacity(dataset.accounts.len());
        for (account_id, account) in &dataset.accounts {
            let known = self.store.days_known(&dataset.id, account_id).await?;
            let plan = plan(
                report,
                dataset.details,
                self.today(),
                dataset.update,
                &known,
                full,
            )?;
            let (account_id, account) = (account_id.clone(), account.clone());
            plans.push(AccountPlan {
                account_id,
                account,
                plan,
            });
        }
        Ok(plans)
    }

    /// Plans a pull: every day of the details, whatever is captured elsewhere.
    ///
    /// # Errors
    /// When the report does not allow the details.
    pub fn plan_pull(
        &self,
        report: &Report,
        accounts: &[Account],
        details: Details,
    ) -> Result<Vec<AccountPlan>, EngineError> {
        let today = self.today();
        let nothing_known = BTreeMap::new();
        let plan = plan(
            report,
            details,
            today,
            UpdateMethod::Replace,
            &nothing_known,
            true,
        )?;
        let of_account = |account: &Account| AccountPlan {
            account_id: account.id.clone(),
            account: account.name.clone(),
            plan: plan.clone(),
        };
        Ok(accounts.iter().map(of_account).collect())
    }

    /// The plans as people see them, with how long the quota makes them take.
    ///
    /// # Errors
    /// When the quota's windows cannot be read.
    pub async fn view_plan(
        &self,
        report: &Report,
        plans: &[AccountPlan],
        accounts: &[Account],
    ) -> Result<PlanView, EngineError> {
        let mut view = PlanView {
            requests: Vec::new(),
            kept: Vec::new(),
            too_early: Vec::new(),
            expired: Vec::new(),
            settled: Vec::new(),
            awaiting: Vec::new(),
            estimated_seconds: 0,
        };
        let mut by_quota: BTreeMap<String, usize> = BTreeMap::new();
        for planned in plans {
            for request in &planned.plan.requests {
                view.requests
                    .push(view_request(report, &planned.account, request));
            }
            if let Some(account) = accounts.iter().find(|one| one.id == planned.account_id) {
                *by_quota.entry(quota_name(report, account)).or_default() +=
                    planned.plan.requests.len();
            }
            for (all, own) in [
                (&mut view.kept, &planned.plan.kept),
                (&mut view.too_early, &planned.plan.too_early),
                (&mut view.expired, &planned.plan.expired),
                (&mut view.settled, &planned.plan.settled),
                (&mut view.awaiting, &planned.plan.awaiting),
            ] {
                all.extend(own);
                all.sort();
                all.dedup();
            }
        }
        for (key, requests) in by_quota {
            let seconds = self.estimate(report.format, &key, requests).await?;
            view.estimated_seconds = view.estimated_seconds.max(seconds);
        }
        Ok(view)
    }

    /// How long the quota makes so many requests take, counting what was asked lately.
    async fn estimate(
        &self,
        format: ReplyFormat,
        key: &str,
        requests: usize,
    ) -> Result<u64, EngineError> {
        let rule = match format {
            ReplyFormat::Csv => self.settings.csv_quota,
            ReplyFormat::Json => self.settings.json_quota,
        };
        let now = self.clock.now();
        let mut taken: Vec<i64> = self
            .store
            .quota_taken(key, rule, now)
            .await?
            .into_iter()
            .map(|at| at.duration_since(now).as_secs())
            .collect();
        let limit = (rule.requests.max(1)) as usize;
        let mut at = 0_i64;
        for _ in 0..requests {
            if taken.len() >= limit {
                at = at.max(taken[taken.len() - limit] + rule.window.as_secs());
            }
            taken.push(at);
        }
        Ok(u64::try_from(at).unwrap_or_default())
    }
}

fn quota_name(report: &Report, account: &Account) -> String {
    gate::name(&QuotaKey {
        tenant: account
            .tenant_id
            .clone()
            .unwrap_or_else(|| account.tenant.clone()),
        client_id: account.client_id.clone(),
        function: report.function.clone(),
        format: report.format,
    })
}

fn view_request(report: &Report, account: &str, request: &PlannedRequest) -> PlannedRequestView {
    use exmetrics_catalog::Ask;
    PlannedRequestView {
        account: account.to_owned(),
        function: report.function.clone(),
        period: match request.ask {
            Ask::Period(period) => Some(period.to_string()),
            _ => None,
        },
        date: match request.ask {
            Ask::Date(date) => Some(date),
            _ => None,
        },
    }
}
