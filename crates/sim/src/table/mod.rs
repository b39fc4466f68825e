//! The rows of a reply, made for any report of the catalogue out of its columns.

mod aggregate;
mod cell;
mod columns;
mod csv;
mod detail;
mod json;
mod role;

use std::sync::Arc;

use exmetrics_catalog::{Ask, Grain, Period, Report};
use jiff::civil::Date;

pub(crate) use cell::Cell;
pub(crate) use columns::{CsvColumns, twist};
pub(crate) use csv::CsvChunks;
pub(crate) use json::is_json_by_default;
use role::{Category, Role};

use crate::organisation::{Activity, Day, Kind, Member, Organisation};

/// What every reply of one moment is told from.
#[derive(Debug, Clone)]
pub(crate) struct Telling {
    pub(crate) organisation: Organisation,
    pub(crate) tenant_id: String,
    pub(crate) today: Date,
    /// The newest day with figures.
    pub(crate) refresh: Date,
    pub(crate) restate: bool,
    pub(crate) concealed: bool,
    pub(crate) rows_override: Option<u64>,
}

/// One reply, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) report: &'static Report,
    telling: Telling,
    activity: Activity,
    roles: Vec<Role>,
    first: Day,
    last: Day,
    periods: Vec<Option<u16>>,
    categories: Vec<Category>,
    kind: Kind,
    rows: Rows,
    /// Whom figures of the whole tenant are summed over, and how many each stands for.
    crowd: Arc<Vec<Member>>,
    stands_for: u64,
}

/// What the rows are about.
#[derive(Debug, Clone)]
enum Rows {
    Nothing,
    Members(Arc<Vec<Member>>),
    /// So many members, each made when it is asked for.
    Places(u64),
    Days(Vec<Day>),
    One,
}

/// What one row is about.
#[derive(Debug, Clone)]
struct Row {
    member: Option<Member>,
    /// The day of a trend's row, else the end of what is told.
    day: Day,
    first: Day,
    period: Option<u16>,
    category: Category,
}

/// More members than this are not counted one by one.
const CROWD: u64 = 2_000;
/// More rows than this are not told day by day.
const UNHURRIED_ROWS: u64 = 20_000;

impl Table {
    /// The reply to a question that the report allows.
    pub(crate) fn new(report: &'static Report, ask: Ask, telling: Telling) -> Self {
        let refresh = Day::of(telling.refresh);
        let (first, last, periods) = match ask {
            Ask::Date(date) => (Day::of(date), Day::of(date), vec![Some(1)]),
            Ask::Current => (refresh.before(29), refresh, vec![None]),
            Ask::Period(Period::Days(days)) => (
                refresh.before(i32::from(days) - 1),
                refresh,
                vec![Some(days)],
            ),
            Ask::Period(Period::All) => {
                let lengths: Vec<u16> = report.periods.iter().filter_map(Period::days).collect();
                let longest = lengths.iter().copied().max().unwrap_or(180);
                let periods = match report.grain {
                    Grain::Trend => vec![Some(longest)],
                    _ => lengths.into_iter().map(Some).collect(),
                };
                (refresh.before(i32::from(longest) - 1), refresh, periods)
            }
        };
        let kind = role::kind_of(report);
        let roles: Vec<Role> = role::roles_of(report);
        let places = telling.organisation.places(kind);
        let is_detail = roles.iter().any(Role::names_the_member);
        let rows = rows_of(report, ask, &telling, kind, is_detail, first, last);
        let crowd = if is_detail || matches!(rows, Rows::Nothing) {
            Vec::new()
        } else {
            let sample = Organisation {
                people: telling.organisation.people.min(CROWD),
                ..telling.organisation.clone()
            };
            sample.members(kind, first, last)
        };
        let told = match rows {
            Rows::Places(count) => count,
            _ => places,
        };
        Self {
            activity: Activity {
                today: Day::of(telling.today),
                restate: telling.restate,
                hurried: told > UNHURRIED_ROWS,
            },
            categories: role::categories_of(report, &roles),
            stands_for: telling.organisation.people.div_ceil(CROWD).max(1),
            crowd: Arc::new(crowd),
            report,
            telling,
            roles,
            first,
            last,
            periods,
            kind,
            rows,
        }
    }

