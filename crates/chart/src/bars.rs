//! Horizontal bars: shares or amounts by name, one row each.

use super::chart::{Chart, Table};
use super::labels::{NORMAL, cut, isolated, width};
use super::root::{self, Root};
use super::subject::check_value;
use super::svg::{Px, Share, Svg};
use super::{Error, Subject, Unit};

const ROW: f64 = 26.0;
const LONGEST_NAME: f64 = 136.0;

/// A named value.
#[derive(Clone, Debug)]
pub struct Bar {
    pub(super) name: String,
    pub(super) value: Option<f64>,
    pub(super) note: Option<String>,
}

impl Bar {
    /// A bar with a value in the chart's unit; `None` says *no data*, which is not the same as zero.
    #[must_use]
    pub fn new(name: impl Into<String>, value: Option<f64>) -> Self {
        Self {
            name: name.into(),
            value,
            note: None,
        }
    }

    /// A second, quieter figure behind the value, as a finished string such as `3,874`.
    #[must_use]
    pub fn note(mut self, words: impl Into<String>) -> Self {
        self.note = Some(words.into());
        self
    }
}

/// Draws one bar per row in the given order. A percentage fills its track at 100 %, anything else at the highest value.
///
/// # Errors
/// [`Error::Nothing`] without a bar, or what else [`Error`] lists.
pub fn bars(subject: &Subject, rows: &[Bar]) -> Result<Chart, Error> {
    subject.check()?;
    let highest = check(rows)?;
    let full = if subject.unit == Unit::Percent {
        highest.max(100.0)
    } else {
        highest
    };
    let summary = summary(subject, rows);
    let names: Vec<String> = rows
        .iter()
        .map(|row| cut(&row.name, NORMAL, LONGEST_NAME))
        .collect();
    let values: Vec<String> = rows.iter().map(|row| value_of(subject, row)).collect();
    let left = root::gutter(widest(names.iter()) + 12.0);
    let value_room = widest(values.iter()) + 10.0;
    let note_room = widest(rows.iter().filter_map(|row| row.note.as_ref()));
    let right = value_room
        + if note_room > 0.0 {
            note_room + 14.0
        } else {
            0.0
        };
    let (full_gutter, slim_gutter) = (root::gutter(right), root::gutter(value_room));
    let mut svg = Root {
        kind: "bars",
        more: root::slim(value_room),
        height: ROW * rows.len() as f64,
        top: 0.0,
        left,
        right,
        days: None,
        summary: &summary,
        hatched: rows.iter().any(|row| row.value.is_none()),
        waits: false,
    }
    .open(subject);
    for (at, row) in rows.iter().enumerate() {
        let y = ROW * at as f64;
        let base = Px(y + 17.5);
        svg.tag("text")
            .class("label")
            .attr("x", Px(-left))
            .attr("y", &base)
            .text_with_full(&names[at], &row.name);
        draw_bar(&mut svg, subject, row, y + 7.0, full);
        let value = |svg: &mut Svg, class: &str, edge: f64, text: &str| {
            svg.tag("text")
                .class(class)
                .attr("x", "100%")
                .attr("dx", Px(edge))
                .attr("y", &base)
                .attr("text-anchor", "end")
                .text(text);
        };
        // Where the second figure is left out, the first moves to the edge of the smaller gutter.
        match &row.note {
            Some(note) => {
                value(&mut svg, "label label--value", slim_gutter, &values[at]);
                value(&mut svg, "label label--quiet only-wide", full_gutter, note);
            }
            None => value(&mut svg, "label label--value", slim_gutter, &values[at]),
        }
    }
    Ok(finish(subject, rows, root::close(svg), summary))
}

fn draw_bar(svg: &mut Svg, subject: &Subject, row: &Bar, y: f64, full: f64) {
    let mut rect = |class: &str, fill: Option<String>, share: f64| {
        let mut tag = svg
            .tag("rect")
            .class(class)
            .attr("y", Px(y))
            .attr("width", Share(share))
            .attr("height", "12")
            .attr("rx", "2");
        if let Some(fill) = fill {
            tag = tag.attr("fill", fill);
        }
        tag.leaf();
    };
    match row.value {
        None => rect("gap", Some(format!("url(#{}-hatch)", subject.id)), 1.0),
        Some(value) => {
            rect("track", None, 1.0);
            if value > 0.0 {
                rect("bar", None, (value / full).max(0.004));
            }
        }
    }
}

/// The highest value, or zero.
pub(super) fn check(rows: &[Bar]) -> Result<f64, Error> {
    if rows.is_empty() {
        return Err(Error::Nothing);
    }
    for row in rows {
        check_value(&row.name, row.value.unwrap_or(0.0))?;
    }
    Ok(rows.iter().filter_map(|row| row.value).fold(0.0, f64::max))
}

pub(super) fn value_of(subject: &Subject, row: &Bar) -> String {
    row.value
        .map_or_else(|| "no data".to_owned(), |value| subject.unit.write(value))
}

/// `Outlook for Windows 84 %, Outlook for mobile 72 %, ….`
pub(super) fn summary(subject: &Subject, rows: &[Bar]) -> String {
    let say = |row: &Bar| format!("{} {}", isolated(&row.name), value_of(subject, row));
    format!("{}.", rows.iter().map(say).collect::<Vec<_>>().join(", "))
}

/// The chart of a drawing of named values.
pub(super) fn finish(subject: &Subject, rows: &[Bar], svg: String, summary: String) -> Chart {
    let noted = rows.iter().any(|row| row.note.is_some());
    let mut head = vec!["Name".to_owned(), "Value".to_owned()];
    if noted {
        head.push("Note".to_owned());
    }
    let cells = |row: &Bar| {
        let mut cells = vec![row.name.clone(), value_of(subject, row)];
        if noted {
            cells.push(row.note.clone().unwrap_or_default());
        }
        cells
    };
    let known = rows.iter().any(|row| row.value.is_some());
    Chart {
        id: subject.id.clone(),
        title: subject.title.clone(),
        svg,
        summary,
        legend: Vec::new(),
        table: Table {
            head,
            rows: rows.iter().map(cells).collect(),
        },
        empty: (!known).then(|| "No figures.".to_owned()),
    }
}

fn widest<'a>(texts: impl Iterator<Item = &'a String>) -> f64 {
    texts.map(|text| width(text, NORMAL)).fold(0.0, f64::max)
}
