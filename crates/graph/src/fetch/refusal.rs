//! What Graph answers instead of a report, and how each ends.
//!
//! Source: <https://learn.microsoft.com/graph/errors>; the texts are those seen on the wire.

use http::StatusCode;
use serde_json::{Map, Value};

use crate::Failure;

/// An answer that is no report.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// Microsoft's word, the innermost one; may be empty.
    pub(super) code: String,
    /// Microsoft's text, the innermost one; may be empty.
    pub(super) text: String,
    /// Whether the body is a web page: then it is hardly Graph that answers.
    pub(super) page: bool,
}

/// What was asked and for whom, for the sentences.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) function: String,
    pub(super) ask: String,
    pub(super) permission: &'static str,
    pub(super) client_id: String,
    pub(super) tenant: String,
    pub(super) delegated: bool,
}

impl Refusal {
    /// Reads an error body: JSON, whose message may be JSON again, with keys in any case. A body
    /// that is something else leaves the status alone to tell.
    pub(super) fn read(status: StatusCode, body: &[u8]) -> Self {
        let mut refusal = Self {
            status,
            code: String::new(),
            text: String::new(),
            page: false,
        };
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        refusal.page = body.trim_ascii_start().starts_with(b"<");
        let mut next = serde_json::from_slice::<Value>(body).ok();
        // Seen once in one another; a bound keeps a strange answer from going on.
        for _ in 0..4 {
            let Some(Value::Object(object)) = next else {
                break;
            };
            let inner = match field(&object, "error") {
                Some(Value::Object(inner)) => inner,
                _ => &object,
            };
            if let Some(Value::String(code)) = field(inner, "code")
                && !code.is_empty()
            {
                refusal.code.clone_from(code);
            }
            let Some(Value::String(text)) = field(inner, "message") else {
                break;
            };
            refusal.text.clone_from(text);
            next = serde_json::from_str(text).ok();
        }
        refusal
    }

    /// Leaves out what repeats a secret: whoever answers need not be Microsoft.
    pub(super) fn without(mut self, secret: &str) -> Self {
        for said in [&mut self.code, &mut self.text] {
            if said.contains(secret) {
                said.clear();
            }
        }
        self
    }

    fn is(&self, code: &str) -> bool {
        self.code.eq_ignore_ascii_case(code)
    }

    fn says(&self, words: &str) -> bool {
        self.text
            .to_ascii_lowercase()
            .contains(&words.to_ascii_lowercase())
    }

    /// How it ends, and the sentence that a person needs.
    pub(super) fn settle(&self, asked: &Asked) -> Failure {
        let Asked {
            function,
            ask,
            tenant,
            ..
        } = asked;
        let what = format!("{function} ({ask})");
        let status = self.status.as_u16();
        if self.is("UnknownTenantId") || self.says("do not recognize this tenant id") {
            return Failure::no_data_yet(
                "UnknownTenantId",
                format!("Microsoft's reporting has no figures for tenant {tenant} yet"),
            )
            .next("Nothing needs to be done: new tenants have figures after a few days.");
        }
        if self.says("tenant is not enabled for this report") {
            return Failure::give_up(
                "TenantNotEnabled",
                format!("tenant {tenant} is not enabled for {function}"),
            )
            .next("Leave the report out for this account.");
        }
        if self.says("json format is not supported") {
            let message = format!("Microsoft does not offer {function} as JSON here");
            return Failure::give_up("JsonNotSupported", message)
                .next("Leave the report out for this account.");
        }
        if self.says("invalid date value") || self.says("only support data for the past") {
            return Failure::give_up(
                "InvalidDate",
                format!(
                    "Microsoft has no figures of {function} for {ask}: {}",
                    self.quoted()
                ),
            )
            .next("Ask for a day between yesterday and 28 days back (UTC).");
        }
        if self.is("MissingCredentials") || self.says("valid authorization header is needed") {
            return self.incident(asked);
        }
        let no_permission = self.is("S2SUnauthorized")
            || self.is("Authorization_RequestDenied")
            || self.says("invalid permission")
            || self.says("invalid scope claims/roles");
        match self.status {
            _ if no_permission => self.permission(asked),
            StatusCode::FORBIDDEN
            | StatusCode::UNAUTHORIZED
            | StatusCode::PROXY_AUTHENTICATION_REQUIRED
                if self.page =>
            {
                Failure::person(
                    "not-graph",
                    format!(
                        "a web page answers in the place of Graph for {what} (status {status})"
                    ),
                    "A proxy or a firewall seems to stand in between: have it let Microsoft Graph \
                     through, or name the right one in EXMETRICS_PROXY.",
                )
            }
            StatusCode::FORBIDDEN => self.permission(asked),
            StatusCode::UNAUTHORIZED if self.is("InvalidAuthenticationToken") => Failure::person(
                "InvalidAuthenticationToken",
                format!("Graph does not accept the token for {what}, nor a renewed one"),
                "Compare the account's cloud, or its sign-in and Graph addresses, with the one \
                 that the tenant lives in.",
            ),
            StatusCode::UNAUTHORIZED => self.incident(asked),
            StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT | StatusCode::LOCKED => {
                Failure::try_again(
                    &self.word(),
                    format!("{what} failed for the moment (status {status})"),
                )
            }
            _ if self.status.is_server_error() => Failure::try_again(
                &self.word(),
                format!("Graph is out of order for {what} for the moment (status {status})"),
            ),
            StatusCode::NOT_FOUND => Failure::give_up(
                &self.word(),
                format!(
                    "Graph knows no {function} for tenant {tenant}{}",
                    self.tail()
                ),
            ),
            _ => Failure::give_up(
                &self.word(),
                format!("Graph refuses {what} with status {status}{}", self.tail()),
            )
            .next("Compare what was asked with `exmetrics report show`."),
        }
    }

