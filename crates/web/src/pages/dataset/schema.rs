//! The tab Schema: what each column is, what changed in the report's columns, and cells that did not fit.

use arrow_array::{cast::AsArray, types::TimestampMicrosecondType};
use arrow_cast::cast;
use arrow_schema::{DataType, Schema, TimeUnit};
use axum::{
    extract::{Path, State},
    response::Html,
};
use exmetrics_catalog::Report;
use exmetrics_engine::{NamedTable, day_column, table_schema};
use exmetrics_store::DataSet;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{
    data_columns::own_meaning,
    head::{Head, Shown, Tab},
};
use crate::{
    access::Visitor,
    cells,
    pages::{Frame, moments::Moment},
    problem::Problem,
    site::Site,
    sql, words,
};

/// How many cells that did not fit are shown.
const MOST_REJECTS: usize = 100;

/// How much memory the look for a column's first value may take.
const MEMORY: usize = 64 << 20;

#[derive(Serialize)]
struct Page {
    dataset: Head,
    schema: SchemaShown,
}

#[derive(Serialize)]
struct SchemaShown {
    summary: String,
    columns: Vec<ColumnShown>,
    drift: Vec<Change>,
    drift_empty: &'static str,
    key_text: Option<String>,
    policy_text: String,
    rejects: Option<Rejects>,
    empty: Option<&'static str>,
    personal_text: Option<String>,
}

#[derive(Serialize)]
struct ColumnShown {
    name: String,
    header: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    unit: Option<String>,
    meaning: Option<String>,
    personal: bool,
    key: bool,
    origin: &'static str,
    origin_word: &'static str,
    first_seen: Option<Moment>,
    note: Option<&'static str>,
}

/// A column that the catalogue does not know.
#[derive(Serialize)]
struct Change {
    state: &'static str,
    word: &'static str,
    columns: Vec<String>,
    text: &'static str,
    at: Moment,
    account: String,
    run_href: String,
    policy: &'static str,
}

#[derive(Serialize)]
struct Rejects {
    count: String,
    rows: Vec<RejectShown>,
}

#[derive(Serialize)]
struct RejectShown {
    column: String,
    text: String,
    why: String,
    line: String,
    request: String,
    account: String,
    run_href: String,
}

