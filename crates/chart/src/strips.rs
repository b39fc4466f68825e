//! Strips: many series one below the other, each with its own scale from zero, so that a small one is seen as well.

use super::calendar::{Calendar, Layout, Stretch};
use super::chart::Chart;
use super::dots::{Dots, open_series};
use super::labels::{NORMAL, SMALL, cut, width};
use super::plane::open_stretched;
use super::root::{self, Root};
use super::svg::{Px, Svg};
use super::trace::trace;
use super::words::describe;
use super::{Daily, Error, Series, Subject, bands, date_ticks};

/// A strip and the space to the next one, in pixels.
const STRIP: f64 = 36.0;
const APART: f64 = 14.0;
const LONGEST_NAME: f64 = 104.0;
const MOST: usize = 60;

/// Draws one strip per series, at most sixty: name and note on the left, latest value and change on the right.
/// Nothing but the days is shared: heights cannot be compared between strips. The subject's height is not used.
///
/// # Errors
/// [`Error::Nothing`] without a series, or what else [`Error`] lists.
pub fn strips(subject: &Subject, daily: &Daily) -> Result<Chart, Error> {
    subject.check()?;
    daily.check(MOST)?;
    if daily.series.is_empty() {
        return Err(Error::Nothing);
    }
    let calendar = Calendar::new(daily, Layout::Points)?;
    let mut chart = describe(subject, &calendar);
    // Names stand at the strips: a key would say them twice.
    let values = std::mem::take(&mut chart.legend);
    let stretches = calendar.stretches();
    let height = (STRIP + APART) * daily.series.len() as f64 - APART;
    // The reasons stand above the first strip: inside one they would hide it.
    let above = if stretches.is_empty() { 2.0 } else { 16.0 };
    let latest: Vec<String> = values
        .into_iter()
        .map(|entry| entry.value.unwrap_or_else(|| "no data".to_owned()))
        .collect();
    let left = root::gutter(widest_left(daily) + 12.0);
    let right = root::gutter(widest_right(daily, &latest) + 12.0);
    let mut svg = Root {
        kind: "strips",
        more: String::new(),
        height: above + height + 24.0,
        top: above,
        left,
        right,
        days: Some(&calendar),
        summary: &chart.summary,
        hatched: bands::hatched(&stretches),
        waits: false,
    }
    .open(subject);
    let dots = Dots::for_all(daily, i32::MAX);
    for (at, series) in daily.series.iter().enumerate() {
        let top = (STRIP + APART) * at as f64;
        draw_bands(&mut svg, &subject.id, &stretches, top);
        svg.tag("line")
            .class("grid")
            .attr("x2", "100%")
            .attr("y1", Px(top + STRIP))
            .attr("y2", Px(top + STRIP))
            .leaf();
        draw_series(&mut svg, &calendar, (series, subject), top, dots);
        draw_words(&mut svg, series, &latest[at], (top, left, right));
    }
    bands::words(&mut svg, &stretches, -5.0);
    date_ticks::draw(&mut svg, &calendar, height);
    chart.svg = root::close(svg);
    Ok(chart)
}

fn draw_bands(svg: &mut Svg, id: &str, stretches: &[Stretch], top: f64) {
    bands::draw(svg, id, stretches, top, STRIP);
}

fn draw_series(
    svg: &mut Svg,
    calendar: &Calendar<'_>,
    (series, subject): (&Series, &Subject),
    top: f64,
    dots: Dots,
) {
    let highest = series.values.iter().flatten().copied().fold(0.0, f64::max);
    let scale = if highest > 0.0 {
        (STRIP - 3.0) / highest
    } else {
        0.0
    };
    let y = |value: f64| STRIP - value * scale;
    open_series(svg, series, series.colour.unwrap_or(1));
    open_stretched(svg, top, STRIP);
    trace(svg, calendar, series, y);
    svg.close("svg");
    let unit = series.unit.unwrap_or(subject.unit);
    dots.draw(svg, calendar, (series, unit), |at| {
        series.values[at].map(|value| top + y(value))
    });
    svg.close("g");
}

fn draw_words(svg: &mut Svg, series: &Series, latest: &str, (top, left, right): (f64, f64, f64)) {
    let mut line = |class: &str, size: f64, y: f64, text: &str| {
        let tag = svg
            .tag("text")
            .class(class)
            .attr("x", Px(-left))
            .attr("y", Px(top + y));
        tag.text_with_full(&cut(text, size, LONGEST_NAME), text);
    };
    match &series.note {
        None => line("label", NORMAL, 23.0, &series.name),
        Some(note) => {
            line("label", NORMAL, 16.0, &series.name);
            line("tick", SMALL, 31.0, note);
        }
    }
    let mut line = |class: &str, y: f64, text: &str| {
        svg.tag("text")
            .class(class)
            .attr("x", "100%")
            .attr("dx", Px(right))
            .attr("y", Px(top + y))
            .attr("text-anchor", "end")
            .text(text);
    };
    match &series.change {
        None => line("label label--value", 23.0, latest),
        Some(change) => {
            line("label label--value", 16.0, latest);
            line("tick", 31.0, change);
        }
    }
}

fn widest_left(daily: &Daily) -> f64 {
    let room = |series: &Series| {
        let note = series.note.as_ref().map_or(0.0, |note| width(note, SMALL));
        width(&series.name, NORMAL).max(note).min(LONGEST_NAME)
    };
    daily.series.iter().map(room).fold(0.0, f64::max)
}

fn widest_right(daily: &Daily, latest: &[String]) -> f64 {
    let changes = daily
        .series
        .iter()
        .filter_map(|series| series.change.as_ref());
    let changes = changes.map(|change| width(change, SMALL));
    latest
        .iter()
        .map(|value| width(value, NORMAL))
        .chain(changes)
        .fold(0.0, f64::max)
}
