//! DataSets: the list, and one.

use std::collections::{BTreeSet, HashMap};

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::HeaderMap,
};
use exmetrics_engine::Standing;
use exmetrics_store::{Account, DataSet};
use futures::{StreamExt, stream};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    accounts,
    asked::{Asked, Id, Nothing, is_id},
    dataset_shown::{DataSetShown, etag_header, shown},
    paging::{Key, Page, Wanted},
    visitor::Reader,
    words::StandingWord,
};
use crate::{problem::Problem, site::Site};

/// How many tables are looked at side by side.
const AT_ONCE: usize = 8;

pub(super) fn routes() -> OpenApiRouter<Site> {
    OpenApiRouter::new()
        .routes(routes!(list, super::dataset_change::create))
        .routes(routes!(
            one,
            super::dataset_change::edit,
            super::dataset_change::remove
        ))
}

/// The order of a list of DataSets.
#[derive(Debug, Default, Clone, Copy, Deserialize, ToSchema)]
enum DataSetSort {
    #[default]
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameBackwards,
    #[serde(rename = "created_at")]
    Created,
    #[serde(rename = "-created_at")]
    CreatedBackwards,
    #[serde(rename = "next_run_at")]
    NextRun,
    #[serde(rename = "-next_run_at")]
    NextRunBackwards,
}

impl DataSetSort {
    fn is_backwards(self) -> bool {
        matches!(
            self,
            Self::NameBackwards | Self::CreatedBackwards | Self::NextRunBackwards
        )
    }

    fn key(self, dataset: &DataSet) -> Key {
        let first = match self {
            Self::Name | Self::NameBackwards => dataset.name.to_lowercase(),
            Self::Created | Self::CreatedBackwards => dataset.created_at.to_string(),
            // What never runs by itself comes last.
            Self::NextRun | Self::NextRunBackwards => dataset
                .next_due
                .map_or_else(|| "~".to_owned(), |at| at.to_string()),
        };
        vec![first, dataset.id.clone()]
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListDataSets {
    /// Those whose name, report, description or tags have this text.
    search: Option<String>,
    /// Those that stand so.
    #[param(value_type = Option<StandingWord>)]
    state: Option<Standing>,
    /// Those that an account feeds, by its id or name.
    account: Option<String>,
    /// Those with a tag.
    tag: Option<String>,
    /// The order; with a minus backwards.
    #[param(inline)]
    sort: Option<DataSetSort>,
    /// How many at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// From the `next` of the page before.
    cursor: Option<String>,
}

/// By its id.
pub(super) async fn by_id(site: &Site, id: &str) -> Result<DataSet, Problem> {
    let unknown = || Problem::not_found(format!("there is no DataSet with the id '{id}'"));
    if !is_id(id) {
        return Err(unknown().next("Its id is a UUID; the list has it."));
    }
    let found = site
        .engine
        .store()
        .dataset_by_id(&id.to_ascii_lowercase())
        .await;
    match found {
        Err(error) if error.kind == exmetrics_store::StoreErrorKind::NotFound => Err(unknown()),
        other => Ok(other?),
    }
}

/// By its id, or its name.
pub(super) async fn find(site: &Site, id_or_name: &str) -> Result<DataSet, Problem> {
    if is_id(id_or_name)
        && let Ok(dataset) = by_id(site, id_or_name).await
    {
        return Ok(dataset);
    }
    // PostgreSQL takes none, and no name has one.
    let name = id_or_name.replace('\0', "?");
    Ok(site.engine.store().dataset(&name).await?)
}

/// The accounts that a body or a question names, by ids or names, each once.
pub(super) async fn accounts_named(site: &Site, named: &[String]) -> Result<Vec<Account>, Problem> {
    let mut accounts: Vec<Account> = Vec::with_capacity(named.len());
    let mut seen = BTreeSet::new();
    for one in named {
        let account =
            accounts::find(site, one)
                .await
                .map_err(|problem| match problem.status.as_u16() {
                    404 => Problem::wrong(problem.title),
                    _ => problem,
                })?;
        if seen.insert(account.id.clone()) {
            accounts.push(account);
        }
    }
    Ok(accounts)
}

/// The DataSets
///
/// With how their tables stand.
#[utoipa::path(get, path = "/datasets", operation_id = "list_datasets", tag = "datasets", params(ListDataSets),
    responses((status = 200, description = "DataSets", body = Page<DataSetShown>)))]
async fn list(
    State(site): State<Site>,
    _: Reader,
    OriginalUri(here): OriginalUri,
    Asked(asked): Asked<ListDataSets>,
) -> Result<Json<Page<DataSetShown>>, Problem> {
    let account = match &asked.account {
        Some(named) => accounts_named(&site, std::slice::from_ref(named))
            .await?
            .pop(),
        None => None,
    };
    let standings = site.engine.standings().await?;
    let standing: HashMap<String, Standing> = standings
        .iter()
        .map(|one| (one.dataset.id.clone(), one.standing))
        .collect();
    let state_of = |dataset: &DataSet| {
        let known = standing.get(&dataset.id).copied();
        known.unwrap_or(Standing::NeverRun)
    };
    let search = asked.search.as_deref().unwrap_or_default().to_lowercase();
    let found = |dataset: &DataSet| {
        let texts = [&dataset.name, &dataset.report, &dataset.description];
        let mut texts = texts.into_iter().chain(&dataset.tags);
        let feeds = |account: &Account| dataset.accounts.iter().any(|(id, _)| *id == account.id);
        texts.any(|text| text.to_lowercase().contains(&search))
            && account.as_ref().is_none_or(feeds)
            && asked
                .tag
                .as_ref()
                .is_none_or(|tag| dataset.tags.contains(tag))
            && asked.state.is_none_or(|state| state_of(dataset) == state)
    };
    let sort = asked.sort.unwrap_or_default();
    let datasets = standings
        .iter()
        .map(|one| one.dataset.clone())
        .filter(found);
    let all = datasets.map(|dataset| (sort.key(&dataset), dataset));
    let wanted = Wanted {
        cursor: asked.cursor.as_deref(),
        limit: asked.limit,
        here: &here,
    };
    let page = wanted.cut(all.collect(), 2, sort.is_backwards())?;
    let (site, state_of) = (&site, &state_of);
    let items = stream::iter(page.items)
        .map(|dataset| async move {
            let state = state_of(&dataset);
            shown(site, dataset, state).await
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    Ok(Json(Page {
        items,
        next: page.next,
    }))
}

/// One DataSet
///
/// By its id or its name. Its ETag goes into the If-Match of a change.
#[utoipa::path(get, path = "/datasets/{id}", operation_id = "get_dataset", tag = "datasets",
    params(("id" = String, Path, description = "Id or name")),
    responses((status = 200, description = "The DataSet", body = DataSetShown,
        headers(("ETag" = String, description = "Which state of it this is")))))]
async fn one(
    State(site): State<Site>,
    _: Reader,
    Id(id): Id,
    _: Asked<Nothing>,
) -> Result<(HeaderMap, Json<DataSetShown>), Problem> {
    let dataset = find(&site, &id).await?;
    answer(&site, dataset).await
}

/// A DataSet with its ETag.
pub(super) async fn answer(
    site: &Site,
    dataset: DataSet,
) -> Result<(HeaderMap, Json<DataSetShown>), Problem> {
    let headers = etag_header(&dataset);
    let all = site.engine.standings().await?;
    let own = all.iter().find(|one| one.dataset.id == dataset.id);
    let state = own.map_or(Standing::NeverRun, |one| one.standing);
    let shown = shown(site, dataset, state).await;
    Ok((headers, Json(shown)))
}
