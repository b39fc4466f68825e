//! Rows as a download: they are written while they are sent, so memory does not grow with them.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use axum::{
    body::Body,
    http::{
        HeaderValue,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::Response,
};
use bytes::Bytes;
use exmetrics_engine::{Rows, TableFailure};
use exmetrics_show::{Format, RowWriter, ShowError, ShowErrorKind, ShowOptions};
use futures::{StreamExt, stream};
use tokio::sync::mpsc;

use crate::problem::Problem;

/// How many batches, and how many pieces of the answer, may wait: whoever is slower sets the pace.
const BATCHES_AHEAD: usize = 2;
const PIECES_AHEAD: usize = 4;

/// The formats that a page offers, with the word for each.
pub(crate) const OFFERED: [(Format, &str); 3] = [
    (Format::Csv, "CSV"),
    (Format::Xlsx, "Excel"),
    (Format::Parquet, "Parquet"),
];

/// The format that an address names.
pub(crate) fn format_named(name: &str) -> Result<Format, Problem> {
    match name.parse() {
        Ok(Format::Table) => Err(Problem::wrong("a download is no table for eyes")
            .next("Choose csv, xlsx, parquet, jsonl or json.")),
        Ok(format) => Ok(format),
        Err(unknown) => Err(Problem::wrong(unknown.to_string())),
    }
}

/// Rows as a file of this name, without its ending. What goes wrong before the first rows are there is a
/// problem; what goes wrong later breaks the download off, so that no half of a file looks whole.
pub(crate) async fn stream(
    mut rows: Rows,
    format: Format,
    file_name: &str,
) -> Result<Response, Problem> {
    let first = rows.batches.next().await.transpose()?;
    let columns = rows.columns.clone();
    let (batch_in, batch_out) = mpsc::channel(BATCHES_AHEAD);
    let (piece_in, piece_out) = mpsc::channel(PIECES_AHEAD);
    tokio::spawn(feed(first, rows, batch_in));
    let name = format!("{file_name}.{}", ending(format));
    let writing = name.clone();
    tokio::task::spawn_blocking(move || {
        let Err(error) = write(batch_out, columns, format, &writing, &piece_in) else {
            return;
        };
        if error.kind != ShowErrorKind::PipeClosed {
            tracing::error!(%error, file = writing, "a download broke off");
        }
        // Whoever reads learns that the file is not whole; whoever has gone needs no answer.
        let _ = piece_in.blocking_send(Err(io::Error::other(error)));
    });
    let pieces = stream::unfold(piece_out, async |mut pieces| {
        pieces.recv().await.map(|piece| (piece, pieces))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(format)));
    headers.insert(CONTENT_DISPOSITION, disposition(&name));
    Ok(response)
}

/// What comes from the table, on its way to the thread that writes.
type Fed = Result<RecordBatch, TableFailure>;

async fn feed(first: Option<RecordBatch>, mut rows: Rows, to: mpsc::Sender<Fed>) {
    if let Some(first) = first
        && to.send(Ok(first)).await.is_err()
    {
        return;
    }
    while let Some(batch) = rows.batches.next().await {
        // Nobody listens any more: what is left need not be read.
        if to.send(batch).await.is_err() {
            return;
        }
    }
}

fn write(
    mut batches: mpsc::Receiver<Fed>,
    columns: SchemaRef,
    format: Format,
    name: &str,
    pieces: &mpsc::Sender<io::Result<Bytes>>,
) -> Result<(), ShowError> {
    let answer = Box::new(Answer(pieces.clone()));
    let options = ShowOptions::default();
    let mut writer = RowWriter::into_writer(answer, name, format, columns, options)?;
    while let Some(batch) = batches.blocking_recv() {
        // A workbook is sent when it is whole: that nobody waits for it any more is not heard before.
        if pieces.is_closed() {
            return Ok(());
        }
        let batch = batch.map_err(|failure| ShowError {
            kind: ShowErrorKind::Other,
            message: failure.message.clone(),
            source: Some(Box::new(failure)),
        })?;
        writer.write(&batch)?;
    }
    writer.finish()?;
    Ok(())
}

/// The body of the answer as something to write to.
struct Answer(mpsc::Sender<io::Result<Bytes>>);

impl Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Ok(Bytes::copy_from_slice(bytes));
        let sent = self.0.blocking_send(piece);
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const fn ending(format: Format) -> &'static str {
    match format {
        Format::Table => "txt",
        other => other.name(),
    }
}

const fn media_type(format: Format) -> &'static str {
    match format {
        Format::Table => "text/plain; charset=utf-8",
        Format::Csv => "text/csv; charset=utf-8",
        Format::Jsonl => "application/x-ndjson",
        Format::Json => "application/json",
        Format::Parquet => "application/vnd.apache.parquet",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
}

/// The name of a file in letters that every system takes, and in full for browsers that know RFC 6266.
fn disposition(name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => letter,
            _ => '_',
        })
        .collect();
    let in_full: String = name.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                text.push(char::from(byte));
            }
            // A name is no path.
            b'/' | b'\\' => text.push('_'),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
        text
    });
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{in_full}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}
