//! What is due for each account: details + today + coverage -> requests.

use std::collections::BTreeMap;

use exmetrics_catalog::{
    Details, Plan, PlannedRequest, ReplyFormat, Report, UpdateMethod, catalog, plan,
};
use exmetrics_graph::QuotaKey;
use exmetrics_store::{Account, DataSet, QuotaRule};
use jiff::civil::Date;
use serde::Serialize;

use crate::{Engine, EngineError, gate, means_other_days};

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
    /// Which requests the quota lets go at the same time, the first ones first.
    #[serde(skip)]
    pub waves: Vec<Wave>,
    /// How many requests each account may make, and in how many seconds.
    #[serde(skip)]
    pub quota: (u32, u64),
}

/// Requests that the quota lets go at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wave {
    /// In how many seconds from now.
    pub seconds: u64,
    /// How many requests.
    pub requests: usize,
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

    /// Plans a DataSet as it would be, made or changed: what is captured in the table that is there counts.
    ///
    /// # Errors
    /// When the report does not allow the details.
    pub async fn plan_unsaved(
        &self,
        report: &Report,
        accounts: &[Account],
        details: Details,
        update: UpdateMethod,
        there: Option<&DataSet>,
    ) -> Result<Vec<AccountPlan>, EngineError> {
        let there = there.filter(|there| !means_other_days(report, there.details, details));
        let mut plans = Vec::with_capacity(accounts.len());
        for account in accounts {
            let known = match there {
                Some(dataset) => self.store.days_known(&dataset.id, &account.id).await?,
                None => BTreeMap::new(),
            };
            let plan = plan(report, details, self.today(), update, &known, false)?;
            plans.push(AccountPlan {
                account_id: account.id.clone(),
                account: account.name.clone(),
                plan,
            });
        }
        Ok(plans)
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
            waves: Vec::new(),
            quota: (0, 0),
        };
        let rule = self.quota_rule(report.format);
        view.quota = (rule.requests, rule.window.as_secs().unsigned_abs());
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
            for seconds in self.estimate(rule, &key, requests).await? {
                view.estimated_seconds = view.estimated_seconds.max(seconds);
                match view.waves.iter_mut().find(|wave| wave.seconds == seconds) {
                    Some(wave) => wave.requests += 1,
                    None => view.waves.push(Wave {
                        seconds,
                        requests: 1,
                    }),
                }
            }
        }
        view.waves.sort_by_key(|wave| wave.seconds);
        Ok(view)
    }

    fn quota_rule(&self, format: ReplyFormat) -> QuotaRule {
        match format {
            ReplyFormat::Csv => self.settings.csv_quota,
            ReplyFormat::Json => self.settings.json_quota,
        }
    }

    /// In how many seconds the quota lets each of so many requests go, counting what was asked lately.
    async fn estimate(
        &self,
        rule: QuotaRule,
        key: &str,
        requests: usize,
    ) -> Result<Vec<u64>, EngineError> {
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
        let mut goes = Vec::with_capacity(requests);
        for _ in 0..requests {
            if taken.len() >= limit {
                at = at.max(taken[taken.len() - limit] + rule.window.as_secs());
            }
            taken.push(at);
            goes.push(at.unsigned_abs());
        }
        Ok(goes)
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
