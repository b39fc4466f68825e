//! Objects to rows: a row per object, or one per object nested in it with the outer properties
//! repeated.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    io::Read,
    mem,
    ops::Range,
};

use exmetrics_catalog::{HeaderMatch, Report, column_name, match_header};

use crate::{
    DecodeError, Reject, RejectProblem,
    json::{
        pages::{Found, Pages, malformed},
        scan::{Malformed, Property, Scan, Shape, shape, write_cell, write_text},
    },
    layout::{Layout, MAX_COLUMNS},
    row::Row,
};

/// More names than any report has are not remembered.
const MAX_LATE_NAMES: usize = 10 * MAX_COLUMNS;

/// Pulls rows from a reply; their cells are in the order of the layout.
pub(crate) struct JsonRows<'r, R> {
    report: &'r Report,
    pages: Pages<R>,
    /// Objects read to learn the columns.
    ahead: VecDeque<(u64, Vec<u8>)>,
    /// Which cell of a row a property fills; `None` for one that came too late for a column.
    slots: HashMap<Vec<u8>, Option<usize>>,
    /// The names of the cells' columns.
    columns: Vec<String>,
    /// Whether a property fills the cell.
    taken: Vec<bool>,
    /// Columns of the catalogue that came after the first page.
    late: Vec<String>,
    object: Vec<u8>,
    ordinal: u64,
    /// The object's own cells.
    outer: Cells,
    /// The same with those of a nested object laid over them.
    inner: Cells,
    /// Arrays of the object whose objects are rows.
    nested: VecDeque<Range<usize>>,
    /// Where in the first of them the next row is.
    at: usize,
    /// Whether the object itself is a row that is still to come.
    outer_is_row: bool,
}

/// Cells in any order, found by slot.
#[derive(Debug, Clone, Default)]
struct Cells {
    text: Vec<u8>,
    places: Vec<Range<usize>>,
    /// Which object wrote the cell last, to find repeated properties.
    writers: Vec<u64>,
}

impl Cells {
    fn reset(&mut self, width: usize) {
        self.text.clear();
        self.places.clear();
        self.places.resize(width, 0..0);
        self.writers.clear();
        self.writers.resize(width, 0);
    }

    fn copy_from(&mut self, other: &Self) {
        self.text.clone_from(&other.text);
        self.places.clone_from(&other.places);
        self.writers.clone_from(&other.writers);
    }

    fn write_to(&self, row: &mut Row) {
        row.clear();
        for place in &self.places {
            row.push(&self.text[place.clone()]);
        }
    }
}

impl<'r, R: Read> JsonRows<'r, R> {
    /// Reads the first page that has a row, to learn the columns; no header without a row.
    pub(crate) fn open(
        report: &'r Report,
        mut pages: Pages<R>,
        look_ahead_bytes: usize,
        reject: &mut dyn FnMut(Reject),
    ) -> Result<(Self, Option<HeaderMatch>), DecodeError> {
        let mut names = Names::default();
        let mut ahead = VecDeque::new();
        let (mut object, mut bytes) = (Vec::new(), 0);
        loop {
            match pages.next(&mut object, reject)? {
                Found::Object => {
                    names
                        .learn(report, &object)
                        .map_err(|Malformed| malformed(pages.ordinal()))?;
                    bytes += object.len();
                    ahead.push_back((pages.ordinal(), mem::take(&mut object)));
                    // A page of any size must not be held in memory whole.
                    if bytes > look_ahead_bytes || names.all.len() > MAX_COLUMNS {
                        break;
                    }
                }
                Found::EndOfPage if ahead.is_empty() => {}
                Found::EndOfPage | Found::End => break,
            }
        }
        if names.all.len() > MAX_COLUMNS {
            return Err(DecodeError::not_the_report(
                "its rows have too many columns",
            ));
        }
        let mut rows = Self {
            report,
            pages,
            ahead,
            slots: HashMap::new(),
            columns: Vec::new(),
            taken: Vec::new(),
            late: Vec::new(),
            object: Vec::new(),
            ordinal: 0,
            outer: Cells::default(),
            inner: Cells::default(),
            nested: VecDeque::new(),
            at: 1,
            outer_is_row: false,
        };
        if rows.ahead.is_empty() {
            return Ok((rows, None));
        }
        let headers: Vec<String> = names.all.iter().map(|name| words(name)).collect();
        let mut matched = match_header(report, headers.iter().map(String::as_str));
        for told in matched
            .renamed
            .iter_mut()
            .map(|(came, _)| came)
            .chain(&mut matched.repeated)
        {
            if let Some(place) = headers.iter().position(|header| header == told) {
                *told = String::from_utf8_lossy(&names.all[place]).into_owned();
            }
        }
        let layout = Layout::of_header(report, &matched.columns);
        rows.columns = layout
            .columns
            .into_iter()
            .map(|column| column.name)
            .collect();
        rows.taken = vec![false; rows.columns.len()];
        let mut unknown = report.columns.len()..;
        for (name, column) in names.all.into_iter().zip(&matched.columns) {
            let slot = column.known.or_else(|| unknown.next());
            if let Some(slot) = slot {
                rows.taken[slot] = true;
            }
            rows.slots.insert(name, slot);
        }
        Ok((rows, Some(matched)))
    }

