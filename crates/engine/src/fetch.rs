//! One request, until it is answered, given up, or a person must act.

use exmetrics_catalog::{Ask, Report};
use exmetrics_decode::{Decoded, Drift, Options, RowContext};
use exmetrics_graph::{Clock, Failure, Patience, Session, Settle};
use exmetrics_store::{Account, RequestFailure, RequestRow, RequestSuccess, TracePhase, TraceSpan};
use jiff::{SignedDuration, Timestamp};
use tracing::{Instrument, info_span};

use crate::{
    Engine, Progress, Step, Waiting, WrittenReply, rejects,
    reply::{self, Decoding, Received, ReplyFailure, RowTaker},
};

/// What one fetch needs to know beside the request itself.
pub(crate) struct FetchContext<'a> {
    pub(crate) report: &'static Report,
    /// Where replies are archived and rejects kept: the DataSet's id, or that of a pull.
    pub(crate) folder: &'a str,
    pub(crate) run_id: &'a str,
    pub(crate) account: &'a Account,
    /// The account's session, or why it has none: then only the archive answers.
    pub(crate) session: Result<&'a Session, &'a Unfetched>,
    /// What to do about quota and Retry-After.
    pub(crate) waiting: Waiting,
    pub(crate) progress: &'a dyn Progress,
}

/// A request whose rows are written and whose reply is archived.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) success: RequestSuccess,
    pub(crate) decoded: Decoded,
    pub(crate) written: WrittenReply,
    pub(crate) columns: arrow_schema::SchemaRef,
    /// Whether nothing was asked for it.
    pub(crate) from_archive: bool,
}

/// How a request ended that brought nothing.
#[derive(Debug, Clone)]
pub(crate) struct Unfetched {
    pub(crate) failure: RequestFailure,
    pub(crate) settle: Settle,
    /// It did not end: it is to be asked again at this time, when the run is taken up again.
    pub(crate) resume_at: Option<Timestamp>,
}

/// A shorter wait is waited where the run is.
const STEP_ASIDE_OVER: SignedDuration = SignedDuration::from_secs(2);

impl Engine {
    /// Asks until there is an answer, or trying again is of no use. Waits for quota and for what
    /// Microsoft asks for; gives up after some tries within some minutes.
    pub(crate) async fn fetch(
        &self,
        context: &FetchContext<'_>,
        request: &mut RequestRow,
        taker: &dyn RowTaker,
    ) -> Result<Fetched, Unfetched> {
        let account = context.account.name.as_str();
        let span = info_span!("request", account, ask = %request.ask);
        self.try_and_try(context, request, taker)
            .instrument(span)
            .await
    }

    async fn try_and_try(
        &self,
        context: &FetchContext<'_>,
        request: &mut RequestRow,
        taker: &dyn RowTaker,
    ) -> Result<Fetched, Unfetched> {
        let account = context.account.name.as_str();
        let session = context.session.map_err(Clone::clone)?;
        // What Microsoft put off before the run stepped aside were tries as well.
        let put_off = usize::try_from(request.put_off).unwrap_or(usize::MAX);
        let tries = self.settings.tries.saturating_sub(put_off);
        let mut patience = Patience::new(tries, self.settings.try_for);
        loop {
            context.progress.step(Step::Asking {
                account,
                ask: request.ask,
            });
            let mut trace = Trace::new(&*self.clock);
            let tried = self
                .try_once(context, session, request, taker, &mut trace)
                .await;
            request.trace.extend(trace.ended(tried.as_ref().err()));
            let failure = match tried {
                Ok(fetched) => {
                    metrics::counter!("exmetrics_requests_total", "result" => "ok").increment(1);
                    context.progress.step(Step::Asked {
                        account,
                        ask: request.ask,
                        problem: None,
                    });
                    return Ok(fetched);
                }
                Err(failure) => failure,
            };
            if !failure.is_quota_wait() {
                let result = failure.code.clone();
                metrics::counter!("exmetrics_requests_total", "result" => result).increment(1);
            }
            let waits = context.waiting.is_patient() || failure.retry_at().is_none();
            let next = patience
                .next_try(&failure, self.clock.now())
                .filter(|_| waits);
            let Some(until) = next else {
                tracing::info!(account, code = failure.code, "request given up");
                let problem = Some(failure.message.as_str());
                context.progress.step(Step::Asked {
                    account,
                    ask: request.ask,
                    problem,
                });
                return Err(Unfetched::from(&failure));
            };
            let why = if failure.is_quota_wait() {
                "quota"
            } else {
                &failure.message
            };
            if failure.is_quota_wait() {
                let wait = until.duration_since(self.clock.now()).as_secs();
                metrics::counter!("exmetrics_quota_wait_seconds_total")
                    .increment(u64::try_from(wait).unwrap_or_default());
            }
            context.progress.step(Step::Waiting {
                account,
                until,
                why,
            });
            request.trace.push(TraceSpan {
                phase: TracePhase::Wait,
                from: self.clock.now(),
                to: until,
                note: Some(why.to_owned()),
            });
            if context.waiting == Waiting::Aside
                && failure.retry_at().is_some()
                && until.duration_since(self.clock.now()) > STEP_ASIDE_OVER
            {
                return Err(self.put_off(request, &failure, until).await);
            }
            let wait = info_span!("wait", why, until = %until);
            self.clock.sleep_until(until).instrument(wait).await;
        }
    }

