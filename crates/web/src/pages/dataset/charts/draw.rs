//! The charts, drawn.

use std::{collections::BTreeMap, sync::Arc};

use exmetrics_catalog::Report;
use exmetrics_chart::{
    Bar, Chart, Daily, Error, Series, Stack, Subject, Unit, Why, area, bars, lines,
};
use exmetrics_engine::TableState;
use exmetrics_store::{CoverageDay, DataSet};
use jiff::civil::Date;

use super::{
    choice::{self, Choice, Measure, Shape},
    gaps,
    numbers::{self, Numbers},
};
use crate::{links::link, pages::drawn::Drawn, problem::Problem, site::Site, words};

/// So many colours can be told apart.
const COLOURS: usize = 5;

/// The charts of a DataSet, and what they are made of.
pub(crate) struct Charts {
    pub(crate) drawn: Vec<Drawn>,
    /// The highest rows of the newest day.
    pub(crate) top: Option<Top>,
    series: Vec<NamedSeries>,
    days: Vec<Date>,
}

/// The highest rows of the newest day, by the first figure.
pub(crate) struct Top {
    pub(crate) measure: Measure,
    pub(crate) unit: Unit,
    pub(crate) word: String,
    pub(crate) day: Date,
    pub(crate) rows: Vec<(String, String, f64)>,
}

/// The numbers behind one chart.
struct NamedSeries {
    chart: String,
    names: Vec<String>,
    values: Vec<Vec<Option<f64>>>,
}

/// Draws the charts of a DataSet from a number of days back.
pub(crate) async fn charts(
    site: &Site,
    dataset: &DataSet,
    report: &Report,
    state: &TableState,
    coverage: &[CoverageDay],
    days_back: Option<i64>,
) -> Result<Charts, Problem> {
    let since = days_back.and_then(|days| gaps::back(site.engine.today(), days));
    let numbers = numbers::numbers(site, dataset, report, state, since).await?;
    let daily = choice::is_daily(report, dataset.details);
    let missing = match daily {
        true => gaps::gaps(dataset, coverage, since),
        false => BTreeMap::new(),
    };
    let span = days_back.map_or_else(|| "all".to_owned(), |days| days.to_string());
    let drawing = Drawing {
        numbers: Arc::clone(&numbers),
        missing,
        daily,
        csv: link(
            &format!("/datasets/{}/chart.csv", dataset.id),
            "days",
            &span,
        ),
    };
    let mut charts = Charts {
        drawn: Vec::new(),
        top: None,
        series: Vec::new(),
        days: numbers.days.clone(),
    };
    let choices = choice::choices(report);
    charts.top = drawing.top(&choices);
    for choice in choices {
        drawing.choice(&choice, &mut charts)?;
    }
    drawing.rows(&mut charts)?;
    Ok(charts)
}

impl Charts {
    /// One chart's numbers for a spreadsheet.
    pub(crate) fn csv(&self, chart: &str) -> Option<String> {
        let series = self.series.iter().find(|series| series.chart == chart)?;
        let mut text = String::from("day");
        for name in &series.names {
            text.push_str(",\"");
            text.push_str(&name.replace('"', "\"\""));
            text.push('"');
        }
        text.push('\n');
        for (place, day) in self.days.iter().enumerate() {
            text.push_str(&day.to_string());
            for values in &series.values {
                text.push(',');
                if let Some(value) = values.get(place).copied().flatten() {
                    text.push_str(&value.to_string());
                }
            }
            text.push('\n');
        }
        Some(text)
    }
}

struct Drawing {
    numbers: Arc<Numbers>,
    missing: BTreeMap<Date, Why>,
    daily: bool,
    csv: String,
}

impl Drawing {
    fn choice(&self, choice: &Choice, charts: &mut Charts) -> Result<(), Problem> {
        let mut measures: Vec<(&Measure, Vec<Option<f64>>)> = choice
            .measures
            .iter()
            .filter_map(|measure| {
                let values = self.values(self.numbers.sums.get(&measure.column)?);
                Some((measure, values))
            })
            .collect();
        if measures
            .iter()
            .all(|(_, values)| values.iter().all(Option::is_none))
        {
            return Ok(());
        }
        // Too many for one: the highest together, so that the first chart says most.
        if measures.len() > COLOURS || choice.shape == Shape::Area {
            let newest = |values: &[Option<f64>]| {
                values.iter().rev().flatten().next().copied().unwrap_or(0.0)
            };
            measures.sort_by(|left, right| newest(&right.1).total_cmp(&newest(&left.1)));
        }
        let word = &choice.word;
        if choice.shape == Shape::Bars {
            self.shares(choice, &measures, charts)?;
        }
        if choice.shape == Shape::Bars && self.numbers.days.len() < 2 {
            return Ok(());
        }
        let parts = measures.len().div_ceil(COLOURS);
        for (part, some) in measures.chunks(COLOURS).enumerate() {
            let id = format!("by-day-{}-{}", word.replace(' ', "-"), part + 1);
            let title = match (self.daily, parts) {
                (true, 1) => format!("{} per day", capital(word)),
                (true, _) => format!("{} per day, {} of {parts}", capital(word), part + 1),
                (false, 1) => capital(word),
                (false, _) => format!("{}, {} of {parts}", capital(word), part + 1),
            };
            let series: Vec<(String, Vec<Option<f64>>)> = some
                .iter()
                .map(|(measure, values)| (measure.label.clone(), values.clone()))
                .collect();
            self.over_days(&id, title, choice.unit, choice.shape, word, series, charts)?;
        }
        Ok(())
    }

