//! Simulated tenants for tests that are no async functions.

use std::{sync::LazyLock, time::Duration};

use exmetrics_sim::{FaultRule, PersonAtBrowser, Quota, Sim, SimOptions, read_fault_rules};
use tokio::runtime::Runtime;

/// A Monday; days are counted from here.
pub(crate) const NOW: &str = "2026-11-23T10:00:00Z";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads")
});

/// A tenant of thirty people at [`NOW`] that counts no requests, with somebody at the browser who agrees
/// to everything.
pub(crate) fn options() -> SimOptions {
    SimOptions {
        people: 30,
        now: NOW.parse().expect("a moment"),
        quota: Quota {
            csv: u32::MAX,
            json: u32::MAX,
            window: Duration::from_secs(600),
        },
        person: PersonAtBrowser::AgreesAtOnce,
        device_interval: Duration::from_secs(1),
        ..SimOptions::default()
    }
}

/// Starts a tenant.
pub(crate) fn start(options: SimOptions) -> Sim {
    RUNTIME
        .block_on(exmetrics_sim::start(options))
        .expect("a tenant")
}

/// Starts the usual tenant.
pub(crate) fn tenant() -> Sim {
    start(options())
}

/// Fault rules as they stand in a rule file.
pub(crate) fn rules(text: &str) -> Vec<FaultRule> {
    read_fault_rules(text).expect("rules that mean something")
}

/// The addresses that were asked at Graph for reports, oldest first.
pub(crate) fn asked(sim: &Sim) -> Vec<String> {
    sim.requests()
        .into_iter()
        .filter(|request| request.path_and_query.contains("/reports/"))
        .map(|request| request.path_and_query)
        .collect()
}
