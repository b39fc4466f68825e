//! One call of Graph: the quota, the token, and its renewal when it is refused.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header::ACCEPT};
use reqwest::Response;
use url::Url;

use super::{
    body::error_body,
    refusal::{Asked, Refusal},
    request::Inner,
};
use crate::{
    AccessToken, Admission, Failure, GateError, QuotaKey, Session, Ticket, clock::after,
    endpoint::same_origin, retry_after::retry_after, transport::transport_failure,
};

/// The name of the host in sentences.
pub(super) const GRAPH: &str = "Microsoft Graph";

/// How long a 429 without a time means to wait.
const DEFAULT_WAIT: Duration = Duration::from_secs(60);

/// Whoever asks, and what is counted.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) session: Session,
    pub(super) asked: Asked,
    /// `None` for what no quota is kept of.
    pub(super) quota: Option<QuotaKey>,
    pub(super) accept: &'static str,
}

impl Inner {
    /// Asks Graph once; a token that is refused is renewed, and the same asked again. Only an answer
    /// that may hold a report comes back: 2xx, or a redirect.
    pub(super) async fn call(&self, caller: &Caller, url: &Url) -> Result<Response, Failure> {
        let mut token = caller.session.token().await?;
        let mut response = self.call_with(caller, url, &token).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            tracing::info!(
                function = caller.asked.function,
                "the token was refused; renewing it"
            );
            token = caller.session.renew_after_401(&token).await?;
            response = self.call_with(caller, url, &token).await?;
        }
        let status = response.status();
        if status.is_success() || status.is_redirection() {
            return Ok(response);
        }
        Err(self.refused(caller, response, &token).await)
    }

    async fn call_with(
        &self,
        caller: &Caller,
        url: &Url,
        token: &AccessToken,
    ) -> Result<Response, Failure> {
        // The last look before the token leaves: whatever led here, it goes to Graph alone.
        if !same_origin(url, &self.graph_address(&caller.session)?) {
            return Err(Failure::give_up(
                "origin",
                "the address asked is not Graph's own",
            ));
        }
        let ticket = self.admit(caller).await?;
        let outcome = self
            .http
            .0
            .get(url.clone())
            .bearer_auth(token.expose())
            .header(ACCEPT, caller.accept)
            .timeout(self.limits.total_timeout)
            .send()
            .await;
        if let Some(ticket) = ticket {
            self.gate.answered(ticket, self.clock.now()).await;
        }
        let response = outcome.map_err(|error| transport_failure(GRAPH, error))?;
        tracing::debug!(
            function = caller.asked.function,
            ask = caller.asked.ask,
            status = response.status().as_u16(),
            request_id = request_id(response.headers()),
            "Graph answered"
        );
        Ok(response)
    }

    async fn admit(&self, caller: &Caller) -> Result<Option<Ticket>, Failure> {
        let Some(key) = &caller.quota else {
            return Ok(None);
        };
        match self.gate.admit(key).await {
            Ok(Admission::Go(ticket)) => Ok(Some(ticket)),
            Ok(Admission::Wait(until)) => Err(Failure::quota(&caller.asked.function, until)),
            Err(error) => Err(gate_failure(error)),
        }
    }

    async fn refused(&self, caller: &Caller, response: Response, token: &AccessToken) -> Failure {
        let status = response.status();
        let now = self.clock.now();
        let given = retry_after(response.headers(), now);
        let id = request_id(response.headers()).map(str::to_owned);
        let failure = if status == StatusCode::TOO_MANY_REQUESTS {
            let until = given.unwrap_or_else(|| after(now, DEFAULT_WAIT));
            if let Some(key) = &caller.quota {
                self.gate.block_until(key, until).await;
            }
            let function = &caller.asked.function;
            Failure::try_again(
                "TooManyRequests",
                format!(
                    "Microsoft wants no more requests of {function} until {}",
                    until.round(jiff::Unit::Second).unwrap_or(until)
                ),
            )
            .at(Some(until))
        } else {
            let body = error_body(response).await;
            Refusal::read(status, &body)
                .without(token.expose())
                .settle(&caller.asked)
                .at(given)
        };
        failure.of_request(id.as_deref())
    }
}

/// Microsoft's id of a request.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    headers
        .get("request-id")
        .and_then(|id| id.to_str().ok())
        .filter(|id| id.len() <= 64 && id.chars().all(plain))
}

fn gate_failure(error: GateError) -> Failure {
    Failure::try_again("gate", "the quota's ledger cannot be read or written")
        .next("Check that the control database can be read and written.")
        .because(error)
}
