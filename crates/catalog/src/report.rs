//! One row of the catalogue, in the words that a person edits in `reports/*.toml`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{ApiVersion, CloudName, Period, column_name};

/// One Microsoft Graph report function and all that is known of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The name in commands and file names, for example `email-activity-user-detail`.
    pub slug: String,
    /// The Graph function, for example `getEmailActivityUserDetail`.
    pub function: String,
    /// The name on a page.
    pub title: String,
    /// The name that the cloud connector gave to it, where it offered the report.
    #[serde(default)]
    pub connector_name: Option<String>,
    /// Exchange, Teams, OneDrive, SharePoint, ...
    pub workload: String,
    /// What the report tells, in one plain sentence.
    pub tells: String,
    /// The API versions that have the function, the preferred one first.
    pub versions: Vec<ApiVersion>,
    /// Where each version is offered.
    pub clouds: BTreeMap<ApiVersion, Vec<CloudName>>,
    /// What a request may say; empty for a report that takes no parameter.
    pub parameters: Vec<Parameter>,
    /// The periods that may be asked for.
    #[serde(default)]
    pub periods: Vec<Period>,
    /// How many days back a `date` may lie.
    #[serde(default)]
    pub date_window_days: Option<u16>,
    /// What one reply is made of.
    pub grain: Grain,
    /// The column that holds the day of a row, for trends.
    #[serde(default)]
    pub day_column: Option<String>,
    /// The columns that tell one row of a reply from another.
    pub key: Vec<String>,
    /// How the reply is asked for.
    #[serde(default)]
    pub format: ReplyFormat,
    /// Whether JSON replies come in pages whose size `$top` may choose.
    #[serde(default)]
    pub json_top: Option<u32>,
    /// What sign-in needs.
    pub permissions: Permissions,
    /// The day the service behind the report ended; it is still asked for.
    #[serde(default)]
    pub retired_since: Option<Date>,
    /// The columns, in the order of the header last seen on the wire.
    pub columns: Vec<Column>,
}

/// What one reply is made of, and so what "the same rows again" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// One row per person, mailbox, site, group or team: of one day when asked by date, else of the
    /// whole period.
    Detail,
    /// At least one row per day of the period.
    Trend,
    /// Totals of the whole period.
    Summary,
    /// How things stand now; there is nothing to choose.
    Current,
}

/// What a request may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Parameter {
    /// `period='D7'`
    Period,
    /// `date=2026-11-01`
    Date,
}

/// How a reply is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReplyFormat {
    /// One whole file behind a redirect.
    #[default]
    Csv,
    /// Pages of objects; for the reports that have no usable CSV.
    Json,
}

/// The Graph permissions that let a sign-in read the report; `None` where that way is closed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// For a signed-in person.
    #[serde(default)]
    pub delegated: Option<String>,
    /// For an app by itself.
    #[serde(default)]
    pub application: Option<String>,
}

/// One column of a report.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The header on the wire, without surrounding spaces.
    pub header: String,
    /// Other headers that meant the same, older or from other versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The JSON property, where it is not the header in camel case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<String>,
    /// What its cells hold.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// What is counted, for figures: messages, bytes, seconds, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What it means, in plain words.
    pub meaning: String,
    /// Whether a reply without it is no surprise: not every version sends it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Whether it names or identifies a person, or what a person named.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub personal: bool,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// `2026-11-01`
    Date,
    /// A whole number of 64 bits.
    Bigint,
    /// `True`/`False` or `Yes`/`No` on the wire.
    Boolean,
    /// Anything, kept as it came.
    Text,
    /// ISO 8601 (`PT1H2M`), kept as text, with a column of seconds beside it.
    Duration,
}

impl ColumnType {
    /// The word in commands and pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Bigint => "bigint",
            Self::Boolean => "boolean",
            Self::Text => "text",
            Self::Duration => "duration",
        }
    }
}

/// How a run's rows enter the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UpdateMethod {
    /// The run's rows become the table.
    Replace,
    /// The run's rows are added.
    Append,
    /// Rows with the same key are replaced, others added.
    Upsert,
    /// Each (account, day or period) that came is replaced whole.
    Partition,
}

impl UpdateMethod {
    /// All four, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Replace, Self::Append, Self::Upsert, Self::Partition];

    /// The word in commands and pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Append => "append",
            Self::Upsert => "upsert",
            Self::Partition => "partition",
        }
    }

    /// Whether a run leaves out days that are already settled. The other methods need all of their
    /// days each time: a replaced table would lose what was not asked for.
    pub fn asks_only_what_is_due(self) -> bool {
        matches!(self, Self::Upsert | Self::Partition)
    }
}

impl std::fmt::Display for UpdateMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for UpdateMethod {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| {
                format!(
                    "'{text}' is no update method; there are replace, append, upsert, partition"
                )
            })
    }
}

impl Column {
    /// The column's name in tables.
    pub fn name(&self) -> String {
        column_name(&self.header)
    }
}

impl Report {
    /// Whether requests may name a parameter.
    pub fn takes(&self, parameter: Parameter) -> bool {
        self.parameters.contains(&parameter)
    }

    /// Whether a date or a range of dates may be chosen: by asking for the days themselves, or by
    /// keeping some days of a period.
    pub fn offers_days(&self) -> bool {
        self.takes(Parameter::Date) || self.grain == Grain::Trend
    }

    /// How many days back a day can still be had.
    pub fn window_days(&self) -> Option<u16> {
        if self.takes(Parameter::Date) {
            self.date_window_days
        } else if self.grain == Grain::Trend {
            self.periods.iter().filter_map(Period::days).max()
        } else {
            None
        }
    }

    /// The update method when none is chosen: nothing that was captured is lost by it.
    pub fn default_update(&self) -> UpdateMethod {
        match self.grain {
            Grain::Detail | Grain::Trend | Grain::Summary => UpdateMethod::Partition,
            Grain::Current => UpdateMethod::Replace,
        }
    }

    /// The version to ask in a cloud: v1.0 where it is offered, else beta; `None` where the cloud
    /// does not offer the report. JSON exists on beta alone.
    pub fn version_for(&self, cloud: CloudName) -> Option<ApiVersion> {
        // A custom address stands for a tenant whose offer is not known beforehand.
        let cloud = if cloud == CloudName::Custom {
            CloudName::Global
        } else {
            cloud
        };
        let offered = |version: &ApiVersion| {
            self.versions.contains(version)
                && self
                    .clouds
                    .get(version)
                    .is_some_and(|clouds| clouds.contains(&cloud))
        };
        let wanted: &[ApiVersion] = match self.format {
            ReplyFormat::Csv => &[ApiVersion::V1, ApiVersion::Beta],
            ReplyFormat::Json => &[ApiVersion::Beta],
        };
        wanted.iter().copied().find(offered)
    }

    /// A column by its name in tables.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name() == name)
    }

    /// The names, in tables, of the columns that hold personal data.
    pub fn personal_columns(&self) -> Vec<String> {
        self.columns
            .iter()
            .filter(|column| column.personal)
            .map(Column::name)
            .collect()
    }
}
