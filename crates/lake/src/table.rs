//! One DataSet's table: a folder of Parquet files and a log of versions.

use std::path::Path;

use arrow_schema::SchemaRef;
use deltalake::{
    DeltaTable, DeltaTableBuilder, Path as StorePath,
    kernel::{StructType, engine::arrow_conversion::TryFromArrow},
    logstore::ObjectStoreRef,
    protocol::SaveMode,
};
use url::Url;

use crate::{LakeError, LakeErrorKind};

/// How long versions can be gone back to, unless upkeep says otherwise.
const LOG_RETENTION: &str = "interval 3650 days";

/// One DataSet's table.
#[derive(Debug, Clone)]
pub struct DataSetTable {
    pub(crate) table: DeltaTable,
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
    pub schema: SchemaRef,
}

impl DataSetTable {
    /// Makes an empty table, or opens the one that is there.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub async fn create(location: &str, name: &str, schema: &SchemaRef) -> Result<Self, LakeError> {
        let failed = LakeError::while_doing("creating the table");
        let unmade = builder(location)?;
        if let Some(folder) = local_folder(location) {
            std::fs::create_dir_all(folder).map_err(|error| LakeError {
                kind: LakeErrorKind::Storage,
                message: format!("the folder {folder} cannot be made"),
                source: Some(Box::new(error)),
            })?;
        }
        let columns = StructType::try_from_arrow(schema.as_ref()).map_err(LakeError::columns)?;
        let table = unmade.build().map_err(&failed)?;
        if table.verify_deltatable_existence().await.map_err(&failed)? {
            return Self::open(location).await;
        }
        let table = table
            .create()
            .with_save_mode(SaveMode::Ignore)
            .with_table_name(name)
            .with_columns(columns.fields().cloned())
            .with_configuration([
                (
                    "delta.dataSkippingNumIndexedCols".to_owned(),
                    Some("-1".to_owned()),
                ),
                (
                    "delta.logRetentionDuration".to_owned(),
                    Some(LOG_RETENTION.to_owned()),
                ),
                // As long as its log, so that vacuum knows which version a removed file belonged to.
                (
                    "delta.deletedFileRetentionDuration".to_owned(),
                    Some(LOG_RETENTION.to_owned()),
                ),
            ])
            .await
            .map_err(&failed)?;
        Ok(Self { table })
    }

    /// Opens the newest version.
    ///
    /// # Errors
    /// [`LakeErrorKind::Missing`] when there is no table.
    pub async fn open(location: &str) -> Result<Self, LakeError> {
        let table = builder(location)?
            .load()
            .await
            .map_err(LakeError::while_doing("opening the table"))?;
        Ok(Self { table })
    }

    /// Opens one version.
    ///
    /// # Errors
    /// [`LakeErrorKind::NoSuchVersion`] when it is not there, or no longer.
    pub async fn open_version(location: &str, version: u64) -> Result<Self, LakeError> {
        // First the newest, so that a missing table is told from a missing version.
        let newest = Self::open(location).await?.version();
        let missing = |source| LakeError {
            kind: LakeErrorKind::NoSuchVersion,
            message: format!("there is no version {version}; the newest is {newest}"),
            source,
        };
        if version > newest {
            return Err(missing(None));
        }
        let table = builder(location)?
            .with_version(version)
            .load()
            .await
            .map_err(|error| missing(Some(Box::new(error))))?;
        Ok(Self { table })
    }

    /// Which version this is.
    pub fn version(&self) -> u64 {
        self.table.version().unwrap_or_default()
    }

    /// Its columns.
    ///
    /// # Errors
    /// When the table's own description cannot be read.
    pub fn schema(&self) -> Result<SchemaRef, LakeError> {
        let state = self
            .table
            .snapshot()
            .map_err(LakeError::while_doing("reading the table"))?;
        Ok(state.snapshot().arrow_schema())
    }

    /// How it stands.
    ///
    /// # Errors
    /// When the table's log cannot be read.
    pub async fn state(&self) -> Result<TableState, LakeError> {
        use futures::TryStreamExt;
        let failed = LakeError::while_doing("reading the table");
        let mut files = self.table.get_active_add_actions_by_predicate(None);
        let mut state = TableState {
            version: self.version(),
            rows: 0,
            files: 0,
            bytes: 0,
            schema: self.schema()?,
        };
        while let Some(file) = files.try_next().await.map_err(&failed)? {
            state.files += 1;
            state.rows += file.num_records().unwrap_or_default() as u64;
            state.bytes += u64::try_from(file.size()).unwrap_or_default();
        }
        Ok(state)
    }

    pub(crate) fn store(&self) -> ObjectStoreRef {
        self.table.object_store()
    }

    /// Best effort: files that no version will ever name.
    pub(crate) async fn discard(&self, paths: impl IntoIterator<Item = String>) {
        use object_store::ObjectStoreExt;
        let store = self.store();
        for path in paths {
            if let Err(error) = store.delete(&StorePath::from(path)).await {
                tracing::debug!(%error, "an unused file stays until upkeep");
            }
        }
    }
}

fn builder(location: &str) -> Result<DeltaTableBuilder, LakeError> {
    let url = url_of(location)?;
    DeltaTableBuilder::from_url(url).map_err(LakeError::while_doing("opening the table"))
}

/// A location is a folder, or the address of an object store.
fn url_of(location: &str) -> Result<Url, LakeError> {
    let wrong = || {
        LakeError::new(
            LakeErrorKind::Other,
            format!("'{location}' is neither an absolute folder nor an address"),
        )
    };
    match local_folder(location) {
        Some(folder) => Url::from_directory_path(Path::new(folder)).map_err(|()| wrong()),
        None => Url::parse(location).map_err(|_| wrong()),
    }
}

fn local_folder(location: &str) -> Option<&str> {
    (!location.contains("://")).then_some(location)
}
