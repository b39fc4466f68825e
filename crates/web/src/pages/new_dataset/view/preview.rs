//! The first rows, before anything is saved.

use arrow_array::{Array, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;
use exmetrics_catalog::{Ask, Report};
use exmetrics_engine::{NoPreview, Preview};
use serde::Serialize;

use crate::{
    pages::new_dataset::{
        fault::{Pane, sentence},
        reading::Reading,
        world::World,
    },
    words,
};

/// So many rows are shown.
pub(in crate::pages::new_dataset) const ROWS: usize = 5;
/// And so many columns.
const COLUMNS: usize = 12;

/// The preview.
#[derive(Debug, Serialize)]
pub(in crate::pages::new_dataset) struct PreviewPart {
    note: String,
    can_load: bool,
    button: &'static str,
    of: String,
    failed: Option<Failed>,
    warnings: Vec<String>,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Serialize)]
struct Failed {
    title: String,
    message: String,
    next_step: Option<String>,
    href: Option<String>,
    href_text: Option<String>,
}

#[derive(Debug, Serialize)]
struct Column {
    name: String,
    meaning: String,
    number: bool,
}

#[derive(Debug, Serialize)]
struct Cell {
    text: Option<String>,
    number: bool,
}

/// What a preview is of: another one makes a loaded preview out of date.
pub(in crate::pages::new_dataset) fn preview_key(reading: &Reading) -> String {
    let accounts: Vec<&str> = reading.accounts.iter().map(|one| one.id.as_str()).collect();
    let report = reading.report.map_or("", |report| report.slug.as_str());
    format!("{}|{report}|{:?}", accounts.join(","), reading.details)
}

impl PreviewPart {
    fn empty(reading: &Reading) -> Self {
        Self {
            note: String::new(),
            can_load: true,
            button: "Load preview",
            of: preview_key(reading),
            failed: None,
            warnings: Vec::new(),
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Nobody has asked for it.
    pub(super) fn not_loaded(reading: &Reading) -> Self {
        let blocked = reading
            .faults
            .iter()
            .any(|fault| matches!(fault.pane, Pane::Credentials | Pane::Details));
        let note = match (blocked, reading.report) {
            (true, None) => "Choose an account and a report first.",
            (true, Some(_)) => "Choose an account and what to ask first.",
            _ => "The first rows, before anything is saved. Takes one request of the quota.",
        };
        Self {
            note: note.into(),
            can_load: !blocked,
            ..Self::empty(reading)
        }
    }

    /// What Microsoft answered.
    pub(in crate::pages::new_dataset) fn of(
        world: &World,
        reading: &Reading,
        report: &Report,
        found: Result<Preview, NoPreview>,
    ) -> Self {
        match found {
            Ok(preview) => Self::loaded(reading, report, &preview),
            Err(why) => Self::failed(world, reading, why),
        }
    }

    fn loaded(reading: &Reading, report: &Report, preview: &Preview) -> Self {
        let fields = preview.columns.fields();
        let dated = matches!(preview.asked, Ask::Date(_));
        let shown: Vec<usize> = (0..fields.len())
            .filter(|at| {
                let name = fields[*at].name();
                !name.starts_with('_') || (dated && name == "_requested_date")
            })
            .collect();
        // The day first, wherever it stands in the table.
        let (mut order, rest): (Vec<usize>, Vec<usize>) = shown
            .iter()
            .partition(|at| fields[**at].name().starts_with('_'));
        order.extend(rest);
        let all = order.len();
        order.truncate(COLUMNS);
        let columns: Vec<Column> = order
            .iter()
            .map(|at| Column {
                name: fields[*at].name().clone(),
                meaning: match report.column(fields[*at].name()) {
                    Some(column) => column.meaning.clone(),
                    None if fields[*at].name() == "_requested_date" => {
                        "The day that was asked for.".into()
                    }
                    None => String::new(),
                },
                number: is_number(fields[*at].data_type()),
            })
            .collect();
        let mut rows = Vec::new();
        for batch in &preview.rows {
            rows.extend(cells(batch, &order));
        }
        let asked = match preview.asked {
            Ask::Date(day) => words::day(day),
            Ask::Period(period) => format!("Period {period}"),
            Ask::Current => "As it stands".into(),
        };
        let several = reading.accounts.len() > 1;
        let of_account = match several {
            true => format!(" of {}", preview.account),
            false => String::new(),
        };
        let rows_text = match preview.rows_in_all {
            0 => "no rows".to_owned(),
            some if some <= rows.len() as u64 => words::count(some, "row"),
            some => format!("first {} of {}", rows.len(), words::count(some, "row")),
        };
        let columns_text = match columns.len() < all {
            true => format!(", {} of {all} columns", columns.len()),
            false => String::new(),
        };
        Self {
            note: format!("{asked}{of_account}, {rows_text}{columns_text}. Took 1 request."),
            button: "Load again",
            warnings: preview.warnings.iter().map(|one| sentence(one)).collect(),
            columns,
            rows,
            ..Self::empty(reading)
        }
    }

    fn failed(world: &World, reading: &Reading, why: NoPreview) -> Self {
        let at = words::when(world.now, world.now).text.replace("today ", "");
        let (note, failed) = match why {
            NoPreview::NothingToAsk => (
                "Not asked.".to_owned(),
                Failed {
                    title: "There is nothing to ask".into(),
                    message: "The plan asks for nothing today.".into(),
                    next_step: None,
                    href: None,
                    href_text: None,
                },
            ),
            NoPreview::Refused(failure) => {
                let account = reading
                    .accounts
                    .iter()
                    .find(|account| account.name == failure.account)
                    .filter(|_| failure.needs_person);
                let title = match failure.no_data_yet {
                    true => "Microsoft has no figures of it yet",
                    false => "Microsoft does not answer it",
                };
                (
                    format!("Failed at {at}."),
                    Failed {
                        title: title.into(),
                        message: sentence(&failure.message),
                        next_step: Some(failure.next_step).filter(|next| !next.is_empty()),
                        href: account.map(|account| format!("/accounts/{}", account.id)),
                        href_text: account.map(|account| format!("Look at {}", account.name)),
                    },
                )
            }
            NoPreview::Failed(error) => (
                format!("Failed at {at}."),
                Failed {
                    title: "The preview could not be loaded".into(),
                    message: sentence(&error.message),
                    next_step: Some(error.next_step).filter(|next| !next.is_empty()),
                    href: None,
                    href_text: None,
                },
            ),
        };
        Self {
            note,
            button: "Try again",
            failed: Some(failed),
            ..Self::empty(reading)
        }
    }
}

fn is_number(kind: &DataType) -> bool {
    matches!(kind, DataType::Int64 | DataType::Float64)
}

fn cells(batch: &RecordBatch, order: &[usize]) -> Vec<Vec<Cell>> {
    let options = FormatOptions::default();
    let columns: Vec<_> = order
        .iter()
        .map(|at| {
            let column = batch.column(*at);
            let number = is_number(column.data_type());
            (
                column,
                ArrayFormatter::try_new(column, &options).ok(),
                number,
            )
        })
        .collect();
    (0..batch.num_rows())
        .map(|row| {
            columns
                .iter()
                .map(|(column, formatter, number)| Cell {
                    text: match formatter {
                        Some(formatter) if !column.is_null(row) => {
                            formatter.value(row).try_to_string().ok()
                        }
                        _ => None,
                    },
                    number: *number,
                })
                .collect()
        })
        .collect()
}
