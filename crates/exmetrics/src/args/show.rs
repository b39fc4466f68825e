//! How rows are shown, and where.

use std::path::PathBuf;

use clap::Args;
use exmetrics_show::Format;

/// How rows are shown, and where.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct ShowArguments {
    /// table, csv, jsonl, json, parquet or xlsx. Without it: by the file's ending, else a table.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// A file instead of standard output. It is there when it is whole.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Put an apostrophe before texts that a spreadsheet would run as formulas.
    #[arg(long)]
    pub(crate) safe_for_spreadsheets: bool,
}

impl ShowArguments {
    /// With `--json` rows come as one JSON array, unless a format was asked for.
    pub(crate) fn for_scripts(&self, json: bool) -> Self {
        let format = self
            .format
            .or((json && self.output.is_none()).then_some(Format::Json));
        Self {
            format,
            ..self.clone()
        }
    }
}
