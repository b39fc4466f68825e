//! `serve` and `worker`: answer, and work, until told to end.

use std::{net::SocketAddr, sync::Arc};

use exmetrics_engine::{EngineError, RunReport, Service, ServiceOptions, ServiceWatch};
use exmetrics_store::DataSet;
use exmetrics_web::{Site, SiteOptions};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    config,
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

/// What is answered, and where.
pub(crate) struct Answers {
    listen: SocketAddr,
    /// The address that people open, where they may open pages.
    pages: Option<String>,
    /// Whether only this machine can reach it.
    only_this_machine: bool,
}

impl Answers {
    /// Only whether the process lives, and its figures: a worker has no pages.
    pub(crate) fn to_watchers(listen: SocketAddr) -> Self {
        Self {
            listen,
            pages: None,
            only_this_machine: listen.ip().is_loopback(),
        }
    }

    /// Pages, the API, and what watchers ask.
    ///
    /// Where others than this machine can reach them somebody must be able to sign in, or whoever comes
    /// first would be let in by a link, or nobody ever.
    pub(crate) async fn everything(
        app: &App,
        listen: SocketAddr,
        url: Option<&str>,
    ) -> Result<Self, Failure> {
        let url = match url {
            Some(url) => Some(config::origin(url)?),
            None => app.config.url.clone(),
        };
        let only_this_machine =
            listen.ip().is_loopback() && url.as_deref().is_none_or(config::is_this_machine);
        let somebody_can_sign_in =
            app.config.openid.is_some() || app.store().has_passwords().await?;
        if !only_this_machine && !somebody_can_sign_in {
            let place = url.unwrap_or_else(|| listen.to_string());
            return Err(Failure::person(format!(
                "others could open {place}, and nobody has a password yet"
            ))
            .next(
                "Add an administrator first: exmetrics access add NAME --role admin. Or configure OpenID \
                 Connect (EXMETRICS_OIDC_ISSUER), or listen on 127.0.0.1 only.",
            ));
        }
        Ok(Self {
            listen,
            pages: Some(url.unwrap_or_default()),
            only_this_machine,
        })
    }

    /// Begins to answer.
    async fn begin(
        self,
        app: &App,
        stop: CancellationToken,
    ) -> Result<JoinHandle<std::io::Result<()>>, Failure> {
        let address = self.listen;
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::failed(format!("the address {address} cannot be used: {error}"))
                .next("Choose another one with --listen ADDRESS:PORT.")
        })?;
        let address = listener
            .local_addr()
            .map_err(|error| Failure::failed(format!("no address: {error}")))?;
        let more = match self.only_this_machine {
            true => " and /metrics",
            false => "; /metrics with an API token",
        };
        say::note(format!(
            "exmetrics answers on http://{address}/healthz, /readyz{more}"
        ));
        let own = format!("http://{address}");
        let origin = match &self.pages {
            Some(url) if !url.is_empty() => url.clone(),
            _ => own,
        };
        let site = Site::with_openid(
            Arc::clone(&app.engine),
            Arc::new(LakeTables),
            SiteOptions {
                origin: origin.clone(),
                only_this_machine: self.only_this_machine,
            },
            app.config.openid.clone(),
        );
        let router = match self.pages {
            Some(_) => {
                say_how_to_open(app, &origin, self.only_this_machine).await?;
                exmetrics_web::router(site)
            }
            None => exmetrics_web::watch_router(site),
        };
        Ok(tokio::spawn(async move {
            exmetrics_web::serve(listener, router, stop.cancelled_owned()).await
        }))
    }
}

async fn say_how_to_open(app: &App, origin: &str, only_this_machine: bool) -> Result<(), Failure> {
    if only_this_machine {
        let link = app.engine.new_link().await?;
        say::note(format!(
            "Open {origin}/sign-in/{} (good once, within 15 minutes; `exmetrics access link` prints \
             another).",
            link.reveal()
        ));
        return Ok(());
    }
    say::note(format!("Open {origin}"));
    if origin.starts_with("http://") {
        say::note(
            "Passwords go there without encryption. Put a proxy with TLS in front of it and name its \
             address: --url https://NAME.",
        );
    }
    Ok(())
}

/// Pages, scheduler and worker in one process, or a worker alone.
pub(crate) async fn run(
    app: &App,
    answers: Option<Answers>,
    options: ServiceOptions,
) -> Result<Ended, Failure> {
    app.store().check_key().await?;
    let service = Service::new(Arc::clone(&app.engine), options, Arc::new(Logged))?;
    let stop = CancellationToken::new();
    let watch = match answers {
        Some(answers) => Some(answers.begin(app, stop.clone()).await?),
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
