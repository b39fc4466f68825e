//! Round ticks for values, from zero up. Neighbour: `value_axis` draws them.

use super::number::short;
use super::{Unit, number::SPACE, number::significant};

/// Values from zero to `top`, and the ticks that name some of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    /// The highest tick, in the unit's base; always above zero.
    pub(super) top: f64,
    /// Value and label, lowest first. The highest carries the unit.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Scale {
    /// A scale that holds `max` with at most `intervals` equal steps of 1, 2 or 5 (clock steps for time).
    pub(super) fn new(unit: Unit, max: f64, intervals: usize) -> Self {
        // All zero, or so small that its round step would have no digits left.
        let max = if max > 1e-100 { max } else { 1.0 };
        let (size, sign) = unit.step_for(max);
        let mut step = round_step(max / size / intervals as f64, clock(unit, sign));
        // Half a message is no tick; averages below one still need fractions.
        if unit == Unit::Count && max >= 1.0 {
            step = step.max(1.0);
        }
        // The quotient of two floats may lie a hair above the whole number it stands for.
        let count = ((max / size / step) - 1e-9).ceil().max(1.0) as usize;
        let ticks = (0..=count)
            .map(|at| {
                let value = step * at as f64;
                let text = if unit == Unit::Count {
                    short(value)
                } else {
                    significant(value)
                };
                let last = at == count && !sign.is_empty();
                (
                    value * size,
                    if last {
                        format!("{text}{SPACE}{sign}")
                    } else {
                        text
                    },
                )
            })
            .collect();
        Self {
            top: step * count as f64 * size,
            ticks,
        }
    }

    /// How high a value stands: 0 at the bottom, 1 at the top tick.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value / self.top).clamp(0.0, 1.0)
    }
}

/// Steps that read well on a clock, for the units that are parts of one.
fn clock(unit: Unit, sign: &str) -> &'static [f64] {
    match (unit, sign) {
        (Unit::Seconds, "s" | "min") => &[1.0, 2.0, 5.0, 10.0, 15.0, 30.0],
        (Unit::Seconds, "h") => &[1.0, 2.0, 3.0, 6.0, 12.0],
        _ => &[],
    }
}

/// The smallest step of 1, 2, 5 times a power of ten (or of `clock`, if one fits) that is at least `least`.
pub(super) fn round_step(least: f64, clock: &[f64]) -> f64 {
    if least > 0.5
        && let Some(step) = clock.iter().find(|step| **step >= least - 1e-9)
    {
        return *step;
    }
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}
