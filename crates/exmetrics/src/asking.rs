//! Questions have threads of their own: however heavy one is, pages are answered and runs go on. A question
//! whose answer nobody waits for any more is ended.

use std::{io, sync::LazyLock, thread::available_parallelism};

use exmetrics_engine::{NamedTable, Rows, TableFailure};
use exmetrics_lake::{LakeError, QuerySession};
use futures::{StreamExt, stream};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{mpsc, oneshot},
    task::AbortHandle,
};

use crate::lake_tables::table_failure;

/// How many batches may wait for whoever asked.
const AHEAD: usize = 2;

/// A heavy question keeps as many threads busy as there are cores, or some more. There are enough beside
/// for the small ones: the machine shares its cores among them.
const THREADS_PER_CORE: usize = 4;
const MORE_THREADS: usize = 4;

static THREADS: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    let cores = available_parallelism().map_or(1, usize::from);
    Builder::new_multi_thread()
        .worker_threads(cores * THREADS_PER_CORE + MORE_THREADS)
        .thread_name("question")
        .enable_all()
        .build()
});

/// A batch, or the word that all have come: a question that breaks off says nothing.
type Said = Option<Result<arrow_array::RecordBatch, TableFailure>>;

/// Ends a question when nobody waits for it any more.
struct Waiting(AbortHandle);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Asks a question over some tables.
pub(crate) async fn ask(
    tables: Vec<NamedTable>,
    question: String,
    memory_bytes: usize,
) -> Result<Rows, TableFailure> {
    let threads = THREADS.as_ref().map_err(|error| TableFailure {
        wrong_argument: false,
        message: format!("there are no threads for questions: {error}"),
        next_step: "Give the service more memory or threads, and start it again.".into(),
        source: None,
    })?;
    let (columns, known) = oneshot::channel();
    let (batches, mut arrived) = mpsc::channel::<Said>(AHEAD);
    let task = threads.spawn(async move {
        let session = match session(tables, memory_bytes) {
            Ok(session) => session,
            Err(error) => return drop(columns.send(Err(table_failure(error)))),
        };
        let mut rows = match session.sql(&question).await {
            Ok(rows) => rows,
            Err(error) => return drop(columns.send(Err(table_failure(error)))),
        };
        if columns.send(Ok(rows.schema())).is_err() {
            return;
        }
        while let Some(batch) = rows.next().await {
            let batch = batch.map_err(|error| table_failure(session.explain(&error)));
            if batches.send(Some(batch)).await.is_err() {
                return;
            }
        }
        // Whoever has gone needs no last word.
        drop(batches.send(None).await);
    });
    let waiting = Waiting(task.abort_handle());
    let columns = known.await.map_err(|_| broken_off())??;
    let batches = stream::poll_fn(move |context| {
        let _waits = &waiting;
        arrived.poll_recv(context).map(|said| match said {
            Some(said) => said,
            None => Some(Err(broken_off())),
        })
    });
    // After the last word, or a failure, nothing is asked for any more.
    let batches = batches.scan(false, |failed, batch| {
        let ended = std::mem::replace(failed, *failed || batch.is_err());
        std::future::ready((!ended).then_some(batch))
    });
    Ok(Rows {
        columns,
        batches: batches.fuse().boxed(),
    })
}

fn session(tables: Vec<NamedTable>, memory_bytes: usize) -> Result<QuerySession, LakeError> {
    let tables = tables
        .into_iter()
        .map(|one| exmetrics_lake::NamedTable {
            name: one.name,
            location: one.location,
            version: one.version,
        })
        .collect();
    QuerySession::within(tables, Some(memory_bytes))
}

fn broken_off() -> TableFailure {
    TableFailure {
        wrong_argument: false,
        message: "the question broke off".into(),
        next_step: "Ask it again; if it stays so, the log says more.".into(),
        source: None,
    }
}
