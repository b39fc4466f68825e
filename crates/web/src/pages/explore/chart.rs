//! The chart of an answer: a figure by day or by name, one line for each of something.

use std::collections::BTreeMap;

use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{Date32Type, Float64Type},
};
use arrow_cast::cast;
use arrow_schema::{DataType, Schema};
use exmetrics_chart::{Bar, Daily, Day, Series, Stack, Subject, Unit, area, bars, lines};
use serde::Serialize;

use crate::{
    cells::{self, FirstRows},
    links::Chosen,
    pages::drawn::Drawn,
};

/// So many lines can be told apart, and so many bars be read.
const MOST_LINES: usize = 5;
const MOST_BARS: usize = 40;

/// What may be chosen of the chart.
#[derive(Debug, Serialize)]
pub(super) struct ChartForm {
    kinds: Vec<Choice>,
    x: Vec<Choice>,
    y: Vec<Choice>,
    by: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    label: String,
    selected: bool,
}

/// What is drawn.
struct Axes {
    kind: &'static str,
    x: usize,
    y: usize,
    by: Option<usize>,
}

/// A chart with its form, or why there is none.
pub(super) fn chart(rows: &FirstRows, chosen: &Chosen) -> Result<(Drawn, ChartForm), &'static str> {
    let schema = rows.columns.as_ref();
    let axes = axes(schema, chosen)?;
    let form = form(schema, &axes);
    let name = |column: usize| schema.field(column).name().as_str();
    let title = format!("{} by {}", name(axes.y), name(axes.x));
    let subject = Subject::new("result-chart", title, unit(name(axes.y))).height(220);
    let drawn = match is_day(schema.field(axes.x).data_type()) {
        true => by_day(rows, &axes, &subject)?,
        false => by_name(rows, &axes, &subject)?,
    };
    Ok((Drawn::new(drawn, name(axes.y), None), form))
}

fn axes(schema: &Schema, chosen: &Chosen) -> Result<Axes, &'static str> {
    let all = || schema.fields().iter().enumerate();
    let named = |axis: &str| {
        let wanted = chosen.get(axis)?;
        all()
            .find(|(_, field)| field.name() == wanted)
            .map(|(place, _)| place)
    };
    let first = |fits: fn(&DataType) -> bool| {
        all()
            .find(|(_, field)| fits(field.data_type()))
            .map(|(place, _)| place)
    };
    let y = named("y")
        .filter(|place| schema.field(*place).data_type().is_numeric())
        .or_else(|| first(DataType::is_numeric))
        .ok_or("A chart needs a column of numbers.")?;
    let x = named("x")
        .filter(|place| *place != y)
        .or_else(|| first(is_day))
        .or_else(|| first(is_text))
        .ok_or("A chart needs a column of days or names.")?;
    let daily = is_day(schema.field(x).data_type());
    let by = match chosen.get("by") {
        Some("-") => None,
        Some(_) => named("by").filter(|place| *place != x && *place != y),
        None => all()
            .find(|(place, field)| *place != x && is_text(field.data_type()))
            .map(|(place, _)| place),
    };
    let kind = match (chosen.get("chart"), daily) {
        (Some("area"), true) => "area",
        (_, true) => "line",
        (_, false) => "bars",
    };
    Ok(Axes {
        kind,
        x,
        y,
        by: by.filter(|_| daily),
    })
}

fn form(schema: &Schema, axes: &Axes) -> ChartForm {
    let daily = is_day(schema.field(axes.x).data_type());
    let choices = |fits: &dyn Fn(&DataType) -> bool, now: Option<usize>| -> Vec<Choice> {
        let fields = schema.fields().iter().enumerate();
        fields
            .filter(|(_, field)| fits(field.data_type()))
            .map(|(place, field)| Choice {
                value: field.name().clone(),
                label: field.name().clone(),
                selected: Some(place) == now,
            })
            .collect()
    };
    let kinds: &[(&str, &str)] = match daily {
        true => &[("line", "Line"), ("area", "Area")],
        false => &[("bars", "Bars")],
    };
    let one = Choice {
        value: "-".into(),
        label: "one line".into(),
        selected: axes.by.is_none(),
    };
    ChartForm {
        kinds: kinds
            .iter()
            .map(|(value, label)| Choice {
                value: (*value).to_owned(),
                label: (*label).to_owned(),
                selected: *value == axes.kind,
            })
            .collect(),
        x: choices(&|kind| is_day(kind) || is_text(kind), Some(axes.x)),
        y: choices(&DataType::is_numeric, Some(axes.y)),
        by: std::iter::once(one)
            .chain(choices(&is_text, axes.by))
            .collect(),
    }
}

