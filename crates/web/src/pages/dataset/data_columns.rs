//! The columns of the tab Data: what they mean, which are shown, how they are sorted and filtered.

use arrow_schema::{DataType, Schema};
use exmetrics_catalog::Report;
use serde::Serialize;

use super::data_filters::condition;
use crate::{cells, links::Chosen, sql};

/// A column as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct ColumnShown {
    pub(super) name: String,
    #[serde(rename = "type")]
    kind: String,
    type_word: String,
    unit: Option<String>,
    meaning: Option<String>,
    personal: bool,
    numeric: bool,
    pub(super) shown: bool,
    sort: Sort,
    filter: FilterShown,
}

#[derive(Debug, Serialize)]
struct Sort {
    state: &'static str,
    href: String,
}

#[derive(Debug, Serialize)]
struct FilterShown {
    name: String,
    kind: &'static str,
    value: String,
    problem: Option<String>,
    placeholder: &'static str,
}

/// What the filters of an address mean.
#[derive(Debug, Default)]
pub(super) struct Filters {
    /// The conditions, for SQL.
    conditions: Vec<String>,
    /// Each filter that is set: its column and what was written.
    pub(super) set: Vec<(String, String)>,
    /// What is wrong, by column.
    problems: Vec<(String, String)>,
}

impl Filters {
    /// Reads what was written for each column.
    pub(super) fn read(columns: &Schema, chosen: &Chosen) -> Self {
        let mut filters = Self::default();
        for field in columns.fields() {
            let Some(written) = chosen.get(&format!("f.{}", field.name())) else {
                continue;
            };
            let column = field.name().clone();
            match condition(&column, field.data_type(), written) {
                Ok(condition) => filters.conditions.push(condition),
                Err(problem) => filters.problems.push((column.clone(), problem)),
            }
            filters.set.push((column, written.to_owned()));
        }
        filters
    }

    /// ` WHERE …`, or nothing.
    pub(super) fn clause(&self) -> String {
        match self.conditions.is_empty() {
            true => String::new(),
            false => format!(" WHERE ({})", self.conditions.join(") AND (")),
        }
    }

    /// Whether what was written cannot be asked.
    pub(super) fn are_wrong(&self) -> bool {
        !self.problems.is_empty()
    }
}

/// By which column rows are sorted, and whether the highest come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SortedBy {
    pub(super) column: String,
    pub(super) descending: bool,
}

impl SortedBy {
    /// Reads `name` or `-name`, if there is such a column.
    pub(super) fn read(written: &str, columns: &Schema) -> Option<Self> {
        let (column, descending) = match written.strip_prefix('-') {
            Some(column) => (column, true),
            None => (written, false),
        };
        columns.field_with_name(column).ok()?;
        Some(Self {
            column: column.to_owned(),
            descending,
        })
    }

    /// ` ORDER BY …`: the key comes last, so that the order is the same on every page.
    pub(super) fn clause(&self, report: &Report, columns: &Schema) -> String {
        let direction = if self.descending { "DESC" } else { "ASC" };
        let mut by = vec![format!(
            "{} {direction} NULLS LAST",
            sql::name(&self.column)
        )];
        let others = report.key.iter().map(String::as_str).chain(["_account"]);
        for column in others.filter(|column| *column != self.column) {
            if columns.field_with_name(column).is_ok() {
                by.push(sql::name(column));
            }
        }
        format!(" ORDER BY {}", by.join(", "))
    }
}

/// All columns as the page shows them.
pub(super) fn columns(
    schema: &Schema,
    report: &Report,
    chosen: &Chosen,
    filters: &Filters,
    sorted: Option<&SortedBy>,
    path: &str,
) -> Vec<ColumnShown> {
    let picked: Vec<&str> = chosen.all("col").collect();
    let none_is_there = !picked
        .iter()
        .any(|name| schema.field_with_name(name).is_ok());
    let fields = schema.fields().iter();
    fields
        .map(|field| {
            let (name, kind) = (field.name(), field.data_type());
            let known = report.column(name);
            let of = sorted.filter(|sorted| sorted.column == *name);
            let next = match of {
                Some(sorted) if sorted.descending => name.clone(),
                Some(_) => format!("-{name}"),
                // Numbers and days are looked at from the top.
                None if cells::is_number(kind) || matches!(kind, DataType::Date32) => {
                    format!("-{name}")
                }
                None => name.clone(),
            };
            let value = filters.set.iter().find(|(column, _)| column == name);
            let problem = filters.problems.iter().find(|(column, _)| column == name);
            ColumnShown {
                name: name.clone(),
                kind: cells::type_name(kind),
                type_word: cells::type_word(kind),
                unit: known.and_then(|column| column.unit.clone()),
                meaning: known
                    .map(|column| column.meaning.clone())
                    .or_else(|| own_meaning(name).map(str::to_owned)),
                personal: known.is_some_and(|column| column.personal),
                numeric: cells::is_number(kind),
                shown: none_is_there || picked.contains(&name.as_str()),
                sort: Sort {
                    state: match of {
                        None => "none",
                        Some(sorted) if sorted.descending => "descending",
                        Some(_) => "ascending",
                    },
                    href: chosen.without(&["after"]).with("sort", &next).at(path),
                },
                filter: FilterShown {
                    name: format!("f.{name}"),
                    kind: match kind {
                        DataType::Boolean => "boolean",
                        _ => "text",
                    },
                    value: value.map(|(_, value)| value.clone()).unwrap_or_default(),
                    problem: problem.map(|(_, problem)| problem.clone()),
                    placeholder: match kind {
                        DataType::Date32 | DataType::Timestamp(..) => "day",
                        kind if cells::is_number(kind) => "from..to",
                        _ => "contains",
                    },
                },
            }
        })
        .collect()
}

/// What the columns mean that every table has.
pub(super) fn own_meaning(name: &str) -> Option<&'static str> {
    Some(match name {
        "_account" => "The account that the row came from.",
        "_tenant_id" => "The tenant's id.",
        "_requested_period" => "The period that was asked for; null where a date was.",
        "_requested_date" => "The day that was asked for; null where a period was.",
        "_run_id" => "The run that brought the row.",
        "_fetched_at" => "When the reply was fetched.",
        _ => return None,
    })
}
