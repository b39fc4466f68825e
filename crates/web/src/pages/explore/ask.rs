//! One question within its bounds, so that no question can harm the service.

use std::{sync::Arc, time::Duration};

use exmetrics_engine::{NamedTable, Rows, TableFailure};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    cells::{self, FirstRows},
    problem::Problem,
    site::Site,
};

/// How many rows are shown, and how many a file may have.
pub(super) const ROWS: usize = 1_000;
pub(super) const ROWS_OF_A_FILE: usize = 1_000_000;

/// How long a question may take, and a file.
pub(super) const TIME: Duration = Duration::from_secs(20);
const TIME_OF_A_FILE: Duration = Duration::from_secs(600);

/// How much memory a question may take.
pub(super) const MEMORY: usize = 256 << 20;

/// How many questions are answered at the same time: the service has other work.
const AT_ONCE: usize = 2;

/// Where questions wait for their turn.
#[derive(Debug, Clone)]
pub(crate) struct Desk(Arc<Semaphore>);

impl Default for Desk {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// The first rows of an answer.
pub(super) struct Answered {
    pub(super) rows: FirstRows,
    pub(super) took: SignedDuration,
}

/// Why there is no answer.
pub(super) enum Unanswered {
    /// The time was over.
    TooLong,
    /// Others are being answered all the while.
    Busy,
    /// The question is wrong, or a table cannot be read.
    Failed(TableFailure),
}

/// Asks for the rows that are shown.
pub(super) async fn ask(
    site: &Site,
    tables: Vec<NamedTable>,
    question: &str,
) -> Result<Answered, Unanswered> {
    let began = site.now();
    let clock = site.engine.clock();
    let _turn = turn(site, TIME).await.ok_or(Unanswered::Busy)?;
    let answer = async {
        let rows = site.reader.ask(tables, question, MEMORY).await?;
        cells::first(rows, ROWS).await
    };
    tokio::select! {
        biased;
        answer = answer => Ok(Answered {
            rows: answer.map_err(Unanswered::Failed)?,
            took: site.now().duration_since(began),
        }),
        () = clock.sleep(TIME) => Err(Unanswered::TooLong),
    }
}

/// Asks for the rows of a file. Beyond the bounds the file breaks off, so that no half looks whole.
pub(super) async fn ask_for_file(
    site: &Site,
    tables: Vec<NamedTable>,
    question: &str,
) -> Result<Rows, Problem> {
    let clock = site.engine.clock();
    let until = clock.now() + SignedDuration::try_from(TIME_OF_A_FILE).unwrap_or_default();
    let turn = turn(site, TIME).await.ok_or_else(|| {
        Problem::new(
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "other questions are being answered just now",
        )
        .next("Try again in a moment.")
    })?;
    let rows = tokio::select! {
        biased;
        rows = site.reader.ask(tables, question, MEMORY) => rows?,
        () = clock.sleep(TIME) => return Err(Problem::wrong("the question takes too long")
            .next("Ask for fewer days, or export the DataSet as a whole.")),
    };
    Ok(bounded(site, rows, until, turn))
}

async fn turn(site: &Site, patience: Duration) -> Option<OwnedSemaphorePermit> {
    tokio::select! {
        biased;
        turn = Arc::clone(&site.desk.0).acquire_owned() => turn.ok(),
        () = site.engine.clock().sleep(patience) => None,
    }
}

/// The rows until there are too many of them; too late, and the last thing that comes is a failure.
fn bounded(site: &Site, rows: Rows, until: Timestamp, turn: OwnedSemaphorePermit) -> Rows {
    let Rows { columns, batches } = rows;
    let clock = Arc::clone(site.engine.clock());
    let start = (batches, clock, turn, ROWS_OF_A_FILE);
    let batches = stream::unfold(Some(start), move |state| async move {
        let (mut batches, clock, turn, left) = state.filter(|(.., left)| *left > 0)?;
        let next = tokio::select! {
            biased;
            next = batches.next() => next?,
            () = clock.sleep_until(until) => Err(TableFailure {
                wrong_argument: true,
                message: "the question took too long".into(),
                next_step: "Ask for fewer rows.".into(),
                source: None,
            }),
        };
        Some(match next {
            Ok(batch) => {
                let batch = batch.slice(0, batch.num_rows().min(left));
                let left = left - batch.num_rows();
                (Ok(batch), Some((batches, clock, turn, left)))
            }
            Err(failure) => (Err(failure), None),
        })
    });
    Rows {
        columns,
        batches: batches.boxed(),
    }
}
