//! A sparkline: one series without any words, for a table's cell or a figure.

use super::calendar::{Calendar, Layout};
use super::chart::Chart;
use super::dots::open_series;
use super::plane::open_stretched;
use super::root::{self, Root};
use super::trace::trace;
use super::words::{colour_of, describe};
use super::{Daily, Error, Subject, bands};

/// Draws one series from zero up, as high as the subject says (28 pixels fit a table's row) and as wide as its place.
///
/// # Errors
/// [`Error::TooManySeries`] for more than one series, or what else [`Error`] lists.
pub fn sparkline(subject: &Subject, daily: &Daily) -> Result<Chart, Error> {
    subject.check()?;
    daily.check(1)?;
    let calendar = Calendar::new(daily, Layout::Points)?;
    let mut chart = describe(subject, &calendar);
    let stretches = calendar.stretches();
    let mut svg = Root {
        kind: "spark",
        more: String::new(),
        height: subject.height,
        top: 0.0,
        left: 0.0,
        right: 0.0,
        days: Some(&calendar),
        summary: &chart.summary,
        hatched: bands::hatched(&stretches),
        waits: false,
    }
    .open(subject);
    bands::draw(&mut svg, &subject.id, &stretches, 0.0, subject.height);
    let highest = daily.highest().unwrap_or(0.0);
    // Half a line's width stays free above and below, or it would be cut.
    let scale = if highest > 0.0 {
        (subject.height - 4.0) / highest
    } else {
        0.0
    };
    for (at, series) in daily.series.iter().enumerate() {
        open_series(&mut svg, series, colour_of(series, at));
        open_stretched(&mut svg, 0.0, subject.height);
        trace(&mut svg, &calendar, series, |value| {
            subject.height - 2.0 - value * scale
        });
        svg.close("svg");
        svg.close("g");
    }
    chart.svg = root::close(svg);
    Ok(chart)
}
