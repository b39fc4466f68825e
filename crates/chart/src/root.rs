//! The outermost `<svg>`: its size, its gutters, what a screen reader says, and the hatching for gaps.
//!
//! Gutters (room for labels beside the plot) are classes, `plot--left-1` to `plot--left-20` and the same on the
//! right, in steps of eight pixels: `chart.css` turns them into padding, so that `0%` to `100%` is the plot alone.

use super::Subject;
use super::calendar::Calendar;
use super::svg::{Px, Svg};

const GUTTER_STEP: f64 = 8.0;
const GUTTER_STEPS: f64 = 20.0;

/// How large a drawing is, in pixels, and what it holds.
pub(super) struct Root<'a> {
    pub(super) kind: &'static str,
    /// Further classes, each with a space before it.
    pub(super) more: String,
    pub(super) height: f64,
    /// Moves everything down, for labels that stand above the first line.
    pub(super) top: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) days: Option<&'a Calendar<'a>>,
    pub(super) summary: &'a str,
    /// Whether gaps need their hatching.
    pub(super) hatched: bool,
    /// Whether waits need theirs.
    pub(super) waits: bool,
}

impl Root<'_> {
    pub(super) fn open(&self, subject: &Subject) -> Svg {
        let mut svg = Svg::default();
        let (left, right) = (steps(self.left), steps(self.right));
        let mut tag = svg
            .tag("svg")
            .attr("xmlns", "http://www.w3.org/2000/svg")
            .class(format_args!(
                "plot plot--{} plot--left-{left} plot--right-{right}{}",
                self.kind, self.more
            ))
            .attr("width", "100%")
            .attr("height", Px(self.height))
            .attr("role", "img")
            // Not <title>: a browser shows that as a tooltip over the whole chart, on top of the crosshair.
            .attr("aria-label", &subject.title)
            .attr("aria-describedby", format_args!("{}-desc", subject.id));
        if let Some(calendar) = self.days {
            tag = tag
                .attr("data-from", calendar.from.iso())
                .attr("data-to", calendar.to.iso());
        }
        tag.open();
        svg.tag("desc")
            .attr("id", format_args!("{}-desc", subject.id))
            .text(self.summary);
        for (name, used) in [("hatch", self.hatched), ("wait", self.waits)] {
            if used {
                hatching(&mut svg, &subject.id, name);
            }
        }
        svg.tag("g")
            .attr("transform", format_args!("translate(0 {})", Px(self.top)))
            .open();
        svg
    }
}

/// Ends what [`Root::open`] began.
pub(super) fn close(mut svg: Svg) -> String {
    svg.close("g");
    svg.close("svg");
    svg.finish()
}

/// The class for another right gutter where the chart is narrow, `plot--slim-1` to `plot--slim-20`.
pub(super) fn slim(pixels: f64) -> String {
    format!(" plot--slim-{}", steps(pixels))
}

/// The pixels that a gutter really gets.
pub(super) fn gutter(pixels: f64) -> f64 {
    steps(pixels) * GUTTER_STEP
}

fn steps(pixels: f64) -> f64 {
    (pixels / GUTTER_STEP).ceil().clamp(0.0, GUTTER_STEPS)
}

/// Slanted strokes, `#<id>-hatch` or `#<id>-wait`. A pattern has no class of its own kind, so each
/// chart brings its own.
fn hatching(svg: &mut Svg, id: &str, name: &str) {
    let apart = if name == "wait" { "4" } else { "6" };
    svg.tag("defs").open();
    svg.tag("pattern")
        .attr("id", format_args!("{id}-{name}"))
        .attr("width", apart)
        .attr("height", apart)
        .attr("patternUnits", "userSpaceOnUse")
        .attr("patternTransform", "rotate(45)")
        .open();
    svg.tag("line")
        .class(name)
        .attr("x1", "1")
        .attr("x2", "1")
        .attr("y2", apart)
        .leaf();
    svg.close("pattern");
    svg.close("defs");
}
