//! What programs send of a DataSet: the command line's words as fields.

use exmetrics_catalog::{Details, Period, Report, Schedule, UpdateMethod};
use exmetrics_engine::DetailsWords;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{asked::given, words::UpdateWord};
use crate::{problem::Problem, site::Site};

/// A failed run waits at most so long to be tried again.
const LONGEST_RETRY_SECONDS: i64 = 31 * 24 * 3600;
const MOST_RETRIES: i64 = 1000;
const MOST_TAGS: usize = 50;
const LONGEST_TEXT: usize = 10_000;

/// A DataSet to make. Of its details give a period, a date or a range; nothing for a report that has none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDataSetSent {
    /// Its name, also in SQL.
    #[schema(min_length = 1, max_length = 200)]
    pub(super) name: String,
    /// A slug, a function name, or the connector's name.
    pub(super) report: String,
    /// The accounts that feed it, by ids or names.
    #[schema(min_items = 1)]
    pub(super) accounts: Vec<String>,
    /// A period that ends with the newest day there is: D7, D30, D90, D180.
    #[schema(value_type = Option<String>)]
    pub(super) period: Option<Period>,
    /// One day.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) date: Option<Date>,
    /// One day, so many days before today (UTC).
    pub(super) days_back: Option<u16>,
    /// The first day of a range; both ends are included.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) from: Option<Date>,
    /// The first day of a range, so many days before today.
    pub(super) from_days_back: Option<u16>,
    /// The last day of a range.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) to: Option<Date>,
    /// The last day of a range, so many days before today.
    pub(super) to_days_back: Option<u16>,
    /// Keep every day: sets details, update method and schedule for that in one go.
    #[serde(default)]
    #[schema(required = false)]
    pub(super) keep_every_day: bool,
    /// replace, append, upsert or partition; the report presets it.
    #[schema(value_type = Option<UpdateWord>)]
    pub(super) update: Option<UpdateMethod>,
    /// The columns that tell one row from another, for upsert; the report presets them.
    #[serde(default)]
    #[schema(required = false)]
    pub(super) key: Vec<String>,
    /// When it runs: `daily at 06:00 in Europe/Berlin`, `every 2h from 08:00 to 18:00`, `cron 0 6 * * 1-5`;
    /// nothing or `manual` for by hand only.
    #[schema(value_type = Option<String>)]
    pub(super) schedule: Option<Schedule>,
    /// How long to wait before a failed run is tried again.
    #[schema(minimum = 1, maximum = 2678400)]
    pub(super) retry_every_seconds: Option<i64>,
    /// How often a failed run is tried again; 0 for never.
    #[schema(minimum = 0, maximum = 1000)]
    pub(super) retry_times: Option<i64>,
    /// What it is for.
    #[serde(default)]
    #[schema(required = false, max_length = 10000)]
    pub(super) description: String,
    /// Words by which it is found.
    #[serde(default)]
    #[schema(required = false, max_items = 50)]
    pub(super) tags: Vec<String>,
    /// Run it at once.
    #[serde(default)]
    #[schema(required = false)]
    pub(super) run: bool,
}

/// What of a DataSet is to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DataSetEditSent {
    /// Another name.
    #[schema(min_length = 1, max_length = 200)]
    pub(super) name: Option<String>,
    /// The accounts that feed it from now on, by ids or names.
    #[schema(min_items = 1)]
    pub(super) accounts: Option<Vec<String>>,
    /// A period that ends with the newest day there is: D7, D30, D90, D180.
    #[schema(value_type = Option<String>)]
    pub(super) period: Option<Period>,
    /// One day.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) date: Option<Date>,
    /// One day, so many days before today (UTC).
    pub(super) days_back: Option<u16>,
    /// The first day of a range; both ends are included.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) from: Option<Date>,
    /// The first day of a range, so many days before today.
    pub(super) from_days_back: Option<u16>,
    /// The last day of a range.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) to: Option<Date>,
    /// The last day of a range, so many days before today.
    pub(super) to_days_back: Option<u16>,
    /// replace, append, upsert or partition.
    #[schema(value_type = Option<UpdateWord>)]
    pub(super) update: Option<UpdateMethod>,
    /// The columns that tell one row from another, for upsert.
    pub(super) key: Option<Vec<String>>,
    /// When it runs; null or `manual` for by hand only.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub(super) schedule: Option<Option<Schedule>>,
    /// How long to wait before a failed run is tried again; null for the usual time.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 2678400)]
    pub(super) retry_every_seconds: Option<Option<i64>>,
    /// How often a failed run is tried again; 0 for never, null for the usual number.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1000)]
    pub(super) retry_times: Option<Option<i64>>,
    /// What it is for.
    #[schema(max_length = 10000)]
    pub(super) description: Option<String>,
    /// Words by which it is found.
    #[schema(max_items = 50)]
    pub(super) tags: Option<Vec<String>>,
}

