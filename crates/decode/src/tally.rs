//! What is learnt from the rows on the way: how many, of which days, how new, and whether names are
//! concealed.

use std::collections::{BTreeMap, BTreeSet};

use exmetrics_catalog::Report;
use jiff::civil::Date;

use crate::{
    DayContent, Decoded, Reject, RejectProblem, cell,
    content::{REFRESH_DATE, RowHasher},
    layout::Layout,
    row::Row,
};

/// Counts the rows of one reply.
#[derive(Debug)]
pub(crate) struct Tally {
    days: Days,
    /// Days since 1970-01-01 that are to be kept.
    keep: Option<BTreeSet<i32>>,
    hasher: RowHasher,
    rows_read: u64,
    refresh: Option<usize>,
    /// The refresh date last seen: mostly the same in every row.
    refresh_cell: Vec<u8>,
    refresh_day: Option<i32>,
    principals: Vec<usize>,
    principal_seen: bool,
    address_seen: bool,
    content: DayContent,
}

impl Tally {
    pub(crate) fn new(
        report: &Report,
        layout: &Layout,
        requested: Option<Date>,
        keep: Option<&BTreeSet<Date>>,
    ) -> Self {
        let day_column = report.day_column.as_deref();
        let days = match day_column {
            Some(name) => DaySource::Column(layout.position(name)),
            None => DaySource::Requested(requested.map(cell::days_of)),
        };
        let keep = keep.filter(|_| day_column.is_some());
        Self {
            days: Days {
                source: days,
                current: None,
                all: BTreeMap::new(),
            },
            keep: keep.map(|days| days.iter().map(|day| cell::days_of(*day)).collect()),
            hasher: RowHasher::new(layout, report.columns.len(), day_column),
            rows_read: 0,
            refresh: layout.position(REFRESH_DATE),
            refresh_cell: Vec::new(),
            refresh_day: None,
            principals: layout
                .columns
                .iter()
                .filter(|column| column.name.ends_with("principal_name"))
                .filter_map(|column| column.position)
                .collect(),
            principal_seen: false,
            address_seen: false,
            content: DayContent::default(),
        }
    }

    /// Counts a row, and tells whether it is to be kept. The day of a row that is left out because it
    /// cannot be read goes to `reject`.
    pub(crate) fn take(&mut self, row: &Row, layout: &Layout, reject: impl FnOnce(Reject)) -> bool {
        self.rows_read += 1;
        self.look_at_refresh_date(row);
        let day = match self.days.source {
            DaySource::Column(position) => {
                position.and_then(|at| cell::date(row.cell(at).trim_ascii()))
            }
            DaySource::Requested(day) => day,
        };
        if let Some(keep) = &self.keep
            && !day.is_some_and(|day| keep.contains(&day))
        {
            if let (None, DaySource::Column(Some(position))) = (day, self.days.source)
                && let value = row.cell(position)
                && !value.trim_ascii().is_empty()
            {
                reject(Reject {
                    line: row.line,
                    column: layout.name_at(position),
                    value: value.to_vec(),
                    problem: RejectProblem::Unfit(exmetrics_catalog::ColumnType::Date),
                });
            }
            return false;
        }
        self.look_at_names(row);
        let (hash, has_data) = self.hasher.hash(row);
        let content = DayContent {
            rows: 1,
            rows_with_data: u64::from(has_data),
            hash,
        };
        self.content.add(content);
        if let Some(day) = day {
            self.days.add(day, content);
        }
        true
    }

    fn look_at_refresh_date(&mut self, row: &Row) {
        let Some(position) = self.refresh else { return };
        let cell = row.cell(position);
        if cell != self.refresh_cell {
            self.refresh_cell.clear();
            self.refresh_cell.extend_from_slice(cell);
            // No day is older than any day.
            self.refresh_day = self.refresh_day.max(cell::date(cell.trim_ascii()));
        }
    }

    /// One address is enough: names are concealed for a whole tenant or not at all. What stands in
    /// for a name (32 hex digits, a zero GUID) never has an `@`.
    fn look_at_names(&mut self, row: &Row) {
        if self.address_seen {
            return;
        }
        for position in &self.principals {
            let name = row.cell(*position);
            self.principal_seen |= !name.is_empty();
            self.address_seen |= name.contains(&b'@');
        }
    }

    /// Whether days are to be told apart and the column that tells them did not come.
    pub(crate) fn cannot_tell_days(&self) -> bool {
        self.keep.is_some() && matches!(self.days.source, DaySource::Column(None))
    }

    /// What there is to say after the last row.
    pub(crate) fn finish(mut self) -> Decoded {
        Decoded {
            rows_read: self.rows_read,
            rows_kept: self.content.rows,
            rows_with_data: self.content.rows_with_data,
            refresh_date: self.refresh_day.and_then(cell::date_of),
            days: self.days.finish(),
            content: self.content,
            concealed: self.principal_seen.then_some(!self.address_seen),
            ..Decoded::default()
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum DaySource {
    /// The report has a day column; it may not have come.
    Column(Option<usize>),
    /// Every row is of the day that was asked for, if one was.
    Requested(Option<i32>),
}

/// The content of each day.
#[derive(Debug)]
struct Days {
    source: DaySource,
    /// Rows of one day mostly follow each other.
    current: Option<(i32, DayContent)>,
    all: BTreeMap<i32, DayContent>,
}

impl Days {
    fn add(&mut self, day: i32, content: DayContent) {
        match &mut self.current {
            Some((current, sum)) if *current == day => sum.add(content),
            _ => {
                self.put_away();
                self.current = Some((day, content));
            }
        }
    }

    fn put_away(&mut self) {
        if let Some((day, content)) = self.current.take() {
            self.all.entry(day).or_default().add(content);
        }
    }

    fn finish(&mut self) -> BTreeMap<Date, DayContent> {
        self.put_away();
        self.all
            .iter()
            .filter_map(|(day, content)| Some((cell::date_of(*day)?, *content)))
            .collect()
    }
}
