//! An account and its check, as programs see them.

use exmetrics_engine::{AccountCheck, CheckState};
use exmetrics_store::{Account, AccountState, SignIn};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::{AccountWord, CheckWord, CloudWord, SignInWord};

/// An account, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountShown {
    /// Its lasting id.
    id: String,
    /// Its name.
    name: String,
    /// What stands for it in tables: its first name.
    label: String,
    /// The tenant, as it was given: a GUID or a domain.
    tenant: String,
    /// The tenant's GUID, once known.
    tenant_id: Option<String>,
    /// The app registration.
    client_id: String,
    /// client_secret, certificate, federated_token, browser or device.
    #[schema(value_type = SignInWord)]
    sign_in: SignIn,
    /// Which cloud, and where that answers.
    cloud: CloudShown,
    /// unchecked, ok or failed.
    #[schema(value_type = AccountWord)]
    state: AccountState,
    /// What was found wrong.
    message: Option<String>,
    /// What to do about it.
    next_step: Option<String>,
    /// Whether the tenant hides names; null where that is not known.
    names_concealed: Option<bool>,
    /// When it was checked last.
    #[schema(value_type = Option<String>, format = DateTime)]
    checked_at: Option<Timestamp>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// A cloud.
#[derive(Debug, Serialize, ToSchema)]
struct CloudShown {
    /// global, us-gov, us-gov-dod, china or custom.
    #[schema(value_type = CloudWord)]
    name: &'static str,
    /// Where sign-in happens.
    login_url: String,
    /// Where Graph answers.
    graph_url: String,
}

impl From<Account> for AccountShown {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            name: account.name,
            label: account.label,
            tenant: account.tenant,
            tenant_id: account.tenant_id,
            client_id: account.client_id,
            sign_in: account.sign_in,
            cloud: CloudShown {
                name: account.cloud.name.as_str(),
                login_url: account.cloud.login_url,
                graph_url: account.cloud.graph_url,
            },
            state: account.state,
            message: account.message,
            next_step: account.next_step,
            names_concealed: account.names_concealed,
            checked_at: account.checked_at,
            created_at: account.created_at,
        }
    }
}

/// An account, and what its check found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CheckedAccount {
    #[serde(flatten)]
    pub(super) account: AccountShown,
    /// What the check found; null where there was none.
    pub(super) check: Option<CheckShown>,
}

/// What a check found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CheckShown {
    /// One entry for each thing that was tried.
    checks: Vec<CheckedThing>,
    /// Whether the tenant hides names; null where that could not be learnt.
    names_concealed: Option<bool>,
}

/// One thing that was tried.
#[derive(Debug, Serialize, ToSchema)]
struct CheckedThing {
    /// What.
    name: String,
    /// ok, warning or failed.
    #[schema(value_type = CheckWord)]
    state: CheckState,
    /// What was found.
    message: String,
    /// What to do about it.
    next_step: Option<String>,
}

impl CheckShown {
    /// Whether the account can do its work.
    pub(super) fn is_fine(&self) -> bool {
        self.checks
            .iter()
            .all(|one| one.state != CheckState::Failed)
    }
}

impl From<AccountCheck> for CheckShown {
    fn from(found: AccountCheck) -> Self {
        let checks = found.checks.into_iter().map(|one| CheckedThing {
            name: one.name,
            state: one.state,
            message: one.message,
            next_step: one.next_step,
        });
        Self {
            checks: checks.collect(),
            names_concealed: found.names_concealed,
        }
    }
}
