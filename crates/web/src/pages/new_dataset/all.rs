//! Every report that a tenant answers is kept, with one press of a button.

use axum::{extract::State, response::Redirect};
use exmetrics_store::AccountState;
use serde::Deserialize;

use crate::{
    access::{
        Administrator, Posted,
        audit::{self, Change},
    },
    problem::Problem,
    site::Site,
};

/// With which account; the first that is ready without one.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    account: String,
}

/// Makes a DataSet for each report that is answered.
pub(super) async fn keep_all(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Posted(wanted): Posted<Wanted>,
) -> Result<Redirect, Problem> {
    let accounts = site.engine.store().accounts().await?;
    let named = accounts.iter().find(|account| account.id == wanted.account);
    let ready = accounts
        .iter()
        .find(|account| account.state == AccountState::Ok)
        .or(accounts.first())
        .filter(|_| wanted.account.is_empty());
    let Some(account) = named.or(ready) else {
        return Err(Problem::wrong("there is no account to keep reports with")
            .next("Add an account first."));
    };
    let all = site.engine.capture_all(account, false).await?;
    let change = Change {
        what: "account.captured",
        subject_id: &account.id,
        subject: &account.name,
        detail: format!(
            "{} reports are kept, {} are not answered",
            all.kept.len(),
            all.left_out.len()
        ),
    };
    audit::note(&site, &visitor, change).await;
    Ok(Redirect::to("/datasets"))
}
