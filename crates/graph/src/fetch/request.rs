//! One request for one report.

use std::sync::Arc;

use bytes::Bytes;
use exmetrics_catalog::{Ask, ReplyFormat, Report};
use futures::{StreamExt, stream};
use http::StatusCode;
use reqwest::Response;
use url::Url;

use super::{
    address::report_url,
    body::{Body, Kind},
    call::{Caller, GRAPH, request_id},
    download::DownloadLink,
    preflight::version_to_ask,
    refusal::Asked,
    reply::Reply,
};
use crate::{
    Clock, Failure, HttpClient, Limits, QuotaGate, QuotaKey, Session, endpoint::cloud_address,
    retry_after::retry_after, transport::transport_failure,
};

/// The name of the host that a link leads to, in sentences.
const DOWNLOAD: &str = "the download host";

/// Microsoft Graph, as far as reports go. Clones share everything.
#[derive(Clone)]
pub struct Graph {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) http: HttpClient,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) gate: Arc<dyn QuotaGate>,
    pub(super) limits: Limits,
}

impl Graph {
    /// Graph through a client of [`http_client`](crate::http_client).
    pub fn new(
        http: HttpClient,
        clock: Arc<dyn Clock>,
        gate: Arc<dyn QuotaGate>,
        limits: Limits,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                http,
                clock,
                gate,
                limits,
            }),
        }
    }

    /// Asks for a report once. A refused token is renewed once and one redirect is followed;
    /// whether to try again is the caller's to decide, and so is waiting for quota. `waits` tells
    /// whether the later pages of a reply may wait.
    ///
    /// # Errors
    /// How it ended, if no reply came. A reply may still fail while its body is read.
    pub async fn request(
        &self,
        session: &Session,
        report: &Report,
        ask: Ask,
        waits: bool,
    ) -> Result<Reply, Failure> {
        let version = version_to_ask(session, report)?;
        let inner = &self.inner;
        let graph = inner.graph_address(session)?;
        let url = report_url(&graph, version, report, ask);
        let caller = inner.caller(session, report, ask).await?;
        let response = inner.call(&caller, &url).await?;
        let id = request_id(response.headers()).map(str::to_owned);
        let reply = match report.format {
            ReplyFormat::Csv => inner.csv(&url, response).await,
            ReplyFormat::Json => Inner::json(inner, caller, url, response, waits).await,
        };
        reply
            .map(|body| Reply {
                format: report.format,
                request_id: id.clone(),
                body,
            })
            .map_err(|failure| failure.of_request(id.as_deref()))
    }
}

impl Inner {
    pub(super) fn graph_address(&self, session: &Session) -> Result<Url, Failure> {
        cloud_address("Graph", &session.cloud().graph_url)
    }

    async fn caller(
        &self,
        session: &Session,
        report: &Report,
        ask: Ask,
    ) -> Result<Caller, Failure> {
        // The first token tells the tenant's id, by which quota is counted.
        session.token().await?;
        let tenant = session.tenant_label();
        let quota = QuotaKey {
            tenant: tenant.clone(),
            client_id: session.client_id().to_owned(),
            function: report.function.clone(),
            format: report.format,
        };
        let asked = Asked {
            function: report.function.clone(),
            ask: ask.to_string(),
            permission: "Reports.Read.All",
            client_id: session.client_id().to_owned(),
            tenant,
            delegated: session.is_delegated(),
        };
        let accept = match report.format {
            ReplyFormat::Csv => "*/*",
            ReplyFormat::Json => "application/json",
        };
        Ok(Caller {
            session: session.clone(),
            asked,
            quota: Some(quota),
            accept,
        })
    }

    /// The CSV of an answer, wherever it lies.
    async fn csv(
        &self,
        asked: &Url,
        response: Response,
    ) -> Result<futures::stream::BoxStream<'static, Result<Bytes, Failure>>, Failure> {
        let link = match response.status() {
            StatusCode::NO_CONTENT => return Ok(stream::empty().boxed()),
            StatusCode::OK => {
                let mut body = Body::new(response, GRAPH, self.limits.max_reply_bytes)?;
                match body.kind(asked).await? {
                    Kind::Report(first) => return Ok(body.stream(first).boxed()),
                    Kind::Link(link) => link,
                }
            }
            status if status.is_redirection() => {
                DownloadLink::from_headers(response.headers(), asked)?
            }
            status => return Err(strange_status(GRAPH, status)),
        };
        let response = self.download(link).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(stream::empty().boxed());
        }
        let mut body = Body::new(response, DOWNLOAD, self.limits.max_reply_bytes)?;
        match body.kind(asked).await? {
            Kind::Report(first) => Ok(body.stream(first).boxed()),
            Kind::Link(_) => Err(second_hop()),
        }
    }

    /// What lies behind a link: 200 or 204. Nothing of ours goes along.
    pub(super) async fn download(&self, link: DownloadLink) -> Result<Response, Failure> {
        let url = link.into_url();
        let host = url.host_str().unwrap_or_default().to_owned();
        let response = self
            .http
            .0
            .get(url)
            .timeout(self.limits.total_timeout)
            .send()
            .await
            .map_err(|error| transport_failure(DOWNLOAD, error))?;
        let status = response.status();
        tracing::debug!(host, status = status.as_u16(), "the download host answered");
        match status {
            StatusCode::OK | StatusCode::NO_CONTENT => Ok(response),
            status if status.is_redirection() => Err(second_hop()),
            status => {
                let at = retry_after(response.headers(), self.clock.now());
                Err(strange_status(DOWNLOAD, status).at(at))
            }
        }
    }
}

/// The next try asks Graph for a new link: this one may have expired.
fn strange_status(name: &str, status: StatusCode) -> Failure {
    let code = format!("download-{}", status.as_u16());
    Failure::try_again(
        &code,
        format!(
            "{name} answers with status {} and no report",
            status.as_u16()
        ),
    )
}

fn second_hop() -> Failure {
    Failure::give_up(
        "second-redirect",
        "the download host sends us on to yet another address",
    )
}
