//! `serve` and `worker`: work until told to end.

use std::{net::SocketAddr, sync::Arc};

use exmetrics_engine::{EngineError, RunReport, Service, ServiceOptions, ServiceWatch};
use exmetrics_store::DataSet;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    failure::{Ended, Failure},
    lake_tables::LakeTables,
    listing::count,
    say, signals,
};

/// Says in the log how runs end.
struct Logged;

impl ServiceWatch for Logged {
    fn begun(&self, dataset: &DataSet) {
        tracing::info!(dataset = dataset.name, "a run begins");
    }

    fn ended(&self, dataset: &DataSet, outcome: &Result<RunReport, EngineError>) {
        match outcome {
            Ok(report) => {
                let messages: Vec<&str> = report
                    .accounts
                    .iter()
                    .filter_map(|account| account.message.as_deref())
                    .collect();
                tracing::info!(
                    dataset = dataset.name,
                    run = report.id,
                    state = report.state.as_str(),
                    rows = report.rows,
                    version = report.version,
                    message = messages.join("; "),
                    "a run has ended"
                );
            }
            Err(error) => tracing::warn!(dataset = dataset.name, %error, "a run failed"),
        }
    }
}

/// Scheduler and worker in one process, or a worker alone.
pub(crate) async fn run(
    app: &App,
    listen: Option<SocketAddr>,
    options: ServiceOptions,
) -> Result<Ended, Failure> {
    app.store().check_key().await?;
    let service = Service::new(Arc::clone(&app.engine), options, Arc::new(Logged))?;
    let stop = CancellationToken::new();
    let watch = match listen {
        Some(address) => {
            let listener = TcpListener::bind(address).await.map_err(|error| {
                Failure::failed(format!("the address {address} cannot be used: {error}"))
                    .next("Choose another one with --listen ADDRESS:PORT.")
            })?;
            let address = listener
                .local_addr()
                .map_err(|error| Failure::failed(format!("no address: {error}")))?;
            let more = match address.ip().is_loopback() {
                true => " and /metrics",
                false => "; /metrics names accounts, so only on a loopback address",
            };
            say::note(format!(
                "exmetrics answers on http://{address}/healthz, /readyz{more}"
            ));
            let site = exmetrics_web::Site::new(
                Arc::clone(&app.engine),
                Arc::new(LakeTables),
                exmetrics_web::SiteOptions {
                    origin: format!("http://{address}"),
                    only_this_machine: address.ip().is_loopback(),
                },
            );
            let app = exmetrics_web::router(site);
            let stopped = stop.clone();
            Some(tokio::spawn(async move {
                exmetrics_web::serve(listener, app, stopped.cancelled_owned()).await
            }))
        }
        None => None,
    };
    let datasets = app.store().datasets().await?;
    let scheduled = datasets.iter().filter(|one| one.schedule.is_some()).count();
    say::note(format!(
        "{}, {scheduled} with a schedule; Ctrl-C ends it.",
        count(datasets.len() as u64, "DataSet")
    ));
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let told = stop.clone();
    tokio::spawn(async move {
        signals::told_to_end().await;
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        told.cancel();
    });
    service.serve(stop).await;
    if let Some(watch) = watch {
        // A client that never ends its request must not hold up the end.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(1), watch).await;
    }
    say::note("Stopped. What was under way is gone on with at the next start.");
    Ok(Ended::Done)
}
