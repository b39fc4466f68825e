//! The times before and after an instant.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::rule::Rule;
use super::zone::Zone;

/// How many days without a run are looked through. The rarest rule is a leap day that must be a
/// Sunday: 40 years, where the century skips one.
const FARTHEST: u32 = 41 * 366;
/// How far the local dates of a run and of its day may be apart: active hours over midnight, and
/// clocks that change by up to a day.
const MARGIN: i8 = 2;

/// The times after an instant, in order, each once.
pub(super) fn after<'a>(rule: &'a Rule, zone: &'a Zone, after: Timestamp) -> After<'a> {
    let next_day = (!matches!(rule, Rule::Manual)).then(|| {
        let today = zone.date(after);
        today.checked_sub(MARGIN.days()).unwrap_or(Date::MIN)
    });
    After {
        days: Days {
            minutes: rule.minutes(),
            rule,
            zone,
        },
        floor: after,
        next_day,
        waiting: BTreeSet::new(),
        empty_days: 0,
    }
}

/// The latest time at an instant or before it.
pub(super) fn at_or_before(rule: &Rule, zone: &Zone, at: Timestamp) -> Option<Timestamp> {
    if matches!(rule, Rule::Manual) {
        return None;
    }
    let days = Days {
        minutes: rule.minutes(),
        rule,
        zone,
    };
    let mut day = Some(zone.date(at).checked_add(1.day()).unwrap_or(Date::MAX));
    let mut latest = None;
    let mut left = FARTHEST;
    while let Some(date) = day.filter(|_| left > 0) {
        let found = days.instants(date).filter(|&time| time <= at).max();
        if found.is_some() && latest.is_none() {
            // The days before could still have run later.
            left = MARGIN.unsigned_abs().into();
        } else {
            left -= 1;
        }
        latest = latest.max(found);
        day = date.yesterday().ok();
    }
    latest
}

/// What a rule does in a zone, day by day.
struct Days<'a> {
    rule: &'a Rule,
    zone: &'a Zone,
    minutes: Vec<u16>,
}

impl Days<'_> {
    /// The instants of one day; where clocks change, not in order and some of them twice.
    fn instants(&self, date: Date) -> impl Iterator<Item = Timestamp> {
        let minutes: &[u16] = if self.rule.runs_on(date) {
            &self.minutes
        } else {
            &[]
        };
        let rhythm = self.rule.rhythm();
        minutes
            .iter()
            .filter_map(move |&minutes| {
                let midnight = date.at(0, 0, 0, 0);
                midnight.checked_add(i64::from(minutes).minutes()).ok()
            })
            .flat_map(move |local| self.zone.instants(local, rhythm))
    }
}

/// See [`after`].
pub(super) struct After<'a> {
    days: Days<'a>,
    /// Nothing up to here is given any more.
    floor: Timestamp,
    /// The next day to look at; `None` behind the last.
    next_day: Option<Date>,
    /// Times of the days that were looked at.
    waiting: BTreeSet<Timestamp>,
    /// How many days were looked at since something was found.
    empty_days: u32,
}

impl After<'_> {
    /// Whether a day that was not looked at yet could run before a time.
    fn may_precede(&self, day: Date, time: Timestamp) -> bool {
        let local = self.days.zone.date(time);
        local
            .checked_add(MARGIN.days())
            .is_ok_and(|safe| day < safe)
    }
}

impl Iterator for After<'_> {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        while let Some(day) = self.next_day {
            let soonest = self.waiting.first();
            if soonest.is_some_and(|&time| !self.may_precede(day, time)) {
                break;
            }
            let floor = self.floor;
            let known = self.waiting.len();
            let new = self.days.instants(day).filter(|&time| time > floor);
            self.waiting.extend(new);
            self.empty_days = if self.waiting.len() > known {
                0
            } else {
                self.empty_days + 1
            };
            self.next_day = day.tomorrow().ok().filter(|_| self.empty_days < FARTHEST);
        }
        let next = self.waiting.pop_first()?;
        self.floor = next;
        Some(next)
    }
}
