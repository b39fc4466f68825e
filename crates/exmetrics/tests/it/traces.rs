//! Traces for OpenTelemetry, as a collector receives them.

use secrecy::ExposeSecret as _;

use crate::{home::Home, listener::listen, tenant::tenant};

#[test]
fn a_run_is_a_trace_without_a_secret_and_a_collector_that_is_gone_harms_nothing() {
    let sim = tenant();
    let mut home = Home::new();
    home.add_account("app", &sim);
    let create = [
        "dataset",
        "create",
        "traced one",
        "--report",
        "email-activity-counts",
    ];
    let more = ["--account", "app", "--period", "D7"];
    home.ok(&[&create[..], &more].concat());
    let (collector, posted) = listen();
    home.set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector);
    home.set("OTEL_EXPORTER_OTLP_HEADERS", "x-key=abc");
    home.ok(&["dataset", "run", "traced one"]);
    let posted = posted.lock().expect("a lock").concat();
    let text = String::from_utf8_lossy(&posted);
    for said in [
        "exmetrics",
        "run",
        "sign_in",
        "request",
        "land",
        "traced one",
        "D7",
    ] {
        assert!(text.contains(said), "{said} is not in the trace: {text}");
    }
    let secret = sim.client_secret().expect("a secret");
    for kept in [secret.expose_secret(), "Bearer", "eyJ"] {
        assert!(!text.contains(kept), "{kept} is in the trace: {text}");
    }
    home.set("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
    home.ok(&["dataset", "run", "traced one", "--full"]);
    home.set("OTEL_EXPORTER_OTLP_ENDPOINT", "no address");
    home.run(&["dataset", "list"])
        .with_code(2)
        .saying("OTEL_EXPORTER_OTLP_ENDPOINT");
}
