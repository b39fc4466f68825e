//! What is wrong with an account, and what to do about it; what its last check found.

use exmetrics_engine::{AccountCheck, CheckState, is_by_person};
use exmetrics_store::{Account, AccountState, SignIn};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::dialogs::Dialog;
use crate::{pages::new_dataset::fault::sentence, words};

/// A secret that ends within so many days is worth a warning.
const SOON_DAYS: i32 = 30;

/// One thing that is wrong.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    kind: &'static str,
    icon: &'static str,
    title: String,
    text: String,
    steps: Vec<FindingStep>,
    consequence: Option<String>,
    dialog: Option<&'static str>,
    dialog_text: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct FindingStep {
    text: String,
    value: Option<String>,
    value_id: Option<&'static str>,
    value_label: Option<&'static str>,
}

/// The list of what a check tries.
#[derive(Debug, Serialize)]
pub(super) struct Checks {
    checked: String,
    poll_href: Option<String>,
    items_found: Vec<CheckItem>,
}

#[derive(Debug, Serialize)]
struct CheckItem {
    title: &'static str,
    code: Option<&'static str>,
    optional: bool,
    state: &'static str,
    word: &'static str,
    message: Option<String>,
}

/// When a secret ends, as lists and facts say it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Ends {
    pub(super) text: String,
    pub(super) kind: &'static str,
    #[serde(skip)]
    pub(super) on: Option<Date>,
}

/// When an account's secret or sign-in ends.
pub(super) fn ends(account: &Account, on: Option<Date>, today: Date) -> Ends {
    let plain = |text: &str| Ends {
        text: text.into(),
        kind: "none",
        on: None,
    };
    match (account.sign_in, on) {
        (SignIn::Browser | SignIn::Device, _) => plain("renews itself with use"),
        (SignIn::FederatedToken, _) => plain("renewed by its platform"),
        (_, None) => plain("not known"),
        (_, Some(on)) => {
            let left = (on - today).get_days();
            let (text, kind) = match left {
                ..0 => (format!("{}, is over", words::day(on)), "bad"),
                0 => (format!("{}, today", words::day(on)), "bad"),
                1 => (format!("{}, tomorrow", words::day(on)), "wait"),
                2..=SOON_DAYS => (format!("{}, in {left} days", words::day(on)), "wait"),
                _ => (words::day(on), "none"),
            };
            Ends {
                text,
                kind,
                on: Some(on),
            }
        }
    }
}

/// What is wrong, the worst first.
pub(super) fn findings(
    account: &Account,
    check: Option<&(AccountCheck, Timestamp)>,
    ends: &Ends,
    datasets: usize,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if account.state == AccountState::Unchecked && account.checked_at.is_none() {
        findings.push(plain(
            "wait",
            "clock",
            "It was never checked",
            "Press Check: exmetrics signs in, asks the smallest report and reads the names setting.",
        ));
    }
    if account.state == AccountState::Failed {
        findings.push(broken(account, check, datasets));
    } else if let Some((found, _)) = check {
        let failed = found
            .checks
            .iter()
            .filter(|one| one.state == CheckState::Failed);
        for one in failed {
            let mut finding = plain("wait", "alert", &sentence_title(&one.message), "");
            finding.text = "It may pass by itself.".into();
            finding.steps = steps(one.next_step.as_deref());
            findings.push(finding);
        }
    }
    if account.names_concealed == Some(true) {
        findings.push(concealed());
    }
    if ends.kind != "none" {
        let what = match account.sign_in {
            SignIn::Certificate => "certificate",
            _ => "client secret",
        };
        let mut finding = plain(
            ends.kind,
            "clock",
            &format!("The {what} ends on {}", ends.text),
            "Make a new one in Entra and enter it here before.",
        );
        if what == "client secret" {
            finding.text.push_str(" A certificate lasts longer.");
        }
        finding.dialog = Some(Dialog::Secret.word());
        finding.dialog_text = Some("Enter a new one");
        findings.push(finding);
    }
    findings
}

