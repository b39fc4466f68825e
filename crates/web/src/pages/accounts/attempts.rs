//! Sign-ins of people that are under way: in memory, for as long as one may take. Whoever waits on a page
//! asks after it by its id.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use exmetrics_engine::{Engine, EngineError, PersonPrompt};
use exmetrics_store::{Account, AccountState, SignIn};
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::watch, task::AbortHandle};

use crate::{
    access::{
        Visitor,
        audit::{self, Change},
    },
    site::Site,
};

/// How long a person has to sign in.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// How long an attempt that is over can be asked after.
const KEEP: SignedDuration = SignedDuration::from_mins(30);
/// How long a page waits for the sign-in host's first answer.
const FIRST_ANSWER: Duration = Duration::from_secs(10);

/// How far an attempt has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stage {
    /// The sign-in host is being asked.
    Beginning,
    /// A window is to be opened.
    Open { address: String, until: Timestamp },
    /// A code is to be entered.
    Enter {
        page: String,
        code: String,
        until: Timestamp,
    },
    /// Signed in; the account is being checked.
    Checking,
    /// Through.
    Done {
        /// Whether the check found nothing missing.
        fine: bool,
    },
    /// Refused, or nobody came.
    Failed { message: String, next_step: String },
}

/// One sign-in.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) account_id: String,
    pub(super) how: SignIn,
    /// Where to go on afterwards.
    pub(super) back: Option<String>,
    pub(super) stage: Stage,
}

struct Kept {
    attempt: Attempt,
    begun: Timestamp,
    stage: watch::Receiver<Stage>,
    task: AbortHandle,
}

/// All sign-ins that are under way in this process.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<HashMap<String, Kept>>);

impl Attempts {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An attempt as it stands.
    pub(super) fn look(&self, id: &str) -> Option<Attempt> {
        let kept = self.lock();
        let kept = kept.get(id)?;
        Some(Attempt {
            stage: kept.stage.borrow().clone(),
            ..kept.attempt.clone()
        })
    }

    /// Ends an attempt, whatever it waits for.
    pub(super) fn cancel(&self, id: &str, account_id: &str) {
        let mut all = self.lock();
        if all
            .get(id)
            .is_some_and(|kept| kept.attempt.account_id == account_id)
            && let Some(kept) = all.remove(id)
        {
            kept.task.abort();
        }
    }
}

/// Begins a person's sign-in for an account and waits until it is known what the person is to do. Tells
/// the attempt's id.
pub(super) async fn begin(
    site: &Site,
    who: &Visitor,
    account: &Account,
    how: SignIn,
    back: Option<String>,
) -> String {
    // A window can answer to this machine alone.
    let how = match site.options.only_this_machine {
        true => how,
        false => SignIn::Device,
    };
    let id = uuid::Uuid::new_v4().to_string();
    let (sender, mut receiver) = watch::channel(Stage::Beginning);
    let task = {
        let (site, who, account) = (site.clone(), who.clone(), account.clone());
        tokio::spawn(async move { go(&site, &who, &account, how, &sender).await })
    };
    let now = site.now();
    {
        let mut all = site.attempts.lock();
        all.retain(|_, kept| now.duration_since(kept.begun) < KEEP);
        all.insert(
            id.clone(),
            Kept {
                attempt: Attempt {
                    account_id: account.id.clone(),
                    how,
                    back,
                    stage: Stage::Beginning,
                },
                begun: now,
                stage: receiver.clone(),
                task: task.abort_handle(),
            },
        );
    }
    let known = receiver.wait_for(|stage| *stage != Stage::Beginning);
    // A slow host is asked after by the page itself.
    let _known_or_late = tokio::time::timeout(FIRST_ANSWER, known).await;
    id
}

/// The whole sign-in, told to whoever asks after it.
async fn go(
    site: &Site,
    who: &Visitor,
    account: &Account,
    how: SignIn,
    stage: &watch::Sender<Stage>,
) {
    let engine = &site.engine;
    let show = |prompt: PersonPrompt| {
        let until = |length: Duration| {
            let length = SignedDuration::try_from(length).unwrap_or(KEEP);
            site.now().saturating_add(length).unwrap_or(Timestamp::MAX)
        };
        stage.send_replace(match prompt {
            PersonPrompt::Open { address } => Stage::Open {
                address,
                until: until(PATIENCE),
            },
            PersonPrompt::Enter {
                page,
                code,
                good_for,
                ..
            } => Stage::Enter {
                page,
                code,
                until: until(good_for),
            },
        });
    };
    let app = Engine::app_of(account);
    let ended = match engine.sign_in_person(&app, how, PATIENCE, &show).await {
        Ok(token) => {
            stage.send_replace(Stage::Checking);
            match engine.renew_secret(account, &token).await {
                Ok(found) => {
                    let change = Change {
                        what: "account.signed_in",
                        subject_id: &account.id,
                        subject: &account.name,
                        detail: String::new(),
                    };
                    audit::note(site, who, change).await;
                    Ok(found.is_fine())
                }
                Err(error) => Err(error),
            }
        }
        Err(error) => {
            note_refused(site, account, &error).await;
            Err(error)
        }
    };
    stage.send_replace(match ended {
        Ok(fine) => Stage::Done { fine },
        Err(error) => Stage::Failed {
            message: error.message,
            next_step: error.next_step,
        },
    });
}

/// An account that never signed in is marked with what it met; another one stays as it was.
async fn note_refused(site: &Site, account: &Account, error: &EngineError) {
    if account.state != AccountState::Unchecked {
        return;
    }
    if let Err(error) = site.engine.mark_refused(account, error).await {
        tracing::warn!(%error, "what a sign-in met could not be kept");
    }
}
