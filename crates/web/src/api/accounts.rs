//! Accounts: the list, one, a new one, another name or secret, its check, its end.

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::StatusCode,
};
use exmetrics_catalog::CloudName;
use exmetrics_engine::cloud_at;
use exmetrics_store::{Account, NewAccount, SignIn};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    account_sent::{AddAccount, ClientSecret, EditAccount},
    account_shown::{AccountShown, CheckShown, CheckedAccount},
    asked::{Asked, Id, Nothing, Sent, is_id},
    paging::{Page, Wanted},
    visitor::{ApiVisitor, Changer, Reader, Runner},
};
use crate::{
    access::audit::{self, Change},
    problem::Problem,
    site::Site,
};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one, edit, remove))
        .routes(routes!(check))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListAccounts {
    /// Those whose name or tenant has this text.
    search: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// From the `next` of the page before.
    cursor: Option<String>,
}

/// By its id.
pub(super) async fn by_id(site: &Site, id: &str) -> Result<Account, Problem> {
    let accounts = site.engine.store().accounts().await?;
    let found = accounts.into_iter().find(|account| account.id == id);
    found.ok_or_else(|| Problem::not_found(format!("there is no account with the id '{id}'")))
}

/// By its id, or its name.
pub(super) async fn find(site: &Site, id_or_name: &str) -> Result<Account, Problem> {
    if is_id(id_or_name)
        && let Ok(account) = by_id(site, id_or_name).await
    {
        return Ok(account);
    }
    // PostgreSQL takes none, and no name has one.
    let name = id_or_name.replace('\0', "?");
    Ok(site.engine.store().account(&name).await?)
}

async fn note(site: &Site, who: &ApiVisitor, what: &'static str, account: &Account, detail: &str) {
    let change = Change {
        what,
        subject_id: &account.id,
        subject: &account.name,
        detail: detail.to_owned(),
    };
    audit::note(site, &who.visitor(), change).await;
}

/// The accounts
///
/// By name, without their secrets.
#[utoipa::path(get, path = "/accounts", operation_id = "list_accounts", tag = "accounts", params(ListAccounts),
    responses((status = 200, description = "Accounts", body = Page<AccountShown>)))]
async fn list(
    State(site): State<Site>,
    _: Reader,
    OriginalUri(here): OriginalUri,
    Asked(asked): Asked<ListAccounts>,
) -> Result<Json<Page<AccountShown>>, Problem> {
    let search = asked.search.as_deref().unwrap_or_default().to_lowercase();
    let accounts = site.engine.store().accounts().await?.into_iter();
    let all = accounts
        .filter(|account| {
            let mut texts = [&account.name, &account.tenant].into_iter();
            texts.any(|text| text.to_lowercase().contains(&search))
        })
        .map(|account| {
            let key = vec![account.name.to_lowercase(), account.id.clone()];
            (key, AccountShown::from(account))
        });
    let wanted = Wanted {
        cursor: asked.cursor.as_deref(),
        limit: asked.limit,
        here: &here,
    };
    Ok(Json(wanted.cut(all.collect(), 2, false)?))
}

/// One account
///
/// By its id or its name.
#[utoipa::path(get, path = "/accounts/{id}", operation_id = "get_account", tag = "accounts",
    params(("id" = String, Path, description = "Id or name")),
    responses((status = 200, description = "The account", body = AccountShown)))]
async fn one(
    State(site): State<Site>,
    _: Reader,
    Id(id): Id,
    _: Asked<Nothing>,
) -> Result<Json<AccountShown>, Problem> {
    Ok(Json(find(&site, &id).await?.into()))
}

/// Add an account
///
/// Signs in and checks at once, unless `no_check`. An account whose check fails is kept, and says why.
#[utoipa::path(post, path = "/accounts", operation_id = "add_account", tag = "accounts", request_body = AddAccount,
    responses((status = 201, description = "It is added", body = CheckedAccount)))]
