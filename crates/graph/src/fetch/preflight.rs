//! What is known before anything is asked.

use exmetrics_catalog::{ApiVersion, Report};

use crate::{Failure, Session};

/// The version to ask, if the account's cloud offers the report and the account's way of signing in
/// may read it.
pub(super) fn version_to_ask(session: &Session, report: &Report) -> Result<ApiVersion, Failure> {
    let cloud = session.cloud().name;
    let function = &report.function;
    let version = report.version_for(cloud).ok_or_else(|| {
        Failure::give_up(
            "not-offered",
            format!("{function} is not offered in the cloud {cloud}"),
        )
        .next("Leave the report out for this account.")
    })?;
    let delegated = session.is_delegated();
    let permission = if delegated {
        &report.permissions.delegated
    } else {
        &report.permissions.application
    };
    if permission.is_some() {
        return Ok(version);
    }
    Err(if delegated {
        Failure::person(
            "app-only",
            format!("{function} answers an app by itself only, not a signed-in person"),
            "Use an account that signs in with a client secret or certificate.",
        )
    } else {
        Failure::person(
            "delegated-only",
            format!("{function} answers a signed-in person only, not an app by itself"),
            "Use an account that a person signs in to (--sign-in browser or device).",
        )
    })
}
