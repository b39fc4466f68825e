//! Which columns a batch has, and where in the reply each finds its cells.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use exmetrics_catalog::{ColumnType, HeaderColumn, Report};

/// No report has a tenth of this; more is something else, or meant to do harm.
pub(crate) const MAX_COLUMNS: usize = 1_000;

/// One column of the reply's report, or one that the catalogue does not know.
#[derive(Debug, Clone)]
pub(crate) struct LayoutColumn {
    /// Its name in tables.
    pub(crate) name: String,
    /// What its cells hold.
    pub(crate) kind: ColumnType,
    /// Which cell of a row is its; `None` for a column that did not come.
    pub(crate) position: Option<usize>,
}

/// The catalogue's columns in its order, then the unknown ones in the reply's.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) columns: Vec<LayoutColumn>,
    /// How many cells a row of the reply has.
    pub(crate) width: usize,
}

impl Layout {
    /// The catalogue's columns, none of which came.
    pub(crate) fn of_nothing(report: &Report) -> Self {
        let known = |column: &exmetrics_catalog::Column| LayoutColumn {
            name: column.name(),
            kind: column.kind,
            position: None,
        };
        Self {
            columns: report.columns.iter().map(known).collect(),
            width: 0,
        }
    }

    /// Cells in the order of the reply's header.
    pub(crate) fn of_header(report: &Report, header: &[HeaderColumn]) -> Self {
        let mut layout = Self::of_nothing(report);
        layout.width = header.len();
        for (position, column) in header.iter().enumerate() {
            match column.known {
                Some(place) => layout.columns[place].position = Some(position),
                None => layout.columns.push(LayoutColumn {
                    name: column.name.clone(),
                    kind: ColumnType::Text,
                    position: Some(position),
                }),
            }
        }
        layout
    }

    /// Cells in the order of the layout itself, as the rows of JSON have them.
    pub(crate) fn in_own_order(mut self) -> Self {
        self.width = self.columns.len();
        for (position, column) in self.columns.iter_mut().enumerate() {
            column.position = Some(position);
        }
        self
    }

    /// Where the cells of a column are.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.columns
            .iter()
            .find(|column| column.name == name)?
            .position
    }

    /// The name of the column that a cell belongs to.
    pub(crate) fn name_at(&self, position: usize) -> String {
        self.columns
            .iter()
            .find(|column| column.position == Some(position))
            .map_or_else(
                || format!("column_{}", position + 1),
                |column| column.name.clone(),
            )
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        let mut fields = Vec::with_capacity(self.columns.len() + 8);
        for LayoutColumn { name, kind, .. } in &self.columns {
            fields.push(Field::new(name, arrow_type(*kind), true));
            if *kind == ColumnType::Duration {
                fields.push(Field::new(format!("{name}_seconds"), DataType::Int64, true));
            }
        }
        fields.extend(context_fields());
        Arc::new(Schema::new(Fields::from(fields)))
    }
}

/// The columns of a report's table before any reply brought others.
pub fn table_schema(report: &Report) -> SchemaRef {
    Layout::of_nothing(report).schema()
}

/// The columns that come from [`crate::RowContext`], in its order.
pub(crate) fn context_fields() -> [Field; 6] {
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    [
        ("_account", DataType::Utf8),
        ("_tenant_id", DataType::Utf8),
        ("_requested_period", DataType::Utf8),
        ("_requested_date", DataType::Date32),
        ("_run_id", DataType::Utf8),
        ("_fetched_at", utc),
    ]
    .map(|(name, kind)| Field::new(name, kind, true))
}

pub(crate) fn arrow_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Date => DataType::Date32,
        ColumnType::Bigint => DataType::Int64,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Text | ColumnType::Duration => DataType::Utf8,
    }
}
