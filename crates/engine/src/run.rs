//! One run of a DataSet: the main job.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use arrow_schema::SchemaRef;
use async_trait::async_trait;
use exmetrics_catalog::{Ask, Grain, Report, UpdateMethod, catalog};
use exmetrics_decode::Decoded;
use exmetrics_graph::{Clock, Settle};
use exmetrics_store::{
    Account, CoverageState, DataSet, RequestRow, RequestState, Run, RunState, Store,
};
use futures::{StreamExt, stream};
use jiff::civil::Date;
use serde::Serialize;

use crate::{
    AccountReport, Engine, EngineError, EngineErrorKind, Landed, Landing, LandingMark, Progress,
    ReadySignIn, ReplyRows, Step, TableFailure, WrittenReply,
    claim::Claim,
    fetch::{FetchContext, Fetched, Unfetched},
    pull::Nowhere,
    reply::RowTaker,
    settle::days_of_reply,
    update_rule::update_rule,
};

/// How many accounts of one DataSet are asked at the same time. Microsoft counts each by itself.
const ACCOUNTS_AT_ONCE: usize = 8;

/// How often a run says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// What may be chosen of a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunChoice {
    /// Whether settled days are asked again.
    pub full: bool,
    /// Whether to wait for quota and for what Microsoft asks for.
    pub wait: bool,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunReport {
    /// The run's id.
    pub id: String,
    /// The DataSet's name.
    pub dataset: String,
    /// How it ended.
    pub state: RunState,
    /// When it began.
    pub started_at: jiff::Timestamp,
    /// When it ended.
    pub ended_at: Option<jiff::Timestamp>,
    /// How many rows it brought.
    pub rows: u64,
    /// The version it made; none when there was nothing to land.
    pub version: Option<u64>,
    /// Each account's part.
    pub accounts: Vec<AccountReport>,
    /// What a person should know though nothing failed: drift, concealed names, cells that did not fit.
    pub warnings: Vec<String>,
}

/// Each account with its session, or why it has none.
pub(crate) type SignedIn = HashMap<String, (Account, Result<ReadySignIn, Unfetched>)>;

/// What fetching needs to know of a run.
struct Work<'a> {
    run: &'a Run,
    dataset: &'a DataSet,
    signed_in: &'a SignedIn,
    landing: &'a LandingDoor,
    /// Whether this run is in the table already and died before it was settled: what it asked then is
    /// all that it asks.
    landed_before: bool,
    choice: RunChoice,
    progress: &'a dyn Progress,
}

/// What a run has brought, before it is settled.
pub(crate) struct Done {
    pub(crate) signed_in: SignedIn,
    pub(crate) answers: Vec<Answered>,
    pub(crate) landed: Option<Landed>,
}

/// What became of one request.
pub(crate) type Answer = (RequestRow, Result<Fetched, Unfetched>);

impl Engine {
    /// Runs a DataSet: sign in -> plan -> fetch -> decode -> land -> show. Goes on with a run that died.
    ///
    /// # Errors
    /// When the run cannot be begun or its table cannot be written; what an account or a request met
    /// is in the report.
    pub async fn run(
        &self,
        dataset: &DataSet,
        choice: RunChoice,
        progress: &dyn Progress,
    ) -> Result<RunReport, EngineError> {
        let claim = self.claim(dataset, &choice).await?;
        self.carry_out(dataset, claim, choice, progress).await
    }

    /// Asks again what failed in an ended run; of a run that succeeded there is nothing to ask.
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub async fn retry(
        &self,
        run: &Run,
        choice: RunChoice,
        progress: &dyn Progress,
    ) -> Result<RunReport, EngineError> {
        let dataset = self.store.dataset_by_id(&run.dataset_id).await?;
        let claim = self.reopen(&dataset, run).await?;
        self.carry_out(&dataset, claim, choice, progress).await
    }

    /// The main job, from the plan that was written down when the run was claimed to the run's end.
    async fn carry_out(
        &self,
        dataset: &DataSet,
        claim: Claim,
        choice: RunChoice,
        progress: &dyn Progress,
    ) -> Result<RunReport, EngineError> {
        let _alive = self.say_alive(&claim.run);
        match self.fetch_and_land(dataset, &claim, choice, progress).await {
            Ok(done) => self.settle(dataset, claim.run, done).await,
            Err(error) => Err(self.end_in_failure(claim.run, error).await),
        }
    }

