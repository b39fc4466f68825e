//! A DataSet that keeps every day, for every report that a tenant answers.

use exmetrics_catalog::{Ask, Details, Parameter, Report, UpdateMethod, catalog};
use exmetrics_store::{Account, CoverageState, DataSet, DayFound, NewDataSet};
use futures::{StreamExt, stream};
use jiff::civil::Date;

use crate::{Answers, Engine, EngineError, EngineErrorKind, KEEP_EVERY_DAY, ReadySignIn};

/// How many reports are tried at the same time.
const TRIED_AT_ONCE: usize = 8;

/// What is kept of a tenant, and what is not.
#[derive(Debug, Default)]
pub struct CapturedAll {
    /// The reports that are kept.
    pub kept: Vec<KeptReport>,
    /// The reports that the tenant does not answer, and why.
    pub left_out: Vec<(String, String)>,
    /// How many requests the first capture makes.
    pub requests: u64,
    /// How long the quota makes it take: functions do not wait for each other, so the longest counts.
    pub estimated_seconds: u64,
}

/// A report that is kept.
#[derive(Debug)]
pub struct KeptReport {
    /// The name of its DataSet.
    pub name: String,
    /// The report.
    pub report: &'static Report,
    /// The DataSet; none as long as it is only planned.
    pub dataset: Option<DataSet>,
}