    /// The figures of the newest snapshot side by side.
    fn shares(
        &self,
        choice: &Choice,
        measures: &[(&Measure, Vec<Option<f64>>)],
        charts: &mut Charts,
    ) -> Result<(), Problem> {
        let Some(newest) = self.numbers.days.last() else {
            return Ok(());
        };
        let mut rows: Vec<(&str, Option<f64>)> = measures
            .iter()
            .map(|(measure, values)| (measure.label.as_str(), values.last().copied().flatten()))
            .collect();
        rows.sort_by(|left, right| {
            let value = |one: &(&str, Option<f64>)| one.1.unwrap_or(-1.0);
            value(right).total_cmp(&value(left))
        });
        let id = format!("newest-{}", choice.word.replace(' ', "-"));
        let title = format!("{}, {}", capital(&choice.word), words::day(*newest));
        let bar = |(name, value): &(&str, Option<f64>)| Bar::new(*name, *value);
        let drawn: Vec<Bar> = rows.iter().map(bar).collect();
        let subject = Subject::new(&id, title, choice.unit);
        let chart = bars(&subject, &drawn).map_err(|error| undrawn(&error))?;
        let names = measures.iter().map(|(measure, _)| measure.label.clone());
        charts.series.push(NamedSeries {
            chart: id.clone(),
            names: names.collect(),
            values: measures.iter().map(|(_, values)| values.clone()).collect(),
        });
        self.push(chart, &choice.word, &id, charts);
        Ok(())
    }

    /// How many rows each account has.
    fn rows(&self, charts: &mut Charts) -> Result<(), Problem> {
        if self.numbers.rows.is_empty() {
            return Ok(());
        }
        let title = match self.daily {
            true => "Rows per day",
            false => "Rows of each snapshot",
        };
        let series = self.numbers.rows.iter();
        let series = series
            .map(|(account, rows)| (account.clone(), rows.clone()))
            .collect();
        let (id, title) = ("rows", title.to_owned());
        self.over_days(id, title, Unit::Count, Shape::Lines, "rows", series, charts)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each is one word of what is drawn"
    )]
    fn over_days(
        &self,
        id: &str,
        title: String,
        unit: Unit,
        shape: Shape,
        word: &str,
        series: Vec<(String, Vec<Option<f64>>)>,
        charts: &mut Charts,
    ) -> Result<(), Problem> {
        let days = self
            .numbers
            .days
            .iter()
            .map(|day| gaps::day(*day))
            .collect();
        let drawn = series
            .iter()
            .map(|(name, values)| Series::new(name, values.clone()))
            .collect();
        let why = self
            .missing
            .iter()
            .map(|(day, why)| (gaps::day(*day), *why));
        let mut daily = Daily::new(days, drawn).missing(why);
        if !self.daily {
            daily = daily.every(gaps::step(&self.numbers.days));
        }
        let subject = Subject::new(id, title, unit);
        let chart = match shape {
            Shape::Area => area(&subject, &daily, Stack::Overlaid),
            Shape::Lines | Shape::Bars => lines(&subject, &daily),
        };
        let chart = chart.map_err(|error| undrawn(&error))?;
        charts.series.push(NamedSeries {
            chart: id.to_owned(),
            names: series.iter().map(|(name, _)| name.clone()).collect(),
            values: series.into_iter().map(|(_, values)| values).collect(),
        });
        self.push(chart, word, id, charts);
        Ok(())
    }

    fn push(&self, chart: Chart, word: &str, id: &str, charts: &mut Charts) {
        let unit = match self.daily {
            true => format!("{word} a day"),
            false => word.to_owned(),
        };
        let csv = format!("{}&chart={id}", self.csv);
        charts.drawn.push(Drawn::new(chart, &unit, Some(csv)));
    }

    /// What is drawn of some figures: nothing on a day that is not whole.
    fn values(&self, sums: &[Option<f64>]) -> Vec<Option<f64>> {
        let days = self.numbers.days.iter().zip(sums);
        days.map(|(day, sum)| sum.filter(|_| !self.missing.contains_key(day)))
            .collect()
    }

    fn top(&self, choices: &[Choice]) -> Option<Top> {
        let choice = choices.first()?;
        (!self.numbers.top.is_empty()).then_some(())?;
        Some(Top {
            measure: choice.measures.first()?.clone(),
            unit: choice.unit,
            word: choice.word.clone(),
            day: *self.numbers.days.last()?,
            rows: self.numbers.top.clone(),
        })
    }
}

/// Every case is a mistake of ours.
fn undrawn(error: &Error) -> Problem {
    Problem::broken("the chart", error)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