    /// Sign in -> fetch -> decode -> land, for what is planned.
    async fn fetch_and_land(
        &self,
        dataset: &DataSet,
        claim: &Claim,
        choice: RunChoice,
        progress: &dyn Progress,
    ) -> Result<Done, EngineError> {
        let run = &claim.run;
        let signed_in = self.sign_in(dataset).await?;
        let mut planned = self.store.requests(&run.id).await?;
        let landing = self.open_landing(dataset, run).await?;
        let landed_before = landing.0.landed_before().await?.is_some();
        if landed_before {
            self.note_landed(&mut planned).await?;
        }
        let work = Work {
            run,
            dataset,
            signed_in: &signed_in,
            landing: &landing,
            landed_before,
            choice,
            progress,
        };
        let answers = self.fetch_and_decode(&work, planned).await;
        progress.step(Step::Landing);
        let (answers, landed) = self.land(dataset, landing, answers).await?;
        Ok(Done {
            signed_in,
            answers,
            landed,
        })
    }

    /// A session for each account, or why there is none.
    async fn sign_in(&self, dataset: &DataSet) -> Result<SignedIn, EngineError> {
        let mut sessions = HashMap::new();
        for account in self.store.accounts().await? {
            if !dataset.accounts.iter().any(|(id, _)| *id == account.id) {
                continue;
            }
            let session = match self.session(&account).await {
                Ok(session) => Ok(session),
                Err(error) => Err(Unfetched::of_sign_in(&error)),
            };
            sessions.insert(account.id.clone(), (account, session));
        }
        Ok(sessions)
    }

    /// Whether a run's rows are in the table already.
    pub(crate) async fn is_landed(
        &self,
        dataset: &DataSet,
        run: &Run,
    ) -> Result<bool, EngineError> {
        let landing = self.open_landing(dataset, run).await?;
        Ok(landing.0.landed_before().await?.is_some())
    }

    async fn open_landing(&self, dataset: &DataSet, run: &Run) -> Result<LandingDoor, EngineError> {
        let report = catalog().find(&dataset.report)?;
        let mark = LandingMark {
            dataset_id: dataset.id.clone(),
            number: run.landing,
            run_id: run.id.clone(),
        };
        let rule = update_rule(report, dataset);
        Ok(LandingDoor(
            self.tables.begin(&dataset.location, mark, rule).await?,
        ))
    }

