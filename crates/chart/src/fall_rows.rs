//! The rows of a waterfall: mark, name, bars and note. Neighbour: `notes` finds the note's place.

use super::fall_words::say;
use super::fold::Timeline;
use super::labels::{NORMAL, SMALL, cut, width};
use super::notes::notes;
use super::requests::{Phase, Row, Span};
use super::svg::{Px, Share, Svg};
use super::{Subject, glyph};

const ROW: f64 = 24.0;
const HEADING: f64 = 32.0;
const BAR: f64 = 10.0;
const LONGEST_NAME: f64 = 108.0;
/// The mark before a name, with its space.
const MARK: f64 = 16.0;

pub(super) fn row_height(row: &Row) -> f64 {
    if row.heading { HEADING } else { ROW }
}

/// How many pixels of gutter the names need.
pub(super) fn name_room(rows: &[Row]) -> f64 {
    let names = rows
        .iter()
        .filter(|row| !row.heading)
        .map(|row| width(&row.name, NORMAL));
    names.fold(0.0, f64::max).min(LONGEST_NAME) + MARK + 10.0
}

/// Draws one row, `y` pixels below the first, with a left gutter of `left` pixels.
pub(super) fn draw_row(
    svg: &mut Svg,
    subject: &Subject,
    time: &Timeline,
    row: &Row,
    (y, left): (f64, f64),
) {
    let middle = y + row_height(row) / 2.0;
    svg.tag("g").class("row").open();
    svg.tag("title").text(&say(row));
    if row.heading {
        heading(svg, row, middle, left);
        svg.close("g");
        return;
    }
    if let Some(state) = row.state {
        glyph::draw(svg, state, 5.0 - left, middle);
    }
    svg.tag("text")
        .class("label")
        .attr("x", Px(MARK - left))
        .attr("y", Px(middle + 4.5))
        .text(&cut(&row.name, NORMAL, LONGEST_NAME));
    for span in &row.spans {
        draw_span(svg, subject, time, *span, middle);
    }
    let moment = |pick: fn(&Span) -> f64| row.spans.iter().map(pick).map(|at| time.x(at));
    let from = moment(|span| span.from).fold(1.0, f64::min);
    let to = moment(|span| span.to).fold(0.0, f64::max);
    let from = if row.spans.is_empty() { 0.0 } else { from };
    for (class, note) in notes(row, from, to) {
        svg.tag("text")
            .class(format_args!(
                "note note--{}{class}",
                row.state.map_or("step", glyph::class)
            ))
            .attr("x", Share(note.x))
            .attr("dx", Px(note.dx))
            .attr("y", Px(middle + 4.0))
            .attr("text-anchor", note.anchor)
            .text(&note.text);
    }
    svg.close("g");
}

fn heading(svg: &mut Svg, row: &Row, middle: f64, left: f64) {
    let (y, note) = (Px(middle + 4.5), row.note.as_deref().unwrap_or_default());
    // The name may run from the gutter into the plot, as nothing else is drawn on this row.
    let room = left + 180.0 - width(note, SMALL);
    svg.tag("text")
        .class("label label--value")
        .attr("x", Px(8.0 - left))
        .attr("y", &y)
        .text(&cut(&row.name, NORMAL, room));
    svg.tag("text")
        .class("tick")
        .attr("x", "100%")
        .attr("dx", "-8")
        .attr("y", y)
        .attr("text-anchor", "end")
        .text(note);
}

fn draw_span(svg: &mut Svg, subject: &Subject, time: &Timeline, span: Span, middle: f64) {
    let (from, to) = (time.x(span.from), time.x(span.to));
    let mut tag = svg.tag("rect");
    tag = match span.phase {
        Phase::Wait => tag
            .class("wait-bar")
            .attr("fill", format_args!("url(#{}-wait)", subject.id)),
        phase => tag.class(format_args!("step-{}", phase.word().replace(' ', "-"))),
    };
    tag.attr("x", Share(from))
        .attr("y", Px(middle - BAR / 2.0))
        // A request of some milliseconds still happened.
        .attr("width", Share((to - from).max(0.004)))
        .attr("height", Px(BAR))
        .attr("rx", "1.5")
        .leaf();
}
