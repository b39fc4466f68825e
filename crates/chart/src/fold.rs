//! A run's time from left to right, with long waits folded: otherwise ten minutes of quota would hide every request.

use super::requests::{Phase, Row};
use super::scale::round_step;

/// A stretch in which nothing is done is folded if it lasts longer than this many seconds…
const LEAST: f64 = 15.0;
/// …and longer than this share of all the time in which something was done.
const SHARE: f64 = 0.3;
/// The width of one fold, and of all folds together, as shares of the whole.
const FOLD: f64 = 0.08;
const FOLDS: f64 = 0.4;
const TICKS: f64 = 6.0;
const CLOCK: [f64; 13] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0,
];

/// Seconds since the run began, placed on the width.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    segments: Vec<Segment>,
    step: f64,
}

/// A part of the time with one scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    pub(super) from: f64,
    pub(super) to: f64,
    /// Shares of the width.
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) folded: bool,
}

impl Timeline {
    pub(super) fn new(rows: &[Row]) -> Self {
        let spans = || rows.iter().flat_map(|row| &row.spans);
        let end = spans().map(|span| span.to).fold(0.0, f64::max);
        let end = if end > 0.0 { end } else { 1.0 };
        let mut busy: Vec<(f64, f64)> = spans()
            .filter(|span| span.phase != Phase::Wait)
            .map(|span| (span.from, span.to))
            .collect();
        busy.sort_by(|a, b| a.0.total_cmp(&b.0));
        let idle = idle(&busy, end);
        let done = end - idle.iter().map(|(from, to)| to - from).sum::<f64>();
        let long = |(from, to): &(f64, f64)| to - from > LEAST.max(SHARE * done);
        let kept = end
            - idle
                .iter()
                .filter(|at| long(at))
                .map(|(from, to)| to - from)
                .sum::<f64>();
        let step = round_step(kept.max(end * 1e-3) / TICKS, &CLOCK);
        // Round times on both sides of a fold let the ticks go on as if nothing had happened.
        let folds: Vec<_> = idle
            .iter()
            .filter(|at| long(at))
            .map(|(from, to)| {
                let last = if *to >= end {
                    end
                } else {
                    (to / step).floor() * step
                };
                ((from / step).ceil() * step, last)
            })
            .filter(|(from, to)| to - from > step)
            .collect();
        Self {
            segments: segments(&folds, end),
            step,
        }
    }

    /// Where a moment stands, as a share of the width.
    pub(super) fn x(&self, seconds: f64) -> f64 {
        let inside = |segment: &&Segment| seconds <= segment.to;
        let Some(segment) = self.segments.iter().find(inside).or(self.segments.last()) else {
            return 0.0;
        };
        let part = (seconds - segment.from) / (segment.to - segment.from);
        segment.left + part.clamp(0.0, 1.0) * (segment.right - segment.left)
    }

    pub(super) fn folds(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(|segment| segment.folded)
    }

    /// Round moments outside folds, earliest first.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let mut ticks: Vec<f64> = Vec::new();
        for segment in self.segments.iter().filter(|segment| !segment.folded) {
            let first = (segment.from / self.step - 1e-9).ceil() as i64;
            let last = (segment.to / self.step + 1e-9).floor() as i64;
            ticks.extend((first..=last).map(|at| at as f64 * self.step));
        }
        ticks
    }

    pub(super) fn step(&self) -> f64 {
        self.step
    }
}

/// The stretches between `busy` ones (sorted by their begin), up to the end.
fn idle(busy: &[(f64, f64)], end: f64) -> Vec<(f64, f64)> {
    let mut found = Vec::new();
    let mut until = 0.0;
    for (from, to) in busy {
        if *from > until {
            found.push((until, *from));
        }
        until = f64::max(until, *to);
    }
    if end > until {
        found.push((until, end));
    }
    found
}

fn segments(folds: &[(f64, f64)], end: f64) -> Vec<Segment> {
    let mut cuts = Vec::new();
    let mut at = 0.0;
    for (from, to) in folds {
        cuts.push((at, *from, false));
        cuts.push((*from, *to, true));
        at = *to;
    }
    cuts.push((at, end, false));
    cuts.retain(|(from, to, _)| to > from);
    let open: f64 = cuts
        .iter()
        .filter(|cut| !cut.2)
        .map(|(from, to, _)| to - from)
        .sum();
    // Nothing but waiting: there is nothing that a fold would make room for.
    let fold = if open > 0.0 {
        FOLD.min(FOLDS / folds.len().max(1) as f64)
    } else {
        1.0
    };
    let rest = 1.0 - fold * folds.len() as f64;
    let mut left = 0.0;
    cuts.into_iter()
        .map(|(from, to, folded)| {
            let wide = if folded {
                fold
            } else {
                (to - from) / open * rest
            };
            let segment = Segment {
                from,
                to,
                left,
                right: left + wide,
                folded,
            };
            left += wide;
            segment
        })
        .collect()
}