    /// Valid tokens refused: seen as incidents of the service, which pass.
    fn incident(&self, asked: &Asked) -> Failure {
        let message = format!(
            "Graph refuses a valid sign-in for {}; that has been seen as a service incident",
            asked.function
        );
        Failure::try_again(&self.word(), message).next(
            "If it lasts, look at Service health in the Microsoft 365 admin center and check the \
             account.",
        )
    }

    fn permission(&self, asked: &Asked) -> Failure {
        let Asked {
            function,
            permission,
            client_id,
            ..
        } = asked;
        if asked.delegated {
            let message = format!(
                "the signed-in person may not read {function}: a role or the permission \
                 {permission} is missing"
            );
            let next_step = format!(
                "Give the person the role Reports Reader (Entra admin center > Roles & admins; \
                 Global Reader and Usage Summary Reports Reader see no per-user detail), and grant \
                 {permission} under App registrations > {client_id} > API permissions > Microsoft \
                 Graph > Delegated permissions; then sign in again."
            );
            return Failure::person(&self.word(), message, next_step);
        }
        // Without a word of Microsoft's it is only what a 403 means as a rule.
        let surely = !self.code.is_empty() || !self.text.is_empty();
        let message = if surely {
            format!("the app {client_id} may not read {function}: {permission} is missing")
        } else {
            format!(
                "Graph refuses {function} to the app {client_id} without a reason (status {}); as a rule \
                 {permission} is missing",
                self.status.as_u16()
            )
        };
        let next_step = format!(
            "In the Entra admin center open App registrations > {client_id} > API permissions > \
             Add a permission > Microsoft Graph > Application permissions > {permission}, then \
             choose Grant admin consent."
        );
        Failure::person(&self.word(), message, next_step)
    }

    /// Microsoft's word, else the status.
    fn word(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if !self.code.is_empty() && self.code.len() <= 60 && self.code.chars().all(plain) {
            self.code.clone()
        } else {
            format!("http-{}", self.status.as_u16())
        }
    }

    fn tail(&self) -> String {
        if self.text.is_empty() {
            String::new()
        } else {
            format!(": {}", self.quoted())
        }
    }

    /// Microsoft's text as far as a message holds it: one line, not long, and without words that
    /// might be addresses or tokens.
    fn quoted(&self) -> String {
        let words = self.text.split_whitespace().filter(|word| {
            word.chars().count() <= 60 && !word.contains("://") && !word.contains('\u{1b}')
        });
        let line: String = words
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(200)
            .collect();
        line.trim_end_matches(['.', ' ']).to_owned()
    }
}

/// A field by its name in any case.
fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}
