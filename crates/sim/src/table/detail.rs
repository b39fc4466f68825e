//! The cells of a row about one person, mailbox, site, group or team.

use super::{Cell, Row, Table, role::Role};
use crate::{
    hash,
    organisation::{Day, Kind, Measure, Member},
};

const ZERO_GUID: &str = "00000000-0000-0000-0000-000000000000";

/// Assigned products; the plus sign inside a name is the trap that it is in life.
const PRODUCTS: [&[&str]; 4] = [
    &["MICROSOFT 365 E5"],
    &["OFFICE 365 E3", "ENTERPRISE MOBILITY + SECURITY E5"],
    &["MICROSOFT 365 E3", "MICROSOFT 365 COPILOT", "VISIO PLAN 2"],
    &["OFFICE 365 F3"],
];
const VERSIONS: [&[&str]; 3] = [&["ProPlus"], &["Undetermined"], &["2019", "ProPlus"]];

impl Table {
    pub(super) fn detail_cell(&self, role: &Role, row: &Row, member: &Member) -> Cell {
        let organisation = &self.telling.organisation;
        let owner = || organisation.owner(member, row.day);
        // A deleted community of everybody is what is left of an old network: nobody owns it.
        let orphan = member.kind == Kind::YammerGroup && member.is_gone(row.day);
        match role {
            Role::Principal => self.name(organisation.principal_name(member)),
            Role::DisplayName => self.name(organisation.display_name(member)),
            Role::OwnerPrincipal | Role::OwnerName if orphan => Cell::Empty,
            Role::OwnerPrincipal if member.kind == Kind::Person => {
                self.name(organisation.principal_name(member))
            }
            Role::OwnerName if member.kind == Kind::Person => {
                self.name(organisation.display_name(member))
            }
            Role::OwnerPrincipal => self.name(organisation.principal_name(&owner())),
            Role::OwnerName => self.name(organisation.display_name(&owner())),
            Role::ThingName => self.name(organisation.thing_name(member)),
            Role::SiteUrl => self.name(organisation.site_url(member)),
            Role::ConcealableId if self.telling.concealed => Cell::Word(ZERO_GUID),
            Role::ConcealableId => Cell::Text(hash::guid(organisation.site_id(member))),
            Role::PlainId => Cell::Text(hash::guid(hash::pair(member.id, 16))),
            Role::TenantName => Cell::Text(organisation.domain.clone()),
            Role::Products => Cell::List(hash::pick(hash::pair(member.id, 20), &PRODUCTS)),
            Role::OneOf(words) => Cell::Word(hash::pick(hash::pair(member.id, 21), words)),
            Role::IsDeleted => Cell::Truth {
                is: member.is_gone(row.day),
                yes_no: false,
            },
            Role::DeletedDate if member.is_gone(row.day) => Cell::Date(member.gone.date()),
            Role::JoinedDate => Cell::Date(member.joined.date()),
            Role::LastActivity(gate) => self
                .activity
                .last_active(member, *gate, row.day)
                .map_or(Cell::Empty, |day| Cell::Date(day.date())),
            Role::LongAgo if !member.never_active => {
                let since = row.day.number - member.joined.number;
                let after =
                    hash::pair(member.id, 22) % u64::from(since.max(1).unsigned_abs()).min(300);
                let day = member.joined.number + i32::try_from(after).unwrap_or(0);
                Cell::Date(Day::numbered(day).date())
            }
            Role::Trait { per_mille, yes_no } => Cell::Truth {
                is: hash::chance(hash::pair(member.id, 23), *per_mille),
                yes_no: *yes_no,
            },
            Role::Happened { measure, yes_no } => Cell::Truth {
                is: self.during(row, member, measure) > 0,
                yes_no: *yes_no,
            },
            Role::Versions(measure) if self.during(row, member, measure) > 0 => {
                Cell::List(hash::pick(hash::pair(member.id, measure.id), &VERSIONS))
            }
            Role::Figure(measure) | Role::Seconds(measure)
                if member.never_active && !measure.is_stock() =>
            {
                Cell::Empty
            }
            Role::Figure(measure) | Role::Seconds(measure) => {
                Cell::Int(self.during(row, member, measure))
            }
            Role::Duration(measure) => Cell::Duration(self.during(row, member, measure)),
            _ => Cell::Empty,
        }
    }

    fn during(&self, row: &Row, member: &Member, measure: &Measure) -> u64 {
        if row.category.number == 0 {
            return self.activity.during(member, measure, row.first, row.day);
        }
        let other = Measure {
            id: hash::pair(measure.id, row.category.number),
            ..measure.clone()
        };
        self.activity.during(member, &other, row.first, row.day)
    }

    /// A name, or what stands for it where names are concealed.
    fn name(&self, name: String) -> Cell {
        if self.telling.concealed {
            return Cell::Text(hash::conceal(self.telling.organisation.seed, &name));
        }
        Cell::Text(name)
    }
}
