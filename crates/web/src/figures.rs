//! Figures for Prometheus. What happens is counted where it happens; how things stand is looked up when
//! somebody asks.

use std::{sync::OnceLock, time::Duration};

use exmetrics_engine::{Engine, EngineError};
use metrics::{Unit, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use metrics_util::MetricKindMask;

/// How long a figure that is not looked up any more is still told.
const FORGET_AFTER: Duration = Duration::from_secs(10 * 60);

/// The one place where the process's figures are collected.
pub(crate) fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER
        .get_or_init(|| {
            // What is gone, such as a DataSet that was removed, is not told for ever.
            let recorder = PrometheusBuilder::new()
                .idle_timeout(MetricKindMask::GAUGE, Some(FORGET_AFTER))
                .build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("figures are collected elsewhere in this process");
            }
            describe();
            handle
        })
        .clone()
}

fn describe() {
    describe_counter!(
        "exmetrics_runs_total",
        Unit::Count,
        "runs that ended, by state"
    );
    describe_counter!(
        "exmetrics_requests_total",
        Unit::Count,
        "requests to Microsoft Graph that ended, by result"
    );
    describe_counter!(
        "exmetrics_quota_wait_seconds_total",
        Unit::Seconds,
        "time that requests waited for Microsoft's quota"
    );
    describe_counter!(
        "exmetrics_rows_landed_total",
        Unit::Count,
        "rows that became part of tables"
    );
    describe_gauge!(
        "exmetrics_days_at_risk",
        Unit::Count,
        "days that expire within three days and are not captured, by account"
    );
    describe_gauge!(
        "exmetrics_dataset_freshness_seconds",
        Unit::Seconds,
        "time since a DataSet's last run that brought something"
    );
    describe_gauge!(
        "exmetrics_jobs",
        Unit::Count,
        "DataSets in the queue, by whether a worker has them"
    );
}

/// Looks up how things stand.
pub(crate) async fn look(engine: &Engine) -> Result<(), EngineError> {
    let now = engine.clock().now();
    let at_risk = engine.days_at_risk().await?;
    for account in engine.store().accounts().await? {
        let days: usize = at_risk.get(&account.id).map_or(0, |(_, datasets)| {
            datasets.iter().map(|(_, days)| days.len()).sum()
        });
        gauge!("exmetrics_days_at_risk", "account" => account.name).set(days as f64);
    }
    for (dataset, ended_at) in engine.store().last_good_runs().await? {
        let age = now.duration_since(ended_at).as_secs_f64();
        gauge!("exmetrics_dataset_freshness_seconds", "dataset" => dataset).set(age);
    }
    let jobs = engine.store().jobs().await?;
    let held = jobs.iter().filter(|job| job.holder.is_some()).count();
    gauge!("exmetrics_jobs", "state" => "running").set(held as f64);
    gauge!("exmetrics_jobs", "state" => "waiting").set((jobs.len() - held) as f64);
    Ok(())
}