impl Engine {
    /// Tries every report with an account, and makes a DataSet for each that is answered. What is there
    /// already stays as it is.
    ///
    /// # Errors
    /// When no report is answered, with what the account lacks; when the control database fails.
    pub async fn capture_all(
        &self,
        account: &Account,
        plan_only: bool,
    ) -> Result<CapturedAll, EngineError> {
        let ready = self.session(account).await?;
        let mut asked = Vec::new();
        for report in catalog().all() {
            if report.version_for(account.cloud.name).is_some() {
                asked.push(self.try_smallest(&ready, report));
            }
        }
        let tried: Vec<(&'static Report, Answers)> =
            stream::iter(asked).buffered(TRIED_AT_ONCE).collect().await;
        refuse_if_none(account, &tried)?;
        let mut all = CapturedAll::default();
        for (report, answers) in tried {
            match answers {
                // What cannot be told today is kept, too: its days would be lost.
                Answers::Yes { nothing_of } => {
                    let kept = self.keep_report(report, account, plan_only).await?;
                    if let (Some(dataset), Some(day)) = (&kept.dataset, nothing_of) {
                        self.note_not_published(dataset, account, day).await?;
                    }
                    all.kept.push(kept);
                }
                Answers::Unknown { .. } => {
                    all.kept
                        .push(self.keep_report(report, account, plan_only).await?);
                }
                Answers::No { message, .. } => all.left_out.push((report.slug.clone(), message)),
            }
        }
        (all.requests, all.estimated_seconds) = self.estimate_all(account, &all.kept).await?;
        Ok(all)
    }

    async fn try_smallest(
        &self,
        ready: &ReadySignIn,
        report: &'static Report,
    ) -> (&'static Report, Answers) {
        // A report by days is tried with yesterday: that is hardly ever published, and what it costs of the
        // quota it saves in the first run, which then need not ask for it.
        if report.takes(Parameter::Date)
            && let Ok(yesterday) = self.today().yesterday()
        {
            let answers = self.answers(ready, report, Ask::Date(yesterday)).await;
            let is_final = match &answers {
                Answers::No { kind, .. } => *kind == EngineErrorKind::Person,
                Answers::Yes { .. } | Answers::Unknown { .. } => true,
            };
            if is_final {
                return (report, answers);
            }
        }
        let answers = self.answers(ready, report, smallest_ask(report)).await;
        (report, answers)
    }

    /// A day was asked for and is not published yet.
    async fn note_not_published(
        &self,
        dataset: &DataSet,
        account: &Account,
        day: Date,
    ) -> Result<(), EngineError> {
        let found = DayFound {
            day,
            state: CoverageState::Awaiting,
            rows: None,
            hash: None,
            refresh_date: None,
            code: None,
            checked_at: self.clock.now(),
        };
        Ok(self
            .store
            .note_days(&dataset.id, &account.id, &[found])
            .await?)
    }

    /// The account's DataSet of a report that keeps every day: one that is there, or a new one.
    async fn keep_report(
        &self,
        report: &'static Report,
        account: &Account,
        plan_only: bool,
    ) -> Result<KeptReport, EngineError> {
        let details = Details::every_day(report);
        let all = self.store.datasets().await?;
        let there = all.iter().find(|one| {
            let feeds = one.accounts.iter().any(|(id, _)| *id == account.id);
            one.report == report.slug && one.details == details && feeds && one.schedule.is_some()
        });
        if let Some(there) = there {
            return Ok(KeptReport {
                name: there.name.clone(),
                report,
                dataset: Some(there.clone()),
            });
        }
        let taken = |name: &str| {
            all.iter()
                .any(|one| one.name.to_lowercase() == name.to_lowercase())
        };
        let mut name = report.title.clone();
        if taken(&name) {
            name = format!("{} ({})", report.title, account.name);
        }
        let mut dataset = None;
        if !plan_only {
            let new = NewDataSet {
                name: name.clone(),
                report: report.slug.clone(),
                account_ids: vec![account.id.clone()],
                details,
                update: UpdateMethod::Partition,
                key: Vec::new(),
                schedule: KEEP_EVERY_DAY.parse().ok(),
                retry_every_seconds: None,
                retry_times: None,
                description: report.tells.clone(),
                tags: vec!["every day".to_owned()],
                tables_root: self.tables_root().to_owned(),
            };
            let made = self.create_dataset(&new).await?;
            self.make_due(&made).await?;
            dataset = Some(made);
        }
        Ok(KeptReport {
            name,
            report,
            dataset,
        })
    }

    async fn estimate_all(
        &self,
        account: &Account,
        kept: &[KeptReport],
    ) -> Result<(u64, u64), EngineError> {
        let accounts = [account.clone()];
        let (mut requests, mut seconds) = (0, 0);
        for one in kept {
            let plans = match &one.dataset {
                Some(dataset) => self.plan_dataset(dataset, false).await?,
                None => self.plan_pull(one.report, &accounts, Details::every_day(one.report))?,
            };
            let view = self.view_plan(one.report, &plans, &accounts).await?;
            requests += view.requests.len() as u64;
            seconds = seconds.max(view.estimated_seconds);
        }
        Ok((requests, seconds))
    }
}

/// What costs Microsoft and us the least.
fn smallest_ask(report: &Report) -> Ask {
    match report
        .periods
        .iter()
        .min_by_key(|period| period.days().unwrap_or(u16::MAX))
    {
        Some(period) => Ask::Period(*period),
        None => Ask::Current,
    }
}

/// Where nothing is answered, the account is what is wrong.
fn refuse_if_none(
    account: &Account,
    tried: &[(&'static Report, Answers)],
) -> Result<(), EngineError> {
    if tried
        .iter()
        .any(|(_, answers)| matches!(answers, Answers::Yes { .. }))
    {
        return Ok(());
    }
    let later = "It may pass by itself; try again in some minutes.";
    let refused = tried.iter().find_map(|(_, answers)| match answers {
        Answers::No {
            message,
            next_step,
            kind,
        } => Some(EngineError::new(*kind, message).next(next_step)),
        Answers::Unknown { message } => {
            Some(EngineError::new(EngineErrorKind::Failed, message).next(later))
        }
        Answers::Yes { .. } => None,
    });
    Err(refused.unwrap_or_else(|| {
        EngineError::new(
            EngineErrorKind::Failed,
            format!("no report is offered in the cloud of '{}'", account.name),
        )
    }))
}
