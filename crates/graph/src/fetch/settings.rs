//! Whether names in reports are concealed: a setting of the tenant.
//!
//! Source: <https://learn.microsoft.com/graph/api/adminreportsettings-get>

use exmetrics_catalog::{ApiVersion, CloudName};
use serde::Deserialize;

use super::{
    body::Body,
    call::{Caller, GRAPH},
    refusal::Asked,
    request::Graph,
};
use crate::{Failure, Session, endpoint::below};

/// The answer is a line of JSON.
const MAX_ANSWER: u64 = 64 * 1024;

/// A tenant's settings of its reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportSettings {
    /// Whether names of people, groups and sites are replaced by hashes.
    pub names_concealed: bool,
}

/// As it comes: flat, though Microsoft's page shows it inside a `value`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Wire {
    Flat(Settings),
    Wrapped { value: Settings },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    display_concealed_names: bool,
}

impl Graph {
    /// Reads the tenant's settings of its reports. Needs `ReportSettings.Read.All`, which
    /// `Reports.Read.All` does not include.
    ///
    /// # Errors
    /// How it ended; [`Settle::Person`](crate::Settle::Person) without the permission.
    pub async fn report_settings(&self, session: &Session) -> Result<ReportSettings, Failure> {
        let graph = self.inner.graph_address(session)?;
        // v1.0 has it in the worldwide cloud only.
        let version = match session.cloud().name {
            CloudName::Global | CloudName::Custom => ApiVersion::V1,
            CloudName::UsGov | CloudName::UsGovDod | CloudName::China => ApiVersion::Beta,
        };
        let url = below(
            &graph,
            &format!("{}/admin/reportSettings", version.as_str()),
        );
        let asked = Asked {
            function: "the report settings".to_owned(),
            ask: "current".to_owned(),
            permission: "ReportSettings.Read.All",
            client_id: session.client_id().to_owned(),
            tenant: session.tenant_label(),
            delegated: session.is_delegated(),
        };
        let caller = Caller {
            session: session.clone(),
            asked,
            quota: None,
            accept: "application/json",
        };
        let response = self.inner.call(&caller, &url).await?;
        let text = Body::new(response, GRAPH, MAX_ANSWER)?.whole().await?;
        let settings = match serde_json::from_slice(&text) {
            Ok(Wire::Flat(settings) | Wire::Wrapped { value: settings }) => settings,
            Err(error) => {
                let message = "the tenant's report settings cannot be read";
                return Err(Failure::try_again("no-settings", message).because(error));
            }
        };
        Ok(ReportSettings {
            names_concealed: settings.display_concealed_names,
        })
    }
}
