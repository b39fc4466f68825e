//! What changes an account: a check, a name, a secret, where its DataSets go, its end.

use std::path::Path as FilePath;

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use exmetrics_engine::{
    EngineError, certificate_end, usable_certificate, usable_client_secret, usable_token_file,
};
use exmetrics_store::{Account, DataSetEdit, SignIn, StoreErrorKind};
use jiff::civil::Date;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};

use super::{
    dialogs::{Dialog, Refused},
    findings::{Checks, checks},
    one::refuse,
    sign_in::Nothing,
};
use crate::{
    access::{
        Administrator, Posted, Visitor,
        audit::{self, Change},
    },
    pages::{Frame, new_dataset::fault::sentence, new_dataset::wants_fragment},
    problem::Problem,
    site::Site,
};

async fn note(site: &Site, who: &Visitor, what: &'static str, account: &Account, detail: String) {
    let change = Change {
        what,
        subject_id: &account.id,
        subject: &account.name,
        detail,
    };
    audit::note(site, who, change).await;
}

fn back_to(account: &Account) -> Response {
    Redirect::to(&format!("/accounts/{}", account.id)).into_response()
}

/// The list of what a check found, alone.
#[derive(Serialize)]
struct Alone {
    checks: Checks,
}

/// Signs in, asks the smallest report, reads the names setting.
pub(super) async fn check(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    headers: HeaderMap,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Problem> {
    let account = site.engine.store().account_by_id(&id).await?;
    let found = site.engine.check_account(&account).await?;
    if found.is_fine() {
        site.engine.take_up_what_failed(&account).await?;
    }
    if !wants_fragment(&headers) {
        return Ok(back_to(&account));
    }
    let found = (found, site.now());
    let checks = checks(&account, Some(&found), site.now());
    let frame = Frame::of(&site, &visitor, "accounts", "").await?;
    let part = frame.page(&site, "parts/wizard_checks.html", Alone { checks })?;
    Ok(part.into_response())
}

/// A new name.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    name: String,
}

/// Gives it another name.
pub(super) async fn rename(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(named): Posted<Named>,
) -> Result<Response, Problem> {
    let store = site.engine.store();
    let account = store.account_by_id(&id).await?;
    match store.rename_account(&account.name, &named.name).await {
        Ok(renamed) => {
            let detail = format!("was '{}'", account.name);
            note(&site, &visitor, "account.renamed", &renamed, detail).await;
            Ok(back_to(&renamed))
        }
        Err(error) if matches!(error.kind, StoreErrorKind::Taken | StoreErrorKind::BadName) => {
            let refused = Refused {
                dialog: Dialog::Rename,
                field: "name",
                text: sentence(&error.message),
                typed: named.name,
            };
            refuse(&site, &visitor, &account, refused).await
        }
        Err(error) => Err(error.into()),
    }
}

/// A secret that was typed: from here on it cannot be printed.
pub(super) fn typed_secret<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    String::deserialize(from).map(SecretString::from)
}

/// A new secret. It is never shown again, and is no part of any message.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct NewSecret {
    #[serde(deserialize_with = "typed_secret")]
    client_secret: SecretString,
    secret_ends_on: String,
    #[serde(deserialize_with = "typed_secret")]
    certificate: SecretString,
    federated_token_file: String,
}

impl Default for NewSecret {
    fn default() -> Self {
        Self {
            client_secret: SecretString::from(""),
            secret_ends_on: String::new(),
            certificate: SecretString::from(""),
            federated_token_file: String::new(),
        }
    }
}

impl NewSecret {
    pub(super) fn new(
        client_secret: SecretString,
        secret_ends_on: String,
        certificate: SecretString,
        federated_token_file: String,
    ) -> Self {
        Self {
            client_secret,
            secret_ends_on,
            certificate,
            federated_token_file,
        }
    }

    /// The secret of a kind of sign-in, and when it ends; or the field beside which it is wrong.
    pub(super) fn read(
        &self,
        sign_in: SignIn,
    ) -> Result<(SecretString, Option<Date>), (&'static str, EngineError)> {
        let beside = |field: &'static str| move |error: EngineError| (field, error);
        match sign_in {
            SignIn::Certificate => {
                use secrecy::ExposeSecret;
                let bytes = self.certificate.expose_secret().trim().as_bytes();
                let nothing = SecretString::from("");
                let pem = usable_certificate(bytes, &nothing, "the certificate")
                    .map_err(beside("certificate"))?;
                let ends = certificate_end(&pem);
                Ok((pem, ends))
            }
            SignIn::FederatedToken => {
                let file = FilePath::new(self.federated_token_file.trim());
                let path = usable_token_file(file).map_err(beside("federated_token_file"))?;
                Ok((path, None))
            }
            _ => {
                let secret =
                    usable_client_secret(&self.client_secret).map_err(beside("client_secret"))?;
                let ends = match self.secret_ends_on.trim() {
                    "" => None,
                    text => Some(text.parse().map_err(|_| {
                        let wrong = EngineError::new(
                            exmetrics_engine::EngineErrorKind::WrongArgument,
                            "choose a date, or write it as 2027-11-01",
                        );
                        ("secret_ends_on", wrong)
                    })?),
                };
                Ok((secret, ends))
            }
        }
    }
}

