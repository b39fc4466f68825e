//! The log, and traces for OpenTelemetry where the standard variables name a collector.
//!
//! `OTEL_EXPORTER_OTLP_ENDPOINT` (or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) switches traces on; the other
//! `OTEL_` variables are read as the [specification] says. A trace is one run: sign-in, each request with
//! its waits, and the landing are its spans. No span holds a secret, a row or a URL.
//!
//! [specification]: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/

use std::{env, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{args::LogFormat, failure::Failure};

/// How long the last spans may take on their way out.
const LAST_CHANCE: Duration = Duration::from_secs(2);

/// Held as long as the program works; what it still has to tell goes out at the end.
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Drop for Traces {
    fn drop(&mut self) {
        if let Some(provider) = &self.0
            && let Err(error) = provider.shutdown_with_timeout(LAST_CHANCE)
        {
            tracing::warn!(%error, "the last traces did not reach the collector");
        }
    }
}

/// Starts the log: lines on stderr for people or for a collector. Starts traces if they are wanted.
pub(crate) fn start(level: &str, format: LogFormat) -> Result<Traces, Failure> {
    let filter = EnvFilter::try_new(level)
        .map_err(|_| Failure::arguments(format!("'{level}' is no log level; try info or debug")))?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match format {
        LogFormat::Human => lines.with_filter(filter).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
    };
    let provider = provider()?;
    let spans = provider.as_ref().map(|provider| {
        let ours = Targets::new().with_target("exmetrics_engine", LevelFilter::INFO);
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("exmetrics"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_filter(ours)
    });
    let started = tracing_subscriber::registry()
        .with(lines)
        .with(spans)
        .try_init();
    debug_assert!(started.is_ok(), "the log is started once");
    Ok(Traces(provider))
}

/// Who sends spans to the collector, if there is one.
fn provider() -> Result<Option<SdkTracerProvider>, Failure> {
    let named = [
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    ];
    let is_set = |name: &&str| env::var(name).is_ok_and(|value| !value.trim().is_empty());
    let off = env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
    let Some(variable) = named
        .iter()
        .rev()
        .find(|name| is_set(name))
        .filter(|_| !off)
    else {
        return Ok(None);
    };
    exmetrics_graph::install_crypto_provider();
    let no_client = |error: &dyn std::fmt::Display| {
        Failure::arguments(format!("traces cannot be sent: {error}")).next(format!(
            "Correct {variable}, for example http://127.0.0.1:4318."
        ))
    };
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .build()
        .map_err(|error| no_client(&error))?;
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_http_client(Collector {
            client,
            runtime: tokio::runtime::Handle::current(),
        })
        .with_protocol(opentelemetry_otlp::Protocol::HttpBinary)
        .build()
        .map_err(|error| no_client(&error))?;
    let mut resource = Resource::builder();
    if env::var("OTEL_SERVICE_NAME").is_err() {
        resource = resource.with_service_name("exmetrics");
    }
    Ok(Some(
        SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build(),
    ))
}

/// The way to the collector. Spans are sent from a thread without a runtime; the client needs one.
#[derive(Debug)]
struct Collector {
    client: reqwest::Client,
    runtime: tokio::runtime::Handle,
}

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request.try_into()?).await?;
            let mut response = Response::builder().status(answer.status());
            if let Some(headers) = response.headers_mut() {
                headers.clone_from(answer.headers());
            }
            Ok::<_, HttpError>(response.body(answer.bytes().await?)?)
        });
        sent.await?
    }
}
