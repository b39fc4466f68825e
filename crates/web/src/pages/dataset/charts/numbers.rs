//! The figures of a DataSet's charts, asked for in SQL and kept as long as the version is the newest.

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{Date32Type, Float64Type},
};
use arrow_cast::cast;
use arrow_schema::DataType;
use exmetrics_catalog::{Grain, Report, UpdateMethod};
use exmetrics_engine::{NamedTable, TableState, day_column};
use exmetrics_store::DataSet;
use jiff::{ToSpan, civil::Date};

use super::choice::{self, Measure};
use crate::{cells, kept::Kept, problem::Problem, site::Site, sql};

/// How much memory the question for a chart may take.
const MEMORY: usize = 256 << 20;

/// How many DataSets' figures are kept.
const MOST: usize = 64;

/// The highest so many rows of the newest day are named.
const TOP: usize = 5;

/// More accounts than colours are not told apart.
const MOST_ACCOUNTS: usize = 5;

/// Figures that were asked for before.
#[derive(Debug)]
pub(crate) struct Figures(Kept<Arc<Numbers>>);

impl Default for Figures {
    fn default() -> Self {
        Self(Kept::new(MOST))
    }
}

/// The figures of a DataSet, day by day.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// The days that have rows, in order.
    pub(super) days: Vec<Date>,
    /// Each measure's sum, by its column and day.
    pub(super) sums: BTreeMap<String, Vec<Option<f64>>>,
    /// How many rows each account has, by day.
    pub(super) rows: BTreeMap<String, Vec<Option<f64>>>,
    /// The highest rows of the newest day: name, account, value.
    pub(super) top: Vec<(String, String, f64)>,
}

/// Asks for the figures from a day on, or gives those that are kept.
pub(super) async fn numbers(
    site: &Site,
    dataset: &DataSet,
    report: &Report,
    state: &TableState,
    since: Option<Date>,
) -> Result<Arc<Numbers>, Problem> {
    let since_text = since.map(|day| day.to_string()).unwrap_or_default();
    let key = format!("{} {} {since_text}", dataset.id, state.version);
    if let Some(numbers) = site.charts.0.get(&key) {
        return Ok(numbers);
    }
    let asked = Asked {
        site,
        dataset,
        report,
        day: day_column(report, dataset.details),
        since,
    };
    let measures: Vec<Measure> = choice::choices(report)
        .into_iter()
        .flat_map(|choice| choice.measures)
        .filter(|measure| state.columns.field_with_name(&measure.column).is_ok())
        .collect();
    let numbers = Arc::new(asked.all(&measures).await?);
    site.charts.0.keep(key, Arc::clone(&numbers));
    Ok(numbers)
}

struct Asked<'a> {
    site: &'a Site,
    dataset: &'a DataSet,
    report: &'a Report,
    day: &'a str,
    since: Option<Date>,
}

