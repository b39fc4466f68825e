//! Chunks of bytes that arrive on one side, read like a file on the other.

use std::io::{self, Read};

use bytes::{Buf, Bytes};
use tokio::sync::mpsc::Receiver;

/// The reading end. Reading blocks, so it belongs on a thread of its own. The end of the bytes is said
/// by a message, never by the sender going away: a reply that broke off must not look like a short one.
pub(crate) struct ChunkReader {
    chunks: Receiver<Chunk>,
    current: Bytes,
    ended: bool,
}

/// What the sending end says.
pub(crate) enum Chunk {
    Bytes(Bytes),
    End,
}

impl ChunkReader {
    pub(crate) fn new(chunks: Receiver<Chunk>) -> Self {
        Self {
            chunks,
            current: Bytes::new(),
            ended: false,
        }
    }
}

impl Read for ChunkReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() && !self.ended {
            match self.chunks.blocking_recv() {
                Some(Chunk::Bytes(bytes)) => self.current = bytes,
                Some(Chunk::End) => self.ended = true,
                None => {
                    return Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the reply broke off",
                    ));
                }
            }
        }
        let length = into.len().min(self.current.len());
        self.current.copy_to_slice(&mut into[..length]);
        Ok(length)
    }
}
