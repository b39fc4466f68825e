//! The first pane: which accounts feed the DataSet.

use exmetrics_catalog::ApiVersion;
use exmetrics_store::AccountState;
use serde::Serialize;

use super::Said;
use crate::{
    pages::{
        accounts::words::{sign_in_short, state_word},
        new_dataset::{boxes::PaneHead, fault::Pane, reading::Reading, world::World},
    },
    words,
};

/// The pane.
#[derive(Debug, Serialize)]
pub(super) struct CredentialsPane {
    #[serde(flatten)]
    head: PaneHead,
    error: Option<String>,
    add_href: String,
    accounts: Vec<AccountOption>,
}

/// An account to tick.
#[derive(Debug, Serialize)]
struct AccountOption {
    id: String,
    name: String,
    href: String,
    tenant: String,
    cloud: String,
    sign_in: &'static str,
    state: &'static str,
    checked: bool,
    note: Option<String>,
}

pub(super) fn credentials(
    world: &World,
    reading: &Reading,
    said: &Said<'_>,
    open: bool,
) -> CredentialsPane {
    let chosen = &reading.accounts;
    let accounts = world.accounts.iter().map(|account| {
        let checked = chosen.iter().any(|one| one.id == account.id);
        let asked_in = reading
            .report
            .and_then(|report| Some((report, report.version_for(account.cloud.name)?)));
        let note = match asked_in {
            _ if !checked => None,
            _ if account.state == AccountState::Failed => {
                Some("This account needs a person: its runs fail until then.".to_owned())
            }
            Some((report, ApiVersion::Beta)) if report.versions.contains(&ApiVersion::V1) => {
                let cloud = account.cloud.name;
                Some(format!(
                    "{} is asked in beta in the cloud {cloud}.",
                    report.title
                ))
            }
            _ => None,
        };
        AccountOption {
            id: account.id.clone(),
            name: account.name.clone(),
            href: format!("/accounts/{}", account.id),
            tenant: account.tenant.clone(),
            cloud: account.cloud.name.to_string(),
            sign_in: sign_in_short(account.sign_in),
            state: state_word(account.state),
            checked,
            note,
        }
    });
    let names: Vec<&str> = chosen.iter().map(|account| account.name.as_str()).collect();
    let summary = match chosen.as_slice() {
        [] if world.accounts.is_empty() => "Add an account first".to_owned(),
        [] => "Choose an account".into(),
        [one] => {
            let checked = match one.checked_at {
                Some(at) => format!("checked {}", words::when(at, world.now).text),
                None => "not checked".into(),
            };
            format!(
                "{} · {} · {checked}",
                one.tenant,
                sign_in_short(one.sign_in)
            )
        }
        many => format!("{} accounts", many.len()),
    };
    let state = match (said.any_in(Pane::Credentials), chosen.is_empty()) {
        (true, _) => "error",
        (false, true) => "todo",
        (false, false) => "done",
    };
    let back = match &world.there {
        Some(there) => format!("%2Fdatasets%2F{}%2Fsettings", there.id),
        None => format!("%2Fdatasets%2Fnew%3Fdraft%3D{}", reading.fields.draft),
    };
    CredentialsPane {
        head: PaneHead {
            state,
            open,
            lead: (!names.is_empty()).then(|| names.join(", ")),
            summary: Some(summary),
        },
        error: said.beside("account"),
        add_href: format!("/accounts/new?back={back}"),
        accounts: accounts.collect(),
    }
}
