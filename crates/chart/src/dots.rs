//! Dots on a series: the places where the page's crosshair finds a day and its value.

use super::calendar::Calendar;
use super::labels::isolated;
use super::svg::{Px, Share, Svg};
use super::{Daily, Series, Unit};

/// Up to so many dots each day has one; above it every n-th, or three years would weigh more than the page.
const MOST: usize = 460;
const MANY: usize = 190;
/// Up to so many days the dots show without a pointer on them.
const FEW_DAYS: i32 = 14;

/// Which days get a dot.
#[derive(Clone, Copy)]
pub(super) struct Dots {
    every: usize,
    few: bool,
}

impl Dots {
    pub(super) fn for_all(daily: &Daily, days: i32) -> Self {
        let all = daily
            .series
            .iter()
            .map(|series| series.values.iter().flatten().count())
            .sum();
        let every = if all <= MOST {
            1
        } else {
            usize::div_ceil(all, MANY)
        };
        Self {
            every,
            few: days <= FEW_DAYS,
        }
    }

    /// `height_of` says how far below the plot's top a day's dot is, in pixels; nothing where the day is not drawn.
    pub(super) fn draw(
        self,
        svg: &mut Svg,
        calendar: &Calendar<'_>,
        (series, unit): (&Series, Unit),
        height_of: impl Fn(usize) -> Option<f64>,
    ) {
        let last = series.latest().map(|(at, _)| at);
        for (at, value) in series.values.iter().enumerate() {
            let (Some(value), Some(y)) = (value, height_of(at)) else {
                continue;
            };
            if !at.is_multiple_of(self.every) && last != Some(at) {
                continue;
            }
            let day = calendar.daily.days[at];
            svg.tag("circle")
                .class(if self.few { "dot dot--few" } else { "dot" })
                .attr("cx", Share(calendar.x(day)))
                .attr("cy", Px(y))
                .attr("r", if self.few { "4" } else { "3" })
                .attr("data-at", day.iso())
                .attr("data-value", unit.write(*value))
                .leaf();
        }
    }
}

/// Begins a series' group: its colour, and its name for the crosshair.
pub(super) fn open_series(svg: &mut Svg, series: &Series, colour: u8) {
    svg.tag("g")
        .class(format_args!("series series--{colour}"))
        .attr("data-name", isolated(&series.name))
        .open();
}
