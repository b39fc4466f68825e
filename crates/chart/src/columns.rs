//! Columns: amounts per day, or per category where names are few and short.

use super::bars::{Bar, check, finish, summary, value_of};
use super::calendar::Layout;
use super::chart::Chart;
use super::dots::{Dots, open_series};
use super::labels::{SMALL, wrapped};
use super::path::{ACROSS, Path};
use super::plane::{Plane, open_stretched};
use super::root::{self, Root};
use super::scale::Scale;
use super::svg::{Px, Share, Svg};
use super::words::{colour_of, describe};
use super::{Daily, Error, Subject, value_axis};

/// How much of its slot a column fills.
const FILLED: f64 = 0.7;
const TOP: f64 = 10.0;
/// Two lines of names.
const BELOW: f64 = 36.0;
/// Plotted widths, in pixels, for which names are cut.
const WIDE: f64 = 380.0;
const NARROW: f64 = 230.0;

/// Draws one column per day for a single series; a missing day has none, and says why.
///
/// # Errors
/// [`Error::TooManySeries`] for more than one series, or what else [`Error`] lists.
pub fn day_columns(subject: &Subject, daily: &Daily) -> Result<Chart, Error> {
    subject.check()?;
    daily.check(1)?;
    let plane = Plane::new(subject, daily, Layout::Slots, daily.highest())?;
    let mut chart = describe(subject, &plane.calendar);
    let mut svg = plane.open("columns", &chart.summary);
    let half = FILLED / 2.0 * ACROSS / f64::from(plane.calendar.length());
    for (at, series) in daily.series.iter().enumerate() {
        let mut path = Path::default();
        for (at, value) in series.values.iter().enumerate() {
            let Some(value) = value else { continue };
            let (x, y) = plane.point(at, *value);
            column(&mut path, (x - half, x + half), y, subject.height);
        }
        open_series(&mut svg, series, colour_of(series, at));
        plane.open_stretched(&mut svg);
        svg.tag("path").class("bar").attr("d", path.finish()).leaf();
        svg.close("svg");
        let dots = Dots::for_all(daily, i32::MAX);
        dots.draw(&mut svg, &plane.calendar, (series, subject.unit), |at| {
            series.values[at].map(|value| plane.y(value))
        });
        svg.close("g");
    }
    chart.svg = plane.close(svg);
    Ok(chart)
}

/// Draws one column per category in the given order. Long names are cut: with more than some eight,
/// use [`super::bars`].
///
/// # Errors
/// [`Error::Nothing`] without a bar, or what else [`Error`] lists.
pub fn columns(subject: &Subject, categories: &[Bar]) -> Result<Chart, Error> {
    subject.check()?;
    let highest = check(categories)?;
    let known = categories.iter().any(|category| category.value.is_some());
    let scale = known.then(|| Scale::new(subject.unit, highest, 4));
    let (scale, height) = (scale.as_ref(), subject.height);
    let summary = summary(subject, categories);
    let mut svg = Root {
        kind: "columns",
        more: String::new(),
        height: TOP + height + BELOW,
        top: TOP,
        left: value_axis::gutter(scale),
        right: 0.0,
        days: None,
        summary: &summary,
        hatched: categories.iter().any(|category| category.value.is_none()),
        waits: false,
    }
    .open(subject);
    let slot = 1.0 / categories.len() as f64;
    for (at, category) in categories
        .iter()
        .enumerate()
        .filter(|(_, category)| category.value.is_none())
    {
        svg.tag("rect")
            .class("gap")
            .attr("fill", format_args!("url(#{}-hatch)", subject.id))
            .attr("x", Share((at as f64 + (1.0 - FILLED) / 2.0) * slot))
            .attr("width", Share(FILLED * slot))
            .attr("height", Px(height))
            .open();
        svg.tag("title")
            .text(&format!("{}: no data", category.name));
        svg.close("rect");
    }
    value_axis::grid(&mut svg, scale, height);
    let mut path = Path::default();
    for (at, category) in categories.iter().enumerate() {
        let Some(value) = category.value else {
            continue;
        };
        let middle = (at as f64 + 0.5) * slot * ACROSS;
        let half = FILLED / 2.0 * slot * ACROSS;
        let y = value_axis::y(scale, value, height);
        column(&mut path, (middle - half, middle + half), y, height);
    }
    svg.tag("g").class("series series--1").open();
    open_stretched(&mut svg, 0.0, height);
    svg.tag("path").class("bar").attr("d", path.finish()).leaf();
    svg.close("svg");
    svg.close("g");
    value_axis::labels(&mut svg, scale, height);
    for (at, category) in categories.iter().enumerate() {
        draw_name(&mut svg, subject, category, (at as f64 + 0.5) * slot, slot);
    }
    Ok(finish(subject, categories, root::close(svg), summary))
}

/// A category's name under its column, for both widths where they differ.
fn draw_name(svg: &mut Svg, subject: &Subject, category: &Bar, x: f64, slot: f64) {
    let [wide, narrow] =
        [WIDE, NARROW].map(|plot| wrapped(&category.name, SMALL, plot * slot - 4.0));
    let full = format!("{}: {}", category.name, value_of(subject, category));
    let variants = if wide == narrow {
        vec![("tick", wide)]
    } else {
        vec![("tick only-wide", wide), ("tick only-narrow", narrow)]
    };
    for (class, lines) in variants {
        for (line, text) in lines.iter().enumerate() {
            svg.tag("text")
                .class(class)
                .attr("x", Share(x))
                .attr("y", Px(subject.height + 17.0 + 13.0 * line as f64))
                .attr("text-anchor", "middle")
                .text_with_full(text, &full);
        }
    }
}

fn column(path: &mut Path, (left, right): (f64, f64), top: f64, base: f64) {
    path.ring(&[(left, top), (right, top)], &[(left, base), (right, base)]);
}
