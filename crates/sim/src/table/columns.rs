//! The columns of a CSV reply, and what faults do to them.

use exmetrics_catalog::{Column, ColumnType, Report, column_name};

use super::{Cell, cell::write_text};
use crate::faults::{BadCell, Fault};

/// Which columns a reply has, in which order, under which headers.
#[derive(Debug, Clone)]
pub(crate) struct CsvColumns {
    columns: Vec<CsvColumn>,
    damage: Option<Damage>,
}

#[derive(Debug, Clone)]
struct CsvColumn {
    header: String,
    /// The place in the catalogue's row; `None` for a column that nobody has heard of.
    source: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Damage {
    source: usize,
    /// Counted from 0.
    row: u64,
    holds: BadCell,
}

impl CsvColumns {
    /// The header as last seen on the wire.
    pub(crate) fn of(report: &Report) -> Self {
        let column = |(place, column): (usize, &Column)| CsvColumn {
            header: column.header.clone(),
            source: Some(place),
        };
        Self {
            columns: report.columns.iter().enumerate().map(column).collect(),
            damage: None,
        }
    }

    pub(crate) fn write_header(&self, out: &mut Vec<u8>) {
        for (place, column) in self.columns.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            write_text(&column.header, out);
        }
        out.extend_from_slice(b"\r\n");
    }

    pub(crate) fn write_row(&self, number: u64, cells: &[Cell], out: &mut Vec<u8>) {
        for (place, column) in self.columns.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            match (column.source, self.damage) {
                (Some(source), Some(damage)) if damage.row == number && damage.source == source => {
                    out.extend_from_slice(damage.holds.bytes());
                }
                (Some(source), _) => cells[source].write_csv(out),
                (None, _) => Cell::Int(number % 97).write_csv(out),
            }
        }
        out.extend_from_slice(b"\r\n");
    }

    /// The place of a column by its header, else the last but one.
    fn place(&self, header: Option<&String>) -> usize {
        let named = header.and_then(|header| {
            let wanted = column_name(header);
            self.columns
                .iter()
                .position(|column| column_name(&column.header) == wanted)
        });
        named.unwrap_or(self.columns.len().saturating_sub(2))
    }
}

impl BadCell {
    fn bytes(self) -> &'static [u8] {
        match self {
            Self::InvalidUtf8 => b"caf\xE9 \xFF\xFE",
            Self::WrongType => b"many",
            Self::HugeNumber => b"99999999999999999999999999",
            Self::QuotedNewline => b"\"two\r\nlines, one cell\"",
        }
    }
}

/// Does to the columns what a fault says.
pub(crate) fn twist(columns: &mut CsvColumns, report: &Report, fault: &Fault) {
    match fault {
        Fault::ReorderColumns => columns.columns.reverse(),
        Fault::AddColumn { header } => {
            let middle = columns.columns.len() / 2;
            columns.columns.insert(
                middle,
                CsvColumn {
                    header: header.clone(),
                    source: None,
                },
            );
        }
        Fault::DropColumn { column } => {
            columns.columns.remove(columns.place(column.as_ref()));
        }
        Fault::DuplicateColumn { column } => {
            let again = columns.columns[columns.place(column.as_ref())].clone();
            columns.columns.push(again);
        }
        Fault::RenameColumn { column, to } => {
            let place = columns.place(column.as_ref());
            columns.columns[place].header.clone_from(to);
        }
        Fault::Cell { column, row, holds } => {
            let source = match column {
                Some(_) => columns.place(column.as_ref()),
                None => first_that_fits(report, *holds),
            };
            columns.damage = Some(Damage {
                source,
                row: row.saturating_sub(1),
                holds: *holds,
            });
        }
        _ => {}
    }
}

fn first_that_fits(report: &Report, holds: BadCell) -> usize {
    let wanted = match holds {
        BadCell::InvalidUtf8 | BadCell::QuotedNewline => ColumnType::Text,
        BadCell::WrongType | BadCell::HugeNumber => ColumnType::Bigint,
    };
    let fits = |column: &Column| column.kind == wanted && column.name() != "report_period";
    report
        .columns
        .iter()
        .position(fits)
        .unwrap_or(report.columns.len() / 2)
}
