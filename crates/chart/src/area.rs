//! Areas: an amount that is there on each day, such as storage.

use super::calendar::Layout;
use super::chart::Chart;
use super::dots::{Dots, open_series};
use super::path::Path;
use super::plane::Plane;
use super::trace::paths;
use super::words::{colour_of, describe};
use super::{Daily, Error, Subject};

/// How several areas share a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// Each stands on zero, in front of the one before it: the largest comes first.
    Overlaid,
    /// Each stands on the one before it. A day is drawn only if every series has it: a sum with a
    /// part missing would be wrong.
    Stacked,
}

/// Draws one filled area per series, at most five.
///
/// # Errors
/// What [`Error`] lists: the subject or the figures are not drawable.
pub fn area(subject: &Subject, daily: &Daily, stack: Stack) -> Result<Chart, Error> {
    subject.check()?;
    daily.check(5)?;
    let edges = edges(daily, stack);
    let highest = edges
        .iter()
        .flatten()
        .flatten()
        .map(|(_, upper)| *upper)
        .reduce(f64::max);
    // With nothing to stack there may still be values, which the table shows: the scale then fits those.
    let highest = highest.or(daily.highest());
    let plane = Plane::new(subject, daily, Layout::Points, highest)?;
    let mut chart = describe(subject, &plane.calendar);
    let mut svg = plane.open("area", &chart.summary);
    let dots = Dots::for_all(daily, plane.calendar.length());
    let mut order: Vec<usize> = (0..daily.series.len()).collect();
    if stack == Stack::Stacked {
        // From the top down, or each area would hide half of the line below it.
        order.reverse();
    }
    for at in order {
        let (series, edges) = (&daily.series[at], &edges[at]);
        let (mut fill, mut joined, mut lone) = (Path::default(), Path::default(), Path::default());
        for run in plane.calendar.runs(|at| edges[at].is_some()) {
            let (lower, upper): (Vec<_>, Vec<_>) = run
                .iter()
                .filter_map(|at| edges[*at].map(|(lower, upper)| (*at, lower, upper)))
                .map(|(at, lower, upper)| (plane.point(at, lower), plane.point(at, upper)))
                .unzip();
            if upper.len() == 1 {
                lone.run(&upper);
            } else {
                // Flat lower edges need no more than their two ends.
                let flat = lower.windows(2).all(|pair| pair[0].1 == pair[1].1);
                let ends = [lower[0], lower[lower.len() - 1]];
                fill.ring(&upper, if flat { &ends } else { &lower });
                joined.run(&upper);
            }
        }
        open_series(&mut svg, series, colour_of(series, at));
        plane.open_stretched(&mut svg);
        paths(
            &mut svg,
            [("area", fill), ("line", joined), ("line line--lone", lone)],
        );
        svg.close("svg");
        dots.draw(&mut svg, &plane.calendar, (series, subject.unit), |at| {
            edges[at].map(|(_, upper)| plane.y(upper))
        });
        svg.close("g");
    }
    chart.svg = plane.close(svg);
    Ok(chart)
}

/// Lower and upper edge of a series on each day, if it is drawn there.
type Edges = Vec<Option<(f64, f64)>>;

fn edges(daily: &Daily, stack: Stack) -> Vec<Edges> {
    let days = daily.days.len();
    let whole = |at: usize| {
        daily
            .series
            .iter()
            .all(|series| series.values[at].is_some())
    };
    let mut ground = vec![0.0; days];
    let mut all = Vec::new();
    for series in &daily.series {
        let edge = |at: usize| {
            let value = series.values[at]?;
            match stack {
                Stack::Overlaid => Some((0.0, value)),
                Stack::Stacked if whole(at) => Some((ground[at], ground[at] + value)),
                Stack::Stacked => None,
            }
        };
        let edges: Edges = (0..days).map(edge).collect();
        for (ground, edge) in ground.iter_mut().zip(&edges) {
            *ground = edge.map_or(*ground, |(_, upper)| upper);
        }
        all.push(edges);
    }
    all
}
