//! The URL of a request.

use exmetrics_catalog::{ApiVersion, Ask, ReplyFormat, Report};
use url::Url;

use crate::endpoint::below;

/// Where a report function answers an ask. Dates are unquoted, and v1.0 knows no format but CSV.
pub(super) fn report_url(graph: &Url, version: ApiVersion, report: &Report, ask: Ask) -> Url {
    let parameters = match ask {
        Ask::Period(period) => format!("(period='{period}')"),
        Ask::Date(date) => format!("(date={date})"),
        Ask::Current => String::new(),
    };
    let function = &report.function;
    let mut url = below(
        graph,
        &format!("{}/reports/{function}{parameters}", version.as_str()),
    );
    match (report.format, version) {
        (ReplyFormat::Csv, ApiVersion::V1) => {}
        (ReplyFormat::Csv, ApiVersion::Beta) => url.set_query(Some("$format=text/csv")),
        (ReplyFormat::Json, _) => {
            let top = report
                .json_top
                .map(|top| format!("&$top={top}"))
                .unwrap_or_default();
            url.set_query(Some(&format!("$format=application/json{top}")));
        }
    }
    url
}
