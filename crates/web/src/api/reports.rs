//! The catalogue.

use axum::{Json, extract::OriginalUri};
use exmetrics_catalog::{Report, catalog};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    asked::{Asked, Id, Nothing},
    paging::{Page, Wanted},
    visitor::Reader,
    words::{CloudWord, GrainWord, UpdateWord},
};
use crate::{problem::Problem, site::Site};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListReports {
    /// Those of a workload: Exchange, Teams, ...
    workload: Option<String>,
    /// Those whose slug, function, title or connector name has this text.
    search: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// From the `next` of the page before.
    cursor: Option<String>,
}

/// A report of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
struct ReportSummary {
    /// The name in requests.
    slug: String,
    /// Microsoft's function.
    function: String,
    /// The name on a page.
    title: String,
    /// The cloud connector's name for it.
    connector_name: Option<String>,
    /// Exchange, Teams, OneDrive, SharePoint, ...
    workload: String,
    /// What one reply is made of: detail, trend, summary or current.
    #[schema(value_type = GrainWord)]
    grain: exmetrics_catalog::Grain,
    /// What a request may say: period, date.
    #[schema(value_type = Vec<String>)]
    parameters: Vec<exmetrics_catalog::Parameter>,
    /// The periods that may be asked for.
    #[schema(value_type = Vec<String>)]
    periods: Vec<exmetrics_catalog::Period>,
    /// How many days back a date may lie.
    date_window_days: Option<u16>,
    /// The day the service behind it ended; it is still asked for.
    #[schema(value_type = Option<String>, format = Date)]
    retired_since: Option<jiff::civil::Date>,
}

impl From<&Report> for ReportSummary {
    fn from(report: &Report) -> Self {
        Self {
            slug: report.slug.clone(),
            function: report.function.clone(),
            title: report.title.clone(),
            connector_name: report.connector_name.clone(),
            workload: report.workload.clone(),
            grain: report.grain,
            parameters: report.parameters.clone(),
            periods: report.periods.clone(),
            date_window_days: report.date_window_days,
            retired_since: report.retired_since,
        }
    }
}

/// A report in full.
#[derive(Debug, Serialize, ToSchema)]
struct ReportInFull {
    #[serde(flatten)]
    summary: ReportSummary,
    /// What it tells, in one sentence.
    tells: String,
    /// The API versions that have the function, the preferred one first.
    #[schema(value_type = Vec<String>)]
    versions: Vec<exmetrics_catalog::ApiVersion>,
    /// Where each version is offered.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<CloudWord>>)]
    clouds: std::collections::BTreeMap<
        exmetrics_catalog::ApiVersion,
        Vec<exmetrics_catalog::CloudName>,
    >,
    /// The column that holds the day of a row, for trends.
    day_column: Option<String>,
    /// The columns that tell one row from another.
    key: Vec<String>,
    /// What sign-in needs; null where that way is closed.
    permissions: ReportPermissions,
    /// The update method of a DataSet that chooses none.
    #[schema(value_type = UpdateWord)]
    default_update: exmetrics_catalog::UpdateMethod,
    /// Its columns.
    columns: Vec<ReportColumn>,
}

/// What sign-in needs.
#[derive(Debug, Serialize, ToSchema)]
struct ReportPermissions {
    /// For a signed-in person.
    delegated: Option<String>,
    /// For an app by itself.
    application: Option<String>,
}

/// A column of a report.
#[derive(Debug, Serialize, ToSchema)]
struct ReportColumn {
    /// The name in tables.
    name: String,
    /// The header on the wire.
    header: String,
    /// date, bigint, boolean, text or duration.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What is counted.
    unit: Option<String>,
    /// What it means.
    meaning: String,
    /// Whether it names a person, or what a person named.
    personal: bool,
}

/// The reports
///
/// All report functions of Microsoft Graph that can be asked for, by slug.
#[utoipa::path(get, path = "/reports", operation_id = "list_reports", tag = "reports", params(ListReports),
    responses((status = 200, description = "Reports", body = Page<ReportSummary>)))]
async fn list(
    _: Reader,
    OriginalUri(here): OriginalUri,
    Asked(asked): Asked<ListReports>,
) -> Result<Json<Page<ReportSummary>>, Problem> {
    let search = asked.search.as_deref().unwrap_or_default().to_lowercase();
    let found = |report: &&Report| {
        let names = [&report.slug, &report.function, &report.title];
        let mut names = names.into_iter().chain(&report.connector_name);
        names.any(|name| name.to_lowercase().contains(&search))
            && asked
                .workload
                .as_ref()
                .is_none_or(|one| report.workload.eq_ignore_ascii_case(one.trim()))
    };
    let all = catalog().all().iter().filter(found);
    let all = all.map(|report| (vec![report.slug.clone()], ReportSummary::from(report)));
    let wanted = Wanted {
        cursor: asked.cursor.as_deref(),
        limit: asked.limit,
        here: &here,
    };
    Ok(Json(wanted.cut(all.collect(), 1, false)?))
}

/// One report
///
/// With its columns, by slug, function name or the connector's name.
#[utoipa::path(get, path = "/reports/{slug}", operation_id = "get_report", tag = "reports",
    params(("slug" = String, Path, description = "Slug, function name or the connector's name")),
    responses((status = 200, description = "The report", body = ReportInFull)))]
async fn one(_: Reader, Id(slug): Id, _: Asked<Nothing>) -> Result<Json<ReportInFull>, Problem> {
    let found = catalog().find(&slug);
    let report = found.map_err(|error| Problem::not_found(error.to_string()))?;
    let columns = report.columns.iter().map(|column| ReportColumn {
        name: column.name(),
        header: column.header.clone(),
        kind: column.kind.as_str(),
        unit: column.unit.clone(),
        meaning: column.meaning.clone(),
        personal: column.personal,
    });
    Ok(Json(ReportInFull {
        summary: report.into(),
        tells: report.tells.clone(),
        versions: report.versions.clone(),
        clouds: report.clouds.clone(),
        day_column: report.day_column.clone(),
        key: report.key.clone(),
        permissions: ReportPermissions {
            delegated: report.permissions.delegated.clone(),
            application: report.permissions.application.clone(),
        },
        default_update: report.default_update(),
        columns: columns.collect(),
    }))
}
