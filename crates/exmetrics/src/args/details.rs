//! DETAILS: what to ask of a report.

use clap::Args;
use exmetrics_catalog::{Details, Period, Report};
use exmetrics_engine::DetailsWords;
use jiff::civil::Date;

use crate::failure::Failure;

/// What to ask of a report: a period, a date, or a range of dates.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Details")]
pub(crate) struct DetailsArguments {
    /// A period that ends with the newest day there is: D7, D30, D90, D180.
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["date", "days_back", "from", "from_days_back", "to", "to_days_back"])]
    pub(crate) period: Option<Period>,
    /// One day.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = read_date, conflicts_with_all = ["days_back", "from", "from_days_back", "to", "to_days_back"])]
    pub(crate) date: Option<Date>,
    /// One day, so many days before today (UTC).
    #[arg(long, value_name = "N", allow_negative_numbers = true, conflicts_with_all = ["from", "from_days_back", "to", "to_days_back"])]
    pub(crate) days_back: Option<u16>,
    /// The first day of a range; both ends are included.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = read_date, conflicts_with = "from_days_back")]
    pub(crate) from: Option<Date>,
    /// The first day of a range, so many days before today.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) from_days_back: Option<u16>,
    /// The last day of a range.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = read_date, conflicts_with = "to_days_back")]
    pub(crate) to: Option<Date>,
    /// The last day of a range, so many days before today.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) to_days_back: Option<u16>,
}

impl DetailsArguments {
    /// Whether anything was chosen.
    pub(crate) fn is_given(&self) -> bool {
        self.words().is_given()
    }

    /// How many choices were made; a range is one.
    pub(crate) fn how_many(&self) -> usize {
        self.words().how_many()
    }

    /// What was chosen, checked against the report.
    pub(crate) fn read(&self, report: &Report, today: Date) -> Result<Details, Failure> {
        Ok(self.words().read(report, today)?)
    }

    fn words(&self) -> DetailsWords {
        DetailsWords {
            period: self.period,
            date: self.date,
            days_back: self.days_back,
            from: self.from,
            from_days_back: self.from_days_back,
            to: self.to,
            to_days_back: self.to_days_back,
        }
    }
}

fn read_date(text: &str) -> Result<Date, String> {
    // Only the plain form: a date with a time would mean another day elsewhere.
    let plain = text.len() == 10
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    plain
        .then(|| text.parse().ok())
        .flatten()
        .ok_or_else(|| "no date; write it as YYYY-MM-DD, for example 2026-11-01".to_owned())
}
