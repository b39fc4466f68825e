//! A reply as JSON, a page at a time, flat or nested as Microsoft nests it.

use exmetrics_catalog::Column;
use serde_json::{Map, Value, json};

use super::{
    Cell, Table,
    role::{Role, Which},
};

/// One page: what is in it, and the row where the next one begins.
#[derive(Debug)]
pub(crate) struct JsonPage {
    pub(crate) body: Map<String, Value>,
    pub(crate) next_row: Option<u64>,
}

/// How rows become objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Flat,
    /// One object; in its array an object per day.
    ByDate(&'static str),
    /// One object; in its array an object per period.
    ByPeriod(&'static str),
    /// An object per member; in its array one per period or product.
    ByMember(&'static str),
    /// The rows of all apps together, and those of each.
    SummaryAndDetails,
}

/// The functions whose JSON is nested, as the vendor's samples show it.
const NESTED: [(&str, Shape); 17] = [
    ("getM365AppPlatformUserCounts", Shape::ByDate("userCounts")),
    ("getM365AppUserCounts", Shape::ByDate("userCounts")),
    ("getM365AppUserDetail", Shape::ByMember("details")),
    ("getTeamsTeamActivityCounts", Shape::ByDate("userCounts")),
    ("getTeamsTeamActivityDetail", Shape::ByMember("details")),
    (
        "getTeamsTeamActivityDistributionCounts",
        Shape::ByPeriod("userCounts"),
    ),
    ("getTeamsTeamCounts", Shape::ByDate("teamsTeamUsageByDate")),
    (
        "getTeamsUserActivityTotalDistributionCounts",
        Shape::ByPeriod("userCounts"),
    ),
    (
        "getBrowserDistributionUserCounts",
        Shape::ByPeriod("userCounts"),
    ),
    ("getBrowserUserCounts", Shape::ByDate("userCounts")),
    ("getBrowserUserDetail", Shape::ByMember("details")),
    (
        "getFormsUserActivityCounts",
        Shape::ByDate("formsUsageActivityCountsByDate"),
    ),
    (
        "getFormsUserActivityUserDetail",
        Shape::ByMember("formsUsageUserDetailsByPeriod"),
    ),
    (
        "getMicrosoft365CopilotUsageUserDetail",
        Shape::ByMember("copilotActivityUserDetailsByPeriod"),
    ),
    (
        "getMicrosoft365CopilotUserCountSummary",
        Shape::ByPeriod("adoptionByProduct"),
    ),
    (
        "getMicrosoft365CopilotUserCountTrend",
        Shape::ByDate("adoptionByDate"),
    ),
    ("getSharePointApiUsage", Shape::SummaryAndDetails),
];

/// Whether a function answers JSON when nothing is said.
pub(crate) fn is_json_by_default(function: &str) -> bool {
    function.starts_with("getMicrosoft365Copilot")
}

impl Table {
    fn shape(&self) -> Shape {
        if self.report.function == "getOffice365ActivationsUserDetail" {
            return Shape::ByMember("userActivationCounts");
        }
        let known = NESTED
            .iter()
            .find(|(function, _)| *function == self.report.function);
        known.map_or(Shape::Flat, |(_, shape)| *shape)
    }

    /// A page from a row on. `size` objects at most where the report comes in pages.
    pub(crate) fn json_page(&self, first_row: u64, size: u64) -> JsonPage {
        let shape = self.shape();
        let is_paged = self.roles.iter().any(Role::names_the_member);
        let rows_per_object = match shape {
            Shape::ByMember(_) => (self.categories.len() * self.periods.len()) as u64,
            _ => 1,
        };
        let end = if is_paged {
            first_row
                .saturating_add(size.saturating_mul(rows_per_object))
                .min(self.len())
        } else {
            self.len()
        };
        let mut cells = Vec::new();
        let mut objects: Vec<Value> = Vec::new();
        let mut summary = Value::Null;
        for number in first_row..end {
            self.cells(number, &mut cells);
            let object = |wanted: &dyn Fn(&Role) -> bool| self.object(&cells, shape, wanted);
            match shape {
                Shape::Flat => objects.push(Value::Object(object(&|_| true))),
                Shape::SummaryAndDetails => {
                    let row = Value::Object(object(&|_| true));
                    let of_all = row["appId"].is_null();
                    if of_all {
                        summary = row;
                    } else {
                        objects.push(row);
                    }
                }
                Shape::ByDate(array) | Shape::ByPeriod(array) | Shape::ByMember(array) => {
                    let is_outer = |role: &Role| self.is_outer(shape, role);
                    let begins = number == first_row || {
                        matches!(shape, Shape::ByMember(_)) && number % rows_per_object == 0
                    };
                    if begins {
                        let mut outer = object(&is_outer);
                        outer.insert(array.into(), json!([]));
                        objects.push(Value::Object(outer));
                    }
                    let inner = object(&|role| !is_outer(role));
                    if let Some(list) = objects
                        .last_mut()
                        .and_then(|outer| outer[array].as_array_mut())
                    {
                        list.push(Value::Object(inner));
                    }
                }
            }
        }
        let mut body = Map::new();
        if shape == Shape::SummaryAndDetails {
            body.insert("summary".into(), summary);
            body.insert("details".into(), Value::Array(objects));
        } else {
            body.insert("value".into(), Value::Array(objects));
        }
        JsonPage {
            body,
            next_row: (end < self.len()).then_some(end),
        }
    }

    /// Whether a column stands outside of the nested array.
    fn is_outer(&self, shape: Shape, role: &Role) -> bool {
        match shape {
            Shape::ByDate(_) => matches!(role, Role::RefreshDate | Role::Period),
            Shape::ByPeriod(_) => matches!(role, Role::RefreshDate),
            _ => {
                let by_product = self.roles.contains(&Role::Category(Which::Product));
                matches!(role, Role::RefreshDate)
                    || role.names_the_member()
                    || !by_product
                        && matches!(role, Role::LastActivity(_) | Role::LongAgo | Role::OneOf(_))
            }
        }
    }

    fn object(
        &self,
        cells: &[Cell],
        shape: Shape,
        wanted: &dyn Fn(&Role) -> bool,
    ) -> Map<String, Value> {
        let blank_dates = ["Copilot", "Forms"].contains(&self.report.workload.as_str());
        let mut object = Map::new();
        for ((role, column), cell) in self.roles.iter().zip(&self.report.columns).zip(cells) {
            if !wanted(role) {
                continue;
            }
            let is_date = column.kind == exmetrics_catalog::ColumnType::Date;
            let value = match (role, cell) {
                (Role::Versions(_), Cell::Empty) => json!([]),
                _ => cell.to_json(shape != Shape::Flat, blank_dates && is_date),
            };
            object.insert(property(column), value);
        }
        object
    }
}

/// The JSON property of a column: what the catalogue says, else its header in camel case.
fn property(column: &Column) -> String {
    if let Some(json) = &column.json {
        return json.clone();
    }
    let words = column
        .header
        .split(|letter: char| !letter.is_alphanumeric());
    let mut name = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        let mut letters = word.chars();
        let Some(first) = letters.next() else {
            continue;
        };
        if name.is_empty() && word.chars().all(|letter| !letter.is_lowercase()) {
            name.push_str(&word.to_lowercase());
        } else if name.is_empty() {
            name.extend(first.to_lowercase());
            name.push_str(letters.as_str());
        } else {
            name.extend(first.to_uppercase());
            name.push_str(letters.as_str());
        }
    }
    name
}
