//! The rows of one reply become Parquet files in the table's folder. They are in no version until the
//! run lands; what never lands is an orphan that upkeep removes.

use std::num::NonZeroU64;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use deltalake::{
    DeltaTable,
    datafile::writer::{DeltaWriter, WriterConfig},
    kernel::Add,
    parquet::{
        basic::{Compression, ZstdLevel},
        file::properties::{EnabledStatistics, WriterProperties},
    },
};

use crate::{
    LakeError,
    key::{KeyReader, KeySet},
    prune::Bounds,
    schema,
};

/// How many rows a file's row group holds: enough for good compression, few enough that a writer
/// stays within some tens of MiB whatever the reply's size.
const ROWS_PER_GROUP: usize = 128 * 1024;

/// Files grow to about this size before the next is begun.
const FILE_BYTES: u64 = 96 * 1024 * 1024;

/// Writes the rows of one reply.
pub struct ReplyWriter {
    writer: DeltaWriter,
    schema: SchemaRef,
    keys: Option<(KeyReader, KeySet)>,
    bounds: Bounds,
    rows: u64,
}

/// The files of one reply, written and not yet in any version.
#[derive(Debug)]
pub struct ReplyFiles {
    pub(crate) adds: Vec<Add>,
    pub(crate) schema: SchemaRef,
    pub(crate) keys: KeySet,
    pub(crate) bounds: Bounds,
    /// How many rows they hold.
    pub rows: u64,
}

pub(crate) fn writer_properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("exmetrics".into())
        .build()
}

/// A writer of files with the columns of `schema` into the table's folder. Statistics are kept on
/// every column, as the table's own setting says: all are flat and few, and any may be filtered by.
pub(crate) fn file_writer(table: &DeltaTable, schema: SchemaRef) -> Result<DeltaWriter, LakeError> {
    let state = table
        .snapshot()
        .map_err(LakeError::while_doing("opening the table"))?;
    let statistics = state
        .table_config()
        .data_skipping_num_indexed_cols
        .unwrap_or_default();
    let config = WriterConfig::new(
        schema,
        Vec::new(),
        Some(writer_properties()),
        NonZeroU64::new(FILE_BYTES),
        None,
        statistics,
        None,
    );
    Ok(DeltaWriter::new(table.object_store(), config))
}

impl ReplyWriter {
    /// For a reply with the columns `reply`, into a table with `columns`. Keys are read as
    /// the rows pass, where the update method needs them.
    pub(crate) fn new(
        table: &DeltaTable,
        reply: &Schema,
        columns: &Schema,
        key_columns: Option<&[String]>,
    ) -> Result<Self, LakeError> {
        let schema = schema::as_in_table(reply, columns);
        let keys = key_columns
            .map(|columns| Ok((KeyReader::new(columns, &schema)?, KeySet::default())))
            .transpose()?;
        let bounds = Bounds::new(key_columns.unwrap_or_default());
        let writer = file_writer(table, schema.clone())?;
        Ok(Self {
            writer,
            schema,
            keys,
            bounds,
            rows: 0,
        })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When they do not fit the table or cannot be written.
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let batch = schema::fit(batch, &self.schema)?;
        if let Some((reader, keys)) = &mut self.keys {
            reader.collect(&batch, keys)?;
            self.bounds.include(&batch);
        }
        self.rows += batch.num_rows() as u64;
        self.writer
            .write(&batch)
            .await
            .map_err(LakeError::while_doing("writing rows"))
    }

    /// Closes the files.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn finish(self) -> Result<ReplyFiles, LakeError> {
        let adds = self
            .writer
            .close()
            .await
            .map_err(LakeError::while_doing("writing rows"))?;
        let keys = self.keys.map(|(_, keys)| keys).unwrap_or_default();
        Ok(ReplyFiles {
            adds,
            schema: self.schema,
            keys,
            bounds: self.bounds,
            rows: self.rows,
        })
    }

    /// Forgets the reply: it was cut off, or is asked for again.
    pub async fn abandon(self) {
        if let Err(error) = self.writer.abort().await {
            tracing::debug!(%error, "files of an abandoned reply stay until upkeep");
        }
    }
}
