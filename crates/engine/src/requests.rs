//! Every request of a run: fetch and decode, account by account.

use exmetrics_catalog::{Ask, Report, catalog};
use exmetrics_graph::Settle;
use exmetrics_store::{DataSet, RequestRow, RequestState, Run};
use futures::{StreamExt, stream};
use jiff::{Timestamp, civil::Date};

use crate::{
    Engine, Progress, RunChoice, Step,
    fetch::{FetchContext, Fetched, Unfetched},
    land::{LandingDoor, is_in_table},
    pull::Nowhere,
    run::SignedIn,
};

/// How many accounts of one DataSet are asked at the same time. Microsoft counts each by itself.
const ACCOUNTS_AT_ONCE: usize = 8;

/// After so many requests of a report in a row that were tried in vain, it is out of order: its others are
/// left to the next try.
const OUTAGE_AFTER: u32 = 3;

/// What fetching needs to know of a run.
pub(crate) struct Work<'a> {
    pub(crate) run: &'a Run,
    pub(crate) dataset: &'a DataSet,
    pub(crate) signed_in: &'a SignedIn,
    pub(crate) landing: &'a LandingDoor,
    /// Whether this run is in the table already and died before it was settled: what it asked then is
    /// all that it asks.
    pub(crate) landed_before: bool,
    pub(crate) choice: RunChoice,
    pub(crate) progress: &'a dyn Progress,
}

/// What became of one request.
pub(crate) type Answer = (RequestRow, Result<Fetched, Unfetched>);

/// What became of some requests, and when the run is to go on with those that are not among them.
pub(crate) type Answers = (Vec<Answer>, Option<Timestamp>);

impl Engine {
    /// Every request of every account. Accounts go side by side, the requests of one in their order.
    pub(crate) async fn fetch_and_decode(
        &self,
        work: &Work<'_>,
        planned: Vec<RequestRow>,
    ) -> Answers {
        let Work {
            run,
            dataset,
            signed_in,
            choice,
            progress,
            ..
        } = *work;
        let Ok(report) = catalog().find(&dataset.report) else {
            return (Vec::new(), None);
        };
        let to_ask = planned
            .iter()
            .filter(|request| request.state == RequestState::Pending);
        progress.step(Step::Planned {
            requests: to_ask.count(),
        });
        let mut by_account: Vec<(String, Vec<RequestRow>)> = Vec::new();
        for request in planned {
            match by_account
                .iter_mut()
                .find(|(id, _)| *id == request.account_id)
            {
                Some((_, requests)) => requests.push(request),
                None => by_account.push((request.account_id.clone(), vec![request])),
            }
        }
        let answers = stream::iter(by_account)
            .map(|(account_id, requests)| async move {
                let Some((account, session)) = signed_in.get(&account_id) else {
                    let why = Unfetched::account_removed();
                    return (self.none_of(requests, &why).await, None);
                };
                let context = FetchContext {
                    report,
                    folder: &dataset.id,
                    run_id: &run.id,
                    account,
                    session: session.as_ref().map(|ready| &ready.session),
                    waiting: choice.waiting,
                    progress,
                };
                self.fetch_account(work, &context, requests).await
            })
            .buffered(ACCOUNTS_AT_ONCE)
            .collect::<Vec<_>>();
        let mut all = Vec::new();
        let mut resume_at = None;
        for (answers, later) in answers.await {
            all.extend(answers);
            resume_at = [resume_at, later].into_iter().flatten().min();
        }
        (all, resume_at)
    }

