//! A reply's bytes go two ways at once: into the archive as they came, and through decode into rows.
//!
//! Three things work side by side: the download fills two short queues, one thread compresses, one
//! decodes, and the rows are written as they come out. Nothing holds more than a few pieces.

use std::io::Read;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use exmetrics_catalog::Report;
use exmetrics_decode::{DecodeError, Decoded, Decoder, Options, RowContext};
use exmetrics_graph::{Failure, Reply};
use futures::StreamExt;
use tokio::sync::{mpsc, oneshot};

use crate::{
    Progress, ReplyRows, Step, TableFailure,
    archive::{ArchiveWriter, Archived},
    pipe::{Chunk, ChunkReader},
    rejects::RejectWriter,
};

/// How many pieces of a download wait to be compressed or decoded.
const CHUNKS: usize = 32;

/// How many batches wait to be written.
const BATCHES: usize = 2;

/// Who takes the rows of a reply, once its columns are known.
#[async_trait::async_trait]
pub(crate) trait RowTaker: Send + Sync {
    async fn open(&self, columns: &SchemaRef) -> Result<Box<dyn ReplyRows>, TableFailure>;
}

/// Why a reply came to nothing.
#[derive(Debug)]
pub(crate) enum ReplyFailure {
    /// Microsoft's side, or the network.
    Graph(Failure),
    /// The bytes are not what they should be.
    Decode(DecodeError),
    /// Our side: the table.
    Table(TableFailure),
    /// Our side: the archive or the rejects.
    File(std::io::Error),
}

/// What is needed to make rows of a reply.
pub(crate) struct Decoding {
    pub(crate) report: &'static Report,
    pub(crate) context: RowContext,
    pub(crate) options: Options,
    pub(crate) rejects: RejectWriter,
}

/// What came out of a reply.
pub(crate) struct Received {
    pub(crate) decoded: Decoded,
    pub(crate) rows: Box<dyn ReplyRows>,
    pub(crate) columns: SchemaRef,
}

/// Takes in a reply from Microsoft: archive and rows.
pub(crate) async fn receive(
    reply: Reply,
    archive: ArchiveWriter,
    decoding: Decoding,
    taker: &dyn RowTaker,
    progress: &dyn Progress,
) -> Result<(Received, Archived), ReplyFailure> {
    let (to_archive, archived) = archive_thread(archive);
    let (to_decode, chunks) = mpsc::channel(CHUNKS);
    let rows = take_rows(ChunkReader::new(chunks), decoding, taker, progress);
    let download = async {
        let mut body = reply.body;
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(ReplyFailure::Graph)?;
            // An end that is gone has its own failure to tell.
            let kept = to_archive.send(Chunk::Bytes(bytes.clone())).await.is_ok();
            let read = to_decode.send(Chunk::Bytes(bytes)).await.is_ok();
            if !kept || !read {
                return Ok(());
            }
        }
        let _ = to_decode.send(Chunk::End).await;
        let _ = to_archive.send(Chunk::End).await;
        drop((to_decode, to_archive));
        Ok(())
    };
    let (downloaded, received) = futures::join!(download, rows);
    // What Microsoft did comes first: decode only sees that the bytes stopped.
    if let Err(failure) = downloaded {
        if let Ok(received) = received {
            received.rows.abandon().await;
        }
        return Err(failure);
    }
    let archived = archived
        .await
        .map_err(|_| ReplyFailure::File(std::io::Error::other("the archive's thread ended early")));
    match (received, archived) {
        (Ok(received), Ok(Ok(archived))) => Ok((received, archived)),
        (Ok(received), Ok(Err(error)) | Err(ReplyFailure::File(error))) => {
            received.rows.abandon().await;
            Err(ReplyFailure::File(error))
        }
        (Ok(received), Err(failure)) => {
            received.rows.abandon().await;
            Err(failure)
        }
        // The archive stopped taking bytes, so the download was stopped: decode only saw the end of it.
        (Err(ReplyFailure::Decode(DecodeError::Read(_))), Ok(Err(error))) => {
            Err(ReplyFailure::File(error))
        }
        (Err(failure), _) => Err(failure),
    }
}

