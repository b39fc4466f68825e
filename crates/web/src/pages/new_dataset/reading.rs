//! The form as a whole: what it would make, or what is wrong beside which field. The page, the live parts,
//! the preview and every way of saving read it here.

use std::collections::BTreeSet;

use exmetrics_catalog::{Details, Report, Schedule, UpdateMethod, catalog};
use exmetrics_engine::{KEEP_EVERY_DAY, key_columns, means_other_days, preset_key};
use exmetrics_store::{Account, DataSet, DataSetEdit, NewDataSet};

use super::{
    details_form,
    fault::{Fault, Pane},
    fields::{Fields, Presets},
    naming, schedule_form,
    world::World,
};
use crate::{access::Visitor, site::Site};

/// A failed run is tried again after so many minutes, when nothing else was chosen.
const RETRY_MINUTES: &str = "15";
/// So often.
const RETRY_TIMES: &str = "3";
/// The longest wait before a run is tried again: 31 days.
const LONGEST_RETRY_SECONDS: i64 = 2_678_400;

/// What a form means.
pub(super) struct Reading {
    /// The fields, with presets where nothing was chosen.
    pub(super) fields: Fields,
    pub(super) report: Option<&'static Report>,
    pub(super) accounts: Vec<Account>,
    pub(super) details: Option<Details>,
    /// The inner one is none for what is only started by hand.
    pub(super) schedule: Option<Option<Schedule>>,
    pub(super) retry_every_seconds: Option<i64>,
    pub(super) retry_times: Option<i64>,
    pub(super) update: UpdateMethod,
    pub(super) key: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) faults: Vec<Fault>,
}

impl Reading {
    /// Fills in presets and reads everything.
    pub(super) fn of(mut fields: Fields, world: &World) -> Self {
        let report = match &world.there {
            Some(there) => catalog().find(&there.report).ok(),
            None => catalog().find(&fields.report).ok(),
        };
        let mut faults = Vec::new();
        let accounts: Vec<Account> = world
            .accounts
            .iter()
            .filter(|account| fields.account.contains(&account.id))
            .cloned()
            .collect();
        accounts_faults(&accounts, report, &mut faults);
        let mut details = None;
        match report {
            Some(report) => {
                details_form::fill(&mut fields, report, world.today);
                match details_form::read(&fields, report, world.today) {
                    Ok(read) => details = Some(read),
                    Err(wrong) => faults.extend(wrong),
                }
            }
            None => faults.push(Fault::new(
                Pane::Details,
                "report",
                "Report",
                "choose a report",
            )),
        }
        let keeps = fields.keep_every_day == "yes" && world.there.is_none();
        schedule_form::fill(&mut fields);
        let schedule = match keeps {
            true => Some(KEEP_EVERY_DAY.parse().ok()),
            false => schedule_form::read(&fields)
                .map_err(|wrong| faults.extend(wrong))
                .ok(),
        };
        let (retry_every_seconds, retry_times) = retry(&mut fields, &mut faults);
        if fields.notify.is_empty() {
            fields.notify = "all".into();
        }
        let update = update(&mut fields, report, keeps);
        let key = key(&mut fields, report, details, update, &mut faults);
        naming::name(&mut fields, world, report, &accounts, &mut faults);
        let tags = naming::tags(&fields.tags);
        Self {
            fields,
            report,
            accounts,
            details,
            schedule,
            retry_every_seconds,
            retry_times,
            update,
            key,
            tags,
            faults,
        }
    }

    /// Whether it keeps every day, with all that follows from it.
    pub(super) fn keeps_every_day(&self) -> bool {
        self.fields.keep_every_day == "yes"
    }

    /// The channels to tell; all without a choice.
    fn notify(&self) -> Option<Vec<String>> {
        match self.fields.notify.as_str() {
            "chosen" => Some(self.fields.channel.clone()),
            "none" => Some(Vec::new()),
            _ => None,
        }
    }

    /// The DataSet to make, if nothing is wrong.
    pub(super) fn new_dataset(&self, site: &Site) -> Option<NewDataSet> {
        if !self.faults.is_empty() {
            return None;
        }
        Some(NewDataSet {
            name: self.fields.name.trim().to_owned(),
            report: self.report?.slug.clone(),
            account_ids: self.account_ids(),
            details: self.details?,
            update: self.update,
            key: self.key.clone(),
            schedule: self.schedule.clone()?,
            retry_every_seconds: self.retry_every_seconds,
            retry_times: self.retry_times,
            description: self.fields.description.trim().to_owned(),
            tags: self.tags.clone(),
            tables_root: site.engine.tables_root().to_owned(),
        })
    }

    /// What to tell of a DataSet that was just made, where that is not everything to everybody.
    pub(super) fn notify_edit(&self) -> Option<DataSetEdit> {
        let notify = self.notify()?;
        Some(DataSetEdit {
            notify: Some(Some(notify)),
            ..DataSetEdit::default()
        })
    }