/// `GET /datasets/{id}/schema`
pub(super) async fn page(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Problem> {
    let shown = Shown::of(&site, &visitor, &id, Tab::Schema).await?;
    let title = format!("{}, schema", shown.dataset.name);
    let frame = Frame::of(&site, &visitor, "datasets", title).await?;
    let (dataset, report) = (&shown.dataset, shown.report);
    let policies = site.engine.drift_policies();
    let policy_text = format!(
        "New columns: {}; missing ones: {}; other names: {}. Change it in exmetrics.toml, section \
         [drift].",
        policies.added.as_str(),
        policies.missing.as_str(),
        policies.renamed.as_str()
    );
    let mut schema = SchemaShown {
        summary: String::new(),
        columns: Vec::new(),
        drift: Vec::new(),
        drift_empty: "",
        key_text: None,
        policy_text,
        rejects: rejects(&site, dataset),
        empty: None,
        personal_text: None,
    };
    match shown.state() {
        Some(state) => {
            let known = table_schema(report);
            schema.drift = drift(&site, &shown, &state.columns, &known).await?;
            schema.columns = columns(&shown, &state.columns, &known, &schema.drift);
            schema.summary = summary(&schema.columns);
            schema.drift_empty = match shown.newest {
                Some(_) => "The report has had no column that the catalogue does not know.",
                None => "Nothing has come yet to compare with.",
            };
            schema.key_text = Some(format!(
                "A row is told from another by {}.",
                listed(&key(dataset, report))
            ));
            let personal = schema
                .columns
                .iter()
                .filter(|column| column.personal)
                .count();
            schema.personal_text = (personal > 0).then(|| match personal {
                1 => "1 column holds personal data.".into(),
                many => format!("{many} columns hold personal data."),
            });
        }
        None => schema.empty = Some("The table cannot be read, and its columns with it."),
    }
    let page = Page {
        dataset: shown.head,
        schema,
    };
    frame.page(&site, "dataset/schema.html", page)
}

/// The columns that tell one row of the table from another.
pub(super) fn key(dataset: &DataSet, report: &Report) -> Vec<String> {
    if !dataset.key.is_empty() {
        return dataset.key.clone();
    }
    let mut key = vec!["_account".to_owned()];
    let day = day_column(report, dataset.details);
    key.push(day.to_owned());
    key.extend(report.key.iter().filter(|column| *column != day).cloned());
    key
}

fn columns(shown: &Shown, columns: &Schema, known: &Schema, drift: &[Change]) -> Vec<ColumnShown> {
    let key = key(&shown.dataset, shown.report);
    let created = jiff::tz::Offset::UTC
        .to_datetime(shown.dataset.created_at)
        .date();
    let column = |field: &arrow_schema::FieldRef| {
        let name = field.name();
        let column = shown.report.column(name);
        let own = own_meaning(name);
        let added = known.field_with_name(name).is_err();
        let (origin, origin_word) = match (own, added) {
            (Some(_), _) => ("own", "exmetrics"),
            (None, true) => ("new", "new in the report"),
            (None, false) if column.is_none() => ("own", "exmetrics"),
            (None, false) => ("report", "report"),
        };
        let came = drift.iter().find(|change| change.columns.contains(name));
        ColumnShown {
            header: column.map(|column| column.header.clone()),
            kind: cells::type_word(field.data_type()),
            unit: column.and_then(|column| column.unit.clone()),
            meaning: column
                .map(|column| column.meaning.clone())
                .or_else(|| own.map(str::to_owned)),
            personal: column.is_some_and(|column| column.personal),
            key: key.contains(name),
            note: match (column, own, added) {
                (Some(_), _, _) | (_, Some(_), _) => None,
                (None, None, true) => Some("Not in the catalogue; kept as text."),
                (None, None, false) => Some("The duration beside it, in seconds."),
            },
            origin,
            origin_word,
            first_seen: match (added, came) {
                (false, _) => Some(Moment::day(created)),
                (true, Some(change)) => Some(change.at.clone()),
                (true, None) => None,
            },
            name: name.clone(),
        }
    };
    columns.fields().iter().map(column).collect()
}

fn summary(columns: &[ColumnShown]) -> String {
    let of = |origin| {
        columns
            .iter()
            .filter(|column| column.origin == origin)
            .count()
    };
    let mut text = format!(
        "{}: {} of the report, {} added by exmetrics",
        words::count(columns.len() as u64, "column"),
        of("report"),
        of("own")
    );
    if of("new") > 0 {
        text.push_str(&format!(", {} new in the report", of("new")));
    }
    text.push('.');
    text
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "nothing".into(),
        [one] => one.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}

/// The columns that the catalogue does not know, with the first row that had something there.
async fn drift(
    site: &Site,
    shown: &Shown,
    columns: &Schema,
    known: &Schema,
) -> Result<Vec<Change>, Problem> {
    let mut changes = Vec::new();
    for field in columns.fields() {
        if known.field_with_name(field.name()).is_ok() {
            continue;
        }
        if let Some((at, account, run_id)) = first_seen(site, shown, field.name()).await? {
            changes.push(Change {
                state: "wait",
                word: "new column",
                columns: vec![field.name().clone()],
                text: "The report has a new column, kept as text.",
                at: Moment::of(at, site.now()),
                account,
                run_href: format!("/activity/{run_id}"),
                policy: site.engine.drift_policies().added.as_str(),
            });
        }
    }
    Ok(changes)
}

async fn first_seen(
    site: &Site,
    shown: &Shown,
    column: &str,
) -> Result<Option<(Timestamp, String, String)>, Problem> {
    let question = format!(
        "SELECT _fetched_at, _account, _run_id FROM rows WHERE {} IS NOT NULL
         ORDER BY _fetched_at LIMIT 1",
        sql::name(column)
    );
    let table = NamedTable {
        name: "rows".into(),
        location: shown.dataset.location.clone(),
        version: None,
    };
    let rows = site.reader.ask(vec![table], &question, MEMORY).await?;
    let first = cells::first(rows, 1).await?;
    let Some(batch) = first.batches.iter().find(|batch| batch.num_rows() > 0) else {
        return Ok(None);
    };
    let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
    let broken = |error| Problem::broken("the list of columns", &error);
    let at = cells::in_utc(batch.column(0)).and_then(|at| cast(&at, &micros));
    let at = at.map_err(broken)?;
    let text = |column: usize| -> Result<String, Problem> {
        let texts = cast(batch.column(column), &DataType::Utf8).map_err(broken)?;
        Ok(texts.as_string::<i32>().value(0).to_owned())
    };
    let at = at.as_primitive::<TimestampMicrosecondType>().value(0);
    let at = Timestamp::from_microsecond(at).unwrap_or_default();
    Ok(Some((at, text(1)?, text(2)?)))
}

fn rejects(site: &Site, dataset: &DataSet) -> Option<Rejects> {
    let rejects = site.engine.rejects().read(&dataset.id, MOST_REJECTS).ok()?;
    let text = |reject: &Value, name: &str| match &reject[name] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let row = |reject: &Value| RejectShown {
        column: text(reject, "column"),
        text: text(reject, "value"),
        why: text(reject, "problem"),
        line: text(reject, "line"),
        request: text(reject, "request"),
        account: text(reject, "account"),
        run_href: format!("/activity/{}", text(reject, "run_id")),
    };
    (!rejects.is_empty()).then(|| Rejects {
        count: match rejects.len() {
            MOST_REJECTS => format!("The first {MOST_REJECTS} cells"),
            some => words::count(some as u64, "cell"),
        },
        rows: rejects.iter().map(row).collect(),
    })
}
