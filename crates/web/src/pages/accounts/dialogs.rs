//! The dialogs of an account's page, and one that was refused.

use exmetrics_store::Account;
use serde::Serialize;

use crate::pages::new_dataset::boxes::{ChoiceBox, Choosable, TextBox};

/// A dialog of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialog {
    Connect,
    Secret,
    Rename,
    Move,
    Remove,
}

impl Dialog {
    /// Its id in the page.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Secret => "secret",
            Self::Rename => "rename",
            Self::Move => "move",
            Self::Remove => "remove",
        }
    }
}

/// A dialog that was refused: which, beside which field, why, and what was typed where that is no secret.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) dialog: Dialog,
    pub(super) field: &'static str,
    pub(super) text: String,
    pub(super) typed: String,
}

/// The fields of all dialogs.
#[derive(Serialize)]
pub(super) struct Dialogs {
    open: Option<&'static str>,
    client_secret: TextBox,
    secret_ends_on: TextBox,
    certificate: TextBox,
    federated_token_file: TextBox,
    name: TextBox,
    move_to: ChoiceBox,
    move_sentence: String,
    remove_sentence: &'static str,
}

/// What stands in the dialogs; secrets never do.
pub(super) fn dialogs(
    account: &Account,
    accounts: &[Account],
    unused: bool,
    token_file: Option<&str>,
    refused: Option<&Refused>,
) -> Dialogs {
    let error = |field: &str| {
        let refused = refused.filter(|one| one.field == field)?;
        Some(refused.text.clone())
    };
    let typed = |dialog: Dialog, otherwise: &str| match refused {
        Some(one) if one.dialog == dialog => one.typed.clone(),
        _ => otherwise.to_owned(),
    };
    let mut others: Vec<&Account> = accounts.iter().filter(|one| one.id != account.id).collect();
    // Of the same tenant first: the days of another tenant are other days.
    others.sort_by_key(|one| one.tenant != account.tenant);
    let move_to = ChoiceBox {
        options: others
            .iter()
            .enumerate()
            .map(|(at, one)| Choosable {
                value: one.id.clone(),
                label: one.name.clone(),
                selected: at == 0,
            })
            .collect(),
        error: error("to"),
        ..ChoiceBox::default()
    };
    Dialogs {
        open: refused.map(|one| one.dialog.word()),
        client_secret: TextBox::new("").error(error("client_secret")),
        secret_ends_on: TextBox::new("")
            .error(error("secret_ends_on"))
            .help("Microsoft does not tell it. With a date, you are warned before."),
        certificate: TextBox::new("").error(error("certificate")).help(
            "PEM with certificate and private key. Add its public half to the app registration first. A \
             PFX goes in by the command line: exmetrics account sign-in.",
        ),
        federated_token_file: TextBox::new(typed(
            Dialog::Secret,
            token_file.unwrap_or_default(),
        ))
        .error(error("federated_token_file"))
        .help(
            "A file in which the platform keeps a federated token fresh. Its path, as this service sees \
             it.",
        ),
        name: TextBox::new(typed(Dialog::Rename, &account.name))
            .error(error("name"))
            .help("Rows keep the name under which they came."),
        move_to: move_to.help("Best one of the same tenant: the days of another tenant are other days."),
        move_sentence: format!(
            "Rows that are kept stay under {}. Coverage starts anew for the other account: days that \
             Microsoft still has are asked again.",
            account.label
        ),
        remove_sentence: match unused {
            true => "Its secret is forgotten. Tables and their rows stay.",
            false => {
                "Without it these would stop. Move them to another account, take it out of their \
                 settings, or remove them first:"
            }
        },
    }
}
