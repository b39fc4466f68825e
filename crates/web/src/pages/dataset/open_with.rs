//! How other programs open a DataSet's table: a snippet for each that works as it is.

use exmetrics_catalog::Report;
use exmetrics_engine::day_column;
use exmetrics_store::DataSet;
use serde::Serialize;

use super::charts::choices;

/// Where the table is, and the snippets.
#[derive(Debug, Serialize)]
pub(crate) struct OpenWith {
    location: String,
    note: &'static str,
    programs: Vec<Program>,
}

#[derive(Debug, Serialize)]
struct Program {
    id: &'static str,
    label: &'static str,
    steps: &'static str,
    code: String,
    note: Option<&'static str>,
}

/// The snippets for a DataSet: each adds up the first figure by day, or counts rows.
pub(super) fn open_with(dataset: &DataSet, report: &Report, origin: &str) -> OpenWith {
    let place = &dataset.location;
    let day = day_column(report, dataset.details);
    let figure = choices(report)
        .into_iter()
        .flat_map(|choice| choice.measures)
        .map(|measure| measure.column)
        .next();
    // In a string of a program's; a folder's name may hold anything.
    let (double, single) = (escaped(place, '"'), place.replace('\'', "''"));
    let sql_figure = match &figure {
        Some(column) => format!("sum(\"{column}\") AS \"{column}\""),
        None => "count(*) AS rows".into(),
    };
    let polars_figure = match &figure {
        Some(column) => format!("pl.col(\"{column}\").sum()"),
        None => "pl.len()".into(),
    };
    let spark_figure = match &figure {
        Some(column) => format!("sum(\"{column}\")"),
        None => "count()".into(),
    };
    let programs = vec![
        Program {
            id: "power-bi",
            label: "Power BI",
            steps: "Power BI Desktop: Transform data, New source, Blank query, Advanced editor.",
            code: format!(
                "let\n    Source = DeltaLake.Table(Folder.Contents(\"{}\"))\nin\n    Source",
                place.replace('"', "\"\"")
            ),
            note: Some("Reads the folder itself; a gateway needs to see it too."),
        },
        Program {
            id: "duckdb",
            label: "DuckDB",
            steps: "In the DuckDB shell, or from any of its drivers.",
            code: format!(
                "INSTALL delta;\nLOAD delta;\nSELECT \"{day}\" AS day, {sql_figure}\nFROM \
                 delta_scan('{single}')\nGROUP BY day\nORDER BY day;"
            ),
            note: None,
        },
        Program {
            id: "polars",
            label: "Polars",
            steps: "pip install polars deltalake",
            code: format!(
                "import polars as pl\n\ntable = pl.scan_delta(\"{double}\")\nby_day = \
                 table.group_by(\"{day}\").agg({polars_figure}).sort(\"{day}\")\n\
                 print(by_day.collect())"
            ),
            note: None,
        },
        Program {
            id: "spark",
            label: "Spark",
            steps: "Spark 3.5 or 4 with Delta Lake; Fabric and Databricks have it.",
            code: format!(
                "table = spark.read.format(\"delta\").load(\"{double}\")\n\
                 table.groupBy(\"{day}\").{spark_figure}.orderBy(\"{day}\").show()"
            ),
            note: None,
        },
        Program {
            id: "excel",
            label: "Excel",
            steps: "Data, Get data, From web. Make a token in Settings and give it as the header \
                    Authorization: Bearer TOKEN.",
            code: format!("{origin}/api/v1/datasets/{}/export?format=xlsx", dataset.id),
            note: Some("A sheet holds 1,048,575 rows; what is beyond goes to further sheets."),
        },
    ];
    OpenWith {
        location: place.clone(),
        note: "The table is a Delta Lake folder. Any reader of it may be open while exmetrics writes.",
        programs,
    }
}

fn escaped(text: &str, quote: char) -> String {
    text.chars()
        .flat_map(|letter| {
            let before = (letter == quote || letter == '\\').then_some('\\');
            before.into_iter().chain([letter])
        })
        .collect()
}
