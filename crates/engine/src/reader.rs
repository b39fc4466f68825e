//! Tables as those see them who only read: pages, downloads, questions.

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};
use async_trait::async_trait;
use futures::stream::BoxStream;
use jiff::Timestamp;

use crate::TableFailure;

/// DataSet tables, for reading.
#[async_trait]
pub trait TableReader: Send + Sync {
    /// How the newest version stands.
    async fn describe(&self, location: &str) -> Result<TableState, TableFailure>;

    /// The versions, the newest first.
    async fn history(&self, location: &str) -> Result<Vec<TableVersion>, TableFailure>;

    /// All rows of the newest version, or of another. They stream.
    async fn rows(&self, location: &str, version: Option<u64>) -> Result<Rows, TableFailure>;

    /// Asks a question in SQL over some tables; nothing can be changed by it. The answer streams.
    async fn ask(
        &self,
        tables: Vec<NamedTable>,
        question: &str,
        memory_bytes: usize,
    ) -> Result<Rows, TableFailure>;
}

/// A table that a question may name.
#[derive(Debug, Clone)]
pub struct NamedTable {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub location: String,
    /// Which version of it; the newest without one.
    pub version: Option<u64>,
}

/// Rows on their way.
pub struct Rows {
    /// Their columns.
    pub columns: SchemaRef,
    /// The rows, in batches.
    pub batches: BoxStream<'static, Result<RecordBatch, TableFailure>>,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("columns", &self.columns)
            .finish()
    }
}

/// How a table stands.
#[derive(Debug, Clone)]
pub struct TableState {
    /// The newest version.
    pub version: u64,
    /// How many rows it holds.
    pub rows: u64,
    /// How many files hold them.
    pub files: u64,
    /// How many bytes those have.
    pub bytes: u64,
    /// Its columns.
    pub columns: SchemaRef,
}

/// One version of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableVersion {
    /// Its number.
    pub version: u64,
    /// The run that made it; none for the empty table, a restore or upkeep.
    pub run_id: Option<String>,
    /// When it was made.
    pub committed_at: Option<Timestamp>,
    /// The update method, or `create`, `restore`, `compact`, `vacuum`.
    pub method: String,
    /// How many rows the run brought.
    pub rows: Option<u64>,
    /// How many rows the table held afterwards.
    pub table_rows: Option<u64>,
}

/// A column's type in the catalogue's words.
pub fn column_type(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => "text".into(),
        DataType::Int64 => "bigint".into(),
        DataType::Date32 => "date".into(),
        DataType::Boolean => "boolean".into(),
        DataType::Timestamp(..) => "timestamp".into(),
        other => other.to_string().to_lowercase(),
    }
}