    /// Every request of every account. Accounts go side by side, the requests of one in their order.
    async fn fetch_and_decode(&self, work: &Work<'_>, planned: Vec<RequestRow>) -> Vec<Answer> {
        let Work {
            run,
            dataset,
            signed_in,
            choice,
            progress,
            ..
        } = *work;
        let Ok(report) = catalog().find(&dataset.report) else {
            return Vec::new();
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
                    return self.none_of(requests, &Unfetched::account_removed()).await;
                };
                let context = FetchContext {
                    report,
                    folder: &dataset.id,
                    run_id: &run.id,
                    account,
                    session: session.as_ref().map(|ready| &ready.session),
                    wait: choice.wait,
                    progress,
                };
                self.fetch_account(work, &context, requests).await
            })
            .buffered(ACCOUNTS_AT_ONCE)
            .collect::<Vec<_>>();
        answers.await.into_iter().flatten().collect()
    }

    /// The requests of one account, in their order. What the archive has is not asked again.
    async fn fetch_account(
        &self,
        work: &Work<'_>,
        context: &FetchContext<'_>,
        requests: Vec<RequestRow>,
    ) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(requests.len());
        let mut refused: Option<Unfetched> = None;
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
                            self.fetch(context, &request, work.landing).await
                        }
                    }
                }
                RequestState::Pending | RequestState::Failed if work.landed_before => {
                    Err(Unfetched::as_noted(request.failure.as_ref()))
                }
                RequestState::Pending | RequestState::Failed => {
                    match (&refused, expired(context.report, request.ask, today)) {
                        (_, Some(expired)) => Err(expired),
                        (Some(refusal), None) => Err(Unfetched::clone(refusal)),
                        (None, None) => self.fetch(context, &request, work.landing).await,
                    }
                }
            };
            if let Ok(fetched) = &answer {
                request.answered_at = Some(fetched.success.answered_at);
            }
            // What only a person can put right is the same for the account's other requests.
            if let Err(unfetched) = &answer
                && unfetched.settle == Settle::Person
            {
                refused = Some(unfetched.clone());
            }
            let noted = match &answer {
                Ok(Fetched {
                    from_archive: true, ..
                }) => Ok(()),
                Ok(fetched) => self.store.request_done(&request.id, &fetched.success).await,
                Err(unfetched) => {
                    self.store
                        .request_failed(&request.id, &unfetched.failure)
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
        answers
    }

    /// Nothing can be asked for an account. What was answered before stays answered.
    async fn none_of(&self, requests: Vec<RequestRow>, why: &Unfetched) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            if request.state != RequestState::Done
                && let Err(error) = self.store.request_failed(&request.id, &why.failure).await
            {
                tracing::warn!(%error, "a request's failure could not be noted");
            }
            answers.push((request, Err(why.clone())));
        }
        answers
    }

    /// The process died between the landing and its note: what was answered is in the table.
    pub(crate) async fn note_landed(&self, planned: &mut [RequestRow]) -> Result<(), EngineError> {
        let answered = planned
            .iter_mut()
            .filter(|request| request.state == RequestState::Done && !request.landed);
        let mut ids = Vec::new();
        for request in answered {
            request.landed = true;
            ids.push(request.id.clone());
        }
        Ok(self.store.requests_landed(&ids).await?)
    }

    /// All that came becomes one version.
    async fn land(
        &self,
        dataset: &DataSet,
        landing: LandingDoor,
        mut answers: Vec<Answer>,
    ) -> Result<(Vec<Answered>, Option<Landed>), EngineError> {
        let erasing = self.erasing(dataset, &answers).await?;
        let whole = answers.iter().all(|(_, answer)| answer.is_ok());
        if dataset.update == UpdateMethod::Replace && !whole {
            answers = leave_out_incomplete_accounts(answers);
        }
        let mut written: Vec<WrittenReply> = Vec::new();
        let mut landed_ids = Vec::new();
        let mut rows_before = 0;
        let mut answered = Vec::with_capacity(answers.len());
        for (request, answer) in answers {
            let outcome = match answer {
                Ok(fetched) => {
                    if is_in_table(&request, dataset.update) {
                        rows_before += fetched.decoded.rows_kept;
                    } else if erasing.contains(&request.id) {
                        tracing::info!(asked = %request.ask, "blank; what was captured stays");
                    } else {
                        written.push(fetched.written);
                        landed_ids.push(request.id.clone());
                    }
                    Ok(fetched.decoded)
                }
                Err(unfetched) => Err(unfetched),
            };
            answered.push((request, outcome));
        }
        if written.is_empty() || is_all_awaited(dataset, &answered)? {
            self.store.requests_landed(&landed_ids).await?;
            let before = landing.0.landed_before().await?;
            let landed = before.map(|version| Landed {
                version,
                rows: rows_before,
            });
            return Ok((answered, landed));
        }
        let mut landed = landing.0.commit(written, whole, self.clock.now()).await?;
        self.store.requests_landed(&landed_ids).await?;
        // Of a run that goes on, the rows that it landed before are its rows, too.
        landed.rows += rows_before;
        Ok((answered, Some(landed)))
    }

    /// The answers that hold no figure, where rows were captured before: a service without data answers
    /// with a row of blanks, and that must not take the place of what is there.
    async fn erasing(
        &self,
        dataset: &DataSet,
        answers: &[Answer],
    ) -> Result<HashSet<String>, EngineError> {
        let report = catalog().find(&dataset.report)?;
        let is_blank = |decoded: &Decoded| {
            report.grain != Grain::Trend && decoded.rows_kept > 0 && decoded.rows_with_data == 0
        };
        let blank: Vec<&RequestRow> = answers
            .iter()
            .filter(|(_, answer)| answer.as_ref().is_ok_and(|it| is_blank(&it.decoded)))
            .map(|(request, _)| request)
            .collect();
        if blank.is_empty() || dataset.update == UpdateMethod::Append {
            return Ok(HashSet::new());
        }
        let captured: Vec<_> = self
            .store
            .coverage(&dataset.id)
            .await?
            .into_iter()
            .filter(|day| day.state == CoverageState::Published)
            .collect();
        let erases = |request: &&RequestRow| {
            captured.iter().any(|day| {
                day.account_id == request.account_id
                    && match request.ask {
                        Ask::Date(asked) => day.day == asked,
                        Ask::Period(_) | Ask::Current => true,
                    }
            })
        };
        let erasing = blank.into_iter().filter(erases);
        Ok(erasing.map(|request| request.id.clone()).collect())
    }

    /// The table could not be written: said in the run, and the replies stay in the archive.
    async fn end_in_failure(&self, mut run: Run, error: EngineError) -> EngineError {
        run.state = RunState::Failed;
        run.ended_at = Some(self.clock.now());
        run.message = Some(error.message.clone());
        let retry = format!("exmetrics run retry {}", run.id);
        let next = format!(
            "{} What Microsoft answered is safe in the archive; afterwards run: {retry}",
            error.next_step
        );
        run.next_step = Some(next.trim().to_owned());
        if let Err(error) = self.store.end_run(&run, &[]).await {
            tracing::warn!(%error, "the run's end could not be noted");
        }
        let next_step = run.next_step.unwrap_or_default();
        EngineError {
            kind: EngineErrorKind::Failed,
            next_step,
            ..error
        }
    }

    fn say_alive(&self, run: &Run) -> Heartbeat {
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let (run_id, machine) = (run.id.clone(), self.machine.id.clone());
        Heartbeat(tokio::spawn(beat(store, clock, run_id, machine)))
    }
}