    /// The reply of another report at the same moment: the smallest that it has.
    pub(crate) fn of_report(self, report: &'static Report) -> Self {
        let ask = report
            .periods
            .first()
            .map_or(Ask::Current, |period| Ask::Period(*period));
        Self::new(report, ask, self.telling)
    }

    /// How many rows it has.
    pub(crate) fn len(&self) -> u64 {
        let subjects = match &self.rows {
            Rows::Nothing => 0,
            Rows::Members(members) => members.len() as u64,
            // Exactly so many rows were asked for.
            Rows::Places(count) => return *count,
            Rows::Days(days) => days.len() as u64,
            Rows::One => 1,
        };
        subjects * (self.categories.len() * self.periods.len()) as u64
    }

    fn row(&self, number: u64) -> Row {
        let (categories, periods) = (self.categories.len() as u64, self.periods.len() as u64);
        let place = |number: u64| usize::try_from(number).unwrap_or(0);
        let period = self.periods[place(number % periods)];
        let category = self.categories[place(number / periods % categories)];
        let subject = number / periods / categories;
        let (member, day) = match &self.rows {
            Rows::Nothing | Rows::One => (None, self.last),
            Rows::Members(members) => (Some(members[place(subject)]), self.last),
            Rows::Places(_) => (
                Some(
                    self.telling
                        .organisation
                        .member(self.kind, subject, self.last),
                ),
                self.last,
            ),
            Rows::Days(days) => (None, days[place(subject)]),
        };
        let first = match (&self.rows, period) {
            (Rows::Days(_), _) => day,
            (_, Some(days)) => self.last.before(i32::from(days) - 1),
            (_, None) => self.first,
        };
        Row {
            member,
            day,
            first,
            period,
            category,
        }
    }

    /// The cells of one row, in the order of the catalogue's columns.
    pub(crate) fn cells(&self, number: u64, cells: &mut Vec<Cell>) {
        cells.clear();
        let row = self.row(number);
        cells.extend(self.roles.iter().map(|role| self.cell(role, &row)));
    }

    fn cell(&self, role: &Role, row: &Row) -> Cell {
        match role {
            Role::RefreshDate => Cell::Date(self.telling.refresh),
            Role::Day => Cell::Date(row.day.date()),
            Role::Moment => Cell::Moment(row.day.date()),
            Role::Period => row.period.map_or(Cell::Empty, Cell::Period),
            Role::TenantId => Cell::Text(self.telling.tenant_id.clone()),
            Role::Category(which) => row.category.cell(*which),
            _ => match &row.member {
                Some(member) => self.detail_cell(role, row, member),
                None => self.aggregate_cell(role, row),
            },
        }
    }
}

fn rows_of(
    report: &Report,
    ask: Ask,
    telling: &Telling,
    kind: Kind,
    is_detail: bool,
    first: Day,
    last: Day,
) -> Rows {
    let organisation = &telling.organisation;
    // Nothing is told of a day before its figures are there.
    if last > Day::of(telling.refresh) || (is_detail && report.retired_since.is_some()) {
        return Rows::Nothing;
    }
    if is_detail {
        return match telling.rows_override {
            Some(count) if report.grain == Grain::Detail => Rows::Places(count),
            _ if organisation.places(kind) > UNHURRIED_ROWS => {
                Rows::Places(organisation.places(kind))
            }
            _ => Rows::Members(Arc::new(organisation.members(kind, first, last))),
        };
    }
    if report.grain != Grain::Trend {
        return Rows::One;
    }
    let mut days: Vec<Day> = (first.number..=last.number).map(Day::numbered).collect();
    // These two were seen with the newest day first, others with the oldest.
    if !matches!(ask, Ask::Date(_)) && ["Teams", "SharePoint"].contains(&report.workload.as_str()) {
        days.reverse();
    }
    Rows::Days(days)
}
