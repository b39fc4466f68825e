//! One file per command; each says what it does to the parts and what it shows.

mod access;
mod account;
mod account_secret;
mod apply;
mod calendar;
mod capture_all;
mod dataset;
mod dataset_table;
mod demo;
mod doctor;
mod due;
mod notify;
mod pull;
mod query;
mod report;
mod runs;
mod serve;
mod show_rows;
mod sim;
mod store;

use clap::CommandFactory;
use exmetrics_engine::ServiceOptions;

use crate::{
    app::App,
    args::{Arguments, Command},
    failure::{Ended, Failure},
    traces,
};

/// Does what the arguments say.
pub(crate) async fn run(arguments: Arguments) -> Result<Ended, Failure> {
    let Arguments { global, command } = arguments;
    let _traces = traces::start(&global.log, global.log_format)?;
    let open = || App::open(global.home.clone());
    match command {
        Command::Demo(demo) => demo::run(&demo, &global).await,
        Command::Serve(serve) => {
            let options = ServiceOptions {
                runs_at_once: serve.runs_at_once,
                ..ServiceOptions::default()
            };
            let app = open().await?;
            let site = serve::Answers::everything(&app, serve.listen, serve.url.as_deref()).await?;
            serve::run(&app, Some(site), options).await
        }
        Command::Worker(worker) => {
            let app = open().await?;
            if !app.store().is_shared() {
                return Err(Failure::arguments(
                    "a worker alone needs a database that several processes share",
                )
                .next("Set EXMETRICS_STORE=postgres://..., or use `exmetrics serve`."));
            }
            let options = ServiceOptions {
                runs_at_once: worker.runs_at_once,
                ..ServiceOptions::default()
            };
            let watched = worker.listen.map(serve::Answers::to_watchers);
            serve::run(&app, watched, options).await
        }
        Command::Access(command) => access::run(&open().await?, command, &global).await,
        Command::CaptureAll(all) => capture_all::run(&open().await?, &all, &global).await,
        Command::Notify(command) => notify::run(&open().await?, command, &global).await,
        Command::Apply(arguments) => apply::run(&open().await?, &arguments, &global).await,
        Command::ExportConfig => apply::export(&open().await?).await,
        Command::Store(command) => store::run(&open().await?, command, &global).await,
        Command::Doctor => doctor::run(&global).await,
        Command::Account(command) => account::run(&open().await?, command, &global).await,
        Command::Report(command) => report::run(&command, &global),
        Command::Pull(pull) => pull::run(&open().await?, &pull, &global).await,
        Command::Dataset(command) => dataset::run(&open().await?, command, &global).await,
        Command::Run(command) => runs::run(&open().await?, command, &global).await,
        Command::Query(query) => query::run(&open().await?, &query, &global).await,
        Command::Sim(sim) => sim::run(&sim, &global).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "exmetrics", &mut script);
            crate::say::out(String::from_utf8_lossy(&script).trim_end())?;
            Ok(Ended::Done)
        }
    }
}
