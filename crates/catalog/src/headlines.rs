//! The figures that a first look is for: which columns of which reports make them. Data, as the reports
//! are.

use std::sync::LazyLock;

use serde::Deserialize;

/// A headline figure.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headline {
    /// Its short name.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it counts.
    pub unit: String,
    /// How it is drawn.
    pub kind: HeadlineKind,
    /// What is drawn.
    pub series: Vec<HeadlineSeries>,
}

/// How a headline is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadlineKind {
    /// Figures per day.
    Lines,
    /// What is in use, stacked.
    Area,
    /// Shares, side by side, of the newest snapshot.
    Bars,
    /// Several figures per day, each with its own scale.
    Strips,
}

/// One figure of a headline.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadlineSeries {
    /// What it is called.
    pub label: String,
    /// The report's slug.
    pub report: String,
    /// The column.
    pub column: String,
    /// The rows that count, where a report has several kinds of rows for one day.
    #[serde(default)]
    pub only: Option<Only>,
}

/// Rows with one value in one column.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Only {
    /// The column.
    pub column: String,
    /// Its value.
    pub value: String,
}

/// What is nearest its limit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nearest {
    /// The report's slug.
    pub report: String,
    /// The column with the name.
    pub name: String,
    /// The column with what is in use, in bytes.
    pub used: String,
    /// The column with what a warning is given at.
    pub warning: String,
    /// The column with the limit.
    pub limit: String,
}

/// All headline figures.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Headlines {
    /// The figures that are drawn.
    #[serde(rename = "headline")]
    pub charts: Vec<Headline>,
    /// What is nearest its limit.
    pub nearest: Nearest,
}

/// The headline figures, read once.
///
/// # Panics
/// When the file beside the code cannot be read, which a test sees.
pub fn headlines() -> &'static Headlines {
    static READ: LazyLock<Headlines> = LazyLock::new(|| {
        toml::from_str(include_str!("../headlines.toml"))
            .unwrap_or_else(|error| panic!("headlines.toml cannot be read: {error}"))
    });
    &READ
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn every_headline_names_columns_that_are_there() {
        let has = |report: &str, column: &str| {
            let report = catalog().find(report).expect("a report");
            assert!(
                report.column(column).is_some(),
                "{} has no {column}",
                report.slug
            );
        };
        for series in headlines().charts.iter().flat_map(|one| &one.series) {
            has(&series.report, &series.column);
            if let Some(only) = &series.only {
                has(&series.report, &only.column);
            }
        }
        let nearest = &headlines().nearest;
        for column in [
            &nearest.name,
            &nearest.used,
            &nearest.warning,
            &nearest.limit,
        ] {
            has(&nearest.report, column);
        }
    }
}
