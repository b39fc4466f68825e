//! What is known of a reply when its last row has been read.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// What a reply turned out to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Rows in the reply.
    pub rows_read: u64,
    /// Rows that came out in batches: all but those of days that were not to be kept.
    pub rows_kept: u64,
    /// Kept rows that tell more than refresh date, period and their own day.
    pub rows_with_data: u64,
    /// How the reply's columns differ from the catalogue's.
    pub drift: Drift,
    /// The newest `Report Refresh Date` of all rows read.
    pub refresh_date: Option<Date>,
    /// The content of each day: by day column where the report has one, else the one day that was
    /// asked for. Days without a kept row are absent.
    pub days: BTreeMap<Date, DayContent>,
    /// The content of all kept rows.
    pub content: DayContent,
    /// Whether names are concealed; `None` where no principal name came that could tell.
    pub concealed: Option<bool>,
    /// How many rejects were handed out.
    pub rejects: u64,
}

/// How the columns of a reply differ from the catalogue's.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Drift {
    /// Columns that the catalogue does not know, by their names in tables.
    pub added: Vec<String>,
    /// Columns that did not come, by their names in tables.
    pub missing: Vec<String>,
    /// Columns under an older header: (header that came, name in tables).
    pub renamed: Vec<(String, String)>,
    /// Headers that came more than once.
    pub repeated: Vec<String>,
}

impl Drift {
    /// Whether the reply has the catalogue's columns and no others.
    pub fn is_none(&self) -> bool {
        self.added.is_empty()
            && self.missing.is_empty()
            && self.renamed.is_empty()
            && self.repeated.is_empty()
    }
}

/// How much came for a day, and a fingerprint of it that tells whether it was restated.
///
/// The fingerprint does not depend on the order of rows or columns, nor on refresh date, period and
/// empty cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayContent {
    /// Rows.
    pub rows: u64,
    /// Rows that tell more than refresh date, period and the day itself.
    pub rows_with_data: u64,
    /// The sum of the rows' hashes.
    pub hash: u128,
}

impl DayContent {
    /// The fingerprint as 32 hex digits, for keeping.
    pub fn hash_hex(&self) -> String {
        format!("{:032x}", self.hash)
    }

    /// The content of two parts together.
    pub(crate) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.rows_with_data += other.rows_with_data;
        self.hash = self.hash.wrapping_add(other.hash);
    }
}
