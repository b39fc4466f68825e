//! One DataSet: its charts, rows, columns, days, versions.

mod actions;
mod charts;
mod compare;
mod compare_view;
mod coverage;
mod coverage_months;
mod data;
mod data_columns;
mod data_filters;
mod day;
mod export;
mod head;
mod history;
mod open_with;
mod overview;
mod restore;
mod running;
mod schema;
mod standing;

use axum::{
    Router,
    routing::{get, post},
};

pub(crate) use charts::Figures;
pub(super) use head::{Head, Shown, Tab};

use crate::site::Site;

pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/datasets/{id}", get(overview::page))
        .route("/datasets/{id}/chart.csv", get(overview::chart_csv))
        .route("/datasets/{id}/live", get(running::live))
        .route("/datasets/{id}/data", get(data::page))
        .route("/datasets/{id}/data/export", get(data::export))
        .route("/datasets/{id}/schema", get(schema::page))
        .route("/datasets/{id}/coverage", get(coverage::page))
        .route("/datasets/{id}/history", get(history::page))
        .route("/datasets/{id}/compare.csv", get(compare::download))
        .route("/datasets/{id}/export", get(export::export))
        .route("/datasets/{id}/run", post(actions::run))
        .route("/datasets/{id}/cancel", post(actions::cancel))
        .route("/datasets/{id}/days", post(actions::days))
        .route("/datasets/{id}/restore", post(restore::restore))
        .route("/datasets/{id}/rebuild", post(actions::rebuild))
        .route("/datasets/{id}/delete", post(actions::delete))
}

/// A table's name as it is written in SQL: bare where that is enough.
pub(super) fn table_in_sql(name: &str) -> String {
    let mut letters = name.chars();
    let plain = letters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == '_')
        && letters.all(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '_'));
    match plain {
        true => name.to_owned(),
        false => crate::sql::name(name),
    }
}
