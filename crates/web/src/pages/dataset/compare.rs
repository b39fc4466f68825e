//! Two versions of a table against each other: the questions, and the difference as a file.

use arrow_schema::Schema;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use exmetrics_catalog::UpdateMethod;
use exmetrics_engine::{NamedTable, Rows, day_column};
use serde::Deserialize;

use super::{
    head::{Shown, Tab},
    schema::key,
};
use crate::{access::Visitor, cells, export, problem::Problem, site::Site, sql};

/// How much memory a comparison may take.
const MEMORY: usize = 512 << 20;

/// Columns that differ from reply to reply though nothing has changed.
const MOVING: [&str; 5] = [
    "_run_id",
    "_fetched_at",
    "_requested_period",
    "report_refresh_date",
    "report_period",
];

/// Two versions, and how their rows are matched.
pub(super) struct Pair<'a> {
    shown: &'a Shown,
    before: u64,
    after: u64,
    /// The columns that tell one row from another.
    pub(super) key: Vec<String>,
    /// The columns that both have and that are compared.
    pub(super) compared: Vec<String>,
    /// Columns that only one of them has.
    pub(super) other_columns: Vec<String>,
    day: String,
}

impl<'a> Pair<'a> {
    /// Looks at the columns of both.
    pub(super) async fn of(
        site: &Site,
        shown: &'a Shown,
        before: u64,
        after: u64,
    ) -> Result<Self, Problem> {
        let columns = async |version| -> Result<Vec<String>, Problem> {
            let table = table(shown, "rows", version);
            let question = "SELECT * FROM rows LIMIT 0";
            let rows = site.reader.ask(vec![table], question, MEMORY).await?;
            let schema: &Schema = &rows.columns;
            Ok(cells::names(schema))
        };
        let (old, new) = tokio::try_join!(columns(before), columns(after))?;
        let mut key = key(&shown.dataset, shown.report);
        if shown.dataset.update == UpdateMethod::Append {
            // The same row may have come with several runs.
            key.push("_run_id".into());
        }
        key.retain(|column| old.contains(column) && new.contains(column));
        let day = day_column(shown.report, shown.dataset.details).to_owned();
        if !key.contains(&day) || !key.iter().any(|column| column == "_account") {
            return Err(Problem::wrong(
                "these versions have no day and account to be matched by",
            ));
        }
        let both = old.iter().filter(|column| new.contains(column));
        let compared = both
            .filter(|column| !key.contains(column) && !MOVING.contains(&column.as_str()))
            .cloned()
            .collect();
        let added = new.iter().filter(|column| !old.contains(column));
        let removed = old.iter().filter(|column| !new.contains(column));
        let other_columns = added
            .map(|column| format!("{column} (added)"))
            .chain(removed.map(|column| format!("{column} (gone)")))
            .collect();
        Ok(Self {
            shown,
            before,
            after,
            compared,
            other_columns,
            day,
            key,
        })
    }

    /// Asks about `before` and `after`.
    pub(super) async fn ask(&self, site: &Site, question: &str) -> Result<Rows, Problem> {
        let tables = vec![
            table(self.shown, "before", self.before),
            table(self.shown, "after", self.after),
        ];
        Ok(site.reader.ask(tables, question, MEMORY).await?)
    }

    /// How many rows were added, removed and changed, by day and account; only where any were.
    pub(super) fn by_day(&self) -> String {
        let (day, differs) = (sql::name(&self.day), self.differs());
        format!(
            "SELECT coalesce(b.{day}, a.{day}) AS day, coalesce(b._account, a._account) AS account,
             count(*) FILTER (WHERE b._account IS NULL) AS added,
             count(*) FILTER (WHERE a._account IS NULL) AS removed,
             count(*) FILTER (WHERE a._account IS NOT NULL AND b._account IS NOT NULL AND ({differs}))
             AS changed
             FROM {} GROUP BY 1, 2
             HAVING count(*) FILTER (WHERE b._account IS NULL OR a._account IS NULL OR ({differs})) > 0
             ORDER BY 1 DESC, 2",
            self.joined()
        )
    }

