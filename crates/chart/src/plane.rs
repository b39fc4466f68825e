//! The plane that lines, areas and columns share: grid, bands, axes and the limit, with days across and values up.

use super::calendar::{Calendar, Layout, Stretch};
use super::labels::{SMALL, width};
use super::path::ACROSS;
use super::root::Root;
use super::scale::Scale;
use super::svg::{Px, Svg};
use super::{Daily, Error, Subject, bands, date_ticks, root, value_axis};

/// Room for the highest label above the plot, and for the dates below it, in pixels.
const ABOVE: f64 = 10.0;
const BELOW: f64 = 24.0;

/// Above so many days lines are thin: a screen has hardly a pixel for each.
const DENSE: i32 = 400;

/// Where days and values lie.
pub(super) struct Plane<'a> {
    pub(super) calendar: Calendar<'a>,
    subject: &'a Subject,
    /// None without any value: then there is nothing to measure.
    scale: Option<Scale>,
    stretches: Vec<Stretch>,
}

impl<'a> Plane<'a> {
    /// A plane for values up to `highest`, or for no value at all.
    pub(super) fn new(
        subject: &'a Subject,
        daily: &'a Daily,
        layout: Layout,
        highest: Option<f64>,
    ) -> Result<Self, Error> {
        let calendar = Calendar::new(daily, layout)?;
        let limit = subject.limit.as_ref().map_or(0.0, |(_, value)| *value);
        let intervals = if subject.height < 90.0 { 2 } else { 4 };
        let scale = highest.map(|value| Scale::new(subject.unit, value.max(limit), intervals));
        Ok(Self {
            calendar,
            subject,
            scale,
            stretches: calendar.stretches(),
        })
    }

    /// From the top of the plot down to a value, in pixels.
    pub(super) fn y(&self, value: f64) -> f64 {
        value_axis::y(self.scale.as_ref(), value, self.subject.height)
    }

    /// Where the value at a position stands in a stretched plot: units across, pixels down.
    pub(super) fn point(&self, at: usize, value: f64) -> (f64, f64) {
        (
            self.calendar.x(self.calendar.daily.days[at]) * ACROSS,
            self.path_y(value),
        )
    }

    /// Like [`Plane::y`]; in whole pixels where days are closer than those, which saves a fifth of a long drawing.
    pub(super) fn path_y(&self, value: f64) -> f64 {
        let y = self.y(value);
        if self.dense() { y.round() } else { y }
    }

    fn dense(&self) -> bool {
        self.calendar.length() > DENSE
    }

    /// Begins the drawing: everything that lies behind the series.
    pub(super) fn open(&self, kind: &'static str, summary: &str) -> Svg {
        let height = self.subject.height;
        let mut svg = Root {
            kind,
            more: if self.dense() {
                " plot--dense".to_owned()
            } else {
                String::new()
            },
            height: ABOVE + height + BELOW,
            top: ABOVE,
            left: value_axis::gutter(self.scale.as_ref()),
            right: 0.0,
            days: Some(&self.calendar),
            summary,
            hatched: bands::hatched(&self.stretches),
            waits: false,
        }
        .open(self.subject);
        bands::draw(&mut svg, &self.subject.id, &self.stretches, 0.0, height);
        value_axis::grid(&mut svg, self.scale.as_ref(), height);
        svg
    }

    /// Begins the part of a plot that is stretched to the width; its paths use [`Plane::point`].
    pub(super) fn open_stretched(&self, svg: &mut Svg) {
        open_stretched(svg, 0.0, self.subject.height);
    }

    /// Ends the drawing: everything that lies in front of the series.
    pub(super) fn close(&self, mut svg: Svg) -> String {
        self.draw_limit(&mut svg);
        bands::words(&mut svg, &self.stretches, 15.0);
        value_axis::labels(&mut svg, self.scale.as_ref(), self.subject.height);
        date_ticks::draw(&mut svg, &self.calendar, self.subject.height);
        root::close(svg)
    }

    fn draw_limit(&self, svg: &mut Svg) {
        let (Some((name, value)), true) = (&self.subject.limit, self.scale.is_some()) else {
            return;
        };
        let y = self.y(*value);
        svg.tag("line")
            .class("limit")
            .attr("x2", "100%")
            .attr("y1", Px(y))
            .attr("y2", Px(y))
            .leaf();
        let text = format!("{name} {}", self.subject.unit.write(*value));
        // Above the line, unless that is outside the drawing. On the left, as amounts grow and days
        // are awaited on the right.
        let below = y < 8.0;
        svg.tag("text")
            .class(if width(&text, SMALL) > 200.0 {
                "note only-wide"
            } else {
                "note"
            })
            .attr("x", "4")
            .attr("y", Px(if below { y + 14.0 } else { y - 5.0 }))
            .text(&text);
    }
}

/// A nested drawing whose content is stretched across the plot; strokes keep their width by CSS.
pub(super) fn open_stretched(svg: &mut Svg, y: f64, height: f64) {
    let mut tag = svg.tag("svg");
    if y != 0.0 {
        tag = tag.attr("y", Px(y));
    }
    tag.attr("width", "100%")
        .attr("height", Px(height))
        .attr("viewBox", format_args!("0 0 {ACROSS} {}", Px(height)))
        .attr("preserveAspectRatio", "none")
        .attr("overflow", "visible")
        .open();
}
