//! What Microsoft Entra ID answers instead of a token, and what a person can do about it: a table.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>

use super::AppRegistration;
use crate::Failure;

/// The codes of one cause, what happened, and what to do. `{app}` and `{tenant}` stand for the ids.
type Row = (&'static [u32], &'static str, &'static str);

const NEW_SECRET: &str = "In the Entra admin center open App registrations > {app} > Certificates \
    & secrets, create a client secret and give its value (not its id) to the account.";
const UPLOAD_CERTIFICATE: &str = "In the Entra admin center open App registrations > {app} > \
    Certificates & secrets > Certificates and upload the public half of the certificate that the \
    account uses, or give the account one that is listed there and not expired.";
const FEDERATION: &str = "In the Entra admin center open App registrations > {app} > Certificates \
    & secrets > Federated credentials and compare issuer, subject and audience with the token in \
    the file.";
const RIGHT_APP: &str = "Compare the account's client id with App registrations > Overview > \
    Application (client) ID, and its tenant with the Directory (tenant) ID beside it.";
const RIGHT_TENANT: &str = "Give the account the Directory (tenant) ID that the Entra admin center \
    shows under Overview, and the cloud that the tenant lives in.";
const CONSENT: &str = "In the Entra admin center open App registrations > {app} > API permissions, \
    add Microsoft Graph > Reports.Read.All and choose Grant admin consent.";
const SIGN_IN_AGAIN: &str = "Sign the account in again (exmetrics account sign-in).";
const INTERACTIVE: &str = "Sign the account in again (exmetrics account sign-in) and answer what \
    Microsoft asks there; if a conditional access policy refuses, its administrator must let the \
    app {app} through.";
const REDIRECT: &str = "In the Entra admin center open App registrations > {app} > Authentication, \
    choose Add a platform > Mobile and desktop applications and add http://localhost.";
const PUBLIC_CLIENT: &str = "For a person's sign-in open App registrations > {app} > \
    Authentication in the Entra admin center and set Allow public client flows to Yes; for the app \
    by itself give the account a secret or certificate.";
const CLOCK: &str = "Set the clock of this machine; the signed assertion is good for ten minutes.";
const RIGHT_CLOUD: &str =
    "Compare the account's cloud, or its Graph address, with the one that the tenant lives in.";
const ENABLE_APP: &str = "In the Entra admin center open Enterprise applications > {app} > \
    Properties and set Enabled for users to sign in to Yes.";
const USER: &str = "Sign in with another work account, or have an administrator put this one \
    right (enabled, password current, assigned to the app {app}).";

const TABLE: &[Row] = &[
    (
        &[7000215, 7000216],
        "the client secret of app {app} is wrong",
        NEW_SECRET,
    ),
    (
        &[7000222],
        "the client secret of app {app} has expired",
        NEW_SECRET,
    ),
    (
        &[7000218],
        "the app {app} must prove itself with a secret or assertion",
        PUBLIC_CLIENT,
    ),
    (
        &[700016, 7000229],
        "tenant {tenant} knows no app {app}",
        RIGHT_APP,
    ),
    (
        &[7000112],
        "the app {app} is disabled in tenant {tenant}",
        ENABLE_APP,
    ),
    (&[90002], "Microsoft knows no tenant {tenant}", RIGHT_TENANT),
    (
        &[900023, 900021, 50059],
        "'{tenant}' is no tenant's id or domain name",
        RIGHT_TENANT,
    ),
    (
        &[50194],
        "the app {app} belongs to one tenant, and '{tenant}' names none",
        RIGHT_TENANT,
    ),
    (
        &[65001],
        "nobody has granted the app {app} the permission to read reports",
        CONSENT,
    ),
    (
        &[65004],
        "the permission that the app {app} asked for was declined",
        CONSENT,
    ),
    (
        &[90094, 90095],
        "an administrator must grant what the app {app} asks for",
        CONSENT,
    ),
    (
        &[70011, 1002012, 28002, 650053],
        "the scope that was asked for does not exist",
        RIGHT_CLOUD,
    ),
    (
        &[500011, 650052, 650057],
        "tenant {tenant} knows no such Graph address",
        RIGHT_CLOUD,
    ),
    (
        &[50011, 500113],
        "the app {app} allows no sign-in by way of http://localhost",
        REDIRECT,
    ),
    (
        &[700054],
        "the app {app} allows no sign-in with an authorization code",
        REDIRECT,
    ),
    (&[700082, 70008], "the sign-in has expired", SIGN_IN_AGAIN),
    (
        &[50173, 50132, 50133],
        "the sign-in was revoked, as after a new password",
        SIGN_IN_AGAIN,
    ),
    (
        &[70000, 70043, 9002313],
        "the sign-in is no longer valid",
        SIGN_IN_AGAIN,
    ),
    (
        &[54005, 501481],
        "the sign-in's code was used before or elsewhere",
        SIGN_IN_AGAIN,
    ),
    (
        &[70019, 70020],
        "the code was not entered in time",
        SIGN_IN_AGAIN,
    ),
    (
        &[50072, 50074, 50076, 50078, 50079, 50158],
        "Microsoft wants a second proof from the person",
        INTERACTIVE,
    ),
    (
        &[
            53000, 53001, 53002, 53003, 53004, 53011, 50131, 530003, 530032, 530034, 530035,
        ],
        "a conditional access policy refuses the sign-in",
        INTERACTIVE,
    ),
    (
        &[700027],
        "Microsoft does not accept the signature of the assertion",
        UPLOAD_CERTIFICATE,
    ),
    (
        &[700023, 700021, 50013],
        "Microsoft does not accept the assertion",
        UPLOAD_CERTIFICATE,
    ),
    (&[700024], "the assertion is not good at this time", CLOCK),
    (
        &[70021, 700211, 700212, 700213, 700222],
        "no federated credential of app {app} fits the token in the file",
        FEDERATION,
    ),
    (
        &[50020, 50034, 50055, 50057, 50105, 50126],
        "Microsoft does not let this person sign in to the app {app}",
        USER,
    ),
];

/// Faults of the service that pass by themselves.
const PASSING: &[u32] = &[90006, 90024, 90033, 90036, 50196, 1000000];

/// OAuth's own words, for answers without a code of Microsoft's.
const WORDS: &[(&[&str], &str, &str)] = &[
    (
        &["invalid_client"],
        "Microsoft does not accept the proof of app {app}",
        NEW_SECRET,
    ),
    (
        &["unauthorized_client"],
        "the app {app} may not sign in this way",
        PUBLIC_CLIENT,
    ),
    (
        &["invalid_grant", "expired_token"],
        "the sign-in is no longer valid",
        SIGN_IN_AGAIN,
    ),
    (
        &["interaction_required", "login_required"],
        "Microsoft wants to ask the person something",
        INTERACTIVE,
    ),
    (
        &["consent_required"],
        "the app {app} lacks the consent to read reports",
        CONSENT,
    ),
    (
        &["invalid_scope", "invalid_resource"],
        "the scope does not exist",
        RIGHT_CLOUD,
    ),
    (
        &["access_denied", "authorization_declined"],
        "the sign-in was declined by the person",
        SIGN_IN_AGAIN,
    ),
];

const PASSING_WORDS: &[&str] = &["temporarily_unavailable", "server_error", "slow_down"];

/// A refusal as it came: OAuth's word and Microsoft's text.
#[derive(Clone, Copy)]
pub(super) struct Refusal<'a> {
    pub(super) error: &'a str,
    pub(super) description: Option<&'a str>,
}

