//! Which days an axis names: Mondays, first days of months or years, as many as fit. Neighbour: `plane` draws them.

use super::Day;
use super::calendar::Calendar;
use super::day::month_name;
use super::labels::{SMALL, width};
use super::svg::{Px, Share, Svg};

/// Plotted widths, in pixels, for which labels must not touch: half a card on a desk, a whole one on a phone.
const WIDE: f64 = 380.0;
const NARROW: f64 = 215.0;
/// Labels may reach this far beyond the plot, into its gutters.
const LEFT_SPARE: f64 = 28.0;
const RIGHT_SPARE: f64 = 6.0;
const MOST: usize = 8;

/// A named day.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DateTick {
    pub(super) x: f64,
    pub(super) text: String,
    /// Left out where the chart is narrow.
    pub(super) only_wide: bool,
}

#[derive(Clone, Copy)]
enum Every {
    Days(i32),
    Weeks(i32),
    Months(i32),
    Years(i32),
}

const STEPS: [Every; 13] = [
    Every::Days(1),
    Every::Days(2),
    Every::Weeks(1),
    Every::Weeks(2),
    Every::Months(1),
    Every::Months(2),
    Every::Months(3),
    Every::Months(6),
    Every::Years(1),
    Every::Years(2),
    Every::Years(5),
    Every::Years(10),
    Every::Years(20),
];

pub(super) fn date_ticks(calendar: &Calendar<'_>) -> Vec<DateTick> {
    let days = || (calendar.from.number()..=calendar.to.number()).map(Day::since_epoch);
    let mut named: Vec<DateTick> = Vec::new();
    for every in STEPS {
        named = name(calendar, days().filter(|day| every.falls_on(*day)), every);
        if named.len() <= MOST && fits(&named, 1, WIDE) {
            break;
        }
    }
    let kept = (1..=named.len())
        .find(|every| fits(&named, *every, NARROW))
        .unwrap_or(1);
    for (at, tick) in named.iter_mut().enumerate() {
        tick.only_wide = at % kept != 0;
    }
    named
}

pub(super) fn draw(svg: &mut Svg, calendar: &Calendar<'_>, y: f64) {
    for tick in date_ticks(calendar) {
        let class = if tick.only_wide { " only-wide" } else { "" };
        svg.tag("line")
            .class(format_args!("base{class}"))
            .attr("x1", Share(tick.x))
            .attr("x2", Share(tick.x))
            .attr("y1", Px(y))
            .attr("y2", Px(y + 4.0))
            .leaf();
        svg.tag("text")
            .class(format_args!("tick{class}"))
            .attr("x", Share(tick.x))
            .attr("y", Px(y + 17.0))
            .attr("text-anchor", anchor(&tick))
            .text(&tick.text);
    }
}

impl Every {
    fn falls_on(self, day: Day) -> bool {
        let (year, month, in_month) = day.date();
        match self {
            Self::Days(step) => day.number() % step == 0,
            Self::Weeks(step) => day.is_monday() && day.number().div_euclid(7) % step == 0,
            Self::Months(step) => in_month == 1 && (month as i32 - 1) % step == 0,
            Self::Years(step) => in_month == 1 && month == 1 && year % step == 0,
        }
    }
}

/// Labels for the chosen days. The year stands on the first one and wherever it changes.
fn name(calendar: &Calendar<'_>, days: impl Iterator<Item = Day>, every: Every) -> Vec<DateTick> {
    let mut shown_year = None;
    days.map(|day| {
        let (year, month, _) = day.date();
        let new_year = shown_year.replace(year) != Some(year);
        let text = match every {
            Every::Years(_) => year.to_string(),
            Every::Months(_) if new_year => format!("{} {year}", month_name(month)),
            Every::Months(_) => month_name(month).to_owned(),
            _ if new_year => day.long(),
            _ => day.short(),
        };
        DateTick {
            x: calendar.x(day),
            text,
            only_wide: false,
        }
    })
    .collect()
}

/// Whether every n-th label leaves a space before the next, on a plot so wide.
fn fits(ticks: &[DateTick], every: usize, plot: f64) -> bool {
    let mut free_from = f64::NEG_INFINITY;
    ticks.iter().step_by(every).all(|tick| {
        let wide = width(&tick.text, SMALL);
        let left = match anchor(tick) {
            "start" => tick.x * plot,
            "end" => tick.x * plot - wide,
            _ => tick.x * plot - wide / 2.0,
        };
        let free = left >= free_from;
        free_from = left + wide + 8.0;
        free
    })
}

/// Centred under its day, unless it would leave a narrow drawing.
fn anchor(tick: &DateTick) -> &'static str {
    let half = width(&tick.text, SMALL) / 2.0;
    if tick.x * NARROW + LEFT_SPARE < half {
        "start"
    } else if (1.0 - tick.x) * NARROW + RIGHT_SPARE < half {
        "end"
    } else {
        "middle"
    }
}