const ONE_ROW_A_POINT: &str = "A chart needs one row a point. Group the rows, for example by day.";
const UNDRAWN: &str = "These figures cannot be drawn; they are in the table.";

fn by_day(
    rows: &FirstRows,
    axes: &Axes,
    subject: &Subject,
) -> Result<exmetrics_chart::Chart, &'static str> {
    let mut lines_of: BTreeMap<String, BTreeMap<i32, f64>> = BTreeMap::new();
    for batch in &rows.batches {
        let days = cells::in_utc(batch.column(axes.x));
        let days = days
            .and_then(|days| cast(&days, &DataType::Date32))
            .map_err(|_| UNDRAWN)?;
        let values = floats(batch, axes.y)?;
        let names = match axes.by {
            Some(by) => texts(batch, by)?,
            None => vec![batch.schema().field(axes.y).name().clone(); batch.num_rows()],
        };
        let days = days.as_primitive::<Date32Type>().iter();
        for ((day, value), name) in days.zip(values).zip(names) {
            let (Some(day), Some(value)) = (day, value) else {
                continue;
            };
            if lines_of
                .entry(name)
                .or_default()
                .insert(day, value)
                .is_some()
            {
                return Err(ONE_ROW_A_POINT);
            }
        }
    }
    if lines_of.len() > MOST_LINES {
        return Err("More than five lines cannot be told apart. Choose fewer, or one line.");
    }
    let mut days: Vec<i32> = lines_of
        .values()
        .flat_map(BTreeMap::keys)
        .copied()
        .collect();
    days.sort_unstable();
    days.dedup();
    if days.is_empty() {
        return Err("There is nothing to draw.");
    }
    let step = days
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .min()
        .unwrap_or(1);
    let series = lines_of.into_iter().map(|(name, values)| {
        Series::new(
            name,
            days.iter().map(|day| values.get(day).copied()).collect(),
        )
    });
    let daily = Daily::new(
        days.iter().map(|day| Day::since_epoch(*day)).collect(),
        series.collect(),
    )
    .every(u16::try_from(step).unwrap_or(1));
    match axes.kind {
        "area" => area(subject, &daily, Stack::Overlaid),
        _ => lines(subject, &daily),
    }
    .map_err(|_| UNDRAWN)
}

fn by_name(
    rows: &FirstRows,
    axes: &Axes,
    subject: &Subject,
) -> Result<exmetrics_chart::Chart, &'static str> {
    let mut drawn = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for batch in &rows.batches {
        let (names, values) = (texts(batch, axes.x)?, floats(batch, axes.y)?);
        for (name, value) in names.into_iter().zip(values) {
            if !seen.insert(name.clone()) {
                return Err("A chart needs one row a bar. Group the rows by the name.");
            }
            drawn.push(Bar::new(name, value));
        }
    }
    if drawn.len() > MOST_BARS {
        return Err(
            "More than forty bars cannot be read. Sort the rows, and take the first with LIMIT.",
        );
    }
    bars(subject, &drawn).map_err(|_| UNDRAWN)
}

fn floats(batch: &RecordBatch, column: usize) -> Result<Vec<Option<f64>>, &'static str> {
    let numbers = cast(batch.column(column), &DataType::Float64).map_err(|_| UNDRAWN)?;
    Ok(numbers.as_primitive::<Float64Type>().iter().collect())
}

fn texts(batch: &RecordBatch, column: usize) -> Result<Vec<String>, &'static str> {
    let texts = cast(batch.column(column), &DataType::Utf8).map_err(|_| UNDRAWN)?;
    let texts = texts.as_string::<i32>();
    let text = |row: usize| match texts.is_null(row) {
        true => "null".to_owned(),
        false => texts.value(row).to_owned(),
    };
    Ok((0..texts.len()).map(text).collect())
}

fn is_day(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)
    )
}

fn is_text(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8
    )
}

/// What a column's name says of its unit.
fn unit(name: &str) -> Unit {
    let name = name.to_lowercase();
    let has = |word: &str| name.split('_').any(|part| part == word);
    if has("byte") || has("bytes") {
        Unit::Bytes
    } else if has("seconds") {
        Unit::Seconds
    } else if has("percent") {
        Unit::Percent
    } else {
        Unit::Count
    }
}
