//! Lines: a flow per day, several series on the same days.

use super::calendar::Layout;
use super::chart::Chart;
use super::dots::{Dots, open_series};
use super::plane::Plane;
use super::trace::trace;
use super::words::{colour_of, describe};
use super::{Daily, Error, Subject};

/// Draws one line per series, at most five, from zero up on one scale.
///
/// # Errors
/// What [`Error`] lists: the subject or the figures are not drawable.
pub fn lines(subject: &Subject, daily: &Daily) -> Result<Chart, Error> {
    subject.check()?;
    daily.check(5)?;
    let plane = Plane::new(subject, daily, Layout::Points, daily.highest())?;
    let mut chart = describe(subject, &plane.calendar);
    let mut svg = plane.open("lines", &chart.summary);
    let dots = Dots::for_all(daily, plane.calendar.length());
    for (at, series) in daily.series.iter().enumerate() {
        open_series(&mut svg, series, colour_of(series, at));
        plane.open_stretched(&mut svg);
        trace(&mut svg, &plane.calendar, series, |value| {
            plane.path_y(value)
        });
        svg.close("svg");
        dots.draw(&mut svg, &plane.calendar, (series, subject.unit), |at| {
            series.values[at].map(|value| plane.y(value))
        });
        svg.close("g");
    }
    chart.svg = plane.close(svg);
    Ok(chart)
}
