//! The page: tables, editor, answer.

use axum::{
    extract::{RawQuery, State},
    response::{Html, Response},
};
use exmetrics_store::{DataSet, Question};
use serde::Serialize;

use super::{
    ask::{self, ROWS, TIME},
    error::{self, ErrorShown},
    examples::{Example, examples},
    result::{self, ResultShown},
    tables::{self, TableShown},
};
use crate::{
    access::{Role, Visitor},
    export,
    links::{Chosen, link},
    pages::{Frame, dataset::table_in_sql, moments::Moment},
    problem::Problem,
    site::Site,
    words,
};

#[derive(Serialize)]
struct Page {
    explore: Explore,
}

#[derive(Serialize)]
struct Explore {
    sql: String,
    tables: Vec<TableShown>,
    table_count: String,
    table_note: Option<String>,
    table_q: String,
    limits: Limits,
    saved: Vec<SavedShown>,
    current: Option<Current>,
    result: Option<ResultShown>,
    error: Option<ErrorShown>,
    can_save: bool,
    save_form: SaveForm,
    examples: Vec<Example>,
}

#[derive(Serialize)]
struct Limits {
    text: String,
    rows: String,
}

#[derive(Serialize)]
struct SavedShown {
    name: String,
    by: String,
    saved: Moment,
    href: String,
    current: bool,
}

#[derive(Serialize)]
struct Current {
    id: String,
    name: String,
    can_change: bool,
    changed: bool,
}

/// What was typed to save a query, and what is wrong with it.
#[derive(Debug, Default, Serialize)]
pub(super) struct SaveForm {
    pub(super) name: String,
    pub(super) problem: Option<String>,
}

/// `GET /explore?sql=&saved=&table=&tables=&chart=&x=&y=&by=`
pub(super) async fn page(
    State(site): State<Site>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Problem> {
    let chosen = Chosen::read(query.as_deref());
    shown(&site, &visitor, &chosen, SaveForm::default()).await
}

/// The page with a form for saving as it was left.
pub(super) async fn shown(
    site: &Site,
    visitor: &Visitor,
    chosen: &Chosen,
    save_form: SaveForm,
) -> Result<Html<String>, Problem> {
    let frame = Frame::of(site, visitor, "explore", "Explore").await?;
    let store = site.engine.store();
    let datasets = store.datasets().await?;
    let questions = store.questions().await?;
    let current = chosen
        .get("saved")
        .and_then(|id| questions.iter().find(|question| question.id == id));
    let given = chosen.get("sql").map(str::to_owned);
    let asks = given.is_some() && save_form.problem.is_none();
    let sql = given.unwrap_or_else(|| to_begin_with(chosen, current, &datasets));
    let (result, error) = match asks && !sql.trim().is_empty() {
        true => answer(site, &datasets, &sql, chosen).await?,
        false => (None, None),
    };
    let searched = chosen.get("tables").unwrap_or_default();
    let found = tables::shown(site, &datasets, searched, &sql);
    let is_admin = visitor.role == Role::Admin;
    let explore = Explore {
        table_count: match (found.len(), datasets.len()) {
            (_, 0) => "no DataSet".into(),
            (some, all) if some < all => {
                format!("{some} of {}", words::count(all as u64, "DataSet"))
            }
            (_, all) => words::count(all as u64, "DataSet"),
        },
        table_note: None,
        table_q: searched.to_owned(),
        tables: found,
        limits: Limits {
            text: format!(
                "Read-only. At most {} rows, {} s and {} of memory.",
                words::number(ROWS as u64),
                TIME.as_secs(),
                error::memory()
            ),
            rows: words::number(ROWS as u64),
        },
        saved: saved_shown(site, &questions, current),
        current: current.map(|question| Current {
            id: question.id.clone(),
            name: question.name.clone(),
            can_change: is_admin,
            changed: question.question.trim() != sql.trim(),
        }),
        can_save: is_admin,
        save_form,
        examples: examples(&datasets),
        result,
        error,
        sql,
    };
    frame.page(site, "explore.html", Page { explore })
}

/// `GET /explore/export?sql=&format=`: the answer as a file.
pub(super) async fn export(
    State(site): State<Site>,
    _: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let chosen = Chosen::read(query.as_deref());
    let sql = chosen.get("sql").ok_or_else(|| {
        Problem::wrong("there is no question to answer").next("Write one in Explore.")
    })?;
    let format = export::format_named(chosen.get("format").unwrap_or("csv"))?;
    let datasets = site.engine.store().datasets().await?;
    let rows = ask::ask_for_file(&site, tables::named(&datasets), sql).await?;
    export::stream(rows, format, "answer").await
}

async fn answer(
    site: &Site,
    datasets: &[DataSet],
    sql: &str,
    chosen: &Chosen,
) -> Result<(Option<ResultShown>, Option<ErrorShown>), Problem> {
    Ok(match ask::ask(site, tables::named(datasets), sql).await {
        Ok(answered) => (Some(result::shown(&answered, chosen)?), None),
        Err(why) => (None, Some(error::shown(&why, sql))),
    })
}

/// What is in the editor before anybody wrote there.
fn to_begin_with(chosen: &Chosen, current: Option<&Question>, datasets: &[DataSet]) -> String {
    if let Some(question) = current {
        return question.question.clone();
    }
    let wanted = chosen.get("table").and_then(|name| {
        datasets
            .iter()
            .map(|dataset| tables::name_in_sql(dataset, datasets))
            .find(|table| table == name)
    });
    wanted
        .map(|table| format!("SELECT *\nFROM {}\nLIMIT 100", table_in_sql(&table)))
        .unwrap_or_default()
}

fn saved_shown(site: &Site, questions: &[Question], current: Option<&Question>) -> Vec<SavedShown> {
    let now = site.now();
    let one = |question: &Question| SavedShown {
        name: question.name.clone(),
        by: question.person.clone(),
        saved: Moment::of(question.saved_at, now),
        href: link("/explore", "saved", &question.id),
        current: current.is_some_and(|current| current.id == question.id),
    };
    questions.iter().map(one).collect()
}
