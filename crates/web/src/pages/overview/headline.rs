//! The charts of the overview, as the catalogue's headlines say.

use arrow_array::{Array, cast::AsArray, types::Float64Type};
use exmetrics_catalog::{Headline, HeadlineKind, headlines};
use exmetrics_chart::{
    Bar, Chart, Daily, Day, Error, Series, Stack, Subject, Unit, Why, area, bars, lines, strips,
};
use exmetrics_engine::DataSetStanding;
use exmetrics_store::CoverageState;
use jiff::civil::Date;
use serde::Serialize;

use super::numbers;
use crate::{problem::Problem, site::Site, words};

/// Longer spans are drawn as weeks.
const MOST_DAYS: usize = 400;

/// A chart as its template takes it.
#[derive(Serialize)]
pub(super) struct Drawn {
    id: String,
    title: String,
    unit: String,
    svg: String,
    legend: Vec<Entry>,
    summary: String,
    table: Table,
    dataset: Option<Link>,
    empty: Option<String>,
    csv_href: String,
}

#[derive(Serialize)]
struct Entry {
    label: String,
    value: Option<String>,
    series: u8,
}

#[derive(Serialize)]
struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct Link {
    name: String,
    href: String,
}

/// What is nearest its limit.
#[derive(Serialize)]
pub(super) struct NearestRows {
    note: String,
    empty: Option<String>,
    rows: Vec<NearestRow>,
}

#[derive(Serialize)]
struct NearestRow {
    name: String,
    in_use: String,
    percent: f64,
    share: String,
    kind: &'static str,
    state: Option<&'static str>,
    state_text: Option<&'static str>,
}

/// Draws one headline.
pub(super) async fn draw(
    site: &Site,
    headline: &Headline,
    standings: &[DataSetStanding],
    from: Option<Date>,
    to: Date,
    range: &str,
) -> Result<Drawn, Problem> {
    let feeding = headline
        .series
        .iter()
        .find_map(|one| numbers::feeding(standings, &one.report));
    let mut unit = headline.unit.clone();
    let chart = match headline.kind {
        HeadlineKind::Bars => {
            let (day, values) = numbers::newest(site, &headline.series, standings).await?;
            if let Some(day) = day {
                unit = format!("{unit}, {}", words::day(day));
            }
            share(headline, &values)
        }
        HeadlineKind::Lines | HeadlineKind::Area | HeadlineKind::Strips => {
            let series = numbers::by_day(site, &headline.series, standings, from).await?;
            let reasons = match feeding {
                Some(dataset) => numbers::reasons(site, dataset).await?,
                None => std::collections::BTreeMap::new(),
            };
            per_day(headline, series, &reasons, from, to)
        }
    };
    let report = headline
        .series
        .first()
        .map(|one| one.report.as_str())
        .unwrap_or_default();
    let title = exmetrics_catalog::catalog()
        .find(report)
        .map(|report| report.title.clone())
        .unwrap_or_default();
    let chart = chart.ok();
    let empty = match (&feeding, &chart) {
        (None, _) => Some(format!("No DataSet of {title} has been run yet.")),
        (Some(_), None) => Some("There are no figures in these days.".into()),
        (Some(_), Some(chart)) => chart.empty.clone(),
    };
    let (svg, legend, summary, table) = match chart {
        Some(chart) if feeding.is_some() => parts(chart),
        _ => (
            String::new(),
            Vec::new(),
            String::new(),
            Table {
                head: Vec::new(),
                rows: Vec::new(),
            },
        ),
    };
    Ok(Drawn {
        id: headline.id.replace('_', "-"),
        title: headline.title.clone(),
        unit,
        svg,
        legend,
        summary,
        table,
        dataset: feeding.map(|dataset| Link {
            name: dataset.name.clone(),
            href: format!("/datasets/{}", dataset.id),
        }),
        empty,
        csv_href: format!("/overview/{}.csv?range={range}", headline.id),
    })
}

fn parts(chart: Chart) -> (String, Vec<Entry>, String, Table) {
    let legend = chart.legend.into_iter().map(|entry| Entry {
        label: entry.label,
        value: entry.value,
        series: entry.series,
    });
    let table = Table {
        head: chart.table.head,
        rows: chart.table.rows,
    };
    (chart.svg, legend.collect(), chart.summary, table)
}

fn subject(headline: &Headline) -> Subject {
    let unit = match headline.kind {
        HeadlineKind::Area => Unit::Bytes,
        _ => Unit::Count,
    };
    Subject::new(headline.id.replace('_', "-"), headline.title.clone(), unit)
}