    /// Columns of the catalogue that the first page lacked and a later one had.
    pub(crate) fn late(&self) -> &[String] {
        &self.late
    }

    /// Reads the next row; `false` at the end of the reply.
    pub(crate) fn next_row(
        &mut self,
        row: &mut Row,
        reject: &mut dyn FnMut(Reject),
    ) -> Result<bool, DecodeError> {
        loop {
            while let Some(array) = self.nested.front().cloned() {
                let mut scan = Scan::resume(&self.object[array.clone()], self.at);
                let Some(found) = scan
                    .element()
                    .map_err(|Malformed| malformed(self.ordinal))?
                else {
                    self.nested.pop_front();
                    self.at = 1;
                    continue;
                };
                self.at = scan.at();
                let place = array.start + found.start..array.start + found.end;
                if self.object[place.start] == b'{' {
                    self.inner.copy_from(&self.outer);
                    self.fill(place, Level::Inner, reject)?;
                    self.inner.write_to(row);
                    row.line = self.ordinal;
                    return Ok(true);
                }
                if &self.object[place.clone()] != b"null" {
                    reject(Reject {
                        line: self.ordinal,
                        column: String::new(),
                        value: self.object[place].to_vec(),
                        problem: RejectProblem::NotARow,
                    });
                }
            }
            if mem::take(&mut self.outer_is_row) {
                self.outer.write_to(row);
                row.line = self.ordinal;
                return Ok(true);
            }
            if !self.next_object(reject)? {
                return Ok(false);
            }
        }
    }

    fn next_object(&mut self, reject: &mut dyn FnMut(Reject)) -> Result<bool, DecodeError> {
        match self.ahead.pop_front() {
            Some((ordinal, object)) => (self.ordinal, self.object) = (ordinal, object),
            None => {
                loop {
                    match self.pages.next(&mut self.object, reject)? {
                        Found::Object => break,
                        Found::EndOfPage => {}
                        Found::End => return Ok(false),
                    }
                }
                self.ordinal = self.pages.ordinal();
            }
        }
        self.outer.reset(self.columns.len());
        self.fill(0..self.object.len(), Level::Outer, reject)?;
        self.outer_is_row = self.nested.is_empty();
        self.at = 1;
        Ok(true)
    }

    /// Writes the properties of an object, or of one nested in it, into their cells.
    fn fill(
        &mut self,
        place: Range<usize>,
        level: Level,
        reject: &mut dyn FnMut(Reject),
    ) -> Result<(), DecodeError> {
        let object = mem::take(&mut self.object);
        let mut cells = mem::take(match level {
            Level::Outer => &mut self.outer,
            Level::Inner => &mut self.inner,
        });
        let filled = self.fill_cells(
            &object[place.clone()],
            place.start,
            level,
            &mut cells,
            reject,
        );
        match level {
            Level::Outer => self.outer = cells,
            Level::Inner => self.inner = cells,
        }
        self.object = object;
        filled.map_err(|Malformed| malformed(self.ordinal))
    }