/// The account does not work until a person acts.
fn broken(
    account: &Account,
    check: Option<&(AccountCheck, Timestamp)>,
    datasets: usize,
) -> Finding {
    let message = account.message.as_deref().unwrap_or("it does not sign in");
    let mut finding = plain("bad", "lock", &sentence_title(message), "");
    finding.text = match datasets {
        0 => "No DataSet uses it yet.".into(),
        1 => "1 DataSet stands still; its schedule goes on and catches up by itself afterwards."
            .into(),
        many => format!(
            "{many} DataSets stand still; their schedules go on and catch up by themselves afterwards."
        ),
    };
    let refused = |name: &str| {
        check.is_some_and(|(found, _)| {
            found
                .checks
                .iter()
                .any(|one| one.name == name && one.state == CheckState::Failed)
        })
    };
    if refused("reports") {
        finding.steps.push(FindingStep {
            text: "Send this link to an administrator of the tenant and let them consent:".into(),
            value: Some(consent_link(account)),
            value_id: Some("consent"),
            value_label: Some("The consent link"),
        });
    }
    finding.steps.extend(steps(account.next_step.as_deref()));
    if is_by_person(account.sign_in) && !refused("reports") {
        finding.icon = "person";
        finding.dialog = Some(Dialog::Connect.word());
        finding.dialog_text = Some("Sign in again");
        // The button says it.
        finding.steps.clear();
    } else if refused("sign-in") {
        finding.dialog = Some(Dialog::Secret.word());
        finding.dialog_text = Some("Enter a new one");
    }
    if !finding.steps.is_empty() {
        finding.steps.push(FindingStep {
            text: "Come back and press Check. It may take some minutes until Microsoft knows."
                .into(),
            value: None,
            value_id: None,
            value_label: None,
        });
    }
    finding
}

fn consent_link(account: &Account) -> String {
    format!(
        "{}/{}/adminconsent?client_id={}",
        account.cloud.login_url, account.tenant, account.client_id
    )
}

fn concealed() -> Finding {
    let mut finding = plain(
        "wait",
        "person",
        "Names are concealed",
        "The tenant conceals the names of people, groups and sites: reports hold codes in their place. \
         The counts are right, but rows cannot be joined with other tables by name.",
    );
    finding.steps = [
        "Microsoft 365 admin center: Settings > Org settings > Reports.",
        "Clear 'Display concealed user, group, and site names' and save. It holds for the whole tenant.",
        "Come back and press Check.",
    ]
    .into_iter()
    .flat_map(|text| steps(Some(text)))
    .collect();
    finding.consequence = Some(
        "Days that are kept stay as they are. Days that Microsoft still has can be fetched again with \
         names."
            .into(),
    );
    finding
}

fn plain(kind: &'static str, icon: &'static str, title: &str, text: &str) -> Finding {
    Finding {
        kind,
        icon,
        title: title.to_owned(),
        text: text.to_owned(),
        steps: Vec::new(),
        consequence: None,
        dialog: None,
        dialog_text: None,
    }
}

fn steps(text: Option<&str>) -> Vec<FindingStep> {
    text.filter(|text| !text.is_empty())
        .map(|text| FindingStep {
            text: sentence(text),
            value: None,
            value_id: None,
            value_label: None,
        })
        .into_iter()
        .collect()
}

fn sentence_title(text: &str) -> String {
    let said = sentence(text);
    said.strip_suffix('.').unwrap_or(&said).to_owned()
}

/// What the last check found, thing by thing.
pub(super) fn checks(
    account: &Account,
    check: Option<&(AccountCheck, Timestamp)>,
    now: Timestamp,
) -> Checks {
    let found = |name: &str| {
        let (found, _) = check?;
        found.checks.iter().find(|one| one.name == name)
    };
    let item = |title, code, optional, name: &str| {
        let (state, word, message) = match found(name) {
            Some(one) => match one.state {
                CheckState::Ok => ("ok", "works", None),
                CheckState::Warning => ("warning", "not read", Some(sentence(&one.message))),
                CheckState::Failed => ("failed", "refused", Some(sentence(&one.message))),
            },
            None => ("not checked", "not checked", None),
        };
        CheckItem {
            title,
            code,
            optional,
            state,
            word,
            message,
        }
    };
    let sign_in = item("Sign-in", None, false, "sign-in");
    let mut reports = item("Usage reports", Some("Reports.Read.All"), false, "reports");
    if reports.state == "ok" {
        reports.word = "read";
    }
    let mut setting = item(
        "Names setting",
        Some("ReportSettings.Read.All"),
        true,
        "names",
    );
    let mut names = item("Names", None, false, "none");
    // One look tells both: whether the setting can be read, and what it says.
    let read = check.and_then(|(found, _)| found.names_concealed);
    if read.is_some() {
        (setting.state, setting.word, setting.message) = ("ok", "read", None);
    } else if found("names").is_some() {
        (setting.state, setting.word) = ("not checked", "not granted");
        setting.message = Some("Reports work without it.".into());
    }
    match read.or(account.names_concealed) {
        Some(true) => (names.state, names.word) = ("warning", "concealed"),
        Some(false) => (names.state, names.word) = ("ok", "shown"),
        None => {}
    }
    Checks {
        checked: match check {
            Some((_, at)) => words::when(*at, now).text,
            None => "never".into(),
        },
        poll_href: None,
        items_found: vec![sign_in, reports, setting, names],
    }
}
