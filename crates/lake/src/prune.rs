//! Which files of a table can hold rows with the keys of a run, by their statistics.

use arrow_array::{Array, RecordBatch, cast::AsArray, types::Date32Type};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;
use deltalake::{
    DeltaTable, DeltaTableError,
    delta_datafusion::{create_session, expr::parse_sql_predicate_to_kernel},
    kernel::LogicalFileView,
};
use futures::TryStreamExt;

/// The least and the greatest value of each key column that a file's statistics can be compared with:
/// texts and dates. A column with a null among its values is left out, for null is in no range.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bounds {
    columns: Vec<ColumnBounds>,
}

#[derive(Debug, Clone)]
struct ColumnBounds {
    name: String,
    range: Option<(String, String)>,
    usable: bool,
}

impl Bounds {
    pub(crate) fn new(columns: &[String]) -> Self {
        let column = |name: &String| ColumnBounds {
            name: name.clone(),
            range: None,
            usable: true,
        };
        Self {
            columns: columns.iter().map(column).collect(),
        }
    }

    /// Widens the bounds to hold the rows of a batch.
    pub(crate) fn include(&mut self, batch: &RecordBatch) {
        for column in &mut self.columns {
            column.include(batch);
        }
    }

    /// Widens the bounds to hold those of another reply.
    pub(crate) fn join(&mut self, other: &Self) {
        if self.columns.is_empty() {
            self.columns.clone_from(&other.columns);
            return;
        }
        for (own, other) in self.columns.iter_mut().zip(&other.columns) {
            own.usable &= other.usable;
            if let Some((least, greatest)) = &other.range {
                own.widen(least.clone());
                own.widen(greatest.clone());
            }
        }
    }

    /// The bounds as a condition that statistics can answer; `None` when nothing can be left out.
    fn condition(&self) -> Option<String> {
        let parts: Vec<String> = self
            .columns
            .iter()
            .filter_map(ColumnBounds::condition)
            .collect();
        (!parts.is_empty()).then(|| parts.join(" AND "))
    }

    /// The files that can hold rows within the bounds: these, and perhaps a few too many.
    pub(crate) async fn files(
        &self,
        table: &DeltaTable,
    ) -> Result<Vec<LogicalFileView>, DeltaTableError> {
        let predicate = match self.condition() {
            Some(condition) => {
                let session = create_session().into_inner().state();
                let schema = table.snapshot()?.schema();
                Some(std::sync::Arc::new(parse_sql_predicate_to_kernel(
                    condition, &schema, &session,
                )?))
            }
            None => None,
        };
        table
            .get_active_add_actions_by_predicate(predicate)
            .try_collect()
            .await
    }
}

impl ColumnBounds {
    fn include(&mut self, batch: &RecordBatch) {
        let Some(values) = batch.column_by_name(&self.name) else {
            self.usable = false;
            return;
        };
        if !self.usable || values.is_empty() {
            return;
        }
        if values.null_count() > 0 {
            self.usable = false;
            return;
        }
        match values.data_type() {
            DataType::Utf8 => {
                let texts = values.as_string::<i32>();
                for text in texts.iter().flatten() {
                    self.widen_text(text);
                }
            }
            DataType::Date32 => {
                let days = values.as_primitive::<Date32Type>().values();
                let (Some(least), Some(greatest)) = (
                    days.iter().enumerate().min_by_key(|(_, day)| **day),
                    days.iter().enumerate().max_by_key(|(_, day)| **day),
                ) else {
                    return;
                };
                let options = FormatOptions::default();
                if let Ok(format) = ArrayFormatter::try_new(values.as_ref(), &options) {
                    for (row, _) in [least, greatest] {
                        self.widen(format.value(row).to_string());
                    }
                }
            }
            _ => self.usable = false,
        }
    }

    fn widen_text(&mut self, text: &str) {
        let inside = self
            .range
            .as_ref()
            .is_some_and(|(least, greatest)| least.as_str() <= text && text <= greatest.as_str());
        if !inside {
            self.widen(text.to_owned());
        }
    }

    fn widen(&mut self, value: String) {
        self.range = Some(match self.range.take() {
            None => (value.clone(), value),
            Some((least, greatest)) if value < least => (value, greatest),
            Some((least, greatest)) if value > greatest => (least, value),
            Some(range) => range,
        });
    }

    fn condition(&self) -> Option<String> {
        let (least, greatest) = self.range.as_ref().filter(|_| self.usable)?;
        let name = format!("\"{}\"", self.name.replace('"', "\"\""));
        let text = |value: &str| format!("'{}'", value.replace('\'', "''"));
        Some(format!(
            "{name} >= {} AND {name} <= {}",
            text(least),
            text(greatest)
        ))
    }
}
