//! Who works there and what there is: people, sites, groups, teams; each known by a place number,
//! and by the day, because people leave and others come.
//!
//! Nothing is stored. Everything follows from the seed, the place and the day, so a tenant of a
//! million people costs as much as one of ten.

mod activity;
mod calendar;
mod measure;
mod names;

use crate::hash;

pub(crate) use activity::Activity;
pub(crate) use calendar::Day;
pub(crate) use measure::{Measure, Nature};

/// What a report can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Person,
    /// A person with a Copilot licence.
    CopilotPerson,
    Site,
    Group,
    YammerGroup,
    Team,
}

/// The tenant's people and things.
#[derive(Debug, Clone)]
pub(crate) struct Organisation {
    pub(crate) seed: u64,
    pub(crate) people: u64,
    pub(crate) domain: String,
}

/// One person or thing that is or was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) kind: Kind,
    /// Its place: the next one in the same place comes when this one has left.
    pub(crate) place: u64,
    /// Which in this place.
    pub(crate) turn: i64,
    /// What everything about it is made of.
    pub(crate) id: u64,
    /// The first day.
    pub(crate) joined: Day,
    /// The first day on which it is gone.
    pub(crate) gone: Day,
    /// How busy, in thousandths of the usual.
    pub(crate) vigour: u32,
    /// Whether it never did anything at all.
    pub(crate) never_active: bool,
}

impl Organisation {
    /// How many places there are.
    pub(crate) fn places(&self, kind: Kind) -> u64 {
        match kind {
            Kind::Person => self.people,
            Kind::CopilotPerson => self.people.div_ceil(3),
            Kind::Site => self.people / 4 + 3,
            Kind::Group => self.people / 5 + 2,
            Kind::YammerGroup => self.people / 20 + 2,
            Kind::Team => self.people / 8 + 2,
        }
    }

    /// Who has a place on a day.
    pub(crate) fn member(&self, kind: Kind, place: u64, day: Day) -> Member {
        let (place, salt) = match kind {
            Kind::Person => (place, 1),
            // Every third person has a licence.
            Kind::CopilotPerson => (place * 3, 1),
            Kind::Site => (place, 2),
            Kind::Group => (place, 3),
            Kind::YammerGroup => (place, 4),
            Kind::Team => (place, 5),
        };
        let seat = hash::pair(hash::pair(self.seed, salt), place);
        // The first place is taken for ever: somebody has to sign in.
        let stay = if place == 0 {
            20_000
        } else {
            700 + i64::from(hash::mix(seat) as u16 % 2_200)
        };
        let offset = if place == 0 {
            0
        } else {
            i64::from(hash::pair(seat, 1) as u16) % stay
        };
        let turn = (i64::from(day.number) + offset).div_euclid(stay);
        let first = turn * stay - offset;
        let id = hash::pair(seat, turn.unsigned_abs());
        Member {
            kind,
            place,
            turn,
            id,
            joined: Day::numbered(i32::try_from(first).unwrap_or(0)),
            gone: Day::numbered(i32::try_from(first + stay - 3).unwrap_or(i32::MAX / 2)),
            vigour: 200 + u32::try_from(hash::skewed(hash::pair(id, 2), 800)).unwrap_or(800),
            never_active: place != 0 && hash::chance(hash::pair(id, 3), 80),
        }
    }

    /// Who had the place before.
    pub(crate) fn predecessor(&self, member: &Member) -> Member {
        let place = if member.kind == Kind::CopilotPerson {
            member.place / 3
        } else {
            member.place
        };
        self.member(member.kind, place, Day::numbered(member.joined.number - 1))
    }

    /// Everybody who belongs into a reply about some days: those there at its end, and those who
    /// left during it or in the 30 days before.
    pub(crate) fn members(&self, kind: Kind, first: Day, last: Day) -> Vec<Member> {
        let mut members = Vec::new();
        for place in 0..self.places(kind) {
            let member = self.member(kind, place, last);
            let before = self.predecessor(&member);
            if member.joined <= last {
                members.push(member);
            }
            if before.gone.number >= first.number - 30 {
                members.push(before);
            }
        }
        members
    }
}

impl Member {
    /// Whether it is gone on a day.
    pub(crate) fn is_gone(&self, day: Day) -> bool {
        self.gone <= day
    }

    /// Whether it is there on a day.
    pub(crate) fn is_there(&self, day: Day) -> bool {
        self.joined <= day && !self.is_gone(day)
    }
}
