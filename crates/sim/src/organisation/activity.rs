//! What a member did on a day, and how much there is of what belongs to it.

use super::{Day, Measure, Member, Nature};
use crate::hash;

/// How figures are told: whether young days still change, and what today is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Activity {
    pub(crate) today: Day,
    pub(crate) restate: bool,
    /// Reply to questions about many days without going through each: for replies so large that
    /// going through them would take minutes.
    pub(crate) hurried: bool,
}

/// Days younger than this still change.
const SETTLED_AFTER: i32 = 5;
/// The day from which stocks grow.
const STOCKS_BEGIN: i32 = 16_436;

impl Activity {
    /// Whether the member used the workload on that day.
    pub(crate) fn is_active(&self, member: &Member, gate: u64, day: Day) -> bool {
        if member.never_active || !member.is_there(day) {
            return false;
        }
        let rate = (day.pulse * member.vigour.min(1_500) / 1_250 + day.pulse / 4).min(970);
        hash::chance(
            hash::pair(
                hash::pair(member.id, gate),
                u64::from(day.number.unsigned_abs()),
            ),
            rate,
        )
    }

    /// How often it happened on that day, or how much there was on it.
    pub(crate) fn on(&self, member: &Member, measure: &Measure, day: Day) -> u64 {
        let own = hash::pair(member.id, measure.id);
        match measure.nature {
            Nature::Fixed(value) => value,
            Nature::Stock(mean, daily) => {
                let held = u64::try_from((day.number - STOCKS_BEGIN).max(0)).unwrap_or(0);
                hash::skewed(own, mean) + hash::skewed(hash::mix(own), daily) * held / 2
            }
            Nature::Use => u64::from(self.is_active(member, measure.gate, day)),
            Nature::Device => {
                let owns = hash::chance(own, 300 + (measure.id % 400) as u32);
                let roll = hash::pair(own, u64::from(day.number.unsigned_abs()));
                u64::from(
                    owns && hash::chance(roll, 700) && self.is_active(member, measure.gate, day),
                )
            }
            Nature::Flow(tenths) if self.is_active(member, measure.gate, day) => {
                let roll = hash::pair(own, u64::from(day.number.unsigned_abs()));
                let mean = tenths * u64::from(member.vigour) * 16 / 10_000;
                let value = (hash::skewed(roll, mean) + (roll >> 60)) / 16;
                value + self.still_to_come(roll, value, day)
            }
            Nature::Flow(_) => 0,
        }
    }

    /// What Microsoft will take back or has not counted yet. A day without anything stays so.
    fn still_to_come(&self, roll: u64, value: u64, day: Day) -> u64 {
        let age = self.today.number - day.number;
        if !self.restate || value == 0 || age >= SETTLED_AFTER {
            return 0;
        }
        hash::pair(roll, u64::from(age.unsigned_abs())) % (2 + value / 10)
    }

    /// How often it happened in some days, or how much there is at their end.
    pub(crate) fn during(&self, member: &Member, measure: &Measure, first: Day, last: Day) -> u64 {
        if measure.is_stock() {
            return self.on(member, measure, last);
        }
        if self.hurried {
            let days = u64::try_from(last.number - first.number + 1).unwrap_or(1);
            return self.on(member, measure, last) * days;
        }
        (first.number..=last.number)
            .map(|number| self.on(member, measure, Day::numbered(number)))
            .sum()
    }

    /// The newest day up to a day on which the workload was used.
    pub(crate) fn last_active(&self, member: &Member, gate: u64, until: Day) -> Option<Day> {
        let until = until.number.min(member.gone.number - 1);
        (0..200)
            .map(|back| Day::numbered(until - back))
            .take_while(|day| *day >= member.joined)
            .find(|day| self.is_active(member, gate, *day))
    }
}
