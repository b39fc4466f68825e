//! The API under `/api/v1`, for programs: what the pages can do, in the words of the command line.
//!
//! | module | job |
//! |---|---|
//! | `reports`, `accounts`, `datasets`, `runs`, `rows`, `query`, `service` | what can be asked |
//! | `dataset_change`, `dataset_work`, `dataset_past` | what can be done with a DataSet |
//! | `account_sent`, `dataset_sent`, `account_shown`, `dataset_shown`, `run_shown`, `answer_rows` | the shapes of bodies and answers |
//! | `words` | the words of other rooms, for the document |
//! | `asked` | addresses, questions and bodies, and the refusal of what is not known |
//! | `paging` | lists page by page |
//! | `once` | a request that is sent twice is done once |
//! | `visitor` | which program asks |
//! | `problems` | what went wrong, as RFC 9457 has it |
//! | `document` | `/api/openapi.json`, made from the handlers |

mod account_sent;
mod account_shown;
mod accounts;
mod answer_rows;
mod asked;
mod dataset_change;
mod dataset_past;
mod dataset_sent;
mod dataset_shown;
mod dataset_work;
mod datasets;
mod document;
mod once;
mod paging;
mod problems;
mod query;
mod reports;
mod rows;
mod run_shown;
mod runs;
mod service;
mod visitor;
mod words;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{StatusCode, header::CONTENT_TYPE},
    middleware,
    routing::get,
};
use bytes::Bytes;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use answer_rows::Turns;

use crate::{access, site::Site};

/// How many bytes a body has at most.
const MOST_BODY_BYTES: usize = 1 << 20;

/// The API and its document. A route is in the document because it is answered: both are made of the same
/// list.
pub(crate) fn router(site: Site) -> Router {
    let changing = OpenApiRouter::new()
        .merge(accounts::routes())
        .merge(datasets::routes())
        .merge(dataset_work::routes())
        .merge(dataset_past::routes())
        .merge(runs::routes())
        .layer(middleware::from_fn_with_state(site.clone(), once::once));
    let v1 = OpenApiRouter::new()
        .merge(changing)
        .merge(reports::routes())
        .merge(rows::routes())
        .merge(query::routes())
        .merge(service::routes())
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .layer(middleware::from_fn_with_state(
            site.clone(),
            visitor::recognise,
        ))
        .layer(middleware::from_fn_with_state(
            site.clone(),
            access::recognise,
        ))
        .layer(middleware::from_fn(problems::show));
    let (router, document) = OpenApiRouter::with_openapi(document::Base::openapi())
        .nest("/api/v1", v1)
        .split_for_parts();
    let document = document::complete(document).to_json().unwrap_or_default();
    let document = Bytes::from(document);
    let json = [(CONTENT_TYPE, "application/json")];
    router
        .route(
            "/api/openapi.json",
            get(move || async move { (json, document) }),
        )
        .with_state(site)
}
