//! Where an account's cloud answers.

use exmetrics_catalog::{Cloud, CloudName};

use crate::{EngineError, EngineErrorKind, custom_cloud};

/// The cloud by its name, or by the addresses given for a custom one.
///
/// # Errors
/// When addresses are given for a cloud that has its own, are missing, or cannot be used.
pub fn cloud_at(
    name: CloudName,
    login_url: Option<&str>,
    graph_url: Option<&str>,
) -> Result<Cloud, EngineError> {
    let wrong = |what: &str| EngineError::new(EngineErrorKind::WrongArgument, what);
    match (Cloud::known(name), login_url, graph_url) {
        (Some(cloud), None, None) => Ok(cloud),
        (Some(_), ..) => Err(wrong(
            "a login URL and a Graph URL belong to the cloud 'custom'",
        )),
        (None, Some(login_url), Some(graph_url)) => custom_cloud(login_url, graph_url),
        (None, ..) => Err(wrong("a custom cloud needs a login URL and a Graph URL")),
    }
}
