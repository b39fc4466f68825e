//! Questions to begin with, made of the DataSets that there are.

use exmetrics_catalog::{ColumnType, Grain, Report, catalog};
use exmetrics_engine::day_column;
use exmetrics_store::DataSet;
use serde::Serialize;

use super::tables::name_in_sql;
use crate::{links::link, pages::dataset::table_in_sql, sql};

/// A question to begin with.
#[derive(Debug, Serialize)]
pub(super) struct Example {
    title: String,
    text: String,
    href: String,
}

/// At most three: a figure by day, the highest rows, what is kept.
pub(super) fn examples(datasets: &[DataSet]) -> Vec<Example> {
    let known: Vec<(&DataSet, &Report)> = datasets
        .iter()
        .filter_map(|dataset| Some((dataset, catalog().find(&dataset.report).ok()?)))
        .collect();
    let detail = known
        .iter()
        .find(|(_, report)| report.grain == Grain::Detail && figure(report).is_some());
    let trend = known
        .iter()
        .find(|(_, report)| report.grain == Grain::Trend && figure(report).is_some());
    let mut examples = Vec::new();
    if let Some((dataset, report)) = trend.or(detail)
        && let Some(figure) = figure(report)
    {
        let (table, day) = (table(dataset, datasets), day(dataset, report));
        examples.push(example(
            "A figure by day",
            format!("One row a day, from the DataSet {}.", dataset.name),
            &format!(
                "SELECT {day} AS day, sum({figure}) AS {figure}\nFROM {table}\nGROUP BY day\nORDER BY day"
            ),
        ));
    }
    if let Some((dataset, report)) = detail
        && let (Some(figure), Some(name)) = (figure(report), report.key.first())
    {
        let (table, day) = (table(dataset, datasets), day(dataset, report));
        let name = sql::name(name);
        examples.push(example(
            "The highest of the newest day",
            format!("From the DataSet {}.", dataset.name),
            &format!(
                "SELECT {name}, {figure}\nFROM {table}\nWHERE {day} = (SELECT max({day}) FROM {table})\n\
                 ORDER BY {figure} DESC NULLS LAST\nLIMIT 20"
            ),
        ));
    }
    if let Some((dataset, report)) = known.first() {
        let (table, day) = (table(dataset, datasets), day(dataset, report));
        examples.push(example(
            "What is kept",
            format!("Rows and days by account, of the DataSet {}.", dataset.name),
            &format!(
                "SELECT _account AS account, count(*) AS rows, count(DISTINCT {day}) AS days\n\
                 FROM {table}\nGROUP BY account\nORDER BY account"
            ),
        ));
    }
    examples
}

fn example(title: &str, text: String, question: &str) -> Example {
    Example {
        title: title.to_owned(),
        text,
        href: link("/explore", "sql", question),
    }
}

fn table(dataset: &DataSet, all: &[DataSet]) -> String {
    table_in_sql(&name_in_sql(dataset, all))
}

fn day(dataset: &DataSet, report: &Report) -> String {
    table_in_sql(day_column(report, dataset.details))
}

/// The first thing that is counted.
fn figure(report: &Report) -> Option<String> {
    let counted = report.columns.iter().find(|column| {
        column.kind == ColumnType::Bigint
            && column.unit.as_deref().is_some_and(|unit| unit != "days")
    });
    counted.map(|column| table_in_sql(&column.name()))
}
