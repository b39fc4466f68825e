//! Traces one series as lines: a path for what is joined and one for lone days.

use super::Series;
use super::calendar::Calendar;
use super::path::{ACROSS, Path};
use super::svg::Svg;

/// Draws a series into a stretched part; `y` turns a value into pixels from that part's top.
pub(super) fn trace(
    svg: &mut Svg,
    calendar: &Calendar<'_>,
    series: &Series,
    y: impl Fn(f64) -> f64,
) {
    let (mut joined, mut lone) = (Path::default(), Path::default());
    for run in calendar.runs(|at| series.values[at].is_some()) {
        let points: Vec<_> = run
            .iter()
            .filter_map(|at| {
                let x = calendar.x(calendar.daily.days[*at]) * ACROSS;
                series.values[*at].map(|value| (x, y(value)))
            })
            .collect();
        if points.len() == 1 {
            &mut lone
        } else {
            &mut joined
        }
        .run(&points);
    }
    paths(svg, [("line", joined), ("line line--lone", lone)]);
}

/// Draws the paths that hold anything.
pub(super) fn paths<const N: usize>(svg: &mut Svg, paths: [(&str, Path); N]) {
    for (class, path) in paths {
        let data = path.finish();
        if !data.is_empty() {
            svg.tag("path").class(class).attr("d", data).leaf();
        }
    }
}