    /// The change to make, if nothing is wrong.
    pub(super) fn edit(&self, before: &DataSet, who: &Visitor) -> Option<DataSetEdit> {
        if !self.faults.is_empty() {
            return None;
        }
        let details = self.details?;
        let schedule = self.schedule.clone()?;
        Some(DataSetEdit {
            account_ids: Some(self.account_ids()),
            details: Some(details),
            update: Some(self.update),
            key: Some(self.key.clone()),
            // Only a change: else the next run would be reckoned anew.
            schedule: (!same_schedule(before.schedule.as_ref(), schedule.as_ref()))
                .then_some(schedule),
            retry_every_seconds: Some(self.retry_every_seconds),
            retry_times: Some(self.retry_times),
            description: Some(self.fields.description.trim().to_owned()),
            tags: Some(self.tags.clone()),
            forget_coverage: means_other_days(self.report?, before.details, details),
            notify: Some(self.notify()),
            revision: self.fields.revision.parse().ok(),
            by: Some(who.name.clone()),
        })
    }

    fn account_ids(&self) -> Vec<String> {
        // In the order of the form, which is that of the DataSet where one is changed.
        let known: BTreeSet<&str> = self.accounts.iter().map(|one| one.id.as_str()).collect();
        let ids = self.fields.account.iter();
        ids.filter(|id| known.contains(id.as_str()))
            .cloned()
            .collect()
    }
}

/// `manual` and no schedule at all are the same to a person.
fn same_schedule(one: Option<&Schedule>, other: Option<&Schedule>) -> bool {
    let text = |schedule: Option<&Schedule>| {
        schedule.map_or_else(|| "manual".to_owned(), ToString::to_string)
    };
    text(one) == text(other)
}

fn accounts_faults(accounts: &[Account], report: Option<&Report>, faults: &mut Vec<Fault>) {
    let wrong = |text: String| Fault::new(Pane::Credentials, "account", "Account", text);
    if accounts.is_empty() {
        faults.push(wrong("choose at least one account".into()));
    }
    for account in accounts {
        let cloud = account.cloud.name;
        if let Some(report) = report
            && report.version_for(cloud).is_none()
        {
            faults.push(wrong(format!(
                "{} is not offered in the cloud {cloud} of '{}'",
                report.title, account.name
            )));
        }
    }
}

fn retry(fields: &mut Fields, faults: &mut Vec<Fault>) -> (Option<i64>, Option<i64>) {
    let presets = Presets::beside(fields);
    presets.put("retry", &mut fields.retry, "always");
    presets.put("retry_every", &mut fields.retry_every, RETRY_MINUTES);
    presets.put("retry_unit", &mut fields.retry_unit, "m");
    presets.put("retry_times", &mut fields.retry_times, RETRY_TIMES);
    if fields.retry == "never" {
        return (None, Some(0));
    }
    let unit = match fields.retry_unit.as_str() {
        "s" => 1,
        "h" => 3600,
        "d" => 86_400,
        _ => 60,
    };
    let every: Option<i64> = fields.retry_every.trim().parse().ok();
    let seconds = every
        .and_then(|every| every.checked_mul(unit))
        .filter(|seconds| (1..=LONGEST_RETRY_SECONDS).contains(seconds));
    if seconds.is_none() {
        faults.push(Fault::new(
            Pane::Scheduling,
            "retry_every",
            "Every",
            "at least 1 second, at most 31 days",
        ));
    }
    let times = schedule_form::number(&fields.retry_times, 1, 1000).map(i64::from);
    if times.is_none() {
        faults.push(Fault::new(
            Pane::Scheduling,
            "retry_times",
            "At most",
            "1 to 1000; to try never, choose Do not try again",
        ));
    }
    (seconds, times)
}

/// The method follows the report's preset as long as nobody has chosen another.
fn update(fields: &mut Fields, report: Option<&Report>, keeps: bool) -> UpdateMethod {
    let preset = report.map_or(UpdateMethod::Partition, Report::default_update);
    if fields.update.is_empty() || fields.update == fields.update_preset {
        fields.update = preset.as_str().into();
    }
    fields.update_preset = preset.as_str().into();
    match keeps {
        true => UpdateMethod::Partition,
        false => fields.update.parse().unwrap_or(preset),
    }
}

/// The key columns; none where they are the preset ones, so that the preset goes on.
fn key(
    fields: &mut Fields,
    report: Option<&Report>,
    details: Option<Details>,
    update: UpdateMethod,
    faults: &mut Vec<Fault>,
) -> Vec<String> {
    let (Some(report), Some(details)) = (report, details) else {
        return Vec::new();
    };
    let preset: Vec<String> = preset_key(report, details)
        .into_iter()
        .filter(|column| column != "_account")
        .collect();
    // Ticks belong to a report and to what is asked of it: for others they are preset anew.
    let of = format!("{}/{}", report.slug, preset.join(","));
    if fields.keys_of != of {
        fields.key.clone_from(&preset);
        fields.keys_of = of;
    }
    if update != UpdateMethod::Upsert {
        return Vec::new();
    }
    let chosen: BTreeSet<&String> = fields.key.iter().collect();
    let mut wrong = |text: String| {
        faults.push(Fault::new(Pane::Scheduling, "key", "Key columns", text));
        Vec::new()
    };
    if chosen.is_empty() {
        return wrong("choose at least one column besides _account".into());
    }
    if chosen == preset.iter().collect() {
        return Vec::new();
    }
    match key_columns(report, update, &fields.key) {
        Ok(key) => key,
        Err(error) => wrong(error.message),
    }
}
