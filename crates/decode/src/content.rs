//! A fingerprint of each row, so that a day that was read before can be told from a restated one.
//!
//! It sees the raw cells with their columns' names, but not refresh date and period, which move every
//! day, and not empty cells, so that a new column without values is no restatement. Columns are taken
//! in the catalogue's order, unknown ones by name: their order in the reply makes no difference.

use std::ops::Range;

use twox_hash::XxHash3_128;

use crate::{layout::Layout, row::Row};

/// The column with the day a reply was made on, in every report.
pub(crate) const REFRESH_DATE: &str = "report_refresh_date";
const PERIOD: &str = "report_period";

/// Hashes rows of one reply.
#[derive(Debug)]
pub(crate) struct RowHasher {
    columns: Vec<HashedColumn>,
    /// The same positions as in `columns`, neighbours joined: mostly one or two copies per row.
    runs: Vec<Range<usize>>,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct HashedColumn {
    position: usize,
    /// Stands for the column's name.
    tag: u32,
    /// Whether a cell of it tells something; the day of a row alone does not.
    is_data: bool,
}

impl RowHasher {
    pub(crate) fn new(layout: &Layout, known: usize, day_column: Option<&str>) -> Self {
        let mut order: Vec<_> = layout.columns.iter().collect();
        order[known..].sort_by(|left, right| left.name.cmp(&right.name));
        let columns: Vec<HashedColumn> = order
            .into_iter()
            .filter(|column| column.name != REFRESH_DATE && column.name != PERIOD)
            .filter_map(|column| {
                Some(HashedColumn {
                    position: column.position?,
                    tag: XxHash3_128::oneshot(column.name.as_bytes()) as u32,
                    is_data: day_column != Some(column.name.as_str()),
                })
            })
            .collect();
        let mut runs: Vec<Range<usize>> = Vec::new();
        for HashedColumn { position, .. } in &columns {
            match runs.last_mut() {
                Some(run) if run.end == *position => run.end += 1,
                _ => runs.push(*position..*position + 1),
            }
        }
        Self {
            columns,
            runs,
            buffer: Vec::new(),
        }
    }

    /// The row's hash, and whether it tells more than refresh date, period and day.
    ///
    /// What is hashed: all cells, then for each that is not empty the length and the name's tag, then
    /// how many these are. That can be read in one way only, and empty cells leave no trace in it.
    pub(crate) fn hash(&mut self, row: &Row) -> (u128, bool) {
        self.buffer.clear();
        for run in &self.runs {
            self.buffer.extend_from_slice(row.run(run));
        }
        let (mut count, mut has_data) = (0_u64, false);
        for column in &self.columns {
            let length = row.cell(column.position).len() as u64;
            if length > 0 {
                count += 1;
                has_data |= column.is_data;
                let entry = length << 32 | u64::from(column.tag);
                self.buffer.extend_from_slice(&entry.to_le_bytes());
            }
        }
        self.buffer.extend_from_slice(&count.to_le_bytes());
        (XxHash3_128::oneshot(&self.buffer), has_data)
    }
}
