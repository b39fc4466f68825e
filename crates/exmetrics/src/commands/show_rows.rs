//! Rows to where the person wants them.

use std::path::Path;

use exmetrics_lake::SendableRecordBatchStream;
use exmetrics_show::{Format, RowWriter, ShowOptions, Target, default_format};
use futures::StreamExt;

use crate::{args::ShowArguments, failure::Failure, say};

/// Says what is wrong with the place where rows are to go, before anything is asked for them.
pub(crate) fn refuse_unusable(arguments: &ShowArguments) -> Result<(), Failure> {
    let (target, _) = target(arguments)?;
    Ok(target.check()?)
}

fn target(arguments: &ShowArguments) -> Result<(Target, Format), Failure> {
    let format = format(arguments)?;
    match &arguments.output {
        Some(file) => Ok((Target::File(file.clone()), format)),
        None if matches!(format, Format::Parquet | Format::Xlsx) && say::is_terminal() => Err(
            Failure::arguments(format!("{format} is not for reading on a terminal"))
                .next("Give a file with --output FILE."),
        ),
        None => Ok((Target::Stdout, format)),
    }
}

/// Opens the place where rows go.
pub(crate) fn open(
    arguments: &ShowArguments,
    schema: arrow_schema::SchemaRef,
) -> Result<RowWriter, Failure> {
    let (target, format) = target(arguments)?;
    let on_terminal = arguments.output.is_none() && say::is_terminal();
    let width = on_terminal
        .then(terminal_size::terminal_size)
        .flatten()
        .map(|(width, _)| width.0);
    let options = ShowOptions {
        safe_for_spreadsheets: arguments.safe_for_spreadsheets,
        terminal_width: width,
        colours: on_terminal && std::env::var_os("NO_COLOR").is_none(),
        max_table_rows: None,
    };
    Ok(RowWriter::open(target, format, schema, options)?)
}

fn format(arguments: &ShowArguments) -> Result<Format, Failure> {
    match (arguments.format, &arguments.output) {
        (Some(format), _) => Ok(format),
        (None, None) => Ok(Format::Table),
        // A pipe or a device has no ending.
        (None, Some(file)) if std::fs::metadata(file).is_ok_and(|it| !it.is_file() && !it.is_dir()) => {
            Ok(Format::Table)
        }
        (None, Some(file)) => default_format(Path::new(file)).ok_or_else(|| {
            Failure::arguments(format!(
                "the ending of {} names no format",
                file.display()
            ))
            .next("Give one with --format, or end it with .csv, .jsonl, .json, .parquet, .xlsx or .txt.")
        }),
    }
}

/// Shows a stream of rows and says how many there were.
pub(crate) async fn stream(
    mut rows: SendableRecordBatchStream,
    arguments: &ShowArguments,
    what: &str,
) -> Result<u64, Failure> {
    let mut writer = open(arguments, rows.schema())?;
    while let Some(batch) = rows.next().await {
        let batch = batch.map_err(|error| {
            let text = error.strip_backtrace();
            Failure::failed(format!(
                "{what} failed: {}",
                text.lines().next().unwrap_or_default()
            ))
        })?;
        writer.write(&batch)?;
    }
    let shown = writer.finish()?;
    Ok(shown.rows)
}