    /// A long wait is none of the run's: it goes on then.
    async fn put_off(
        &self,
        request: &RequestRow,
        failure: &Failure,
        until: Timestamp,
    ) -> Unfetched {
        let mut unfetched = Unfetched::from(failure);
        // Waiting for one's own quota is no try.
        let put_off = !failure.is_quota_wait();
        let noted = self
            .store
            .request_waits(&request.id, put_off, &request.trace);
        if let Err(error) = noted.await {
            return Unfetched::of_store(&error);
        }
        unfetched.resume_at = Some(until);
        unfetched
    }

    /// One try: ask, archive, decode, write.
    async fn try_once(
        &self,
        context: &FetchContext<'_>,
        session: &Session,
        request: &RequestRow,
        taker: &dyn RowTaker,
        trace: &mut Trace<'_>,
    ) -> Result<Fetched, Failure> {
        let reply = self
            .graph
            .request(
                session,
                context.report,
                request.ask,
                context.waiting.is_patient(),
            )
            .await?;
        let answered_at = self.clock.now();
        trace.answered(answered_at);
        let name = format!("{}/{}/{}", context.folder, context.run_id, request.id);
        let archive = self.archive.create(&name).map_err(|error| local(&error))?;
        let decoding = self.decoding(context, request, answered_at);
        let received = reply::receive(reply, archive, decoding, taker, context.progress).await;
        let (received, archived) = received.map_err(|failure| explain(context, failure))?;
        if let Err(failure) = self.refuse_drift(context, &received.decoded.drift) {
            received.rows.abandon().await;
            return Err(failure);
        }
        let success = RequestSuccess {
            answered_at,
            archive: archived.name,
            bytes: i64::try_from(archived.bytes).unwrap_or(i64::MAX),
            hash: archived.hash,
            rows: i64::try_from(received.decoded.rows_kept).unwrap_or(i64::MAX),
        };
        finish(context, received, success, false).await
    }

    /// The rows of a request that was answered before, from the archive.
    pub(crate) async fn fetch_again(
        &self,
        context: &FetchContext<'_>,
        request: &RequestRow,
        taker: &dyn RowTaker,
    ) -> Result<Fetched, Unfetched> {
        let (Some(archive), Some(answered_at)) = (&request.archive, request.answered_at) else {
            return Err(Unfetched::from(&Failure::give_up(
                "archive",
                "the reply is not archived",
            )));
        };
        let replayed = async {
            let source = self.archive.open(archive).map_err(ReplyFailure::File)?;
            let decoding = self.decoding(context, request, answered_at);
            reply::replay(source, decoding, taker, context.progress).await
        };
        let success = RequestSuccess {
            answered_at,
            archive: archive.clone(),
            bytes: 0,
            hash: String::new(),
            rows: 0,
        };
        match replayed.await {
            Ok(received) => finish(context, received, success, true)
                .await
                .map_err(|failure| Unfetched::from(&failure)),
            Err(failure) => Err(Unfetched::from(&explain(context, failure))),
        }
    }

    /// Some would rather stop than take a report that has changed.
    fn refuse_drift(&self, context: &FetchContext<'_>, drift: &Drift) -> Result<(), Failure> {
        match self.settings.drift.forbidden(drift) {
            None => Ok(()),
            Some(what) => Err(Failure::give_up(
                "drift",
                format!("the columns of {} have changed: {what}", context.report.slug),
            )
            .next("Nothing of it was kept. Accept such changes in the configuration, then run it again.")),
        }
    }

    pub(crate) fn row_context(
        &self,
        context: &FetchContext<'_>,
        request: &RequestRow,
        success: &RequestSuccess,
    ) -> RowContext {
        self.decoding(context, request, success.answered_at).context
    }

    fn decoding(
        &self,
        context: &FetchContext<'_>,
        request: &RequestRow,
        answered_at: Timestamp,
    ) -> Decoding {
        let account = context.account;
        let (period, date) = match request.ask {
            Ask::Period(period) => (Some(period.to_string()), None),
            Ask::Date(date) => (None, Some(date)),
            Ask::Current => (None, None),
        };
        let tenant_id = context
            .session
            .ok()
            .and_then(Session::tenant_id)
            .or_else(|| account.tenant_id.clone());
        let file = format!("{}/{}/{}.zst", context.folder, context.run_id, request.id);
        let about = rejects::about(
            context.run_id,
            &account.name,
            &request.ask.to_string(),
            &file,
        );
        Decoding {
            report: context.report,
            context: RowContext {
                account: account.label.clone(),
                tenant_id,
                requested_period: period,
                requested_date: date,
                run_id: context.run_id.to_owned(),
                fetched_at: answered_at,
            },
            options: Options {
                keep: request.keep.clone(),
                ..Options::default()
            },
            rejects: self
                .rejects()
                .writer(context.folder, context.run_id, &request.id, about),
        }
    }
}

