//! The `exmetrics` program: arguments, configuration, wiring. The only place that names the lake.

mod app;
mod args;
mod commands;
mod config;
mod failure;
mod lake_tables;
mod listing;
mod progress_bar;
mod say;

use std::process::ExitCode;

use clap::Parser;

use crate::{args::Arguments, failure::Failure};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return say::arguments_error(&error),
    };
    let json = arguments.global.json;
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
    let ended = runtime.block_on(commands::run(arguments));
    runtime.shutdown_background();
    match ended {
        Ok(code) => code.into(),
        Err(failure) => say::failure(&failure, json),
    }
}
