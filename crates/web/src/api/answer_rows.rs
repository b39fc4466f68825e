//! The answer to a question over tables, as JSON and within bounds: so many rows, so many bytes, so long,
//! so much memory, and so many questions at once.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arrow_array::RecordBatch;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use exmetrics_engine::NamedTable;
use exmetrics_show::{Format, RowWriter, ShowError, ShowOptions};
use futures::StreamExt;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::ToSchema;

use super::dataset_shown::ColumnShown;
use crate::{problem::Problem, site::Site};

/// How long a question may take.
const LONGEST: Duration = Duration::from_secs(30);
/// How much memory a question may take.
const MEMORY_BYTES: usize = 256 << 20;
/// How many bytes an answer has at most.
const MOST_BYTES: usize = 32 << 20;
/// How many questions are answered at the same time.
const AT_ONCE: usize = 4;

/// Rows of a table, or of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RowsPage {
    /// The version of the table; null for a question.
    version: Option<u64>,
    /// The columns, in their order.
    columns: Vec<ColumnShown>,
    /// The rows: each an object with every column.
    #[schema(value_type = Vec<serde_json::Map<String, serde_json::Value>>)]
    rows: Vec<()>,
    /// Whether there are more rows than these.
    truncated: bool,
    /// The address of the next page; null on the last one, and for a question.
    next: Option<String>,
}

/// Some rows, written already.
#[derive(Debug)]
pub(super) struct WrittenRows {
    columns: Vec<ColumnShown>,
    json: Vec<u8>,
    /// How many there are.
    pub(super) rows: usize,
    /// Whether there are more.
    pub(super) more: bool,
}

/// A place among those who ask at the same time.
#[derive(Debug)]
pub(super) struct Turn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// Those who ask at the same time.
#[derive(Debug, Clone)]
pub(crate) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Takes a place; nobody waits for one.
///
/// # Errors
/// When all are taken.
pub(super) fn turn(site: &Site) -> Result<Turn, Problem> {
    let permit = Arc::clone(&site.turns.0).try_acquire_owned();
    permit.map(Turn).map_err(|_| {
        Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many",
            format!("{AT_ONCE} questions are being answered already"),
        )
        .next("Ask again in some seconds.")
    })
}

/// Asks, and writes the first rows of the answer.
///
/// # Errors
/// When the question is wrong, or needs too much.
pub(super) async fn ask(
    site: &Site,
    _turn: Turn,
    tables: Vec<NamedTable>,
    question: &str,
    limit: usize,
) -> Result<WrittenRows, Problem> {
    let answer = answer(site, tables, question, limit);
    tokio::time::timeout(LONGEST, answer)
        .await
        .unwrap_or_else(|_| {
            Err(Problem::wrong(format!(
                "the question takes longer than {} seconds",
                LONGEST.as_secs()
            ))
            .next("Ask for fewer days, or aggregate less."))
        })
}

async fn answer(
    site: &Site,
    tables: Vec<NamedTable>,
    question: &str,
    limit: usize,
) -> Result<WrittenRows, Problem> {
    let mut answer = site.reader.ask(tables, question, MEMORY_BYTES).await?;
    let written = Buffer::default();
    let mut writer = RowWriter::into_writer(
        Box::new(written.clone()),
        "the answer",
        Format::Json,
        Arc::clone(&answer.columns),
        ShowOptions::default(),
    )
    .map_err(unwritten)?;
    let (mut rows, mut more) = (0, false);
    while let Some(batch) = answer.batches.next().await {
        let batch = batch?;
        let take = (limit - rows).min(batch.num_rows());
        writer.write(&batch.slice(0, take)).map_err(unwritten)?;
        rows += take;
        more = take < batch.num_rows();
        if more {
            break;
        }
        if written.len() > MOST_BYTES {
            more = true;
            break;
        }
        tokio::task::yield_now().await;
    }
    if rows == 0 {
        // Without any batch the writer has written nothing.
        let none = RecordBatch::new_empty(Arc::clone(&answer.columns));
        writer.write(&none).map_err(unwritten)?;
    }
    writer.finish().map_err(unwritten)?;
    let json = match written.take() {
        json if json.is_empty() => b"[]".to_vec(),
        json => json,
    };
    Ok(WrittenRows {
        columns: ColumnShown::of(&answer.columns),
        json,
        rows,
        more,
    })
}

fn unwritten(error: ShowError) -> Problem {
    Problem::wrong(error.message)
}

impl WrittenRows {
    /// The answer. The rows are written as they are: in the order of their columns.
    pub(super) fn page(self, version: Option<u64>, next: Option<&str>) -> Response {
        let (version, next) = (json(&version), json(&next));
        let columns = json(&self.columns);
        let mut body =
            format!("{{\"version\":{version},\"columns\":{columns},\"rows\":").into_bytes();
        body.extend(self.json);
        let rest = format!(",\"truncated\":{},\"next\":{next}}}", self.more);
        body.extend(rest.into_bytes());
        let mut response = Response::new(Body::from(body));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Bytes that are written here and read there.
#[derive(Debug, Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
