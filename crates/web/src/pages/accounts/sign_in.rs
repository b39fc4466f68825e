//! A person signs in: begun, looked after, ended.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use exmetrics_engine::is_by_person;
use exmetrics_store::SignIn;
use serde::{Deserialize, Serialize};

use super::attempts::{self, Attempt, Stage};
use crate::{
    access::{Administrator, Posted},
    pages::{Frame, new_dataset::fault::sentence},
    problem::Problem,
    site::Site,
    words,
};

/// A sign-in as the account's page shows it.
#[derive(Debug, Serialize)]
pub(super) struct AttemptPart {
    state: &'static str,
    poll_href: Option<String>,
    page_href: Option<String>,
    page_text: Option<String>,
    code: Option<String>,
    how: &'static str,
    title: Option<String>,
    sentence: Option<String>,
    next_step: Option<String>,
    next_href: Option<String>,
    next_text: Option<&'static str>,
    cancel_href: String,
    again_href: String,
}

/// The part alone, as it is polled.
#[derive(Serialize)]
struct Alone {
    attempt: AttemptPart,
}

/// What is shown in the window after all.
#[derive(Serialize)]
struct InWindow {
    done: Done,
}

#[derive(Serialize)]
struct Done {
    title: &'static str,
    sentence: String,
    next_step: Option<&'static str>,
}

/// How to sign in.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    how: String,
}

/// Begins one.
pub(super) async fn begin(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path(id): Path<String>,
    Posted(wanted): Posted<Wanted>,
) -> Result<Redirect, Problem> {
    let account = site.engine.store().account_by_id(&id).await?;
    if !is_by_person(account.sign_in) {
        return Err(Problem::wrong(format!(
            "the app of '{}' signs in by itself; no person does",
            account.name
        ))
        .next("Enter a new secret in its place."));
    }
    let how = match wanted.how.as_str() {
        "device" => SignIn::Device,
        "browser" => SignIn::Browser,
        _ => account.sign_in,
    };
    let attempt = attempts::begin(&site, &visitor, &account, how, None).await;
    Ok(Redirect::to(&format!("/accounts/{id}?attempt={attempt}")))
}

/// How it stands.
pub(super) async fn look(
    State(site): State<Site>,
    Administrator(visitor): Administrator,
    Path((id, attempt)): Path<(String, String)>,
) -> Result<Html<String>, Problem> {
    let part = part(&site, &id, &attempt);
    let frame = Frame::of(&site, &visitor, "accounts", "").await?;
    let attempt = part.unwrap_or_else(|| AttemptPart::forgotten(&id));
    frame.page(&site, "parts/wizard_sign_in.html", Alone { attempt })
}

/// Ends it.
pub(super) async fn cancel(
    State(site): State<Site>,
    Administrator(_): Administrator,
    Path((id, attempt)): Path<(String, String)>,
    Posted(_): Posted<Nothing>,
) -> Result<Redirect, Problem> {
    site.attempts.cancel(&attempt, &id);
    Ok(Redirect::to(&format!("/accounts/{id}")))
}

/// A form without fields of its own.
#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// The window: on to Microsoft's page, as long as somebody waits for the answer.
pub(super) async fn start(
    State(site): State<Site>,
    Administrator(_): Administrator,
    Path(attempt): Path<String>,
) -> Result<Response, Problem> {
    let stage = site.attempts.look(&attempt).map(|attempt| attempt.stage);
    if let Some(Stage::Open { address, .. }) = &stage {
        return Ok((StatusCode::FOUND, [("location", address.clone())]).into_response());
    }
    let signed_in = matches!(stage, Some(Stage::Checking | Stage::Done { .. }));
    let done = match signed_in {
        true => Done {
            title: "Signed in",
            sentence: "You can close this window; the page that opened it goes on by itself."
                .into(),
            next_step: None,
        },
        false => Done {
            title: "Not signed in",
            sentence: match stage {
                Some(Stage::Failed { message, .. }) => sentence(&message),
                _ => "This sign-in is over: it was stopped, or it took too long.".into(),
            },
            next_step: Some("You can close this window; the page that opened it says what to do."),
        },
    };
    let frame = Frame::bare(done.title);
    let page = frame.page(&site, "sign_in_done.html", InWindow { done })?;
    Ok(page.into_response())
}

/// An attempt of an account, for its page.
pub(super) fn part(site: &Site, account_id: &str, id: &str) -> Option<AttemptPart> {
    let attempt = site.attempts.look(id)?;
    (attempt.account_id == account_id).then(|| AttemptPart::of(site, id, &attempt))
}

impl AttemptPart {
    fn blank(account_id: &str, state: &'static str) -> Self {
        Self {
            state,
            poll_href: None,
            page_href: None,
            page_text: None,
            code: None,
            how: "browser",
            title: None,
            sentence: None,
            next_step: None,
            next_href: None,
            next_text: None,
            cancel_href: String::new(),
            again_href: format!("/accounts/{account_id}/sign-in"),
        }
    }

    /// This process does not know it (any more).
    fn forgotten(account_id: &str) -> Self {
        Self {
            title: Some("This sign-in is over".into()),
            sentence: Some("It was stopped, or the service was started anew.".into()),
            ..Self::blank(account_id, "failed")
        }
    }

    fn of(site: &Site, id: &str, attempt: &Attempt) -> Self {
        let account_id = &attempt.account_id;
        let here = format!("/accounts/{account_id}/sign-in/{id}");
        let blank = Self {
            how: match attempt.how {
                SignIn::Device => "device",
                _ => "browser",
            },
            cancel_href: format!("{here}/cancel"),
            ..Self::blank(account_id, "checking")
        };
        let clock = |at| words::when(at, site.now()).text.replace("today ", "");
        match &attempt.stage {
            Stage::Beginning => Self {
                poll_href: Some(here),
                sentence: Some("Asking Microsoft how to sign in.".into()),
                ..blank
            },
            Stage::Open { until, .. } => Self {
                state: "popup",
                poll_href: Some(here),
                page_href: Some(format!("/accounts/sign-in/start/{id}")),
                sentence: Some(format!(
                    "Waiting for the sign-in. It can be finished until {} UTC.",
                    clock(*until)
                )),
                ..blank
            },
            Stage::Enter { page, code, until } => Self {
                state: "code",
                poll_href: Some(here),
                page_href: Some(page.clone()),
                page_text: Some(page.clone()),
                code: Some(code.clone()),
                sentence: Some(format!(
                    "Waiting for the code to be entered. It holds until {} UTC.",
                    clock(*until)
                )),
                ..blank
            },
            Stage::Checking => Self {
                poll_href: Some(here),
                sentence: Some("Asking the smallest report and reading the names setting.".into()),
                ..blank
            },
            Stage::Done { fine } => Self {
                state: "done",
                title: Some("Signed in".into()),
                sentence: Some(match fine {
                    true => "The account is ready. What failed for want of it is due again.".into(),
                    false => "Something is still missing: see the findings.".into(),
                }),
                next_href: Some(match &attempt.back {
                    Some(back) if *fine => back.clone(),
                    _ => format!("/accounts/{account_id}"),
                }),
                next_text: Some(match &attempt.back {
                    Some(_) if *fine => "Back to the DataSet",
                    _ => "Show the account",
                }),
                ..blank
            },
            Stage::Failed { message, next_step } => Self {
                state: "failed",
                title: Some(sentence(message).trim_end_matches('.').to_owned()),
                sentence: Some("Nothing has changed: the account is as it was.".into()),
                next_step: Some(next_step.clone()).filter(|next| !next.is_empty()),
                ..blank
            },
        }
    }
}
