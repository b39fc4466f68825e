//! What concerns an account beside its check: where its cloud answers, and what its new secret sets free.

use exmetrics_catalog::{Cloud, CloudName};
use exmetrics_store::{Account, RunState};

use crate::{Engine, EngineError, EngineErrorKind};

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
        (None, Some(login_url), Some(graph_url)) => {
            for (what, address) in [("sign-in", login_url), ("Graph", graph_url)] {
                exmetrics_graph::cloud_address(what, address).map_err(|failure| EngineError {
                    kind: EngineErrorKind::WrongArgument,
                    ..EngineError::from(failure)
                })?;
            }
            Ok(Cloud::custom(login_url, graph_url))
        }
        (None, ..) => Err(wrong("a custom cloud needs a login URL and a Graph URL")),
    }
}

impl Engine {
    /// What failed for want of an account's sign-in is due again, where a schedule would come too late
    /// for it.
    ///
    /// # Errors
    /// When the control database fails.
    pub async fn take_up_what_failed(&self, account: &Account) -> Result<(), EngineError> {
        for one in self.store.datasets().await? {
            let feeds = one.accounts.iter().any(|(id, _)| *id == account.id);
            if !feeds || one.schedule.is_none() {
                continue;
            }
            let last = self.store.runs(Some(&one.id), 1).await?.pop();
            if last.is_some_and(|run| matches!(run.state, RunState::Failed | RunState::Partial)) {
                self.make_due(&one).await?;
            }
        }
        Ok(())
    }
}
