//! One row of a reply: cells side by side in one buffer that is used again for the next row.

use std::ops::Range;

use crate::cell;

/// Raw cells in the reply's order.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The cells, one behind the other; room beyond the last one may be unused.
    pub(crate) bytes: Vec<u8>,
    /// Where each cell ends.
    pub(crate) ends: Vec<usize>,
    /// How many cells there are; `ends` may have unused room too.
    pub(crate) cells: usize,
    /// Where the row begins, as [`crate::Reject::line`] counts.
    pub(crate) line: u64,
}

impl Row {
    /// A cell; one that did not come is as good as empty.
    #[inline]
    pub(crate) fn cell(&self, position: usize) -> &[u8] {
        if position >= self.cells {
            return &[];
        }
        let start = if position == 0 {
            0
        } else {
            self.ends[position - 1]
        };
        &self.bytes[start..self.ends[position]]
    }

    /// Neighbouring cells without anything between them.
    #[inline]
    pub(crate) fn run(&self, positions: &Range<usize>) -> &[u8] {
        let last = positions.end.min(self.cells);
        if positions.start >= last {
            return &[];
        }
        let start = if positions.start == 0 {
            0
        } else {
            self.ends[positions.start - 1]
        };
        &self.bytes[start..self.ends[last - 1]]
    }

    /// The first eight bytes of a cell, the first lowest, and how long it is. Of a shorter cell they
    /// are those that happen to follow.
    #[inline]
    pub(crate) fn first_eight(&self, position: usize) -> (u64, usize) {
        if position >= self.cells {
            return (0, 0);
        }
        let start = if position == 0 {
            0
        } else {
            self.ends[position - 1]
        };
        let first = cell::first_eight(&self.bytes[start..]);
        (first, self.ends[position] - start)
    }

    /// How many bytes the cells have together.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        if self.cells == 0 {
            0
        } else {
            self.ends[self.cells - 1]
        }
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.cells = 0;
    }

    pub(crate) fn push(&mut self, cell: &[u8]) {
        self.bytes.extend_from_slice(cell);
        self.ends.push(self.bytes.len());
        self.cells += 1;
    }
}
