//! All that a run brought becomes one version of the table.

use std::collections::{HashMap, HashSet};

use arrow_schema::SchemaRef;
use async_trait::async_trait;
use exmetrics_catalog::{Ask, Grain, UpdateMethod, catalog};
use exmetrics_decode::Decoded;
use exmetrics_store::{CoverageState, DataSet, RequestRow, RequestState, Run};

use crate::{
    Engine, EngineError, Landed, Landing, LandingMark, ReplyRows, TableFailure, WrittenReply,
    fetch::Unfetched, reply::RowTaker, requests::Answer, settle::days_of_reply,
    update_rule::update_rule,
};

/// What became of one request, after its rows went into the table.
pub(crate) type Answered = (RequestRow, Result<Decoded, Unfetched>);

/// The landing, as the taker of rows.
pub(crate) struct LandingDoor(pub(crate) Box<dyn Landing>);

impl LandingDoor {
    /// Lets go of rows that do not land now. Their replies are in the archive.
    pub(crate) async fn forget(self, answers: Vec<Answer>) {
        let fetched = answers.into_iter().filter_map(|(_, answer)| answer.ok());
        self.0
            .forget(fetched.map(|fetched| fetched.written).collect())
            .await;
    }
}

#[async_trait]
impl RowTaker for LandingDoor {
    async fn open(&self, columns: &SchemaRef) -> Result<Box<dyn ReplyRows>, TableFailure> {
        self.0.reply(columns)
    }
}

impl Engine {
    pub(crate) async fn open_landing(
        &self,
        dataset: &DataSet,
        run: &Run,
    ) -> Result<LandingDoor, EngineError> {
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

    /// Whether a run's rows are in the table already.
    pub(crate) async fn is_landed(
        &self,
        dataset: &DataSet,
        run: &Run,
    ) -> Result<bool, EngineError> {
        let landing = self.open_landing(dataset, run).await?;
        Ok(landing.0.landed_before().await?.is_some())
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
    pub(crate) async fn land(
        &self,
        dataset: &DataSet,
        run: &Run,
        landing: LandingDoor,
        mut answers: Vec<Answer>,
    ) -> Result<(Vec<Answered>, Option<Landed>), EngineError> {
        let erasing = self.erasing(dataset, &answers).await?;
        let mut whole = answers.iter().all(|(_, answer)| answer.is_ok());
        if dataset.update == UpdateMethod::Replace {
            // An account that brings nothing now keeps what it brought before.
            whole &= erasing.is_empty() && !self.brings_nothing_now(dataset, &answers).await?;
        }
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
                table_rows: None,
            });
            return Ok((answered, landed));
        }
        // A run that was cancelled or taken over while it worked must not land.
        let own = self
            .store
            .renew_lease(&run.id, &self.machine.id, self.clock.now());
        if !own.await? {
            return Err(crate::run::no_longer_ours(dataset));
        }
        let mut landed = landing.0.commit(written, whole, self.clock.now()).await?;
        self.store.requests_landed(&landed_ids).await?;
        // Of a run that goes on, the rows that it landed before are its rows, too.
        landed.rows += rows_before;
        Ok((answered, Some(landed)))
    }

    /// Whether an account of which rows were captured answers without any.
    async fn brings_nothing_now(
        &self,
        dataset: &DataSet,
        answers: &[Answer],
    ) -> Result<bool, EngineError> {
        let mut rows: HashMap<&str, u64> = HashMap::new();
        for (request, answer) in answers {
            let came = answer
                .as_ref()
                .map_or(0, |fetched| fetched.decoded.rows_kept);
            *rows.entry(&request.account_id).or_default() += came;
        }
        if rows.values().all(|rows| *rows > 0) {
            return Ok(false);
        }
        let days = self.store.coverage(&dataset.id).await?;
        Ok(days.iter().any(|day| {
            day.state == CoverageState::Published && rows.get(day.account_id.as_str()) == Some(&0)
        }))
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
}

/// Whether a request's rows need not land any more. A replaced table needs all rows of the run each
/// time.
pub(crate) fn is_in_table(request: &RequestRow, update: UpdateMethod) -> bool {
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