async fn create(
    State(site): State<Site>,
    Changer(who): Changer,
    _: Asked<Nothing>,
    Sent(sent): Sent<AddAccount>,
) -> Result<(StatusCode, Json<CheckedAccount>), Problem> {
    let cloud = cloud_at(
        sent.cloud.unwrap_or(CloudName::Global),
        sent.login_url.as_deref(),
        sent.graph_url.as_deref(),
    )?;
    sent.check()?;
    let new = NewAccount {
        name: sent.name,
        tenant: sent.tenant.trim().to_owned(),
        client_id: sent.client_id.trim().to_owned(),
        sign_in: SignIn::ClientSecret,
        cloud,
        secret: Some(sent.client_secret.read()?),
    };
    let account = site.engine.store().add_account(&new, site.now()).await?;
    note(&site, &who, "account.added", &account, "").await;
    let shown = checked(&site, account, !sent.no_check).await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

async fn checked(site: &Site, account: Account, check: bool) -> Result<CheckedAccount, Problem> {
    let check = match check {
        true => Some(site.engine.check_account(&account).await?),
        false => None,
    };
    let account = by_id(site, &account.id).await?;
    Ok(CheckedAccount {
        account: account.into(),
        check: check.map(CheckShown::from),
    })
}

/// Change an account
///
/// Another name, a new client secret, or both. A new secret is checked, unless `no_check`; what failed for
/// want of it is asked again.
#[utoipa::path(patch, path = "/accounts/{id}", operation_id = "edit_account", tag = "accounts", request_body = EditAccount,
    params(("id" = String, Path, description = "Id", format = "uuid")),
    responses((status = 200, description = "It is changed", body = CheckedAccount)))]
async fn edit(
    State(site): State<Site>,
    Changer(who): Changer,
    Id(id): Id,
    _: Asked<Nothing>,
    Sent(sent): Sent<EditAccount>,
) -> Result<Json<CheckedAccount>, Problem> {
    let mut account = by_id(&site, &id).await?;
    let secret = sent.client_secret.map(ClientSecret::read).transpose()?;
    if secret.is_some() && account.sign_in != SignIn::ClientSecret {
        return Err(Problem::wrong(format!(
            "client_secret: the account '{}' signs in otherwise ({})",
            account.name,
            account.sign_in.as_str()
        ))
        .next("Remove the account and add it again to change how it signs in."));
    }
    let store = site.engine.store();
    if let Some(name) = &sent.name {
        let before = std::mem::take(&mut account.name);
        account = store.rename_account(&before, name).await?;
        note(
            &site,
            &who,
            "account.renamed",
            &account,
            &format!("before: {before}"),
        )
        .await;
    }
    let Some(secret) = secret else {
        return Ok(Json(checked(&site, account, false).await?));
    };
    store.keep_secret(&account.id, &secret).await?;
    note(&site, &who, "account.secret_changed", &account, "").await;
    let shown = checked(&site, account, !sent.no_check).await?;
    if shown.check.as_ref().is_some_and(CheckShown::is_fine) {
        let account = by_id(&site, &id).await?;
        site.engine.take_up_what_failed(&account).await?;
    }
    Ok(Json(shown))
}

/// Remove an account
///
/// With its secret. One that feeds a DataSet stays.
#[utoipa::path(delete, path = "/accounts/{id}", operation_id = "remove_account", tag = "accounts",
    params(("id" = String, Path, description = "Id", format = "uuid")),
    responses((status = 204, description = "It is removed")))]
async fn remove(
    State(site): State<Site>,
    Changer(who): Changer,
    Id(id): Id,
    _: Asked<Nothing>,
) -> Result<StatusCode, Problem> {
    let account = by_id(&site, &id).await?;
    site.engine.store().remove_account(&account.name).await?;
    note(&site, &who, "account.removed", &account, "").await;
    Ok(StatusCode::NO_CONTENT)
}

/// Check an account
///
/// Signs in, asks the smallest report, reads the setting for names, and says what is missing.
#[utoipa::path(post, path = "/accounts/{id}/check", operation_id = "check_account", tag = "accounts",
    params(("id" = String, Path, description = "Id", format = "uuid")),
    responses((status = 200, description = "What was found", body = CheckShown)))]
async fn check(
    State(site): State<Site>,
    _: Runner,
    Id(id): Id,
    _: Asked<Nothing>,
) -> Result<Json<CheckShown>, Problem> {
    let account = by_id(&site, &id).await?;
    Ok(Json(site.engine.check_account(&account).await?.into()))
}
