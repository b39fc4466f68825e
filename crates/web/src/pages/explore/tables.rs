//! The tables that a question may name, with their columns: shown beside the editor, and completed in it.

use exmetrics_catalog::{catalog, column_name};
use exmetrics_engine::{NamedTable, table_schema};
use exmetrics_store::DataSet;
use serde::Serialize;

use crate::{cells, site::Site};

/// A table.
#[derive(Debug, Serialize)]
pub(super) struct TableShown {
    pub(super) name: String,
    title: String,
    open: bool,
    columns: Vec<ColumnShown>,
}

#[derive(Debug, Serialize)]
struct ColumnShown {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

/// For the reader.
pub(super) fn named(datasets: &[DataSet]) -> Vec<NamedTable> {
    let table = |dataset: &DataSet| NamedTable {
        name: dataset.name.clone(),
        location: dataset.location.clone(),
        version: None,
    };
    datasets.iter().map(table).collect()
}

/// The name that a question may use: as columns are called, unless two DataSets share that.
pub(super) fn name_in_sql(dataset: &DataSet, all: &[DataSet]) -> String {
    let name = column_name(&dataset.name);
    let shared = name.is_empty()
        || all
            .iter()
            .filter(|other| column_name(&other.name) == name)
            .count()
            > 1;
    match shared {
        true => dataset.name.clone(),
        false => name,
    }
}

/// Those whose name has what is searched for; those that the question names are open.
pub(super) fn shown(
    site: &Site,
    datasets: &[DataSet],
    searched: &str,
    sql: &str,
) -> Vec<TableShown> {
    let (searched, sql) = (searched.trim().to_lowercase(), sql.to_lowercase());
    let fits = |dataset: &&DataSet| {
        dataset.name.to_lowercase().contains(&searched)
            || column_name(&dataset.name).contains(&searched)
    };
    let table = |dataset: &DataSet| {
        let name = name_in_sql(dataset, datasets);
        TableShown {
            open: datasets.len() == 1 || names(&sql, &name.to_lowercase()),
            title: dataset.name.clone(),
            columns: columns(site, dataset),
            name,
        }
    };
    datasets.iter().filter(fits).map(table).collect()
}

/// Whether a question has a name as a word of its own.
fn names(sql: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    sql.match_indices(name).any(|(at, _)| {
        let before = sql[..at].chars().next_back();
        let after = sql[at + name.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// As the table was seen last, or as the catalogue knows it: to open a hundred tables for their columns
/// would take too long.
fn columns(site: &Site, dataset: &DataSet) -> Vec<ColumnShown> {
    let seen = site.tables.last_seen(&dataset.location);
    let schema = seen
        .map(|state| state.columns)
        .or_else(|| catalog().find(&dataset.report).ok().map(table_schema));
    let Some(schema) = schema else {
        return Vec::new();
    };
    let fields = schema.fields().iter();
    fields
        .map(|field| ColumnShown {
            name: field.name().clone(),
            kind: cells::type_name(field.data_type()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_name_is_a_word_of_its_own() {
        assert!(names("select * from mail", "mail"));
        assert!(names("select \"mail\".x from \"mail\"", "mail"));
        assert!(!names("select * from mail_by_user", "mail"));
        assert!(!names("select email from x", "mail"));
    }
}