impl Asked<'_> {
    async fn all(&self, measures: &[Measure]) -> Result<Numbers, Problem> {
        let mut numbers = Numbers::default();
        self.sums(measures, &mut numbers).await?;
        if self.report.grain == Grain::Detail {
            self.rows(&mut numbers).await?;
            if let (Some(measure), Some(&day)) = (measures.first(), numbers.days.last()) {
                numbers.top = self.top(measure, day).await?;
            }
        }
        Ok(numbers)
    }

    async fn sums(&self, measures: &[Measure], numbers: &mut Numbers) -> Result<(), Problem> {
        let total = choice::total_column(self.report, self.day);
        let sums: Vec<String> = measures
            .iter()
            .map(|measure| {
                let sum = format!("sum({})", sql::name(&measure.column));
                match &total {
                    Some(column) => format!(
                        "coalesce({sum} FILTER (WHERE {} = 'All'), {sum})",
                        sql::name(column)
                    ),
                    None => sum,
                }
            })
            .collect();
        let columns: Vec<String> = std::iter::once("day".to_owned()).chain(sums).collect();
        let question = format!(
            "SELECT {} FROM ({}) AS source GROUP BY day ORDER BY day",
            columns.join(", "),
            self.source()
        );
        for batch in self.ask(&question).await? {
            numbers.days.extend(days(&batch, 0)?.into_iter().flatten());
            for (place, measure) in measures.iter().enumerate() {
                let values = floats(&batch, place + 1)?.into_iter();
                let scaled = values.map(|value| value.map(|value| value * measure.factor));
                let sums = numbers.sums.entry(measure.column.clone()).or_default();
                sums.extend(scaled);
            }
        }
        Ok(())
    }

    async fn rows(&self, numbers: &mut Numbers) -> Result<(), Problem> {
        let one = match self.dataset.accounts.len() {
            0..=MOST_ACCOUNTS => "_account",
            _ => "'all accounts' AS _account",
        };
        let question = format!(
            "SELECT day, _account, count(*) FROM (SELECT day, {one} FROM ({}) AS source) AS by_account
             GROUP BY day, _account",
            self.source()
        );
        let places: BTreeMap<Date, usize> = (0..)
            .zip(&numbers.days)
            .map(|(at, day)| (*day, at))
            .collect();
        for batch in self.ask(&question).await? {
            let (days, accounts) = (days(&batch, 0)?, texts(&batch, 1)?);
            let counts = floats(&batch, 2)?;
            for ((day, account), rows) in days.into_iter().zip(accounts).zip(counts) {
                if let Some(&place) = day.and_then(|day| places.get(&day)) {
                    let nothing = || vec![None; numbers.days.len()];
                    numbers.rows.entry(account).or_insert_with(nothing)[place] = rows;
                }
            }
        }
        // More accounts have fed the table than feed it now.
        while numbers.rows.len() > MOST_ACCOUNTS {
            numbers.rows.pop_last();
        }
        Ok(())
    }

    async fn top(
        &self,
        measure: &Measure,
        day: Date,
    ) -> Result<Vec<(String, String, f64)>, Problem> {
        let Some(name) = choice::name_column(self.report) else {
            return Ok(Vec::new());
        };
        let (name, figure) = (sql::name(&name), sql::name(&measure.column));
        let question = format!(
            "SELECT {name}, _account, {figure} FROM ({}) AS source
             WHERE day = {} AND {figure} IS NOT NULL AND {name} IS NOT NULL
             ORDER BY 3 DESC, 1 LIMIT {TOP}",
            self.source(),
            sql::day(day)
        );
        let mut top = Vec::new();
        for batch in self.ask(&question).await? {
            let (names, accounts) = (texts(&batch, 0)?, texts(&batch, 1)?);
            let values = floats(&batch, 2)?;
            for ((name, account), value) in names.into_iter().zip(accounts).zip(values) {
                top.push((name, account, value.unwrap_or_default() * measure.factor));
            }
        }
        Ok(top)
    }

    /// The rows that count, each with its day. Appended rows of a day that came twice count once.
    fn source(&self) -> String {
        let day = sql::name(self.day);
        let day = match self.report.column(self.day).map(|column| column.kind) {
            Some(exmetrics_catalog::ColumnType::Date) | None => day,
            Some(_) => format!("TRY_CAST({day} AS DATE)"),
        };
        let since = self
            .since
            .map(|since| format!(" AND {day} >= {}", sql::day(since)))
            .unwrap_or_default();
        let rows = format!("SELECT *, {day} AS day FROM rows WHERE {day} IS NOT NULL{since}");
        match self.dataset.update {
            UpdateMethod::Append => format!(
                "SELECT * FROM (SELECT *, max(_fetched_at) OVER (PARTITION BY _account, day) AS newest
                 FROM ({rows}) AS every_row) AS dated WHERE _fetched_at = newest"
            ),
            _ => rows,
        }
    }

    async fn ask(&self, question: &str) -> Result<Vec<RecordBatch>, Problem> {
        let table = NamedTable {
            name: "rows".into(),
            location: self.dataset.location.clone(),
            version: None,
        };
        let rows = self.site.reader.ask(vec![table], question, MEMORY).await?;
        Ok(cells::first(rows, usize::MAX).await?.batches)
    }
}

fn days(batch: &RecordBatch, column: usize) -> Result<Vec<Option<Date>>, Problem> {
    let dates = cast(batch.column(column), &DataType::Date32);
    let dates = dates.map_err(|error| Problem::broken("the chart", &error))?;
    let epoch = Date::constant(1970, 1, 1);
    let day = |days: Option<i32>| days.and_then(|days| epoch.checked_add(days.days()).ok());
    Ok(dates.as_primitive::<Date32Type>().iter().map(day).collect())
}

fn floats(batch: &RecordBatch, column: usize) -> Result<Vec<Option<f64>>, Problem> {
    let numbers = cast(batch.column(column), &DataType::Float64);
    let numbers = numbers.map_err(|error| Problem::broken("the chart", &error))?;
    // A sum below zero is a broken reply; a chart that fell below its axis would say nothing.
    let sound = |value: Option<f64>| value.filter(|value| *value >= 0.0 && value.is_finite());
    Ok(numbers
        .as_primitive::<Float64Type>()
        .iter()
        .map(sound)
        .collect())
}

fn texts(batch: &RecordBatch, column: usize) -> Result<Vec<String>, Problem> {
    let texts = cast(batch.column(column), &DataType::Utf8);
    let texts = texts.map_err(|error| Problem::broken("the chart", &error))?;
    let texts = texts.as_string::<i32>();
    let text = |row: usize| match texts.is_null(row) {
        true => String::new(),
        false => texts.value(row).to_owned(),
    };
    Ok((0..texts.len()).map(text).collect())
}