/// What became of one request, after its rows went into the table.
pub(crate) type Answered = (RequestRow, Result<exmetrics_decode::Decoded, Unfetched>);

/// Says that a run is alive as long as it is held.
struct Heartbeat(tokio::task::JoinHandle<()>);

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn beat(store: Store, clock: Arc<dyn Clock>, run_id: String, machine: String) {
    loop {
        clock.sleep(HEARTBEAT).await;
        if let Err(error) = store.renew_lease(&run_id, &machine, clock.now()).await {
            tracing::warn!(%error, "the run's lease could not be renewed");
        }
    }
}

/// Whether a request's rows need not land any more. A replaced table needs all rows of the run each
/// time.
fn is_in_table(request: &RequestRow, update: UpdateMethod) -> bool {
    request.landed && update != UpdateMethod::Replace
}

/// Whether all that came is the word that it has not come yet: a version would say nothing more.
fn is_all_awaited(dataset: &DataSet, answered: &[Answered]) -> Result<bool, EngineError> {
    let report = catalog().find(&dataset.report)?;
    Ok(answered.iter().all(|(request, answer)| match answer {
        Ok(decoded) if decoded.rows_kept == 0 => request.answered_at.is_some_and(|answered_at| {
            days_of_reply(report, request, decoded, answered_at)
                .iter()
                .any(|day| day.state == CoverageState::Awaiting)
        }),
        Ok(_) => false,
        Err(_) => true,
    }))
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

/// The landing, as the taker of rows.
pub(crate) struct LandingDoor(Box<dyn Landing>);

#[async_trait]
impl RowTaker for LandingDoor {
    async fn open(&self, columns: &SchemaRef) -> Result<Box<dyn ReplyRows>, TableFailure> {
        self.0.reply(columns)
    }
}

/// A replaced table must not lose the rows of an account that answered only in part.
fn leave_out_incomplete_accounts(answers: Vec<Answer>) -> Vec<Answer> {
    let incomplete: Vec<String> = answers
        .iter()
        .filter(|(_, answer)| answer.is_err())
        .map(|(request, _)| request.account_id.clone())
        .collect();
    answers
        .into_iter()
        .map(|(request, answer)| {
            let left_out = answer.is_ok() && incomplete.contains(&request.account_id);
            let answer = if left_out {
                Err(Unfetched::left_out())
            } else {
                answer
            };
            (request, answer)
        })
        .collect()
}