    fn fill_cells(
        &mut self,
        object: &[u8],
        start: usize,
        level: Level,
        cells: &mut Cells,
        reject: &mut dyn FnMut(Reject),
    ) -> Result<(), Malformed> {
        let writer = level as u64;
        let mut scan = Scan::new(object);
        while let Some(Property { name, value }) = scan.property()? {
            let raw = &object[value.clone()];
            if level == Level::Outer && shape(raw) == Shape::Rows {
                self.nested
                    .push_back(start + value.start..start + value.end);
                continue;
            }
            let begin = cells.text.len();
            write_cell(raw, &mut cells.text)?;
            let slot = self.slot(&object[name.clone()])?;
            match slot {
                Some(slot) if cells.writers[slot] != writer => {
                    cells.places[slot] = begin..cells.text.len();
                    cells.writers[slot] = writer;
                    continue;
                }
                _ if cells.text.len() == begin => {}
                Some(slot) => reject(Reject {
                    line: self.ordinal,
                    column: self.columns[slot].clone(),
                    value: cells.text[begin..].to_vec(),
                    problem: RejectProblem::RepeatedProperty,
                }),
                None => reject(Reject {
                    line: self.ordinal,
                    column: column_name(&words(&object[name])),
                    value: cells.text[begin..].to_vec(),
                    problem: RejectProblem::AfterFirstPage,
                }),
            }
            cells.text.truncate(begin);
        }
        Ok(())
    }

    /// The cell that a property fills.
    fn slot(&mut self, quoted: &[u8]) -> Result<Option<usize>, Malformed> {
        let mut unescaped = Vec::new();
        let name = if quoted.contains(&b'\\') {
            write_text(quoted, &mut unescaped)?;
            unescaped.as_slice()
        } else {
            &quoted[1..quoted.len() - 1]
        };
        if let Some(slot) = self.slots.get(name) {
            return Ok(*slot);
        }
        // Every column of the catalogue has its place, even if the first page did without it.
        let header = String::from_utf8_lossy(name);
        let matched = match_header(self.report, [header.as_ref()]);
        let slot = matched.columns[0].known.filter(|place| !self.taken[*place]);
        if let Some(place) = slot {
            self.taken[place] = true;
            self.late.push(self.columns[place].clone());
        }
        if self.slots.len() < MAX_LATE_NAMES {
            self.slots.insert(name.to_vec(), slot);
        }
        Ok(slot)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Outer = 1,
    Inner = 2,
}

/// `newFigureMB` as the `new Figure MB` that a header would have, so that a column that nobody knows yet
/// has one name in both formats.
fn words(name: &[u8]) -> String {
    let mut words = String::with_capacity(name.len() + 8);
    for letter in String::from_utf8_lossy(name).chars() {
        if letter.is_uppercase() && words.ends_with(char::is_lowercase) {
            words.push(' ');
        }
        words.push(letter);
    }
    words
}

/// The names of properties, in the order they first came.
#[derive(Default)]
struct Names {
    all: Vec<Vec<u8>>,
    seen: HashSet<Vec<u8>>,
    /// Names that so far had nothing but empty arrays, and may yet turn out to hold rows.
    empty: HashSet<Vec<u8>>,
}

impl Names {
    fn learn(&mut self, report: &Report, object: &[u8]) -> Result<(), Malformed> {
        let mut scan = Scan::new(object);
        while let Some(Property { name, value }) = scan.property()? {
            let value = &object[value];
            if shape(value) != Shape::Rows {
                self.add(report, &object[name], value)?;
                continue;
            }
            let mut rows = Scan::new(value);
            while let Some(row) = rows.element()? {
                let row = &value[row];
                let mut scan = Scan::new(row);
                while row[0] == b'{'
                    && let Some(Property { name, value }) = scan.property()?
                {
                    self.add(report, &row[name], &row[value])?;
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, report: &Report, quoted: &[u8], value: &[u8]) -> Result<(), Malformed> {
        let mut name = Vec::new();
        write_text(quoted, &mut name)?;
        if self.seen.contains(&name) || self.all.len() > MAX_COLUMNS {
            return Ok(());
        }
        if shape(value) == Shape::EmptyArray {
            if !self.empty.insert(name.clone()) {
                return Ok(());
            }
            let header = String::from_utf8_lossy(&name);
            if match_header(report, [header.as_ref()]).columns[0]
                .known
                .is_none()
            {
                return Ok(());
            }
        }
        self.seen.insert(name.clone());
        self.all.push(name);
        Ok(())
    }
}