    /// Rows that are in both and differ: the key, then each compared column before and after.
    pub(super) fn changed(&self, limit: usize) -> String {
        let keys = self
            .key
            .iter()
            .map(|column| format!("a.{}", sql::name(column)));
        let pairs = self.compared.iter().flat_map(|column| {
            let column = sql::name(column);
            [format!("b.{column}"), format!("a.{column}")]
        });
        let columns: Vec<String> = keys
            .chain(pairs)
            .enumerate()
            .map(|(place, column)| format!("{column} AS c{place}"))
            .collect();
        format!(
            "SELECT {} FROM {} WHERE a._account IS NOT NULL AND b._account IS NOT NULL AND ({}) LIMIT {limit}",
            columns.join(", "),
            self.joined(),
            self.differs()
        )
    }

    /// Every row that differs, with what it was and what it is.
    fn difference(&self) -> String {
        let keys = self.key.iter().map(|column| {
            let column = sql::name(column);
            format!("coalesce(a.{column}, b.{column}) AS {column}")
        });
        let pairs = self.compared.iter().flat_map(|column| {
            let (named, before, after) = (
                sql::name(column),
                sql::name(&format!("{column}_before")),
                sql::name(&format!("{column}_after")),
            );
            [
                format!("b.{named} AS {before}"),
                format!("a.{named} AS {after}"),
            ]
        });
        let columns: Vec<String> = keys.chain(pairs).collect();
        format!(
            "SELECT CASE WHEN b._account IS NULL THEN 'added' WHEN a._account IS NULL THEN 'removed'
             ELSE 'changed' END AS change, {} FROM {}
             WHERE b._account IS NULL OR a._account IS NULL OR ({})",
            columns.join(", "),
            self.joined(),
            self.differs()
        )
    }

    /// `b` is a row before, `a` the same row after.
    fn joined(&self) -> String {
        let same: Vec<String> = self
            .key
            .iter()
            .map(|column| {
                let column = sql::name(column);
                // An empty part of a key is the same as another empty one.
                match column.as_str() {
                    "\"_account\"" => format!("b.{column} = a.{column}"),
                    _ => format!(
                        "coalesce(CAST(b.{column} AS VARCHAR), '') = coalesce(CAST(a.{column} AS VARCHAR), '')"
                    ),
                }
            })
            .collect();
        format!(
            "\"before\" AS b FULL OUTER JOIN \"after\" AS a ON {}",
            same.join(" AND ")
        )
    }

    fn differs(&self) -> String {
        let one = |column: &String| {
            let column = sql::name(column);
            // In brackets: OR would bind to the right side first.
            format!("(b.{column} IS DISTINCT FROM a.{column})")
        };
        let each: Vec<String> = self.compared.iter().map(one).collect();
        match each.is_empty() {
            true => "false".into(),
            false => each.join(" OR "),
        }
    }
}

fn table(shown: &Shown, name: &str, version: u64) -> NamedTable {
    NamedTable {
        name: name.to_owned(),
        location: shown.dataset.location.clone(),
        version: Some(version),
    }
}

/// Which two.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    a: u64,
    b: u64,
}

/// `GET /datasets/{id}/compare.csv?a=&b=`: the rows that differ.
pub(super) async fn download(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(Wanted { a, b }): Query<Wanted>,
) -> Result<Response, Problem> {
    let shown = Shown::of(&site, &visitor, &id, Tab::History).await?;
    let pair = Pair::of(&site, &shown, a.min(b), a.max(b)).await?;
    let rows = pair.ask(&site, &pair.difference()).await?;
    let name = format!("{}, versions {a} and {b}", shown.dataset.name);
    export::stream(rows, exmetrics_show::Format::Csv, &name).await
}
