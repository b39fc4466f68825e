//! Buffered reading that can still show the bytes of the row it is in.

use std::io::{self, Read};

const CAPACITY: usize = 128 * 1024;

/// A reader and the bytes of it that are not used yet.
#[derive(Debug)]
pub(crate) struct Input<R> {
    source: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    ended: bool,
    /// Where in the buffer the current row begins, once somebody asked for that.
    mark: Option<usize>,
    /// What of the current row is no longer in the buffer.
    carried: Vec<u8>,
}

impl<R: Read> Input<R> {
    pub(crate) fn new(source: R) -> Self {
        Self {
            source,
            buffer: vec![0; CAPACITY].into_boxed_slice(),
            start: 0,
            end: 0,
            ended: false,
            mark: None,
            carried: Vec::new(),
        }
    }

    /// The bytes that are there without reading.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The next bytes; none at the end of the reply.
    #[inline]
    pub(crate) fn fill(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end && !self.ended {
            if let Some(mark) = &mut self.mark {
                self.carried
                    .extend_from_slice(&self.buffer[*mark..self.end]);
                *mark = 0;
            }
            (self.start, self.end) = (0, 0);
            self.read()?;
        }
        Ok(self.unread())
    }

    /// The next byte; `None` at the end of the reply.
    pub(crate) fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.fill()?.first().copied())
    }

    /// The first bytes of the reply: as many as wanted, unless it is shorter.
    pub(crate) fn gather(&mut self, wanted: usize) -> io::Result<&[u8]> {
        let wanted = wanted.min(CAPACITY);
        while self.end - self.start < wanted && !self.ended {
            self.read()?;
        }
        Ok(self.unread())
    }

    fn read(&mut self) -> io::Result<()> {
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            return Ok(());
        }
    }

    #[inline]
    pub(crate) fn consume(&mut self, count: usize) {
        self.start += count;
    }

    /// A row begins here.
    #[inline]
    pub(crate) fn mark(&mut self) {
        self.mark = Some(self.start);
        self.carried.clear();
    }

    /// How long the current row is so far.
    #[inline]
    pub(crate) fn marked_len(&self) -> usize {
        self.carried.len() + self.start - self.mark.unwrap_or(self.start)
    }

    /// The current row so far, byte by byte as it came.
    pub(crate) fn marked(&self) -> Vec<u8> {
        let mark = self.mark.unwrap_or(self.start);
        [self.carried.as_slice(), &self.buffer[mark..self.start]].concat()
    }
}
