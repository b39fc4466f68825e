//! The tab Data: a page of rows, sorted and filtered in SQL.

use arrow_array::{cast::AsArray, types::Int64Type};
use arrow_schema::SchemaRef;
use axum::{
    extract::{Path, RawQuery, State},
    response::{Html, Response},
};
use exmetrics_engine::{NamedTable, Rows, day_column};
use serde::Serialize;

use super::{
    data_columns::{ColumnShown, Filters, SortedBy, columns},
    head::{Head, Shown, Tab},
};
use crate::{
    access::Visitor,
    cells::{self, Cell},
    export,
    links::{Chosen, link},
    pages::Frame,
    problem::Problem,
    site::Site,
    sql, words,
};

/// How many rows a page has.
const PAGE: u64 = 50;

/// How much memory a page's question may take.
const MEMORY: usize = 256 << 20;

/// What Microsoft says about names that it conceals.
const ABOUT_NAMES: &str = "https://learn.microsoft.com/microsoft-365/admin/activity-reports/activity-reports#show-user-details-in-the-reports";

#[derive(Serialize)]
struct Page {
    dataset: Head,
    data: Data,
}

#[derive(Serialize)]
struct Data {
    columns: Vec<ColumnShown>,
    rows: Vec<Vec<Cell>>,
    found: String,
    range: String,
    older_href: Option<String>,
    newer_href: Option<String>,
    filters: Vec<FilterTag>,
    clear_href: String,
    form: Form,
    version: VersionShown,
    concealed: Option<Concealed>,
    empty: Option<Empty>,
    columns_note: Option<String>,
    query_href: String,
    exports: Vec<ExportLink>,
}

#[derive(Serialize)]
struct FilterTag {
    label: String,
    remove_href: String,
}

#[derive(Serialize)]
struct Form {
    action: String,
    hidden: Vec<Hidden>,
}

