//! How wide each column is, or that there is no room for columns.

use unicode_width::UnicodeWidthStr;

/// A blank on either side of a cell.
const PADDING: usize = 2;
/// The line between two columns.
const BORDER: usize = 1;
/// A column of text is not made narrower than this.
const NARROW_TEXT: usize = 20;
const MOST_NAME_LINES: usize = 3;
const MOST_CELL_LINES: usize = 4;

/// A column: its name, and the measure of the cells seen so far.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) is_number: bool,
    widest: usize,
    longest_word: usize,
}

/// The shape of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Layout {
    /// A column each, of these widths.
    Columns(Vec<usize>),
    /// A block of lines for each row.
    Blocks,
}

impl Column {
    pub(super) fn new(name: &str, is_number: bool) -> Self {
        Self {
            name: name.to_owned(),
            is_number,
            widest: 1,
            longest_word: 1,
        }
    }

    pub(super) fn measure(&mut self, cell: &str) {
        let width = cell.width();
        if width > self.widest {
            self.widest = width;
        }
        if width > self.longest_word {
            let word = cell
                .split(' ')
                .map(UnicodeWidthStr::width)
                .max()
                .unwrap_or(0);
            self.longest_word = self.longest_word.max(word);
        }
    }

    /// The name in at most so many lines, as narrow as that can be.
    fn name_width(&self, lines: usize) -> usize {
        let whole = self.name.width();
        let parts: Vec<_> = parts(&self.name);
        let longest = parts.iter().map(|part| part.width()).max().unwrap_or(0);
        (longest..whole)
            .find(|width| pack(&parts, *width).len() <= lines)
            .unwrap_or(whole)
    }

    /// The name broken into lines for a column of this width.
    pub(super) fn name_lines(&self, width: usize) -> Vec<String> {
        if self.name.width() <= width {
            return vec![self.name.clone()];
        }
        pack(&parts(&self.name), width)
    }
}

impl Layout {
    /// The layout for columns that were measured; without a width there is room for all.
    pub(super) fn fit(columns: &[Column], room: Option<usize>) -> Self {
        let with_names = |lines: usize| -> Vec<usize> {
            columns
                .iter()
                .map(|column| column.widest.max(column.name_width(lines)))
                .collect()
        };
        let Some(room) = room else {
            return Self::Columns(with_names(1));
        };
        for lines in 1..=MOST_NAME_LINES {
            let widths = with_names(lines);
            if total(&widths) <= room {
                return Self::Columns(widths);
            }
        }
        wrapped(columns, &with_names(MOST_NAME_LINES), room).map_or(Self::Blocks, Self::Columns)
    }
}

/// The widths when text wraps, if that makes enough room.
fn wrapped(columns: &[Column], natural: &[usize], room: usize) -> Option<Vec<usize>> {
    let mut widths: Vec<_> = columns
        .iter()
        .zip(natural)
        .map(|(column, natural)| {
            let least = if column.is_number {
                column.widest
            } else {
                column.longest_word
            };
            least
                .max(column.name_width(MOST_NAME_LINES))
                .max(NARROW_TEXT)
                .max(column.widest.div_ceil(MOST_CELL_LINES))
                .min(*natural)
        })
        .collect();
    let mut spare = room.checked_sub(total(&widths))?;
    // What is left goes where the most is missing.
    while spare > 0 {
        let missing = |index: &usize| natural[*index] - widths[*index];
        let Some(neediest) = (0..widths.len())
            .max_by_key(missing)
            .filter(|i| missing(i) > 0)
        else {
            break;
        };
        widths[neediest] += 1;
        spare -= 1;
    }
    Some(widths)
}

fn total(widths: &[usize]) -> usize {
    let borders = widths.len().saturating_sub(1) * BORDER;
    widths.iter().map(|width| width + PADDING).sum::<usize>() + borders
}

/// The parts of a name that may stand on lines of their own, each with its underscore.
fn parts(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, c) in name.char_indices() {
        let part = &name[start..index];
        if matches!(c, '_' | ' ') && part.contains(|c| c != '_' && c != ' ') {
            let end = index + c.len_utf8();
            parts.push(&name[start..end]);
            start = end;
        }
    }
    if start < name.len() {
        parts.push(&name[start..]);
    }
    parts
}

/// Fills lines of a width with parts, in order.
fn pack(parts: &[&str], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.width() + part.width() <= width => line.push_str(part),
            _ => lines.push((*part).to_owned()),
        }
    }
    lines
}
