//! A reply as CSV, a chunk at a time: a reply of a million rows is never whole in memory.

use axum::body::Bytes;

use super::{Cell, CsvColumns, Table};

const BOM: &[u8] = b"\xEF\xBB\xBF";
const CHUNK: usize = 128 * 1024;

/// The bytes of a reply, from the byte order mark to the last line end.
pub(crate) struct CsvChunks {
    table: Table,
    columns: CsvColumns,
    next_row: u64,
    rows: u64,
    begun: bool,
    cells: Vec<Cell>,
}

impl CsvChunks {
    pub(crate) fn new(table: Table, columns: CsvColumns) -> Self {
        let rows = table.len();
        let cells = Vec::with_capacity(table.report.columns.len());
        Self {
            table,
            columns,
            next_row: 0,
            rows,
            begun: false,
            cells,
        }
    }
}

impl Iterator for CsvChunks {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.begun && self.next_row == self.rows {
            return None;
        }
        let mut chunk = Vec::with_capacity(CHUNK + 4 * 1024);
        if !self.begun {
            self.begun = true;
            chunk.extend_from_slice(BOM);
            self.columns.write_header(&mut chunk);
        }
        while self.next_row < self.rows && chunk.len() < CHUNK {
            self.table.cells(self.next_row, &mut self.cells);
            self.columns
                .write_row(self.next_row, &self.cells, &mut chunk);
            self.next_row += 1;
        }
        Some(Bytes::from(chunk))
    }
}