    /// The requests of one account, in their order. What the archive has is not asked again.
    async fn fetch_account(
        &self,
        work: &Work<'_>,
        context: &FetchContext<'_>,
        requests: Vec<RequestRow>,
    ) -> Answers {
        let mut answers = Vec::with_capacity(requests.len());
        let mut refused: Option<Unfetched> = None;
        let mut in_a_row = 0;
        let today = self.today();
        for mut request in requests {
            let answer = match request.state {
                RequestState::Done if is_in_table(&request, work.dataset.update) => {
                    // What the reply said belongs to the run's end, and may still be to be settled.
                    match self.fetch_again(context, &request, &Nowhere).await {
                        Ok(fetched) => Ok(fetched),
                        Err(_) => continue,
                    }
                }
                RequestState::Done => {
                    match self.fetch_again(context, &request, work.landing).await {
                        Ok(fetched) => Ok(fetched),
                        // The archive lost it: Microsoft may still have it.
                        Err(lost) => {
                            tracing::warn!(why = lost.failure.message, "asking again");
                            self.fetch(context, &mut request, work.landing).await
                        }
                    }
                }
                // It failed before the run stepped aside or its process died. Asking it again would use up
                // what the days behind it need: the next run does.
                RequestState::Failed => {
                    answers.push((
                        request.clone(),
                        Err(Unfetched::as_noted(request.failure.as_ref())),
                    ));
                    continue;
                }
                RequestState::Pending if work.landed_before => {
                    Err(Unfetched::as_noted(request.failure.as_ref()))
                }
                RequestState::Pending => {
                    match (&refused, expired(context.report, request.ask, today)) {
                        (_, Some(expired)) => Err(expired),
                        (Some(refusal), None) => Err(Unfetched::clone(refusal)),
                        (None, None) => self.fetch(context, &mut request, work.landing).await,
                    }
                }
            };
            if let Err(Unfetched {
                resume_at: Some(at),
                ..
            }) = &answer
            {
                // Microsoft counts by function: the account's other requests would wait as well.
                return (answers, Some(*at));
            }
            if let Ok(fetched) = &answer {
                request.answered_at = Some(fetched.success.answered_at);
            }
            in_a_row = match &answer {
                Err(unfetched) if matches!(unfetched.settle, Settle::TryAgain { .. }) => {
                    in_a_row + 1
                }
                _ => 0,
            };
            // What only a person can put right is the same for the account's other requests.
            if let Err(unfetched) = &answer
                && unfetched.settle == Settle::Person
            {
                refused = Some(unfetched.clone());
                self.forget_session(&context.account.id);
            }
            // The report does not answer just now: the days behind are not worth the quota.
            if let Err(unfetched) = &answer
                && in_a_row == OUTAGE_AFTER
            {
                refused = Some(unfetched.clone());
            }
            let noted = match &answer {
                Ok(Fetched {
                    from_archive: true, ..
                }) => Ok(()),
                Ok(fetched) => {
                    let (id, done) = (&request.id, &fetched.success);
                    self.store.request_done(id, done, &request.trace).await
                }
                Err(unfetched) => {
                    self.store
                        .request_failed(&request.id, &unfetched.failure, &request.trace)
                        .await
                }
            };
            let answer = match noted {
                Ok(()) => answer,
                // Not written down is not done: its rows stay out, and it is asked again.
                Err(error) => Err(Unfetched::of_store(&error)),
            };
            answers.push((request, answer));
        }
        (answers, None)
    }

    /// Nothing can be asked for an account. What was answered before stays answered.
    async fn none_of(&self, requests: Vec<RequestRow>, why: &Unfetched) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            if request.state != RequestState::Done
                && let Err(error) = self
                    .store
                    .request_failed(&request.id, &why.failure, &request.trace)
                    .await
            {
                tracing::warn!(%error, "a request's failure could not be noted");
            }
            answers.push((request, Err(why.clone())));
        }
        answers
    }
}

/// A request for a day that left Microsoft's window after it was planned: its run was dead for days.
fn expired(report: &Report, ask: Ask, today: Date) -> Option<Unfetched> {
    let window = report.window_days()?;
    match ask {
        Ask::Date(day) if (today - day).get_days() > i32::from(window) => {
            Some(Unfetched::expired(day, window))
        }
        _ => None,
    }
}
