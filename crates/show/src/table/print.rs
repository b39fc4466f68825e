//! Rows and a layout to lines.

use std::fmt::Write;

use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentLineStyle, LineStyle, Table,
    TableStyle, Width,
};
use unicode_width::UnicodeWidthStr;

use super::layout::Column;

/// Lines between columns and under the header, none around: more room for the rows, and they copy
/// well.
const STYLE: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none().junction('│'))
    .header_separator(LineStyle::none().fill('─').junction('┼'))
    .content_lines(ContentLineStyle::none().junction('│'));

/// The least that a block leaves to values, however narrow the terminal.
const LEAST_VALUE: usize = 20;
/// What a line of a block takes beside its name and its value: blanks, and the line between.
const BLOCK_LINES: usize = 5;

#[derive(Debug)]
pub(super) struct Printer {
    pub(super) colours: bool,
}

impl Printer {
    /// A page of rows in columns, with its header or without.
    pub(super) fn table(
        &self,
        columns: &[Column],
        widths: &[usize],
        rows: &[Vec<String>],
        with_header: bool,
    ) -> String {
        if columns.is_empty() || (rows.is_empty() && !with_header) {
            return String::new();
        }
        let mut table = self.empty_table();
        if with_header {
            table.set_header(self.header(columns, widths));
        }
        for row in rows {
            table.add_row(row.iter().map(Cell::new));
        }
        for (index, (column, width)) in columns.iter().zip(widths).enumerate() {
            set_column(&mut table, index, *width, column.is_number);
        }
        let mut text = table.trim_fmt();
        text.push('\n');
        text
    }

    /// Rows as blocks of `column │ value` lines, each under its title.
    pub(super) fn blocks<'a>(
        &self,
        columns: &[Column],
        rows: impl Iterator<Item = (String, &'a [String])> + Clone,
        room: Option<usize>,
    ) -> String {
        let names = columns
            .iter()
            .map(|column| column.name.width())
            .max()
            .unwrap_or(0);
        let room = room.unwrap_or(usize::MAX);
        let widest = rows
            .clone()
            .flat_map(|(_, row)| row)
            .map(|value| value.width())
            .max();
        let most = room.saturating_sub(names + BLOCK_LINES).max(LEAST_VALUE);
        let values = widest.unwrap_or(0).clamp(1, most);
        let across = (names + BLOCK_LINES + values).min(room);
        let mut text = String::new();
        for (title, row) in rows {
            let title = format!("── {title} ");
            let line = "─".repeat(across.saturating_sub(title.width()));
            let mut table = self.empty_table();
            for (column, value) in columns.iter().zip(row) {
                table.add_row([self.named(&column.name), Cell::new(value)]);
            }
            set_column(&mut table, 0, names, false);
            set_column(&mut table, 1, values, false);
            // A String takes all there is.
            let _ = writeln!(
                text,
                "{}\n{}",
                self.dim(&format!("{title}{line}")),
                table.trim_fmt()
            );
        }
        text
    }

    fn empty_table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(STYLE).force_no_tty();
        if self.colours {
            table.enforce_styling().style_text_only();
        }
        table
    }

    /// The names, those of fewer lines lowered onto the line beneath.
    fn header(&self, columns: &[Column], widths: &[usize]) -> Vec<Cell> {
        let names: Vec<_> = columns
            .iter()
            .zip(widths)
            .map(|(column, width)| column.name_lines(*width))
            .collect();
        let height = names.iter().map(Vec::len).max().unwrap_or(1);
        names
            .into_iter()
            .map(|lines| {
                let lowered = "\n".repeat(height.saturating_sub(lines.len()));
                self.named(&format!("{lowered}{}", lines.join("\n")))
            })
            .collect()
    }

    fn named(&self, name: &str) -> Cell {
        Cell::new(name).add_attribute(Attribute::Bold)
    }

    fn dim(&self, text: &str) -> String {
        if self.colours {
            format!("\u{1b}[2m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

fn set_column(table: &mut Table, index: usize, width: usize, is_number: bool) {
    let alignment = if is_number {
        CellAlignment::Right
    } else {
        CellAlignment::Left
    };
    if let Some(column) = table.column_mut(index) {
        // An absolute width counts the padding in.
        let width = u16::try_from(width.saturating_add(2)).unwrap_or(u16::MAX);
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        column.set_cell_alignment(alignment);
    }
}
