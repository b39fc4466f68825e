//! An answer as the page shows it.

use serde::Serialize;

use super::{
    ask::{Answered, ROWS, ROWS_OF_A_FILE},
    chart::{self, ChartForm},
};
use crate::{
    cells::{self, Cell},
    export,
    links::Chosen,
    pages::drawn::Drawn,
    problem::Problem,
    words,
};

/// More cells than these would make a page that no browser likes.
const MOST_CELLS: usize = 12_000;

/// The answer.
#[derive(Debug, Serialize)]
pub(super) struct ResultShown {
    columns: Vec<ColumnShown>,
    rows: Vec<Vec<Cell>>,
    summary: String,
    limit: Option<String>,
    shown: Option<String>,
    exports: Vec<ExportChoice>,
    chart: Option<Drawn>,
    chart_empty: Option<&'static str>,
    chart_form: Option<ChartForm>,
}

#[derive(Debug, Serialize)]
struct ColumnShown {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    numeric: bool,
}

#[derive(Debug, Serialize)]
struct ExportChoice {
    format: &'static str,
    label: &'static str,
}

/// The rows, the first of them as a table, and a chart if they make one.
pub(super) fn shown(answered: &Answered, chosen: &Chosen) -> Result<ResultShown, Problem> {
    let rows = &answered.rows;
    let fields = rows.columns.fields();
    let columns: Vec<ColumnShown> = fields
        .iter()
        .map(|field| ColumnShown {
            name: field.name().clone(),
            kind: cells::type_name(field.data_type()),
            numeric: cells::is_number(field.data_type()),
        })
        .collect();
    let found = rows.len();
    let most = MOST_CELLS / columns.len().max(1);
    let cells = rows.cells(most.min(ROWS))?;
    let took = answered.took.as_millis();
    let summary = format!(
        "{}, {}, {}.{:02} s",
        words::count(found as u64, "row"),
        words::count(columns.len() as u64, "column"),
        took / 1000,
        took % 1000 / 10
    );
    let (chart, chart_form, chart_empty) = match chart::chart(rows, chosen) {
        Ok((chart, form)) => (Some(chart), Some(form), None),
        Err(why) => (None, None, Some(why)),
    };
    Ok(ResultShown {
        limit: rows.more.then(|| {
            format!(
                "Only the first {} rows were read. Ask for less with WHERE or LIMIT, or count with GROUP \
                 BY. An export has at most {} rows.",
                words::number(ROWS as u64),
                words::number(ROWS_OF_A_FILE as u64)
            )
        }),
        shown: (cells.len() < found).then(|| {
            format!(
                "The first {} of {} rows are shown. An export has them all.",
                words::number(cells.len() as u64),
                words::number(found as u64)
            )
        }),
        exports: export::OFFERED
            .iter()
            .map(|(format, label)| ExportChoice {
                format: format.name(),
                label,
            })
            .collect(),
        rows: cells,
        columns,
        summary,
        chart,
        chart_empty,
        chart_form,
    })
}
