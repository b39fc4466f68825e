//! Microsoft's quota, kept in the store.

use std::sync::Arc;

use async_trait::async_trait;
use exmetrics_catalog::ReplyFormat;
use exmetrics_graph::{Admission, Clock, GateError, QuotaGate, QuotaKey, Ticket};
use exmetrics_store::{QuotaAnswer, QuotaRule, Store};
use jiff::Timestamp;

use crate::Settings;

pub(crate) struct StoreGate {
    store: Store,
    clock: Arc<dyn Clock>,
    csv: QuotaRule,
    json: QuotaRule,
}

impl StoreGate {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>, settings: &Settings) -> Self {
        Self {
            store,
            clock,
            csv: settings.csv_quota,
            json: settings.json_quota,
        }
    }

    fn rule(&self, format: ReplyFormat) -> QuotaRule {
        match format {
            ReplyFormat::Csv => self.csv,
            ReplyFormat::Json => self.json,
        }
    }
}

#[async_trait]
impl QuotaGate for StoreGate {
    async fn admit(&self, key: &QuotaKey) -> Result<Admission, GateError> {
        let answer = self
            .store
            .take_quota(&name(key), self.rule(key.format), self.clock.now())
            .await
            .map_err(|error| GateError(Box::new(error)))?;
        Ok(match answer {
            QuotaAnswer::Go(ticket) => Admission::Go(Ticket(ticket)),
            QuotaAnswer::Wait(until) => Admission::Wait(until),
        })
    }

    async fn answered(&self, ticket: Ticket, at: Timestamp) {
        if let Err(error) = self.store.quota_answered(ticket.0, at).await {
            tracing::warn!(%error, "the quota's ledger could not be brought up to date");
        }
    }

    async fn block_until(&self, key: &QuotaKey, until: Timestamp) {
        if let Err(error) = self.store.block_quota(&name(key), until).await {
            tracing::warn!(%error, "the quota's ledger could not be brought up to date");
        }
    }
}

/// A key as one text, as the store holds it.
pub(crate) fn name(key: &QuotaKey) -> String {
    let format = match key.format {
        ReplyFormat::Csv => "csv",
        ReplyFormat::Json => "json",
    };
    format!(
        "{}/{}/{}/{format}",
        key.tenant.to_lowercase(),
        key.client_id,
        key.function
    )
}
