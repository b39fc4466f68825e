//! Draws the horizontal grid and the values beside it. Neighbour: `scale` chooses them.

use super::labels::{SMALL, width};
use super::scale::Scale;
use super::svg::{Px, Svg};

/// Lines across the plot, lowest first: the lowest is the base on which everything stands.
pub(super) fn grid(svg: &mut Svg, scale: Option<&Scale>, height: f64) {
    let mut line = |class: &str, y: f64| {
        svg.tag("line")
            .class(class)
            .attr("x2", "100%")
            .attr("y1", Px(y))
            .attr("y2", Px(y))
            .leaf();
    };
    for (value, _) in scale.iter().flat_map(|scale| scale.ticks.iter().skip(1)) {
        line("grid", y(scale, *value, height));
    }
    line("base", height);
}

/// The ticks' words, in the left gutter.
pub(super) fn labels(svg: &mut Svg, scale: Option<&Scale>, height: f64) {
    for (value, text) in scale.iter().flat_map(|scale| scale.ticks.iter()) {
        svg.tag("text")
            .class("tick")
            .attr("x", "-8")
            .attr("y", Px(y(scale, *value, height) + 4.0))
            .attr("text-anchor", "end")
            .text(text);
    }
}

/// How many pixels of gutter the labels need.
pub(super) fn gutter(scale: Option<&Scale>) -> f64 {
    let widths = scale
        .iter()
        .flat_map(|scale| &scale.ticks)
        .map(|(_, text)| width(text, SMALL));
    // Dates below the axis reach into the gutter even where no value stands.
    (widths.fold(0.0, f64::max) + 8.0).max(32.0)
}

/// From the top of the plot down to a value, in pixels.
pub(super) fn y(scale: Option<&Scale>, value: f64, height: f64) -> f64 {
    height - scale.map_or(0.0, |scale| scale.share(value)) * height
}