#[derive(Serialize)]
struct Hidden {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct VersionShown {
    chosen: String,
    current: bool,
    text: String,
    newest_href: Option<String>,
}

#[derive(Serialize)]
struct Concealed {
    title: &'static str,
    text: String,
    since: &'static str,
    next_step: &'static str,
    href: &'static str,
}

#[derive(Serialize)]
struct Empty {
    title: String,
    text: String,
    href: Option<String>,
    label: Option<&'static str>,
}

#[derive(Serialize)]
struct ExportLink {
    label: &'static str,
    href: String,
}

/// What is asked of the table.
struct Asked {
    chosen: Chosen,
    schema: SchemaRef,
    version: Option<u64>,
    filters: Filters,
    sorted: Option<SortedBy>,
}

/// `GET /datasets/{id}/data`
pub(super) async fn page(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Problem> {
    let shown = Shown::of(&site, &visitor, &id, Tab::Data).await?;
    let title = format!("{}, data", shown.dataset.name);
    let frame = Frame::of(&site, &visitor, "datasets", title).await?;
    let chosen = Chosen::read(query.as_deref());
    let data = match shown.state() {
        Some(_) => rows_shown(&site, &shown, chosen).await?,
        None => no_table(&shown),
    };
    let page = Page {
        dataset: shown.head,
        data,
    };
    frame.page(&site, "dataset/data.html", page)
}

/// `GET /datasets/{id}/data/export?format=`: what the filters leave, as a file.
pub(super) async fn export(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let shown = Shown::of(&site, &visitor, &id, Tab::Data).await?;
    let chosen = Chosen::read(query.as_deref());
    let format = export::format_named(chosen.get("format").unwrap_or("csv"))?;
    let asked = asked(&site, &shown, chosen).await?;
    if asked.filters.are_wrong() {
        return Err(Problem::wrong("a filter cannot be read")
            .next("The tab Data says which, and how filters are written."));
    }
    let names = asked.shown_names();
    let question = format!("SELECT {names} FROM rows{}", asked.filters.clause());
    let rows = ask(&site, &shown, asked.version, &question).await?;
    export::stream(rows, format, &format!("{}, filtered", shown.dataset.name)).await
}

async fn rows_shown(site: &Site, shown: &Shown, chosen: Chosen) -> Result<Data, Problem> {
    let asked = asked(site, shown, chosen).await?;
    let path = format!("{}/data", shown.head.href);
    let (chosen, filters) = (&asked.chosen, &asked.filters);
    let after: u64 = chosen
        .get("after")
        .and_then(|after| after.parse().ok())
        .unwrap_or(0);
    let columns = columns(
        &asked.schema,
        shown.report,
        chosen,
        filters,
        asked.sorted.as_ref(),
        &path,
    );
    let (rows, found, of_all) = match filters.are_wrong() {
        true => (Vec::new(), 0, 0),
        false => {
            let names = asked.shown_names();
            let order = asked
                .sorted
                .as_ref()
                .map(|sorted| sorted.clause(shown.report, &asked.schema));
            let clause = filters.clause();
            let question = format!(
                "SELECT {names} FROM rows{clause}{} LIMIT {PAGE} OFFSET {after}",
                order.unwrap_or_default()
            );
            let (rows, found, of_all) = tokio::try_join!(
                first_rows(site, shown, asked.version, &question),
                count(site, shown, asked.version, &clause),
                count_all(site, shown, asked.version),
            )?;
            (rows, found, of_all)
        }
    };
    let until = after + rows.len() as u64;
    let found_text = match (filters.set.is_empty(), filters.are_wrong()) {
        (_, true) => "A filter cannot be read".to_owned(),
        (true, _) => words::count(of_all, "row"),
        (false, _) => format!(
            "{} of {}",
            words::number(found),
            words::count(of_all, "row")
        ),
    };
    let page_at = |after: u64| chosen.with("after", &after.to_string()).at(&path);
    let hidden_columns = columns.iter().filter(|column| !column.shown).count();
    let exports = export::OFFERED.iter().map(|(format, label)| ExportLink {
        label,
        href: chosen
            .without(&["after", "sort"])
            .with("format", format.name())
            .at(&format!("{path}/export")),
    });
    Ok(Data {
        found: found_text,
        range: match rows.is_empty() {
            true => "No rows".into(),
            false => format!(
                "Rows {} to {}",
                words::number(after + 1),
                words::number(until)
            ),
        },
        older_href: (until < found).then(|| page_at(until)),
        newer_href: (after > 0).then(|| match after.saturating_sub(PAGE) {
            0 => chosen.without(&["after"]).at(&path),
            before => page_at(before),
        }),
        filters: tags(filters, chosen, &path),
        clear_href: cleared(&asked, &path),
        form: Form {
            action: path.clone(),
            hidden: chosen
                .get("sort")
                .map(|sort| Hidden {
                    name: "sort",
                    value: sort.to_owned(),
                })
                .into_iter()
                .collect(),
        },
        version: version_shown(shown, &asked, &path),
        concealed: concealed(site, shown).await?,
        empty: rows
            .is_empty()
            .then(|| nothing(shown, &asked, of_all, &path)),
        columns_note: (hidden_columns > 0).then(|| {
            format!(
                "{} of {} columns",
                columns.len() - hidden_columns,
                columns.len()
            )
        }),
        query_href: link("/explore", "sql", &sql_of(shown, &asked)),
        exports: exports.collect(),
        columns,
        rows,
    })
}

async fn asked(site: &Site, shown: &Shown, chosen: Chosen) -> Result<Asked, Problem> {
    let newest = shown.state();
    let version = chosen
        .get("version")
        .and_then(|version| version.parse().ok())
        .filter(|version| newest.is_none_or(|newest| newest.version != *version));
    let schema = match (version, newest) {
        (None, Some(newest)) => newest.columns.clone(),
        // Other versions may have other columns.
        _ => {
            ask(site, shown, version, "SELECT * FROM rows LIMIT 0")
                .await?
                .columns
        }
    };
    let usual = format!("-{}", day_column(shown.report, shown.dataset.details));
    let sorted = chosen
        .get("sort")
        .and_then(|sort| SortedBy::read(sort, &schema))
        .or_else(|| SortedBy::read(&usual, &schema));
    Ok(Asked {
        filters: Filters::read(&schema, &chosen),
        chosen,
        schema,
        version,
        sorted,
    })
}

impl Asked {
    /// The columns that are shown, for SQL.
    fn shown_names(&self) -> String {
        let picked: Vec<&str> = self.chosen.all("col").collect();
        let all = cells::names(&self.schema);
        let some: Vec<&String> = all
            .iter()
            .filter(|name| picked.contains(&name.as_str()))
            .collect();
        let names = match some.is_empty() {
            true => all.iter().collect(),
            false => some,
        };
        let names: Vec<String> = names.into_iter().map(|name| sql::name(name)).collect();
        names.join(", ")
    }
}

async fn ask(
    site: &Site,
    shown: &Shown,
    version: Option<u64>,
    question: &str,
) -> Result<Rows, Problem> {
    let table = NamedTable {
        name: "rows".into(),
        location: shown.dataset.location.clone(),
        version,
    };
    Ok(site.reader.ask(vec![table], question, MEMORY).await?)
}

async fn first_rows(
    site: &Site,
    shown: &Shown,
    version: Option<u64>,
    question: &str,
) -> Result<Vec<Vec<Cell>>, Problem> {
    let rows = ask(site, shown, version, question).await?;
    let limit = PAGE as usize;
    cells::first(rows, limit).await?.cells(limit)
}

async fn count_all(site: &Site, shown: &Shown, version: Option<u64>) -> Result<u64, Problem> {
    match (version, shown.state()) {
        (None, Some(state)) => Ok(state.rows),
        _ => count(site, shown, version, "").await,
    }
}

async fn count(
    site: &Site,
    shown: &Shown,
    version: Option<u64>,
    clause: &str,
) -> Result<u64, Problem> {
    if clause.is_empty()
        && let (None, Some(state)) = (version, shown.state())
    {
        return Ok(state.rows);
    }
    let question = format!("SELECT count(*) FROM rows{clause}");
    let rows = ask(site, shown, version, &question).await?;
    let counted = cells::first(rows, 1).await?;
    let number = counted.batches.first().and_then(|batch| {
        let numbers = batch.column(0).as_primitive_opt::<Int64Type>()?;
        (batch.num_rows() > 0).then(|| numbers.value(0))
    });
    Ok(number
        .and_then(|number| u64::try_from(number).ok())
        .unwrap_or_default())
}

fn tags(filters: &Filters, chosen: &Chosen, path: &str) -> Vec<FilterTag> {
    let tag = |(column, written): &(String, String)| FilterTag {
        label: format!("{column}: {written}"),
        remove_href: chosen.without(&[&format!("f.{column}"), "after"]).at(path),
    };
    filters.set.iter().map(tag).collect()
}

fn cleared(asked: &Asked, path: &str) -> String {
    let names: Vec<String> = asked
        .filters
        .set
        .iter()
        .map(|(column, _)| format!("f.{column}"))
        .collect();
    let mut without: Vec<&str> = names.iter().map(String::as_str).collect();
    without.push("after");
    asked.chosen.without(&without).at(path)
}

fn version_shown(shown: &Shown, asked: &Asked, path: &str) -> VersionShown {
    let newest = shown.state().map_or(0, |state| state.version);
    match asked.version {
        None => VersionShown {
            chosen: newest.to_string(),
            current: true,
            text: format!("version {newest}, the newest"),
            newest_href: None,
        },
        Some(version) => VersionShown {
            chosen: version.to_string(),
            current: false,
            text: format!("version {version}; the newest is {newest}"),
            newest_href: Some(asked.chosen.without(&["version", "after"]).at(path)),
        },
    }
}

async fn concealed(site: &Site, shown: &Shown) -> Result<Option<Concealed>, Problem> {
    if shown.report.personal_columns().is_empty() {
        return Ok(None);
    }
    let accounts = site.engine.store().accounts_of(&shown.dataset.id).await?;
    let names: Vec<&str> = accounts
        .iter()
        .filter(|account| account.names_concealed == Some(true))
        .map(|account| account.name.as_str())
        .collect();
    Ok((!names.is_empty()).then(|| Concealed {
        title: "Names are concealed.",
        text: format!(
            "Microsoft sends codes in the place of names to {}.",
            names.join(", ")
        ),
        since: "as the last reply had it",
        next_step: "A global administrator can show them: Microsoft 365 admin centre, Settings, Org \
                    settings, Reports, then clear “Display concealed user, group, and site names”.",
        href: ABOUT_NAMES,
    }))
}

fn nothing(shown: &Shown, asked: &Asked, of_all: u64, path: &str) -> Empty {
    let filtered = !asked.filters.set.is_empty();
    let (title, text, label) = if asked.filters.are_wrong() {
        (
            "A filter cannot be read",
            "It is marked above, with how it can be written.".to_owned(),
            "Clear the filters",
        )
    } else if filtered && of_all > 0 {
        (
            "No row fits the filters",
            format!("{} are there without them.", words::count(of_all, "row")),
            "Clear the filters",
        )
    } else if of_all > 0 {
        (
            "No more rows",
            "The list has ended before.".to_owned(),
            "First page",
        )
    } else if shown.newest.is_none() {
        (
            "No rows yet",
            "The DataSet has never run. Its columns are those that the catalogue knows.".to_owned(),
            "",
        )
    } else {
        (
            "No rows",
            "No run has brought any. History says what each one met.".to_owned(),
            "",
        )
    };
    let way_out = !label.is_empty();
    Empty {
        title: title.to_owned(),
        text,
        href: way_out.then(|| cleared(asked, path)),
        label: way_out.then_some(label),
    }
}

/// The same question as a person would write it.
fn sql_of(shown: &Shown, asked: &Asked) -> String {
    let name = super::table_in_sql(&shown.head.table_name);
    format!("SELECT *\nFROM {name}{}\nLIMIT 100", asked.filters.clause())
}

fn no_table(shown: &Shown) -> Data {
    Data {
        columns: Vec::new(),
        rows: Vec::new(),
        found: String::new(),
        range: String::new(),
        older_href: None,
        newer_href: None,
        filters: Vec::new(),
        clear_href: String::new(),
        form: Form {
            action: format!("{}/data", shown.head.href),
            hidden: Vec::new(),
        },
        version: VersionShown {
            chosen: String::new(),
            current: true,
            text: String::new(),
            newest_href: None,
        },
        concealed: None,
        empty: Some(Empty {
            title: "No rows to show".into(),
            text: "The table cannot be read.".into(),
            href: None,
            label: None,
        }),
        columns_note: None,
        query_href: String::new(),
        exports: Vec::new(),
    }
}
