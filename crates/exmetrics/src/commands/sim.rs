//! `sim`: a simulated tenant on this machine.

use std::net::{Ipv4Addr, SocketAddr};

use exmetrics_graph::{Clock, SystemClock};
use exmetrics_sim::{Sim, SimOptions, read_fault_rules};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::{
    args::{Global, SimArguments},
    config::Config,
    failure::{Ended, Failure},
    say, signals,
};

pub(crate) async fn run(arguments: &SimArguments, global: &Global) -> Result<Ended, Failure> {
    let config = Config::read(global.home.clone())?;
    let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let secret = match &arguments.client_secret_file {
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(Failure::at_file("reading", file))?;
            SecretString::from(text.trim())
        }
        None => new_secret(),
    };
    let faults = match &arguments.faults {
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(Failure::at_file("reading", file))?;
            read_fault_rules(&text)
                .map_err(|error| Failure::arguments(format!("{}: {error}", file.display())))?
        }
        None => Vec::new(),
    };
    let options = SimOptions {
        people: arguments.people,
        seed: arguments.seed,
        now: SystemClock::starting_at(config.now).now(),
        login_graph_listen: loopback(arguments.port),
        download_listen: loopback(arguments.download_port),
        tenant_id: arguments.tenant_id.clone(),
        tenant_domain: arguments.tenant_domain.clone(),
        client_id: arguments.client_id.clone(),
        client_secret: Some(secret.clone()),
        concealed: arguments.concealed,
        lag_days: arguments.lag_days,
        restate: arguments.restate,
        rows_override: arguments.rows,
        faults,
        ..SimOptions::default()
    };
    if let Some(file) = &arguments.client_secret_out {
        write_secret(file, &secret).map_err(Failure::at_file("writing", file))?;
    } else if arguments.client_secret_file.is_none() {
        say::note(
            "The client secret is made up anew and not shown; use --client-secret-file or --client-secret-out.",
        );
    }
    let sim = start(options).await?;
    describe(&sim, arguments, global)?;
    signals::told_to_end().await;
    sim.stop().await;
    Ok(Ended::Done)
}

/// Starts a simulated tenant.
pub(crate) async fn start(options: SimOptions) -> Result<Sim, Failure> {
    exmetrics_sim::start(options)
        .await
        .map_err(|error| Failure::failed(error.to_string()))
}

/// A client secret that nobody has seen.
pub(crate) fn new_secret() -> SecretString {
    SecretString::from(format!(
        "sim~{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    ))
}

fn describe(sim: &Sim, arguments: &SimArguments, global: &Global) -> Result<(), Failure> {
    if global.json {
        return say::json(&json!({
            "login_url": sim.login_url(), "graph_url": sim.graph_url(),
            "download_url": sim.download_url(), "tenant_id": sim.tenant_id(),
            "client_id": sim.client_id(),
        }));
    }
    say::out("The simulated tenant is running; Ctrl-C ends it.")?;
    say::out(format!("  sign-in and Graph  {}", sim.login_url()))?;
    say::out(format!("  downloads          {}", sim.download_url()))?;
    say::out(format!(
        "  tenant             {} ({})",
        sim.tenant_id(),
        arguments.tenant_domain
    ))?;
    say::out(format!("  client id          {}", sim.client_id()))?;
    say::out("Add it as an account:")?;
    let secret = arguments
        .client_secret_file
        .as_ref()
        .or(arguments.client_secret_out.as_ref());
    let secret = secret.map_or("FILE".into(), |file| file.display().to_string());
    say::out(format!(
        "  exmetrics account add sim --tenant {} --client-id {} --client-secret-file {secret} \\\n    \
         --cloud custom --login-url {} --graph-url {}",
        sim.tenant_id(),
        sim.client_id(),
        sim.login_url(),
        sim.graph_url()
    ))
}

#[cfg(unix)]
fn write_secret(file: &std::path::Path, secret: &SecretString) -> std::io::Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?;
    file.write_all(secret.expose_secret().as_bytes())
}

#[cfg(not(unix))]
fn write_secret(file: &std::path::Path, secret: &SecretString) -> std::io::Result<()> {
    std::fs::write(file, secret.expose_secret())
}
