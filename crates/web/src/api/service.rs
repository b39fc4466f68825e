//! The service itself, where people are told, and who asks.

use std::collections::HashMap;

use axum::{Json, extract::State};
use exmetrics_store::Scope;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    asked::{Asked, Nothing},
    paging::Page,
    visitor::Reader,
    words::ScopeWord,
};
use crate::{problem::Problem, site::Site};

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::new()
        .routes(routes!(service))
        .routes(routes!(channels))
        .routes(routes!(token))
}

/// The service.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceShown {
    /// The version of the program.
    version: &'static str,
    /// Its time.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// How many workers are alive.
    workers: u64,
    /// The DataSets that wait for a worker or have one, the longest waiting first.
    queue: Vec<JobShown>,
}

/// A DataSet in the queue.
#[derive(Debug, Serialize, ToSchema)]
struct JobShown {
    /// Its name.
    dataset: String,
    /// Its id.
    dataset_id: String,
    /// Not before.
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// schedule, retry or person.
    reason: &'static str,
    /// How often it was tried again already.
    attempt: i64,
    /// Whether a worker has it.
    taken: bool,
}

/// The service
///
/// Its version, its workers and its queue.
#[utoipa::path(get, path = "/service", operation_id = "get_service", tag = "service",
    responses((status = 200, description = "The service", body = ServiceShown)))]
async fn service(
    State(site): State<Site>,
    _: Reader,
    _: Asked<Nothing>,
) -> Result<Json<ServiceShown>, Problem> {
    let (store, now) = (site.engine.store(), site.now());
    let datasets = store.datasets().await?.into_iter();
    let names: HashMap<String, String> = datasets.map(|one| (one.id, one.name)).collect();
    let queue = store.jobs().await?.into_iter().map(|job| JobShown {
        dataset: names.get(&job.dataset_id).cloned().unwrap_or_default(),
        dataset_id: job.dataset_id,
        due_at: job.due_at,
        reason: job.reason.as_str(),
        attempt: job.attempt,
        taken: job.holder.is_some(),
    });
    Ok(Json(ServiceShown {
        version: env!("CARGO_PKG_VERSION"),
        now,
        workers: store.live_workers(now).await?,
        queue: queue.collect(),
    }))
}

/// A place where people are told.
#[derive(Debug, Serialize, ToSchema)]
struct ChannelShown {
    /// Its name.
    name: String,
    /// What it is, without its secret.
    place: String,
}

/// The notification channels
///
/// Where people are told of failures; they are made in Settings.
#[utoipa::path(get, path = "/channels", operation_id = "list_channels", tag = "service",
    responses((status = 200, description = "Channels", body = Page<ChannelShown>)))]
async fn channels(
    State(site): State<Site>,
    _: Reader,
    _: Asked<Nothing>,
) -> Result<Json<Page<ChannelShown>>, Problem> {
    let channels = site.engine.channel_places().await?.into_iter();
    let items = channels.map(|(name, place)| ChannelShown { name, place });
    Ok(Json(Page {
        items: items.collect(),
        next: None,
    }))
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
struct TokenShown {
    /// The token's name, or the person's.
    name: String,
    /// What it may do: read, run, admin; each includes those before it.
    #[schema(value_type = ScopeWord)]
    scope: Scope,
    /// When it ends; null when it does not, and for a person.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// Your token
///
/// Its name and scope. Tokens are made in Settings.
#[utoipa::path(get, path = "/token", operation_id = "get_token", tag = "service",
    responses((status = 200, description = "The token that asks", body = TokenShown)))]
async fn token(
    State(site): State<Site>,
    Reader(who): Reader,
    _: Asked<Nothing>,
) -> Result<Json<TokenShown>, Problem> {
    let tokens = site.engine.store().tokens().await?;
    let own = tokens.into_iter().find(|token| token.name == who.name);
    Ok(Json(TokenShown {
        name: who.name,
        scope: who.scope,
        expires_at: own.and_then(|token| token.expires_at),
    }))
}