/// Makes rows of a reply that is in the archive.
pub(crate) async fn replay(
    source: impl Read + Send + 'static,
    decoding: Decoding,
    taker: &dyn RowTaker,
    progress: &dyn Progress,
) -> Result<Received, ReplyFailure> {
    take_rows(source, decoding, taker, progress).await
}

/// Compresses on a thread of its own, and says how it went when the end has come.
fn archive_thread(
    mut archive: ArchiveWriter,
) -> (
    mpsc::Sender<Chunk>,
    oneshot::Receiver<std::io::Result<Archived>>,
) {
    let (sender, mut chunks) = mpsc::channel(CHUNKS);
    let (say, said) = oneshot::channel();
    tokio::task::spawn_blocking(move || {
        while let Some(chunk) = chunks.blocking_recv() {
            match chunk {
                Chunk::Bytes(bytes) => {
                    if let Err(error) = archive.write(&bytes) {
                        let _ = say.send(Err(error));
                        return;
                    }
                }
                Chunk::End => {
                    let _ = say.send(archive.finish());
                    return;
                }
            }
        }
    });
    (sender, said)
}

/// What the decoding thread says.
enum Told {
    Columns(SchemaRef),
    Batch(RecordBatch),
    End(Box<Decoded>),
}

/// Decodes on a thread of its own and hands the rows to the taker.
async fn take_rows(
    source: impl Read + Send + 'static,
    decoding: Decoding,
    taker: &dyn RowTaker,
    progress: &dyn Progress,
) -> Result<Received, ReplyFailure> {
    let (tell, mut told) = mpsc::channel(BATCHES);
    tokio::task::spawn_blocking(move || {
        if let Err(failure) = decode(source, decoding, &tell) {
            let _ = tell.blocking_send(Err(failure));
        }
    });
    let mut open: Option<(Box<dyn ReplyRows>, SchemaRef)> = None;
    while let Some(next) = told.recv().await {
        let failure = match (next, &mut open) {
            (Ok(Told::Columns(columns)), _) => {
                let rows = taker.open(&columns).await.map_err(ReplyFailure::Table)?;
                open = Some((rows, columns));
                continue;
            }
            (Ok(Told::Batch(batch)), Some((rows, _))) => match rows.write(&batch).await {
                Ok(()) => {
                    progress.step(Step::Rows {
                        more: batch.num_rows() as u64,
                    });
                    continue;
                }
                Err(failure) => ReplyFailure::Table(failure),
            },
            (Ok(Told::End(decoded)), Some(_)) => {
                let Some((rows, columns)) = open.take() else {
                    continue;
                };
                return Ok(Received {
                    decoded: *decoded,
                    rows,
                    columns,
                });
            }
            (Ok(_), None) => continue,
            (Err(failure), _) => failure,
        };
        if let Some((rows, _)) = open.take() {
            rows.abandon().await;
        }
        return Err(failure);
    }
    if let Some((rows, _)) = open.take() {
        rows.abandon().await;
    }
    Err(ReplyFailure::File(std::io::Error::other(
        "the decoding thread ended early",
    )))
}

fn decode(
    source: impl Read,
    decoding: Decoding,
    tell: &mpsc::Sender<Result<Told, ReplyFailure>>,
) -> Result<(), ReplyFailure> {
    let Decoding {
        report,
        context,
        options,
        mut rejects,
    } = decoding;
    let decoded = {
        let keep = |reject| rejects.keep(&reject);
        let mut decoder =
            Decoder::new(report, source, context, options, keep).map_err(ReplyFailure::Decode)?;
        if tell
            .blocking_send(Ok(Told::Columns(decoder.schema())))
            .is_err()
        {
            return Ok(());
        }
        while let Some(batch) = decoder.next_batch().map_err(ReplyFailure::Decode)? {
            if tell.blocking_send(Ok(Told::Batch(batch))).is_err() {
                return Ok(());
            }
        }
        decoder.finish()
    };
    rejects.finish().map_err(ReplyFailure::File)?;
    let _ = tell.blocking_send(Ok(Told::End(Box::new(decoded))));
    Ok(())
}
