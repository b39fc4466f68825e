//! SQL over all DataSets: each one is a table by its name. Questions only: nothing can be changed.

use std::{collections::BTreeSet, sync::Arc};

use arrow_array::{cast::AsArray, types::Date32Type};
use arrow_cast::cast;
use arrow_schema::DataType;
use async_trait::async_trait;
use datafusion::{
    catalog::{CatalogProvider, MemoryCatalogProvider, SchemaProvider, TableProvider},
    common::{DataFusionError, SchemaError},
    execution::{
        SendableRecordBatchStream, SessionStateBuilder,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::FairSpillPool,
        runtime_env::RuntimeEnvBuilder,
    },
    logical_expr::TableType,
    prelude::{DataFrame, SQLOptions, SessionConfig, SessionContext},
};
use exmetrics_catalog::column_name;
use jiff::{ToSpan, civil::Date};

use crate::{DataSetTable, LakeError, LakeErrorKind, yielding::Yielding};

/// A DataSet that can be asked.
#[derive(Debug, Clone)]
pub struct NamedTable {
    /// Its name.
    pub name: String,
    /// Where its table is.
    pub location: String,
    /// Which version of it; the newest without one.
    pub version: Option<u64>,
}

/// How many rows a batch has where a question is bounded.
const BOUNDED_BATCH: usize = 2048;

/// Functions that make gigabytes of a few letters. What they make is not counted against the bound on
/// memory, so where there is one they are not there.
const AMPLIFIERS: [&str; 9] = [
    "repeat",
    "lpad",
    "rpad",
    "range",
    "generate_series",
    "array_repeat",
    "list_repeat",
    "array_resize",
    "list_resize",
];

/// A place to ask questions.
pub struct QuerySession {
    context: SessionContext,
    tables: Arc<NamedTables>,
}

impl QuerySession {
    /// Over some DataSets. Their tables are opened when a question names them.
    ///
    /// # Errors
    /// When the query engine cannot be set up.
    pub fn new(tables: Vec<NamedTable>) -> Result<Self, LakeError> {
        Self::within(tables, None)
    }

    /// The same, where no question may take more memory than this.
    ///
    /// # Errors
    /// When the query engine cannot be set up.
    pub fn within(tables: Vec<NamedTable>, memory_bytes: Option<usize>) -> Result<Self, LakeError> {
        let config = SessionConfig::new()
            .with_information_schema(true)
            .with_default_catalog_and_schema("exmetrics", "datasets")
            .set_bool(
                "datafusion.execution.parquet.schema_force_view_types",
                false,
            )
            .set_bool("datafusion.execution.parquet.pushdown_filters", true);
        let context = match memory_bytes {
            Some(bytes) => {
                let runtime = RuntimeEnvBuilder::new()
                    .with_memory_pool(Arc::new(FairSpillPool::new(bytes)))
                    // What does not fit is refused: a question must not fill the disk.
                    .with_disk_manager_builder(
                        DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled),
                    )
                    .build_arc()
                    .map_err(LakeError::reading("the list of DataSets"))?;
                // Small batches: a join ends, or lets others work, after so many of them.
                let config = config.with_batch_size(BOUNDED_BATCH);
                let context = SessionContext::new_with_config_rt(config, runtime);
                let state = SessionStateBuilder::new_from_existing(context.state())
                    .with_physical_optimizer_rule(Arc::new(Yielding))
                    .build();
                let context = SessionContext::new_with_state(state);
                for amplifier in AMPLIFIERS {
                    context.deregister_udf(amplifier);
                }
                context
            }
            None => SessionContext::new_with_config(config),
        };
        let tables = Arc::new(NamedTables {
            tables,
            session: context.clone(),
        });
        let catalog = MemoryCatalogProvider::new();
        catalog
            .register_schema("datasets", tables.clone())
            .map_err(LakeError::reading("the list of DataSets"))?;
        context.register_catalog("exmetrics", Arc::new(catalog));
        Ok(Self { context, tables })
    }

    /// Asks one question; the answer streams.
    ///
    /// # Errors
    /// [`LakeErrorKind::Sql`] with what is wrong and the nearest name there is.
    pub async fn sql(&self, question: &str) -> Result<SendableRecordBatchStream, LakeError> {
        let only_questions = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let frame = self
            .context
            .sql_with_options(question, only_questions)
            .await
            .map_err(|error| self.explain(&error))?;
        frame
            .execute_stream()
            .await
            .map_err(|error| self.explain(&error))
    }

    /// All rows of one table, or the first few.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn rows(
        table: &DataSetTable,
        limit: Option<usize>,
    ) -> Result<SendableRecordBatchStream, LakeError> {
        let unread = LakeError::reading("the table");
        let session = Self::new(Vec::new())?;
        let provider = provider(table, &session.context).await.map_err(&unread)?;
        let mut frame = session.context.read_table(provider).map_err(&unread)?;
        if limit.is_some() {
            frame = frame.limit(0, limit).map_err(&unread)?;
        }
        frame.execute_stream().await.map_err(&unread)
    }

    /// The days that a date column of a table holds, each with its row's `_account`. None where the
    /// table has no such column.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn days(
        table: &DataSetTable,
        column: &str,
    ) -> Result<BTreeSet<(String, Date)>, LakeError> {
        if table.schema()?.field_with_name(column).is_err() {
            return Ok(BTreeSet::new());
        }
        let unread = LakeError::reading("the table");
        let session = Self::new(Vec::new())?;
        let provider = provider(table, &session.context).await.map_err(&unread)?;
        let frame = session.context.read_table(provider).map_err(&unread)?;
        let frame = frame.select_columns(&["_account", column]);
        let frame = frame.and_then(DataFrame::distinct).map_err(&unread)?;
        let mut days = BTreeSet::new();
        for batch in frame.collect().await.map_err(&unread)? {
            let accounts = cast(batch.column(0), &DataType::Utf8).map_err(LakeError::columns)?;
            let dates = cast(batch.column(1), &DataType::Date32).map_err(LakeError::columns)?;
            let both = accounts
                .as_string::<i32>()
                .iter()
                .zip(dates.as_primitive::<Date32Type>());
            for (account, day) in both {
                let day = day.and_then(|days| UNIX_EPOCH.checked_add(days.days()).ok());
                if let (Some(account), Some(day)) = (account, day) {
                    days.insert((account.to_owned(), day));
                }
            }
        }
        Ok(days)
    }

    /// An error of the query engine as a sentence for the person who asked.
    pub fn explain(&self, error: &DataFusionError) -> LakeError {
        let root = error.find_root();
        if let Some(lake) = lake_error(error) {
            return lake;
        }
        let message = match root {
            DataFusionError::SchemaError(schema_error, _) => match schema_error.as_ref() {
                SchemaError::FieldNotFound {
                    field,
                    valid_fields,
                } => {
                    let nearest = nearest(
                        &field.name,
                        valid_fields.iter().map(|field| field.name.as_str()),
                    );
                    format!("there is no column '{}'{nearest}", field.name)
                }
                other => other.to_string(),
            },
            DataFusionError::ResourcesExhausted(_) => {
                "the question needs more memory than one may take; ask for fewer columns or days, or \
                 group by fewer of them"
                    .into()
            }
            DataFusionError::Plan(text) if text.contains("not found") && text.contains("table") => {
                let name = text.split('\'').nth(1).unwrap_or_default();
                let name = name.rsplit('.').next().unwrap_or_default();
                let known = self.tables.tables.iter().map(|table| table.name.as_str());
                format!("there is no DataSet '{name}'{}", nearest(name, known))
            }
            other => other
                .strip_backtrace()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        LakeError {
            kind: LakeErrorKind::Sql,
            message,
            source: None,
        }
    }
}

