//! The form of a new account as its template shows it.

use axum::response::Html;
use serde::Serialize;

use super::{add::Given, own_path};
use crate::{
    access::Visitor,
    pages::{
        Frame,
        new_dataset::boxes::{ChoiceBox, TextBox},
    },
    problem::Problem,
    site::Site,
};

/// Who may sign in, and how.
pub(super) const WAYS: [(&str, &str, &str); 5] = [
    (
        "client_secret",
        "The app, with a secret",
        "Runs unattended. The secret ends after some months or two years.",
    ),
    (
        "certificate",
        "The app, with a certificate",
        "Runs unattended. Best for a server.",
    ),
    (
        "federated_token",
        "The app, with a federated token",
        "On a platform that keeps a token in a file. No secret at all.",
    ),
    (
        "browser",
        "A person, with Microsoft",
        "In a window on this machine.",
    ),
    (
        "device",
        "A person, with a code",
        "On any other device; for a server without a browser.",
    ),
];

const CLOUDS: [(&str, &str); 5] = [
    ("global", "global: worldwide and GCC"),
    ("us-gov", "us-gov: GCC High"),
    ("us-gov-dod", "us-gov-dod: DoD"),
    ("china", "china: 21Vianet"),
    ("custom", "custom: addresses of your own"),
];

#[derive(Serialize)]
struct AddPage {
    new: Form,
}

#[derive(Serialize)]
struct Form {
    back: Option<String>,
    errors_title: String,
    errors: Vec<ListedError>,
    ways: Vec<Way>,
    roles: &'static str,
    portal_href: Option<&'static str>,
    redirect_uri: &'static str,
    name: TextBox,
    cloud: ChoiceBox,
    tenant: TextBox,
    client_id: TextBox,
    login_url: TextBox,
    graph_url: TextBox,
    client_secret: TextBox,
    secret_ends_on: TextBox,
    certificate: TextBox,
    federated_token_file: TextBox,
    cancel_href: String,
}

#[derive(Serialize)]
struct ListedError {
    text: String,
    href: String,
}

#[derive(Serialize)]
struct Way {
    value: &'static str,
    label: &'static str,
    text: &'static str,
    selected: bool,
}

/// What is wrong, beside which field.
pub(super) type Wrong = (&'static str, String);

/// The page. Secrets that were typed are not in it.
pub(super) async fn page(
    site: &Site,
    visitor: &Visitor,
    given: &Given,
    wrong: &[Wrong],
) -> Result<Html<String>, Problem> {
    let error = |field: &str| {
        let found = wrong.iter().find(|(at, _)| *at == field);
        found.map(|(_, text)| text.clone())
    };
    let text = |value: &str, field: &str| TextBox::new(value).error(error(field));
    let back = own_path(&given.back);
    let ways = WAYS
        .iter()
        // A window can answer to this machine alone.
        .filter(|(way, ..)| *way != "browser" || site.options.only_this_machine)
        .map(|(value, label, text)| Way {
            value,
            label,
            text,
            selected: *value == given.sign_in,
        })
        .collect();
    let cloud_help = match given.cloud.as_str() {
        "global" => "All reports, in v1.0 where Microsoft has it.",
        "custom" => "For a proxy or a test. http is accepted on this machine only.",
        _ => "Reports are asked in beta here, and not all are offered.",
    };
    let new = Form {
        errors_title: match wrong.len() {
            0 => String::new(),
            1 => "It is not added yet: one problem".into(),
            many => format!("It is not added yet: {many} problems"),
        },
        errors: wrong
            .iter()
            .map(|(field, text)| ListedError {
                text: text.clone(),
                href: format!("#{field}"),
            })
            .collect(),
        ways,
        roles: "The person needs one of the roles Reports Reader, Exchange, SharePoint, Teams or Global \
                Administrator. Global Reader and Usage Summary Reports Reader get totals only, no figures \
                per user.",
        portal_href: (given.cloud == "global").then_some("https://entra.microsoft.com"),
        redirect_uri: "http://localhost",
        name: text(&given.name, "name").help("Also in tables, in the column _account."),
        cloud: ChoiceBox {
            error: error("cloud"),
            ..ChoiceBox::new(&CLOUDS, &given.cloud).help(cloud_help)
        },
        tenant: text(&given.tenant, "tenant"),
        client_id: text(&given.client_id, "client_id"),
        login_url: text(&given.login_url, "login_url"),
        graph_url: text(&given.graph_url, "graph_url"),
        client_secret: text("", "client_secret").help(
            "The column Value in Entra, not the id. It is sealed here and never shown again.",
        ),
        secret_ends_on: text(&given.secret_ends_on, "secret_ends_on")
            .help("Microsoft does not tell it. With a date, you are warned before."),
        certificate: text("", "certificate").help(
            "PEM with certificate and private key. A PFX goes in by the command line: exmetrics account \
             add.",
        ),
        federated_token_file: text(&given.federated_token_file, "federated_token_file")
            .help("Its path, as this service sees it."),
        cancel_href: back.clone().unwrap_or_else(|| "/accounts".into()),
        back,
    };
    let frame = Frame::of(site, visitor, "accounts", "Add an account").await?;
    frame.page(site, "account_new.html", AddPage { new })
}
