//! The formats, by name and by file ending.

use std::{fmt, path::Path, str::FromStr};

/// What rows are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Aligned columns for eyes.
    Table,
    /// Comma-separated values, RFC 4180, UTF-8, line feeds.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// One JSON array of objects.
    Json,
    /// Apache Parquet.
    Parquet,
    /// An Excel workbook. Only a build with the feature `xlsx` writes it.
    Xlsx,
}

/// A format name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct UnknownFormat {
    /// What was asked for.
    pub given: String,
    /// The format that comes closest.
    pub nearest: Option<Format>,
}

impl Format {
    /// The formats that this build writes.
    pub const ALL: &[Self] = &[
        Self::Table,
        Self::Csv,
        Self::Jsonl,
        Self::Json,
        Self::Parquet,
        #[cfg(feature = "xlsx")]
        Self::Xlsx,
    ];

    /// The name that is typed for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
        }
    }

    /// Whether a terminal can show it.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Table | Self::Csv | Self::Jsonl | Self::Json)
    }
}

/// The format that a file's ending asks for: `.txt`, `.csv`, `.jsonl` or `.ndjson`, `.parquet`,
/// `.xlsx`, in either case.
pub fn default_format(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "txt" => Some(Format::Table),
        "csv" => Some(Format::Csv),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        "json" => Some(Format::Json),
        "parquet" => Some(Format::Parquet),
        "xlsx" => Some(Format::Xlsx),
        _ => None,
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let wanted = given.trim().to_ascii_lowercase();
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.name() == wanted)
            .ok_or_else(|| {
                let nearest = Self::ALL
                    .iter()
                    .copied()
                    .map(|format| (likeness(&wanted, format.name()), format))
                    .filter(|(likeness, _)| *likeness > 0.6)
                    .max_by(|left, right| left.0.total_cmp(&right.0))
                    .map(|(_, format)| format);
                UnknownFormat {
                    given: given.to_owned(),
                    nearest,
                }
            })
    }
}

/// How alike two names are, from 0 to 1: letters that changed places count as one slip.
fn likeness(one: &str, other: &str) -> f64 {
    strsim::jaro_winkler(one, other).max(strsim::normalized_damerau_levenshtein(one, other))
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
        if self.given.trim().eq_ignore_ascii_case(Format::Xlsx.name()) {
            write!(f, "this build cannot write xlsx")?;
        } else {
            write!(f, "there is no format {:?}", self.given)?;
        }
        if let Some(nearest) = self.nearest {
            write!(f, "; did you mean {nearest}?")?;
        }
        write!(f, " (choose one of {})", names.join(", "))
    }
}
