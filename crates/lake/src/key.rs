//! Which rows mean the same. A new row replaces the old rows with the same values in the key columns,
//! whether the key is one row's (upsert) or that of a whole day or snapshot (partition).

use std::collections::HashSet;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use arrow_row::{RowConverter, SortField};
use arrow_schema::Schema;
use xxhash_rust::xxh3::xxh3_128;

use crate::{LakeError, LakeErrorKind};

/// The keys of some rows, each as 128 bits of its encoded values, so that a million of them fit in a
/// few tens of MiB. Null equals null.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    keys: HashSet<u128>,
}

/// Turns rows into keys.
pub(crate) struct KeyReader {
    columns: Vec<String>,
    converter: RowConverter,
}

impl KeyReader {
    /// For the key columns, with the types they have in `schema`.
    pub(crate) fn new(columns: &[String], schema: &Schema) -> Result<Self, LakeError> {
        let fields = columns.iter().map(|name| {
            let field = schema.field_with_name(name).map_err(|_| {
                LakeError::new(
                    LakeErrorKind::NoSuchColumn,
                    format!("the key column '{name}' is not a column of the table"),
                )
            })?;
            Ok(SortField::new(field.data_type().clone()))
        });
        let fields = fields.collect::<Result<Vec<_>, LakeError>>()?;
        let converter = RowConverter::new(fields).map_err(LakeError::columns)?;
        Ok(Self {
            columns: columns.to_vec(),
            converter,
        })
    }

    /// Calls `each` with the key of every row.
    fn read(&self, batch: &RecordBatch, mut each: impl FnMut(u128)) -> Result<(), LakeError> {
        let columns = self.columns.iter().map(|name| {
            batch.column_by_name(name).cloned().ok_or_else(|| {
                LakeError::new(
                    LakeErrorKind::NoSuchColumn,
                    format!("the key column '{name}' is missing from the rows"),
                )
            })
        });
        let columns: Vec<ArrayRef> = columns.collect::<Result<_, _>>()?;
        let rows = self
            .converter
            .convert_columns(&columns)
            .map_err(LakeError::columns)?;
        // The rows of one day or snapshot come together: most keys equal the one before.
        let mut last: Option<(&[u8], u128)> = None;
        let encoded: Vec<_> = rows.iter().collect();
        for row in &encoded {
            let bytes = row.data();
            let key = match last {
                Some((same, key)) if same == bytes => key,
                _ => xxh3_128(bytes),
            };
            last = Some((bytes, key));
            each(key);
        }
        Ok(())
    }

    /// Adds the keys of a batch.
    pub(crate) fn collect(&self, batch: &RecordBatch, keys: &mut KeySet) -> Result<(), LakeError> {
        let mut last = None;
        self.read(batch, |key| {
            if last != Some(key) {
                keys.keys.insert(key);
                last = Some(key);
            }
        })
    }

    /// Which rows of a batch have a key that none of the sets holds.
    pub(crate) fn outside(
        &self,
        batch: &RecordBatch,
        sets: &[&KeySet],
    ) -> Result<BooleanArray, LakeError> {
        let mut keep = Vec::with_capacity(batch.num_rows());
        self.read(batch, |key| {
            keep.push(!sets.iter().any(|set| set.keys.contains(&key)));
        })?;
        Ok(BooleanArray::from(keep))
    }
}

impl KeySet {
    /// Whether the two have a key in common.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let (few, many) = if self.keys.len() <= other.keys.len() {
            (&self.keys, &other.keys)
        } else {
            (&other.keys, &self.keys)
        };
        few.iter().any(|key| many.contains(key))
    }
}
