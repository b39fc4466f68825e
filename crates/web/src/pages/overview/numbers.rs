//! The numbers of a headline: per day, summed over the accounts, and why days have none.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{Date32Type, Float64Type},
};
use arrow_cast::cast;
use arrow_schema::DataType;
use exmetrics_catalog::{Headline, HeadlineSeries, UpdateMethod};
use exmetrics_engine::{DataSetStanding, NamedTable};
use exmetrics_store::{CoverageState, DataSet};
use futures::TryStreamExt;
use jiff::civil::Date;

use crate::{problem::Problem, site::Site};

/// No chart needs more.
const MEMORY: usize = 128 << 20;

/// The day from which days are counted.
const EPOCH: Date = Date::constant(1970, 1, 1);

/// The figures of one series, by the day's number since 1970.
pub(super) type ByDay = BTreeMap<i32, f64>;

/// The DataSet that feeds a series: of those with its report that has most rows, whole days first.
pub(super) fn feeding<'a>(standings: &'a [DataSetStanding], report: &str) -> Option<&'a DataSet> {
    standings
        .iter()
        .filter(|one| one.dataset.report == report && one.last_good.is_some())
        .map(|one| &one.dataset)
        .max_by_key(|dataset| (dataset.update != UpdateMethod::Append, dataset.table_rows))
}

/// Each series per day. A table that cannot be read has none.
pub(super) async fn by_day(
    site: &Site,
    series: &[HeadlineSeries],
    standings: &[DataSetStanding],
    from: Option<Date>,
) -> Result<Vec<ByDay>, Problem> {
    let mut all = vec![ByDay::new(); series.len()];
    let reports: BTreeSet<&str> = series.iter().map(|one| one.report.as_str()).collect();
    for report in reports {
        let Some(dataset) = feeding(standings, report) else {
            continue;
        };
        let own: Vec<usize> = (0..series.len())
            .filter(|place| series[*place].report == report)
            .collect();
        let asked: Vec<String> = own
            .iter()
            .map(|place| {
                let one = &series[*place];
                let value = quoted(&one.column);
                match &one.only {
                    Some(only) => format!(
                        "MAX(CASE WHEN {} = {} THEN {value} END)",
                        quoted(&only.column),
                        text(&only.value)
                    ),
                    None => format!("MAX({value})"),
                }
            })
            .collect();
        let inner: Vec<String> = asked
            .iter()
            .enumerate()
            .map(|(number, expression)| format!("{expression} AS v{number}"))
            .collect();
        let outer: Vec<String> = (0..asked.len())
            .map(|number| format!("CAST(SUM(v{number}) AS DOUBLE)"))
            .collect();
        let since = from.map_or_else(String::new, |from| {
            format!(" AND report_date >= DATE '{from}'")
        });
        // One figure per account and day, however often the day was landed.
        let question = format!(
            "SELECT d, {} FROM (SELECT _account, report_date AS d, {} FROM t
             WHERE report_date IS NOT NULL{since} GROUP BY _account, report_date) GROUP BY d",
            outer.join(", "),
            inner.join(", ")
        );
        for batch in ask(site, dataset, &question).await? {
            let days =
                cast(batch.column(0), &DataType::Date32).map_err(|error| unreadable(&error))?;
            let days = days.as_primitive::<Date32Type>();
            for (column, place) in own.iter().enumerate() {
                let values = batch.column(column + 1).as_primitive::<Float64Type>();
                for row in 0..batch.num_rows() {
                    if days.is_valid(row) && values.is_valid(row) {
                        all[*place].insert(days.value(row), values.value(row));
                    }
                }
            }
        }
    }
    Ok(all)
}

/// The newest snapshot's figures, and the day it was published for.
pub(super) async fn newest(
    site: &Site,
    series: &[HeadlineSeries],
    standings: &[DataSetStanding],
) -> Result<(Option<Date>, Vec<Option<f64>>), Problem> {
    let none = vec![None; series.len()];
    let Some(dataset) = series
        .first()
        .and_then(|one| feeding(standings, &one.report))
    else {
        return Ok((None, none));
    };
    let columns: Vec<String> = series
        .iter()
        .map(|one| format!("CAST(MAX({}) AS DOUBLE)", quoted(&one.column)))
        .collect();
    let question = format!(
        "SELECT report_refresh_date, {} FROM t WHERE report_refresh_date =
         (SELECT MAX(report_refresh_date) FROM t) GROUP BY report_refresh_date",
        columns.join(", ")
    );
    for batch in ask(site, dataset, &question).await? {
        if batch.num_rows() == 0 {
            continue;
        }
        let days = cast(batch.column(0), &DataType::Date32).map_err(|error| unreadable(&error))?;
        let day = days.as_primitive::<Date32Type>();
        let values = (1..batch.num_columns()).map(|column| {
            let values = batch.column(column).as_primitive::<Float64Type>();
            values.is_valid(0).then(|| values.value(0))
        });
        return Ok((
            day.is_valid(0).then(|| date(day.value(0))),
            values.collect(),
        ));
    }
    Ok((None, none))
}

/// Why days of a DataSet have no figures, by the day's number since 1970.
pub(super) async fn reasons(
    site: &Site,
    dataset: &DataSet,
) -> Result<BTreeMap<i32, CoverageState>, Problem> {
    let days = site.engine.store().coverage(&dataset.id).await?;
    Ok(days
        .into_iter()
        .filter(|day| day.state != CoverageState::Published)
        .map(|day| (number(day.day), day.state))
        .collect())
}

/// Asks one table, which the question calls `t`.
pub(super) async fn ask(
    site: &Site,
    dataset: &DataSet,
    question: &str,
) -> Result<Vec<RecordBatch>, Problem> {
    let table = NamedTable {
        name: "t".into(),
        location: dataset.location.clone(),
        version: None,
    };
    let rows = match site.reader.ask(vec![table], question, MEMORY).await {
        Ok(rows) => rows,
        Err(error) => {
            // One table that is gone must not take the page with it: its DataSet's own page says why.
            tracing::warn!(%error, dataset = dataset.name, "a chart has no numbers");
            return Ok(Vec::new());
        }
    };
    Ok(rows.batches.try_collect().await?)
}

/// The numbers of a headline as CSV.
pub(super) async fn csv(
    site: &Site,
    headline: &Headline,
    standings: &[DataSetStanding],
    from: Option<Date>,
    to: Date,
) -> Result<String, Problem> {
    let series = by_day(site, &headline.series, standings, from).await?;
    let mut text = String::from("day");
    for one in &headline.series {
        text.push_str(&format!(",\"{}\"", one.label));
    }
    text.push_str("\r\n");
    let days: BTreeSet<i32> = series.iter().flat_map(|one| one.keys().copied()).collect();
    for day in days.into_iter().filter(|day| *day <= number(to)) {
        text.push_str(&date(day).to_string());
        for one in &series {
            let value = one.get(&day).map(ToString::to_string).unwrap_or_default();
            text.push_str(&format!(",{value}"));
        }
        text.push_str("\r\n");
    }
    Ok(text)
}

pub(super) fn number(day: Date) -> i32 {
    (day - EPOCH).get_days()
}

pub(super) fn date(number: i32) -> Date {
    EPOCH
        .checked_add(jiff::Span::new().days(number))
        .unwrap_or(EPOCH)
}

/// A column's name in SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in SQL.
fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn unreadable(error: &arrow_schema::ArrowError) -> Problem {
    Problem::broken("the chart", error)
}
