//! Which columns make which chart: by the catalogue's types, units and grain, never by a report's name.

use exmetrics_catalog::{Column, ColumnType, Details, Grain, Report};
use exmetrics_chart::Unit;

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One line for each figure: counts.
    Lines,
    /// Filled: what is stored.
    Area,
    /// Shares of the newest snapshot.
    Bars,
}

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measure {
    /// What it is called in a chart.
    pub(crate) label: String,
    /// The column's header, in full.
    pub(crate) header: String,
    /// The column in the table.
    pub(crate) column: String,
    /// How many of the chart's units one of the column's is.
    pub(crate) factor: f64,
}

/// Figures that share an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    /// What their numbers count, in the catalogue's word.
    pub(crate) word: String,
    pub(crate) unit: Unit,
    pub(crate) shape: Shape,
    pub(crate) measures: Vec<Measure>,
}

/// The figures of a report, those that share a unit together; what is stored comes first.
pub(crate) fn choices(report: &Report) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for column in &report.columns {
        let Some((word, unit, measure)) = measure(report, column) else {
            continue;
        };
        match choices.iter_mut().find(|choice| choice.word == word) {
            Some(choice) => choice.measures.push(measure),
            None => choices.push(Choice {
                word: word.to_owned(),
                unit,
                shape: match (report.grain, unit) {
                    (Grain::Summary | Grain::Current, _) => Shape::Bars,
                    (_, Unit::Bytes) => Shape::Area,
                    _ => Shape::Lines,
                },
                measures: vec![measure],
            }),
        }
    }
    choices.sort_by_key(|choice| choice.unit != Unit::Bytes);
    choices
}

fn measure<'a>(report: &Report, column: &'a Column) -> Option<(&'a str, Unit, Measure)> {
    let name = column.name();
    if report.key.contains(&name) || is_limit(column) {
        return None;
    }
    let (word, unit, factor, of) = match (column.kind, column.unit.as_deref()) {
        (ColumnType::Duration, _) => ("time", Unit::Seconds, 1.0, format!("{name}_seconds")),
        // How many days were counted over is no figure of anybody's use.
        (ColumnType::Bigint, Some("days") | None) => return None,
        (ColumnType::Bigint, Some("bytes")) => ("storage", Unit::Bytes, 1.0, name),
        (ColumnType::Bigint, Some("megabytes")) => ("storage", Unit::Bytes, 1_048_576.0, name),
        (ColumnType::Bigint, Some("seconds")) => ("time", Unit::Seconds, 1.0, name),
        (ColumnType::Bigint, Some("minutes")) => ("time", Unit::Seconds, 60.0, name),
        (ColumnType::Bigint, Some(word)) => (word, Unit::Count, 1.0, name),
        _ => return None,
    };
    let measure = Measure {
        label: label(&column.header),
        header: column.header.clone(),
        column: of,
        factor,
    };
    Some((word, unit, measure))
}

/// What may be stored, beside what is: a line to hold figures against, no figure.
fn is_limit(column: &Column) -> bool {
    let limits = ["quota", "allocated"];
    column.unit.as_deref() == Some("bytes")
        && column
            .header
            .to_lowercase()
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|word| limits.contains(&word))
}

/// `Storage Used (Byte)` is `Storage Used`, `Send Count` is `Send`.
fn label(header: &str) -> String {
    let short = match header.split_once('(') {
        Some((before, _)) => before.trim(),
        None => header.trim(),
    };
    let short = short.strip_suffix(" Count").unwrap_or(short);
    short.to_owned()
}

/// Whether each day of the table is a day's own figures, and not a snapshot of a longer time.
pub(crate) fn is_daily(report: &Report, details: Details) -> bool {
    report.grain == Grain::Trend || matches!(details, Details::Date(_) | Details::Range { .. })
}

/// The column that names a row to a person, and the one that tells it from others.
pub(crate) fn name_column(report: &Report) -> Option<String> {
    let named = report.columns.iter().find(|column| {
        column.personal && column.kind == ColumnType::Text && !report.key.contains(&column.name())
    });
    named
        .map(Column::name)
        .or_else(|| report.key.first().cloned())
}

/// The column of a trend whose value `All` stands for the sum of the others.
pub(crate) fn total_column(report: &Report, day: &str) -> Option<String> {
    let is_text = |name: &String| {
        let column = report.column(name);
        name != day && column.is_some_and(|column| column.kind == ColumnType::Text)
    };
    (report.grain == Grain::Trend)
        .then(|| report.key.iter().find(|name| is_text(name)).cloned())
        .flatten()
}

#[cfg(test)]
mod tests {
    use exmetrics_catalog::catalog;

    use super::*;

    #[test]
    fn every_report_but_lists_of_names_has_a_chart() {
        let without: Vec<&str> = catalog()
            .all()
            .iter()
            .filter(|report| choices(report).is_empty())
            .map(|report| report.slug.as_str())
            .collect();
        let trends_and_totals = catalog().all().iter().filter(|report| {
            matches!(report.grain, Grain::Trend | Grain::Summary) && choices(report).is_empty()
        });
        assert_eq!(trends_and_totals.count(), 0, "{without:?}");
    }

    #[test]
    fn figures_of_one_unit_share_an_axis_and_limits_are_none() {
        for report in catalog().all() {
            for choice in choices(report) {
                assert!(!choice.measures.is_empty());
                for measure in &choice.measures {
                    assert!(!measure.label.is_empty(), "{}", report.slug);
                    assert!(!measure.column.contains("quota_byte"), "{}", report.slug);
                }
            }
        }
    }
}