/// What would be asked, of a DataSet that is not made yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftSent {
    /// A slug, a function name, or the connector's name.
    pub(super) report: String,
    /// The accounts that would feed it, by ids or names.
    #[schema(min_items = 1)]
    pub(super) accounts: Vec<String>,
    /// A period that ends with the newest day there is: D7, D30, D90, D180.
    #[schema(value_type = Option<String>)]
    pub(super) period: Option<Period>,
    /// One day.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) date: Option<Date>,
    /// One day, so many days before today (UTC).
    pub(super) days_back: Option<u16>,
    /// The first day of a range; both ends are included.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) from: Option<Date>,
    /// The first day of a range, so many days before today.
    pub(super) from_days_back: Option<u16>,
    /// The last day of a range.
    #[schema(value_type = Option<String>, format = Date)]
    pub(super) to: Option<Date>,
    /// The last day of a range, so many days before today.
    pub(super) to_days_back: Option<u16>,
    /// Keep every day.
    #[serde(default)]
    #[schema(required = false)]
    pub(super) keep_every_day: bool,
}

/// The details among the fields of a body.
macro_rules! details_words {
    ($sent:expr) => {
        DetailsWords {
            period: $sent.period,
            date: $sent.date,
            days_back: $sent.days_back,
            from: $sent.from,
            from_days_back: $sent.from_days_back,
            to: $sent.to,
            to_days_back: $sent.to_days_back,
        }
    };
}

impl NewDataSetSent {
    /// The details, whichever way they are said.
    pub(super) fn details(&self, site: &Site, report: &Report) -> Result<Details, Problem> {
        let words = details_words!(self);
        let chosen = words.is_given()
            || self.update.is_some()
            || !self.key.is_empty()
            || self.schedule.is_some();
        if self.keep_every_day && chosen {
            return Err(Problem::wrong(
                "keep_every_day sets details, update method and schedule; none of them can be given beside it",
            ));
        }
        read(site, report, &words, self.keep_every_day)
    }
}

impl DataSetEditSent {
    /// The details, if others are given.
    pub(super) fn details(&self, site: &Site, report: &Report) -> Result<Option<Details>, Problem> {
        let words = details_words!(self);
        match words.is_given() {
            true => read(site, report, &words, false).map(Some),
            false => Ok(None),
        }
    }
}

impl DraftSent {
    /// The details, whichever way they are said.
    pub(super) fn details(&self, site: &Site, report: &Report) -> Result<Details, Problem> {
        let words = details_words!(self);
        if self.keep_every_day && words.is_given() {
            return Err(Problem::wrong(
                "keep_every_day sets the details; none can be given beside it",
            ));
        }
        read(site, report, &words, self.keep_every_day)
    }
}

fn read(
    site: &Site,
    report: &Report,
    words: &DetailsWords,
    keep_every_day: bool,
) -> Result<Details, Problem> {
    match keep_every_day {
        true => Ok(Details::every_day(report)),
        false => Ok(words.read(report, site.engine.today())?),
    }
}

/// Whether what a person may write freely is within bounds.
pub(super) fn check_bounds(
    retry_every_seconds: Option<i64>,
    retry_times: Option<i64>,
    description: &str,
    tags: &[String],
) -> Result<(), Problem> {
    let wrong = |what: String| Err(Problem::wrong(what));
    if retry_every_seconds.is_some_and(|every| !(1..=LONGEST_RETRY_SECONDS).contains(&every)) {
        return wrong(format!(
            "retry_every_seconds: it is not between 1 and {LONGEST_RETRY_SECONDS} (31 days)"
        ));
    }
    if retry_times.is_some_and(|times| !(0..=MOST_RETRIES).contains(&times)) {
        return wrong(format!(
            "retry_times: it is not between 0 and {MOST_RETRIES}"
        ));
    }
    if tags.len() > MOST_TAGS {
        return wrong(format!("tags: there are more than {MOST_TAGS}"));
    }
    let tag_is_wrong = |tag: &String| {
        tag.trim().is_empty() || tag.chars().count() > 100 || tag.contains(char::is_control)
    };
    if tags.iter().any(tag_is_wrong) {
        return wrong("tags: each has 1 to 100 characters, and no control characters".into());
    }
    if description.chars().count() > LONGEST_TEXT || description.contains('\0') {
        return wrong(format!(
            "description: it has at most {LONGEST_TEXT} characters, and no zero byte"
        ));
    }
    Ok(())
}
