//! The main job without a table: sign in -> plan -> fetch -> decode -> show.

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema, SchemaRef};
use async_trait::async_trait;
use exmetrics_catalog::Report;
use exmetrics_decode::{Decoded, Decoder, Options, RowContext};
use exmetrics_store::{Account, CoverageState, RequestRow, RequestState};
use jiff::civil::Date;

use crate::{
    AccountPlan, Engine, EngineError, EngineErrorKind, Progress, ReplyRows, RunChoice, Step,
    TableFailure, WrittenReply,
    fetch::{FetchContext, Unfetched},
    reply::RowTaker,
    settle::days_of_reply,
    warnings::Warnings,
};

/// What a pull brought. The rows are read from the archive, reply by reply.
#[derive(Debug)]
pub struct Pulled {
    /// The replies, in the order they were asked.
    pub replies: Vec<PulledReply>,
    /// What failed: the account, what was asked, the sentence, the next step, whether a person must act.
    pub failures: Vec<PullFailure>,
    /// What a person should know though nothing failed: drift, concealed names, cells that did not fit.
    pub warnings: Vec<String>,
    /// The columns of all replies together.
    pub columns: SchemaRef,
    folder: String,
}

/// One request of a pull that failed.
#[derive(Debug, Clone)]
pub struct PullFailure {
    /// The account.
    pub account: String,
    /// What was asked.
    pub asked: String,
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub next_step: String,
    /// Whether a person must act.
    pub needs_person: bool,
    /// Whether Microsoft simply has no figures yet.
    pub no_data_yet: bool,
}

/// One reply of a pull.
#[derive(Debug)]
pub struct PulledReply {
    /// What was learnt on the way.
    pub decoded: Decoded,
    awaited: Vec<Date>,
    context: RowContext,
    request: RequestRow,
    archive: String,
}

impl Engine {
    /// Fetches what the plans ask, without a table. Call [`Engine::show_pulled`] for the rows, then
    /// [`Engine::forget_pulled`].
    ///
    /// # Errors
    /// When nothing at all can be asked.
    pub async fn pull(
        &self,
        report: &'static Report,
        accounts: &[Account],
        plans: &[AccountPlan],
        choice: RunChoice,
        progress: &dyn Progress,
    ) -> Result<Pulled, EngineError> {
        let run_id = uuid::Uuid::now_v7().to_string();
        let folder = "pull".to_owned();
        // What a pull left behind that was killed.
        self.archive.forget_older(&folder, 1, &run_id);
        let requests: usize = plans
            .iter()
            .map(|planned| planned.plan.requests.len())
            .sum();
        progress.step(Step::Planned { requests });
        let mut pulled = Pulled {
            replies: Vec::new(),
            failures: Vec::new(),
            warnings: Vec::new(),
            columns: exmetrics_decode::table_schema(report),
            folder: format!("{folder}/{run_id}"),
        };
        for planned in plans {
            let Some(account) = accounts.iter().find(|one| one.id == planned.account_id) else {
                continue;
            };
            let sign_in = match self.session(account).await {
                Ok(sign_in) => sign_in,
                Err(error) => {
                    let failure = Unfetched::of_sign_in(&error);
                    pulled
                        .failures
                        .push(PullFailure::of(&account.name, "everything", &failure));
                    continue;
                }
            };
            let context = FetchContext {
                report,
                folder: &folder,
                run_id: &run_id,
                account,
                session: Ok(&sign_in.session),
                waiting: choice.waiting,
                progress,
            };
            for (position, request) in planned.plan.requests.iter().enumerate() {
                let mut request = RequestRow {
                    id: format!("{}-{position}", account.id),
                    account_id: account.id.clone(),
                    ask: request.ask,
                    keep: request.keep.clone(),
                    state: RequestState::Pending,
                    landed: false,
                    answered_at: None,
                    archive: None,
                    failure: None,
                    tries: 0,
                    bytes: None,
                    rows: None,
                    trace: Vec::new(),
                    put_off: 0,
                };
                match self.fetch(&context, &mut request, &Nowhere).await {
                    Ok(fetched) => {
                        pulled.columns = union(&pulled.columns, &fetched.columns);
                        let context = self.row_context(&context, &request, &fetched.success);
                        let answered_at = fetched.success.answered_at;
                        let days = days_of_reply(report, &request, &fetched.decoded, answered_at);
                        let awaited = days
                            .iter()
                            .filter(|day| day.state == CoverageState::Awaiting)
                            .map(|day| day.day)
                            .collect();
                        pulled.replies.push(PulledReply {
                            awaited,
                            decoded: fetched.decoded,
                            context,
                            request,
                            archive: fetched.success.archive,
                        });
                    }
                    Err(unfetched) => pulled.failures.push(PullFailure::of(
                        &account.name,
                        &request.ask.to_string(),
                        &unfetched,
                    )),
                }
            }
        }
        let mut warnings = Warnings::default();
        for reply in &pulled.replies {
            warnings.hear(&reply.decoded, &self.settings.drift);
        }
        pulled.warnings = warnings
            .sentences("empty here; a DataSet would keep it word for word beside its table");
        Ok(pulled)
    }

