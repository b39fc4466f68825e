//! Places days from left to right, cuts series into runs, and finds the stretches without any value.

use super::{Daily, Day, Error, Why};

/// A hundred years: beyond that a day is a mistake, and a loop over days would not end soon.
const LONGEST: i64 = 36_600;

/// What a day takes of the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A point: the first day stands on the left edge, the last on the right.
    Points,
    /// A slot: every day has the same width, as columns need.
    Slots,
}

/// The days of a chart from the first to the last, known or missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar<'a> {
    pub(super) daily: &'a Daily,
    pub(super) from: Day,
    pub(super) to: Day,
    layout: Layout,
}

/// Days in a row without any value, for one reason.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stretch {
    pub(super) first: Day,
    pub(super) last: Day,
    pub(super) why: Option<Why>,
    /// Shares of the width where its band begins and ends.
    pub(super) left: f64,
    pub(super) right: f64,
}

impl<'a> Calendar<'a> {
    pub(super) fn new(daily: &'a Daily, layout: Layout) -> Result<Self, Error> {
        let known = daily.days.iter().chain(daily.why.keys());
        let from = *known.clone().min().ok_or(Error::Nothing)?;
        let to = *known.max().ok_or(Error::Nothing)?;
        if i64::from(to.number()) - i64::from(from.number()) > LONGEST {
            return Err(Error::TooLong);
        }
        Ok(Self {
            daily,
            from,
            to,
            layout,
        })
    }

    /// How many days there are, first and last included.
    pub(super) fn length(&self) -> i32 {
        self.to.number() - self.from.number() + 1
    }

    /// Where a day stands, as a share of the width.
    pub(super) fn x(&self, day: Day) -> f64 {
        self.x_of(f64::from(day.number() - self.from.number()))
    }

    fn x_of(&self, offset: f64) -> f64 {
        match self.layout {
            Layout::Slots => (offset + 0.5) / f64::from(self.length()),
            Layout::Points if self.length() == 1 => 0.5,
            Layout::Points => offset / f64::from(self.length() - 1),
        }
    }

    /// The positions of a series' values, cut wherever a day is missing: each run may be joined by a line.
    pub(super) fn runs(&self, has_value: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
        let mut runs: Vec<Vec<usize>> = Vec::new();
        let days = &self.daily.days;
        for at in (0..days.len()).filter(|at| has_value(*at)) {
            match runs.last_mut() {
                Some(run) if self.joined(run[run.len() - 1], at) => run.push(at),
                _ => runs.push(vec![at]),
            }
        }
        runs
    }

    fn joined(&self, before: usize, after: usize) -> bool {
        let days = &self.daily.days;
        // A listed day between the two is a known gap, however wide the usual step is.
        after == before + 1 && days[after].number() - days[before].number() <= self.daily.step
    }

    /// Every stretch of days on which no series has a value, in order.
    pub(super) fn stretches(&self) -> Vec<Stretch> {
        let present: Vec<usize> = (0..self.daily.days.len())
            .filter(|at| self.daily.present(*at))
            .collect();
        let day = |at: usize| self.daily.days[at].number();
        let mut found = Vec::new();
        let mut before = None;
        for at in present {
            let gap = before.is_none_or(|before| !self.joined(before, at));
            if gap {
                let first = before.map_or(self.from.number(), |before| day(before) + 1);
                self.split(first, day(at) - 1, &mut found);
            }
            before = Some(at);
        }
        let first = before.map_or(self.from.number(), |before| day(before) + 1);
        self.split(first, self.to.number(), &mut found);
        found
    }

    /// Cuts the missing days `first..=last` where the reason changes.
    fn split(&self, first: i32, last: i32, found: &mut Vec<Stretch>) {
        let begin = found.len();
        let mut why = None;
        for number in first..=last {
            let day = Day::since_epoch(number);
            let own = self.daily.why.get(&day).copied();
            // Between two weekly figures only the listed day can have a reason; its neighbours share it.
            why = if self.daily.step > 1 {
                own.or(why)
            } else {
                own
            };
            match found[begin..].last_mut() {
                Some(stretch) if stretch.why == why => stretch.last = day,
                Some(stretch) if self.daily.step > 1 && stretch.why.is_none() => {
                    (stretch.last, stretch.why) = (day, why);
                }
                _ => found.push(Stretch {
                    first: day,
                    last: day,
                    why,
                    left: 0.0,
                    right: 0.0,
                }),
            }
        }
        for stretch in &mut found[begin..] {
            // A band reaches to the neighbouring points, so that a line visibly ends at it; where
            // two bands meet, each takes half.
            let reach = |edge: bool| match self.layout {
                Layout::Points if edge => 1.0,
                _ => 0.5,
            };
            let offset = |day: Day| f64::from(day.number() - self.from.number());
            let left = offset(stretch.first) - reach(stretch.first.number() == first);
            let right = offset(stretch.last) + reach(stretch.last.number() == last);
            stretch.left = self.x_of(left).clamp(0.0, 1.0);
            stretch.right = self.x_of(right).clamp(0.0, 1.0);
            if self.length() == 1 {
                (stretch.left, stretch.right) = (0.0, 1.0);
            }
        }
    }
}
