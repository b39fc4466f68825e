//! Rows of a CSV file.
//!
//! Stands on csv-core rather than csv, to know what csv does not tell: whether the last row had a line
//! end, whether a quote is still open, and how the row looked byte by byte.

use std::io::Read;

use csv_core::{ReadRecordResult, Reader};

use crate::{DecodeError, input::Input, row::Row};

/// Pulls rows from a file.
pub(crate) struct CsvRows<R> {
    input: Input<R>,
    reader: Reader,
    max_record_bytes: usize,
    /// The line that the next byte is on.
    line: u64,
    /// Whether the last row was ended by the end of the file.
    ended_by_file: bool,
}

impl<R: Read> CsvRows<R> {
    pub(crate) fn new(input: Input<R>, max_record_bytes: usize) -> Self {
        Self {
            input,
            reader: Reader::new(),
            max_record_bytes,
            line: 1,
            ended_by_file: false,
        }
    }

    /// Reads the next row that is not a blank line; `false` at the end of the file.
    pub(crate) fn next_row(&mut self, row: &mut Row) -> Result<bool, DecodeError> {
        row.cells = 0;
        if !self.skip_line_ends()? {
            return Ok(false);
        }
        self.input.mark();
        row.line = self.line;
        self.reader.set_line(self.line);
        let mut filled = 0;
        loop {
            let input = self.input.fill()?;
            let at_end = input.is_empty();
            // The end of the file is as good as a line end, outside of quotes.
            let input = if at_end { b"\n" } else { input };
            let (result, read, written, ends) = self.reader.read_record(
                input,
                &mut row.bytes[filled..],
                &mut row.ends[row.cells..],
            );
            if !at_end {
                self.input.consume(read);
            }
            filled += written;
            row.cells += ends;
            if self.input.marked_len() > self.max_record_bytes {
                return Err(DecodeError::RecordTooLong {
                    line: row.line,
                    limit: self.max_record_bytes,
                });
            }
            match result {
                ReadRecordResult::InputEmpty if at_end => {
                    return Err(DecodeError::CutOff { line: row.line });
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => grow(&mut row.bytes),
                ReadRecordResult::OutputEndsFull => grow(&mut row.ends),
                ReadRecordResult::Record => {
                    self.line = self.reader.line();
                    self.ended_by_file = at_end;
                    return Ok(true);
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// Whether the last row ends with the file and not with its line.
    pub(crate) fn ended_by_file(&self) -> bool {
        self.ended_by_file
    }

    /// The last row as it stands in the file.
    pub(crate) fn raw(&self) -> Vec<u8> {
        let mut raw = self.input.marked();
        raw.truncate(raw.trim_ascii_end().len());
        raw
    }

    /// Goes to the next byte of a row; `false` if there is none.
    fn skip_line_ends(&mut self) -> Result<bool, DecodeError> {
        loop {
            // The common cases by hand: the second half of CRLF, and the first byte of a row.
            match self.input.peek()? {
                None => return Ok(false),
                Some(b'\n') => self.line += 1,
                Some(b'\r') => {}
                Some(_) => return Ok(true),
            }
            self.input.consume(1);
        }
    }
}

fn grow<T: Clone + Default>(room: &mut Vec<T>) {
    room.resize((room.len() * 2).max(256), T::default());
}