fn share(headline: &Headline, values: &[Option<f64>]) -> Result<Chart, Error> {
    let mut rows: Vec<(&str, f64)> = headline
        .series
        .iter()
        .zip(values)
        .filter_map(|(one, value)| Some((one.label.as_str(), (*value)?)))
        .collect();
    rows.sort_by(|one, other| other.1.total_cmp(&one.1));
    let rows: Vec<Bar> = rows
        .into_iter()
        .map(|(name, value)| Bar::new(name, Some(value)))
        .collect();
    bars(&subject(headline), &rows)
}

fn per_day(
    headline: &Headline,
    series: Vec<numbers::ByDay>,
    reasons: &std::collections::BTreeMap<i32, CoverageState>,
    from: Option<Date>,
    to: Date,
) -> Result<Chart, Error> {
    let first = series.iter().filter_map(|one| one.keys().next()).min();
    let first = match (from.map(numbers::number), first) {
        (Some(from), _) => from,
        (None, Some(first)) => *first,
        (None, None) => return Err(Error::Nothing),
    };
    // Today is not over: it has no figures and is no gap.
    let last = numbers::number(to) - 1;
    let days: Vec<Day> = (first..=last).map(Day::since_epoch).collect();
    let missing = (first..=last).filter_map(|day| {
        let why = match reasons.get(&day)? {
            CoverageState::Awaiting => Why::Awaiting,
            CoverageState::Failed => Why::Failed,
            CoverageState::Expired => Why::Expired,
            CoverageState::Empty => Why::Empty,
            CoverageState::Published => return None,
        };
        Some((Day::since_epoch(day), why))
    });
    let missing: Vec<(Day, Why)> = missing.collect();
    let long = days.len() > MOST_DAYS;
    // A report that nothing feeds has no line, rather than a gap through all others.
    let there = headline
        .series
        .iter()
        .zip(series)
        .filter(|(_, values)| !values.is_empty());
    let drawn = there.map(|(one, values)| {
        let values = (first..=last).map(|day| values.get(&day).copied());
        Series::new(one.label.clone(), values.collect())
    });
    let mut daily = Daily::new(days, drawn.collect()).missing(missing);
    if long {
        daily = daily.weekly_means();
    }
    let subject = subject(headline);
    match headline.kind {
        HeadlineKind::Area if headline.series.len() > 1 => area(&subject, &daily, Stack::Stacked),
        HeadlineKind::Area => area(&subject, &daily, Stack::Overlaid),
        HeadlineKind::Strips => strips(&subject, &daily),
        HeadlineKind::Lines | HeadlineKind::Bars => lines(&subject, &daily),
    }
}

/// What is nearest its limit.
pub(super) async fn nearest(
    site: &Site,
    standings: &[DataSetStanding],
) -> Result<NearestRows, Problem> {
    let wanted = &headlines().nearest;
    let Some(dataset) = numbers::feeding(standings, &wanted.report) else {
        return Ok(NearestRows {
            note: String::new(),
            empty: Some("No DataSet with each mailbox's storage has been run yet.".into()),
            rows: Vec::new(),
        });
    };
    let [name, used, warning, limit] = [&wanted.name, &wanted.used, &wanted.warning, &wanted.limit]
        .map(|one| numbers::quoted(one));
    let question = format!(
        "SELECT {name} AS n, CAST({used} AS DOUBLE) AS u, CAST({warning} AS DOUBLE) AS w,
         CAST({limit} AS DOUBLE) AS l FROM t WHERE report_refresh_date = (SELECT MAX(report_refresh_date) FROM t)
         AND {limit} > 0 AND {used} IS NOT NULL ORDER BY {used} * 1.0 / {limit} DESC LIMIT 5"
    );
    let mut rows = Vec::new();
    for batch in numbers::ask(site, dataset, &question).await? {
        let names = batch.column(0).as_string::<i32>();
        let figures: Vec<_> = (1..4)
            .map(|column| batch.column(column).as_primitive::<Float64Type>())
            .collect();
        for row in 0..batch.num_rows() {
            let (used, warning, limit) = (
                figures[0].value(row),
                figures[1].value(row),
                figures[2].value(row),
            );
            let percent = (used / limit * 1000.0).round() / 10.0;
            let (kind, state, state_text) = match used {
                used if used >= limit => ("bad", Some("failed"), Some("may not send")),
                used if figures[1].is_valid(row) && used >= warning => {
                    ("wait", Some("warning"), Some("warning issued"))
                }
                _ => ("1", None, None),
            };
            rows.push(NearestRow {
                name: match names.is_valid(row) {
                    true => names.value(row).to_owned(),
                    false => "without a name".into(),
                },
                in_use: format!(
                    "{} of {}",
                    Unit::Bytes.write(used),
                    Unit::Bytes.write(limit)
                ),
                percent: percent.min(100.0),
                share: format!("{percent} %"),
                kind,
                state,
                state_text,
            });
        }
    }
    Ok(NearestRows {
        note: "at the newest snapshot".into(),
        empty: rows.is_empty().then(|| "No mailbox has a limit.".into()),
        rows,
    })
}
