//! The catalogue: every Microsoft Graph usage report as one row of data, and what follows from a
//! row without asking anybody: which days can be asked for, which requests a choice of details
//! needs, and which column of a table a column of a reply belongs to.
//!
//! Everything here is pure: no I/O, no async, no clock. Today comes in as a parameter.

mod catalog;
mod cloud;
mod column_name;
mod details;
mod header;
mod headlines;
mod period;
mod plan;
mod report;
mod schedule;

pub use catalog::{Catalog, CatalogError, UnknownReport, catalog};
pub use cloud::{ApiVersion, Cloud, CloudName};
pub use column_name::column_name;
pub use details::{DayChoice, Details, DetailsError};
pub use header::{HeaderColumn, HeaderMatch, match_header};
pub use headlines::{Headline, HeadlineKind, HeadlineSeries, Headlines, Nearest, Only, headlines};
pub use period::{Period, PeriodError};
pub use plan::{Ask, DayKnown, DayStanding, Plan, PlannedRequest, plan};
pub use report::{
    Column, ColumnType, Grain, Parameter, Permissions, ReplyFormat, Report, UpdateMethod,
};
pub use schedule::{Schedule, ScheduleError, ScheduleParts};