/// Puts a new secret in the place of the old one, once it has signed in.
pub(super) async fn secret(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(given): Posted<NewSecret>,
) -> Result<Response, Problem> {
    let engine = &site.engine;
    let account = engine.store().account_by_id(&id).await?;
    let refused = |field, error: EngineError| Refused {
        dialog: Dialog::Secret,
        field,
        text: match error.next_step.as_str() {
            "" => sentence(&error.message),
            next => format!("{} {next}", sentence(&error.message)),
        },
        typed: match field {
            "federated_token_file" => given.federated_token_file.clone(),
            _ => String::new(),
        },
    };
    let (secret, ends_on) = match given.read(account.sign_in) {
        Ok(read) => read,
        Err((field, error)) => {
            return refuse(&site, &visitor, &account, refused(field, error)).await;
        }
    };
    if let Err(error) = engine.try_secret(&account, &secret).await {
        let field = match account.sign_in {
            SignIn::Certificate => "certificate",
            SignIn::FederatedToken => "federated_token_file",
            _ => "client_secret",
        };
        return refuse(&site, &visitor, &account, refused(field, error)).await;
    }
    engine.renew_secret(&account, &secret).await?;
    engine.store().note_secret_end(&account.id, ends_on).await?;
    note(
        &site,
        &visitor,
        "account.secret_replaced",
        &account,
        String::new(),
    )
    .await;
    Ok(back_to(&account))
}

/// Where DataSets go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Move {
    to: String,
    dataset: Vec<String>,
}

/// Lets some of its DataSets use another account.
pub(super) async fn move_datasets(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(wanted): Posted<Move>,
) -> Result<Response, Problem> {
    let store = site.engine.store();
    let account = store.account_by_id(&id).await?;
    let refused = |text: String| Refused {
        dialog: Dialog::Move,
        field: "to",
        text,
        typed: String::new(),
    };
    let to = match store.account_by_id(&wanted.to).await {
        Ok(to) if to.id != account.id => to,
        _ => {
            let text = "Choose another account.".to_owned();
            return refuse(&site, &visitor, &account, refused(text)).await;
        }
    };
    for dataset in store.datasets().await? {
        let feeds = dataset.accounts.iter().any(|(id, _)| *id == account.id);
        if !feeds || !wanted.dataset.contains(&dataset.id) {
            continue;
        }
        let mut ids: Vec<String> = Vec::new();
        for (id, _) in &dataset.accounts {
            let id = if *id == account.id { &to.id } else { id };
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        let edit = DataSetEdit {
            account_ids: Some(ids),
            by: Some(visitor.name.clone()),
            ..DataSetEdit::default()
        };
        if let Err(error) = site.engine.edit_dataset(&dataset, &edit).await {
            let text = format!("{}: {}", dataset.name, sentence(&error.message));
            return refuse(&site, &visitor, &account, refused(text)).await;
        }
        let change = Change {
            what: "dataset.moved",
            subject_id: &dataset.id,
            subject: &dataset.name,
            detail: format!("from the account '{}' to '{}'", account.name, to.name),
        };
        audit::note(&site, &visitor, change).await;
    }
    Ok(back_to(&account))
}

/// Removes it; what still uses it is named instead.
pub(super) async fn remove(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(_): Posted<Nothing>,
) -> Result<Response, Problem> {
    let store = site.engine.store();
    let account = store.account_by_id(&id).await?;
    match store.remove_account(&account.name).await {
        Ok(()) => {
            note(&site, &visitor, "account.removed", &account, String::new()).await;
            Ok(Redirect::to("/accounts").into_response())
        }
        Err(error) if error.kind == StoreErrorKind::InUse => {
            let refused = Refused {
                dialog: Dialog::Remove,
                field: "",
                text: String::new(),
                typed: String::new(),
            };
            refuse(&site, &visitor, &account, refused).await
        }
        Err(error) => Err(error.into()),
    }
}
