//! Draws the days without values: hatched with the reason, plain where Microsoft is still awaited.

use super::calendar::Stretch;
use super::labels::{SMALL, width};
use super::svg::{Px, Share, Svg};
use super::{Day, Why};

/// Above this many, bands go without words: the picture is a pattern, the table names every day.
const MOST_NAMED: usize = 40;
/// Plotted widths, in pixels, for which the words must not touch.
const WIDE: f64 = 380.0;
const NARROW: f64 = 215.0;

/// Whether any band needs the hatching.
pub(super) fn hatched(stretches: &[Stretch]) -> bool {
    stretches
        .iter()
        .any(|stretch| stretch.why != Some(Why::Awaiting))
}

pub(super) fn draw(svg: &mut Svg, id: &str, stretches: &[Stretch], y: f64, height: f64) {
    if stretches.is_empty() {
        return;
    }
    svg.tag("g")
        .class("gaps")
        .attr("fill", format_args!("url(#{id}-hatch)"))
        .open();
    for stretch in stretches {
        let soft = if stretch.why == Some(Why::Awaiting) {
            " gap--awaiting"
        } else {
            ""
        };
        let mut tag = svg
            .tag("rect")
            .class(format_args!("gap{soft}"))
            .attr("x", Share(stretch.left));
        if y != 0.0 {
            tag = tag.attr("y", Px(y));
        }
        let tag = tag
            .attr("width", Share(stretch.right - stretch.left))
            .attr("height", Px(height));
        if stretches.len() > MOST_NAMED {
            tag.leaf();
        } else {
            tag.open();
            svg.tag("title").text(&sentence(stretch));
            svg.close("rect");
        }
    }
    svg.close("g");
}

/// The reasons, on a line of their own on top of everything that is drawn: at the head of a plot,
/// where values are rare. Where they would touch, the widest band keeps its own.
pub(super) fn words(svg: &mut Svg, stretches: &[Stretch], y: f64) {
    if stretches.len() > MOST_NAMED {
        return;
    }
    let mut widest: Vec<&Stretch> = stretches.iter().collect();
    widest.sort_by(|a, b| (b.right - b.left).total_cmp(&(a.right - a.left)));
    let mut taken = [(WIDE, Vec::new()), (NARROW, Vec::new())];
    for stretch in widest {
        let text = word(stretch);
        let wide = width(text, SMALL);
        let (x, anchor) = place(stretch, wide / 2.0);
        let [on_wide, on_narrow] = taken.each_mut().map(|(plot, taken)| {
            let left = match anchor {
                "start" => x * *plot,
                "end" => x * *plot - wide,
                _ => x * *plot - wide / 2.0,
            };
            let (from, to) = (left - 4.0, left + wide + 4.0);
            let free = taken
                .iter()
                .all(|(other_from, other_to)| to <= *other_from || from >= *other_to);
            if free {
                taken.push((from, to));
            }
            free
        });
        let class = match (on_wide, on_narrow) {
            (true, true) => "note",
            (true, false) => "note only-wide",
            (false, true) => "note only-narrow",
            (false, false) => continue,
        };
        svg.tag("text")
            .class(class)
            .attr("x", Share(x))
            .attr("y", Px(y))
            .attr("text-anchor", anchor)
            .text(text);
    }
}

/// In the middle of the band, or against the edge that the word would cross.
fn place(stretch: &Stretch, half: f64) -> (f64, &'static str) {
    let middle = f64::midpoint(stretch.left, stretch.right);
    if (1.0 - middle) * NARROW < half {
        (1.0, "end")
    } else if middle * NARROW < half {
        (0.0, "start")
    } else {
        (middle, "middle")
    }
}

fn word(stretch: &Stretch) -> &'static str {
    stretch.why.map_or("no data", Why::word)
}

/// `5 Nov 2026 to 6 Nov 2026: failed`.
fn sentence(stretch: &Stretch) -> String {
    format!("{}: {}", span(stretch.first, stretch.last), word(stretch))
}

fn span(first: Day, last: Day) -> String {
    if first == last {
        first.long()
    } else {
        format!("{} to {}", first.long(), last.long())
    }
}
