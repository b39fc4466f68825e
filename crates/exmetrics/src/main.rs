//! The `exmetrics` program: arguments, configuration, wiring. The only place that names the lake.

mod app;
mod args;
mod asking;
mod commands;
mod config;
mod config_file;
mod failure;
mod lake_tables;
mod listing;
mod openid_config;
mod progress_bar;
mod say;
mod signals;
mod traces;

use std::process::ExitCode;

use clap::Parser;

use crate::{args::Arguments, failure::Failure};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return say::arguments_error(&error),
    };
    let json = arguments.global.json;
    keep_quiet_about_full_disks();
    // What a command may still be doing when its answer is known, such as a cancelled download, is not
    // waited for.
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return say::failure(
                &Failure::failed(format!("no threads can be started: {error}")),
                json,
            );
        }
    };
    // Those that run until they are told to end hear it themselves.
    let ends_itself = !arguments.command.runs_until_told();
    let ended = runtime.block_on(async {
        tokio::select! {
            ended = commands::run(arguments) => ended,
            // Unfinished files go, and what is half-way is gone on with by the next run.
            () = signals::told_to_end(), if ends_itself => Err(Failure::interrupted()),
        }
    });
    runtime.shutdown_background();
    match ended {
        Ok(code) => code.into(),
        Err(failure) => say::failure(&failure, json),
    }
}

/// The object store's buffered writer panics when it is closed after a write that failed, and the
/// workbook's when its temporary file cannot be written. Both failures are told in sentences; the panics
/// would only frighten.
fn keep_quiet_about_full_disks() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or("", std::panic::Location::file);
        let known = [
            ("object_store-", "buffered.rs"),
            ("rust_xlsxwriter-", "xmlwriter.rs"),
        ];
        let is_known = known
            .iter()
            .any(|(library, file)| place.contains(library) && place.ends_with(file));
        if is_known {
            tracing::debug!(place, "a writer was closed after it had failed");
        } else {
            usual(panic);
        }
    }));
}