/// A failure of our own that the query engine carried.
fn lake_error(error: &DataFusionError) -> Option<LakeError> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let carried = match error.downcast_ref::<DataFusionError>() {
            Some(DataFusionError::External(inner)) => inner.downcast_ref::<LakeError>(),
            _ => None,
        };
        if let Some(ours) = error.downcast_ref::<LakeError>().or(carried) {
            return Some(LakeError::new(ours.kind, ours.message.clone()));
        }
        cause = error.source();
    }
    None
}

/// What Arrow counts days from.
const UNIX_EPOCH: Date = Date::constant(1970, 1, 1);

fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|name| {
            (
                strsim::jaro_winkler(&wanted.to_lowercase(), &name.to_lowercase()),
                name,
            )
        })
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| format!("; did you mean '{name}'?"))
        .unwrap_or_default()
}

/// The DataSets as a schema, opened by name. A name is found in any case, and also written as column
/// names are (`mail_by_user` for `Mail by user`), which needs no quotes.
struct NamedTables {
    tables: Vec<NamedTable>,
    session: SessionContext,
}

impl std::fmt::Debug for QuerySession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QuerySession")
            .field("tables", &self.tables.tables)
            .finish()
    }
}

impl std::fmt::Debug for NamedTables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("NamedTables").field(&self.tables).finish()
    }
}

impl NamedTables {
    /// The DataSet that a name means: the one that is called so, else in another case, else as column
    /// names are written.
    ///
    /// # Errors
    /// When it may mean several.
    fn find(&self, name: &str) -> Result<Option<&NamedTable>, DataFusionError> {
        let lower = name.to_lowercase();
        let steps: [&dyn Fn(&NamedTable) -> bool; 3] = [
            &|table| table.name == name,
            &|table| table.name.to_lowercase() == lower,
            &|table| column_name(&table.name) == lower,
        ];
        for meant in steps {
            let mut found = self.tables.iter().filter(|table| meant(table));
            let Some(first) = found.next() else {
                continue;
            };
            let Some(second) = found.next() else {
                return Ok(Some(first));
            };
            return Err(DataFusionError::Plan(format!(
                "'{name}' may mean the DataSet '{}' or '{}'; write the name as it is, in double quotes",
                first.name, second.name
            )));
        }
        Ok(None)
    }
}

#[async_trait]
impl SchemaProvider for NamedTables {
    fn table_names(&self) -> Vec<String> {
        self.tables.iter().map(|table| table.name.clone()).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        let Some(found) = self.find(name)? else {
            return Ok(None);
        };
        let opened = match found.version {
            Some(version) => DataSetTable::open_version(&found.location, version).await,
            None => DataSetTable::open(&found.location).await,
        };
        let table = opened.map_err(|error| {
            DataFusionError::External(Box::new(LakeError {
                message: format!("the table of '{}' cannot be opened: {error}", found.name),
                ..error
            }))
        })?;
        provider(&table, &self.session).await.map(Some)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.find(name).is_ok_and(|found| found.is_some())
    }

    /// Known without opening it: one table that is gone must not spoil the list of all.
    async fn table_type(&self, name: &str) -> Result<Option<TableType>, DataFusionError> {
        Ok(self.find(name)?.map(|_| TableType::Base))
    }
}

async fn provider(
    table: &DataSetTable,
    context: &SessionContext,
) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    table
        .table
        .update_datafusion_session(&context.state())
        .map_err(|error| DataFusionError::External(Box::new(error)))?;
    let session = Arc::new(context.state());
    table.table.table_provider().with_session(session).await
}