    /// Gives each batch of rows of a pull to `each`, with the columns of all replies.
    ///
    /// # Errors
    /// When the archive cannot be read, or `each` fails.
    pub fn show_pulled<E: From<EngineError>>(
        &self,
        report: &Report,
        pulled: &Pulled,
        mut each: impl FnMut(&RecordBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        for reply in &pulled.replies {
            let source = self
                .archive
                .open(&reply.archive)
                .map_err(|error| EngineError::file("reading the reply from the archive", error))?;
            let options = Options {
                keep: reply.request.keep.clone(),
                ..Options::default()
            };
            let unread = |error: exmetrics_decode::DecodeError| {
                EngineError::new(EngineErrorKind::Failed, error.to_string())
            };
            let mut decoder = Decoder::new(report, source, reply.context.clone(), options, |_| {})
                .map_err(unread)?;
            while let Some(batch) = decoder.next_batch().map_err(unread)? {
                each(&fit(&batch, &pulled.columns).map_err(unread)?)?;
            }
        }
        Ok(())
    }

    /// Removes the replies of a pull from the archive.
    pub fn forget_pulled(&self, pulled: &Pulled) {
        self.archive.remove(&pulled.folder);
        self.rejects().remove(&pulled.folder);
    }
}

impl Pulled {
    /// Days that were asked for and are not published yet.
    pub fn awaited(&self) -> Vec<Date> {
        let replies = self.replies.iter();
        let mut days: Vec<Date> = replies.flat_map(|reply| reply.awaited.clone()).collect();
        days.sort();
        days.dedup();
        days
    }
}

impl PullFailure {
    fn of(account: &str, asked: &str, unfetched: &Unfetched) -> Self {
        use exmetrics_graph::Settle;
        Self {
            account: account.to_owned(),
            asked: asked.to_owned(),
            message: unfetched.failure.message.clone(),
            next_step: unfetched.next_step(),
            needs_person: unfetched.settle == Settle::Person,
            no_data_yet: unfetched.settle == Settle::NoDataYet,
        }
    }
}

/// Rows are only looked at: whether the reply is whole and is the report.
pub(crate) struct Nowhere;

#[async_trait]
impl RowTaker for Nowhere {
    async fn open(&self, _: &SchemaRef) -> Result<Box<dyn ReplyRows>, TableFailure> {
        Ok(Box::new(Self))
    }
}

#[async_trait]
impl ReplyRows for Nowhere {
    async fn write(&mut self, _: &RecordBatch) -> Result<(), TableFailure> {
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<WrittenReply, TableFailure> {
        Ok(WrittenReply(Box::new(())))
    }

    async fn abandon(self: Box<Self>) {}
}

fn union(one: &Schema, other: &Schema) -> SchemaRef {
    let mut fields: Vec<_> = one.fields().iter().cloned().collect();
    for field in other.fields() {
        if one.field_with_name(field.name()).is_err() {
            fields.push(std::sync::Arc::new(Field::clone(field)));
        }
    }
    std::sync::Arc::new(Schema::new(fields))
}

/// The batch with the columns of all replies; what it lacks is null.
fn fit(
    batch: &RecordBatch,
    columns: &SchemaRef,
) -> Result<RecordBatch, exmetrics_decode::DecodeError> {
    let arrays = columns.fields().iter().map(|field| {
        batch
            .column_by_name(field.name())
            .cloned()
            .unwrap_or_else(|| arrow_array::new_null_array(field.data_type(), batch.num_rows()))
    });
    Ok(RecordBatch::try_new(columns.clone(), arrays.collect())?)
}