impl Refusal<'_> {
    /// Microsoft's number, which stands in the text as `AADSTS7000215`.
    pub(super) fn number(&self) -> Option<u32> {
        let (_, rest) = self.description?.split_once("AADSTS")?;
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        rest[..end].parse().ok()
    }

    /// Whether the consent to something is missing or was declined.
    pub(super) fn is_about_consent(&self) -> bool {
        match self.number() {
            Some(number) => matches!(number, 65001 | 65004 | 90094 | 90095 | 650053),
            None => matches!(self.error, "consent_required" | "invalid_scope"),
        }
    }

    /// How it ends, in words of our own: Microsoft's text names traces and sometimes people.
    pub(super) fn settle(&self, app: &AppRegistration) -> Failure {
        let fill = |text: &str| {
            text.replace("{app}", &app.client_id)
                .replace("{tenant}", &app.tenant)
        };
        let number = self.number();
        let code = number.map_or_else(|| word(self.error), |number| format!("AADSTS{number}"));
        let known = number.and_then(|number| TABLE.iter().find(|row| row.0.contains(&number)));
        let passes = match (number, known) {
            (_, Some(_)) => false,
            (Some(number), None) if PASSING.contains(&number) => true,
            _ => PASSING_WORDS.contains(&self.error),
        };
        if passes {
            let message = format!("Microsoft's sign-in is out of order for the moment ({code})");
            return Failure::try_again(&code, message);
        }
        let row = match number {
            Some(_) => known.map(|row| (row.1, row.2)),
            None => WORDS
                .iter()
                .find(|row| row.0.contains(&self.error))
                .map(|r| (r.1, r.2)),
        };
        if let Some((sentence, next_step)) = row {
            return Failure::person(
                &code,
                format!("{} ({code})", fill(sentence)),
                fill(next_step),
            );
        }
        let next_step = match number {
            Some(number) => {
                format!("Look up https://login.microsoftonline.com/error?code={number}.")
            }
            None => "Compare the account's tenant, client id and cloud with the app registration."
                .to_owned(),
        };
        let message = fill("Microsoft refuses the sign-in of app {app}");
        Failure::person(&code, format!("{message} ({code})"), next_step)
    }
}

/// OAuth's word, if it is one: an address that is not Microsoft's could answer anything.
fn word(error: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c == '_';
    if !error.is_empty() && error.len() < 60 && error.chars().all(plain) {
        error.to_owned()
    } else {
        "sign-in".to_owned()
    }
}
