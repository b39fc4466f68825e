//! The cells of a row about the whole tenant: counted over its members, so that trends agree with
//! details.

use super::{
    Cell, Row, Table,
    role::{Heads, Role},
};
use crate::{
    hash,
    organisation::{Measure, Member},
};

impl Table {
    pub(super) fn aggregate_cell(&self, role: &Role, row: &Row) -> Cell {
        match role {
            Role::Figure(measure) => self.figure(self.sum(row, measure), row, measure.id),
            Role::Seconds(measure) => Cell::Int(self.sum(row, measure)),
            Role::Duration(measure) => Cell::Duration(self.sum(row, measure)),
            Role::Heads(heads) => Cell::Int(self.heads(row, heads)),
            Role::AppUsage(mean) => Cell::Int(self.app_usage(row, *mean)),
            Role::ActiveApps if row.category.app.is_empty() => Cell::Int(2),
            _ => Cell::Empty,
        }
    }

    /// Nothing is told as an empty cell now and then, which is not 0.
    fn figure(&self, value: u64, row: &Row, column: u64) -> Cell {
        let day = u64::from(row.day.number.unsigned_abs());
        let blank = value == 0 && hash::chance(hash::pair(hash::pair(column, day), 30), 250);
        if blank && self.report.retired_since.is_none() {
            Cell::Empty
        } else {
            Cell::Int(value)
        }
    }

    fn sum(&self, row: &Row, measure: &Measure) -> u64 {
        if self.report.retired_since.is_some() {
            return 0;
        }
        let other = Measure {
            id: hash::pair(measure.id, row.category.number),
            ..measure.clone()
        };
        let same = row.category.number == 0 || self.is_by_site();
        let measure = if same { measure } else { &other };
        self.crowd
            .iter()
            .filter(|member| !measure.is_stock() || member.is_there(row.day))
            .map(|member| self.activity.during(member, measure, row.first, row.day))
            .sum::<u64>()
            * self.stands_for
    }

    /// Rows of site types tell the same sites again.
    fn is_by_site(&self) -> bool {
        self.report.key.iter().any(|key| key == "site_type")
    }

    fn heads(&self, row: &Row, heads: &Heads) -> u64 {
        if self.report.retired_since.is_some() {
            return 0;
        }
        let there = self.crowd.iter().filter(|member| member.is_there(row.day));
        let did = |member: &Member, measures: &[Measure]| {
            measures
                .iter()
                .any(|measure| self.activity.during(member, measure, row.first, row.day) > 0)
        };
        let is_active = |member: &Member, gate: u64| {
            let newest = self.activity.last_active(member, gate, row.day);
            newest.is_some_and(|day| day >= row.first)
        };
        let count = match heads {
            Heads::Present => there.count(),
            Heads::Active(gate) => there.filter(|member| is_active(member, *gate)).count(),
            Heads::Did(measures) => self
                .crowd
                .iter()
                .filter(|member| did(member, measures))
                .count(),
            Heads::DidNot(measures) => there.filter(|member| !did(member, measures)).count(),
            Heads::OfType { public, active } => there
                .filter(|member| hash::pick(hash::pair(member.id, 21), &[false, true]) == *public)
                .filter(|member| active.is_none_or(|gate| is_active(member, gate)))
                .count(),
            Heads::Share { from, to } => there
                .filter(|member| {
                    let roll = hash::pair(member.id, 31 + row.category.number);
                    hash::chance(roll, *to) && !hash::chance(roll, *from)
                })
                .count(),
        };
        count as u64 * self.stands_for
    }

    /// What one app did, or all of them where none is named.
    fn app_usage(&self, row: &Row, mean: u64) -> u64 {
        let category = row.category.number;
        let day = hash::pair(
            self.telling.organisation.seed,
            u64::from(row.day.number.unsigned_abs()),
        );
        let of = |category: u64| {
            hash::skewed(hash::pair(day, hash::pair(category, mean)), mean)
                * u64::from(row.day.pulse)
                / 1_000
        };
        if row.category.app.is_empty() {
            of(category + 1) + of(category + 2)
        } else {
            of(category)
        }
    }
}
