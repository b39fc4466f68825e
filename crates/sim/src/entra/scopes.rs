//! What is asked for, and what an app or a person gets.

use super::EntraError;
use crate::{Granted, world::World};

const REPORTS: &str = "Reports.Read.All";
const SETTINGS_READ: &str = "ReportSettings.Read.All";
const SETTINGS_WRITE: &str = "ReportSettings.ReadWrite.All";
/// Scopes of OpenID Connect, which are nobody's permission.
const OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// What a person is asked to agree to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Permissions of Graph, by name.
    permissions: Vec<&'static str>,
    /// Whatever has been granted.
    default: bool,
    pub(crate) refresh_token: bool,
    pub(crate) id_token: bool,
}

impl Granted {
    /// The permissions by name.
    pub(crate) fn permissions(self) -> Vec<&'static str> {
        [
            (self.reports, REPORTS),
            (self.report_settings, SETTINGS_READ),
            (self.report_settings_write, SETTINGS_WRITE),
        ]
        .into_iter()
        .filter_map(|(granted, name)| granted.then_some(name))
        .collect()
    }
}

/// What an app by itself may ask for: everything it has, of Graph.
pub(crate) fn check_app_scope(world: &World, scope: Option<&str>) -> Result<(), EntraError> {
    let scope = scope.ok_or_else(|| EntraError::about(90_014, "scope"))?;
    let resource = scope
        .strip_suffix("/.default")
        .filter(|resource| !resource.contains(' '));
    match resource {
        Some(resource) if resource == world.login_graph_url => Ok(()),
        Some(resource) => Err(EntraError::about(500_011, resource)),
        None => Err(EntraError::about(1_002_012, scope)),
    }
}

/// What a person is asked for.
pub(crate) fn read_scopes(world: &World, scope: Option<&str>) -> Result<Wanted, EntraError> {
    let scope = scope.ok_or_else(|| EntraError::about(90_014, "scope"))?;
    let mut wanted = Wanted::default();
    let root = format!("{}/", world.login_graph_url);
    for word in scope.split_whitespace() {
        let name = word.strip_prefix(&root).unwrap_or(word);
        let known = [REPORTS, SETTINGS_READ, SETTINGS_WRITE]
            .into_iter()
            .find(|known| *known == name);
        match (known, name) {
            (Some(permission), _) => wanted.permissions.push(permission),
            (None, ".default") => wanted.default = true,
            (None, "offline_access") => wanted.refresh_token = true,
            (None, "openid") => wanted.id_token = true,
            (None, name) if OPENID.contains(&name) => {}
            _ => return Err(EntraError::about(70_011, word)),
        }
    }
    if wanted.default && !wanted.permissions.is_empty() {
        return Err(EntraError::about(70_011, scope));
    }
    Ok(wanted)
}

impl Wanted {
    /// The permissions of a token; AADSTS65001 if nobody has agreed to all of them.
    pub(crate) fn grant(&self, world: &World) -> Result<Vec<&'static str>, EntraError> {
        let live = world.live();
        let granted = live.granted.permissions();
        let all_granted = self
            .permissions
            .iter()
            .all(|wanted| granted.contains(wanted));
        if !live.consented || !all_granted {
            return Err(EntraError::new(65_001));
        }
        Ok(if self.default {
            granted
        } else {
            self.permissions.clone()
        })
    }
}
