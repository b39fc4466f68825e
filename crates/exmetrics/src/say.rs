//! Results go to stdout, everything else to stderr.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde::Serialize;
use serde_json::json;

use crate::failure::{Ended, Failure};

/// A line of a result.
pub(crate) fn out(line: impl AsRef<str>) -> Result<(), Failure> {
    write_out(&format!("{}\n", line.as_ref()))
}

/// A result for scripts: one JSON value.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| {
        Failure::failed(format!("the result cannot be written as JSON: {error}"))
    })?;
    write_out(&format!("{text}\n"))
}

fn write_out(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Ok(()) => Ok(()),
        // Whoever reads has read enough, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::failed(format!(
            "the result cannot be written: {error}"
        ))),
    }
}

/// A line for the person who waits. Never part of a result.
pub(crate) fn note(line: impl AsRef<str>) {
    let _ = writeln!(
        io::stderr().lock(),
        "{}",
        crate::listing::printable(line.as_ref())
    );
}

/// Whether a person sees what is written.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// A failure, to stderr, and its exit code.
pub(crate) fn failure(failure: &Failure, as_json: bool) -> ExitCode {
    if failure.code == 0 {
        return ExitCode::SUCCESS;
    }
    if as_json {
        let error = json!({ "error": {
            "kind": failure.kind,
            "message": failure.message,
            "next_step": failure.next_step,
        }});
        note(error.to_string());
    } else {
        note(format!("error: {}", failure.message));
        if let Some(next_step) = &failure.next_step {
            note(format!("  {next_step}"));
        }
    }
    ExitCode::from(failure.code)
}

/// Wrong arguments, help and version, as clap found them.
pub(crate) fn arguments_error(error: &clap::Error) -> ExitCode {
    let is_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    let as_json = std::env::args_os().any(|argument| argument == "--json");
    if is_help || !as_json {
        let _ = error.print();
        return if is_help {
            Ended::Done.into()
        } else {
            ExitCode::from(2)
        };
    }
    let text = error.to_string();
    let message = text
        .trim_start_matches("error: ")
        .split("\n\n")
        .next()
        .unwrap_or_default();
    let nearest = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ]
    .into_iter()
    .find_map(|kind| match error.get(kind)? {
        ContextValue::String(one) => Some(one.clone()),
        ContextValue::Strings(several) => several.first().cloned(),
        _ => None,
    });
    let next = nearest.map_or_else(
        || "`exmetrics help` shows the commands.".to_owned(),
        |nearest| format!("Did you mean '{nearest}'?"),
    );
    let wrong =
        Failure::arguments(message.split_whitespace().collect::<Vec<_>>().join(" ")).next(next);
    failure(&wrong, true)
}
