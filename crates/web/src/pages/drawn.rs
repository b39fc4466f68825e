//! A chart as templates take it.

use exmetrics_chart::Chart;
use serde::Serialize;

/// A chart that was drawn, or why there is nothing to draw.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Drawn {
    pub(super) id: String,
    pub(super) title: String,
    /// What its numbers count, in words.
    pub(super) unit: String,
    pub(super) svg: String,
    pub(super) legend: Vec<Entry>,
    pub(super) summary: String,
    pub(super) table: Table,
    /// The DataSet that feeds it, where that is another page.
    pub(super) dataset: Option<Fed>,
    pub(super) empty: Option<String>,
    pub(super) csv_href: Option<String>,
}

/// One entry of the key.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    label: String,
    value: Option<String>,
    series: u8,
}

/// The same numbers.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Where the figures come from.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Fed {
    pub(super) name: String,
    pub(super) href: String,
}

impl Drawn {
    /// A chart whose numbers count this.
    pub(super) fn new(chart: Chart, unit: &str, csv_href: Option<String>) -> Self {
        let legend = chart.legend.into_iter().map(|entry| Entry {
            label: entry.label,
            value: entry.value,
            series: entry.series,
        });
        Self {
            id: chart.id,
            title: chart.title,
            unit: unit.to_owned(),
            svg: chart.svg,
            legend: legend.collect(),
            summary: chart.summary,
            table: Table {
                head: chart.table.head,
                rows: chart.table.rows,
            },
            dataset: None,
            empty: chart.empty,
            csv_href,
        }
    }
}