/// What one try is doing, and since when.
struct Trace<'a> {
    clock: &'a dyn Clock,
    phase: TracePhase,
    since: Timestamp,
    before: Vec<TraceSpan>,
}

impl<'a> Trace<'a> {
    fn new(clock: &'a dyn Clock) -> Self {
        Self {
            clock,
            phase: TracePhase::Ask,
            since: clock.now(),
            before: Vec::new(),
        }
    }

    /// The reply begins.
    fn answered(&mut self, at: Timestamp) {
        self.before.push(TraceSpan {
            phase: self.phase,
            from: self.since,
            to: at,
            note: None,
        });
        (self.phase, self.since) = (TracePhase::Download, at);
    }

    /// What was done. Our own quota saying "not yet" is nothing that was done.
    fn ended(self, failure: Option<&Failure>) -> Vec<TraceSpan> {
        if failure.is_some_and(Failure::is_quota_wait) {
            return Vec::new();
        }
        let mut spans = self.before;
        spans.push(TraceSpan {
            phase: self.phase,
            from: self.since,
            to: self.clock.now(),
            note: failure.map(|failure| failure.message.clone()),
        });
        spans
    }
}

async fn finish(
    context: &FetchContext<'_>,
    received: Received,
    success: RequestSuccess,
    from_archive: bool,
) -> Result<Fetched, Failure> {
    let Received {
        decoded,
        rows,
        columns,
    } = received;
    let written = rows
        .finish()
        .await
        .map_err(|failure| explain(context, ReplyFailure::Table(failure)))?;
    Ok(Fetched {
        success,
        decoded,
        written,
        columns,
        from_archive,
    })
}

/// A reply's failure in the words of a request's failure.
fn explain(context: &FetchContext<'_>, failure: ReplyFailure) -> Failure {
    let report = &context.report.slug;
    match failure {
        ReplyFailure::Graph(failure) => failure,
        ReplyFailure::Decode(error) if error.is_worth_another_try() => Failure::try_again(
            "cut_off",
            format!("the reply of {report} is incomplete: {error}"),
        ),
        ReplyFailure::Decode(error) => Failure::give_up(
            "not_the_report",
            format!("the answer cannot be read as {report}: {error}"),
        )
        .next("Nothing of it was kept. If it stays so, Microsoft may have changed the report."),
        ReplyFailure::Table(failure) => {
            Failure::give_up("table", failure.message).next(failure.next_step)
        }
        ReplyFailure::File(error) => local(&error),
    }
}

/// Our own disk failed.
fn local(error: &std::io::Error) -> Failure {
    let next = if error.kind() == std::io::ErrorKind::StorageFull {
        "Make room on the disk, then run it again."
    } else {
        "Check that the home's folders exist and can be written."
    };
    Failure::give_up(
        "disk",
        format!("the reply cannot be kept in the archive, or read from it: {error}"),
    )
    .next(next)
}

impl Unfetched {
    /// What a person can do about it; where nothing particular is known, what is done as a rule.
    pub(crate) fn next_step(&self) -> String {
        match (self.failure.next_step.as_str(), self.settle) {
            ("", Settle::TryAgain { .. }) => "It may pass by itself; ask again in some minutes.".into(),
            ("", Settle::GiveUp) => {
                "Nothing of it was kept. If it stays so, see whether a proxy or a firewall stands between this \
                 machine and Microsoft, and whether the account's cloud is the right one."
                    .into()
            }
            (said, _) => said.to_owned(),
        }
    }
}

impl From<&Failure> for Unfetched {
    fn from(failure: &Failure) -> Self {
        let settle = match failure.settle {
            Settle::TryAgain { .. } => "try_again",
            Settle::GiveUp => "give_up",
            Settle::Person => "person",
            Settle::NoDataYet => "no_data_yet",
        };
        let mut next_step = failure.next_step.clone();
        if let Some(at) = failure.retry_at() {
            next_step = format!("{next_step} Try again at {}.", whole_second(at))
                .trim()
                .into();
        }
        Self {
            failure: RequestFailure {
                code: failure.code.clone(),
                settle: settle.into(),
                message: failure.message.clone(),
                next_step,
            },
            settle: failure.settle,
            resume_at: None,
        }
    }
}

/// A time as people read it.
fn whole_second(at: Timestamp) -> Timestamp {
    at.round(jiff::Unit::Second).unwrap_or(at)
}
