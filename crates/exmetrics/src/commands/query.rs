//! `query`: SQL over all DataSets.

use std::io::Read;

use exmetrics_lake::QuerySession;

use super::show_rows;
use crate::{
    app::App,
    args::{Global, QueryArguments},
    failure::{Ended, Failure},
};

pub(crate) async fn run(
    app: &App,
    query: &QueryArguments,
    global: &Global,
) -> Result<Ended, Failure> {
    let sql = if query.sql == "-" {
        let mut sql = String::new();
        std::io::stdin()
            .read_to_string(&mut sql)
            .map_err(|error| Failure::failed(format!("the question cannot be read: {error}")))?;
        sql
    } else {
        query.sql.clone()
    };
    if sql.trim().is_empty() {
        return Err(Failure::arguments("the question is empty"));
    }
    let session = QuerySession::new(app.named_tables().await?)?;
    let rows = session.sql(&sql).await?;
    show_rows::stream(rows, &query.show.for_scripts(global.json), "the question").await?;
    Ok(Ended::Done)
}
