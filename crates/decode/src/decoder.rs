//! One reply from its first byte to its last row.

use std::io::Read;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use exmetrics_catalog::{HeaderMatch, Report, match_header};

use crate::{
    DecodeError, Decoded, Drift, Options, Reject, RejectProblem, RowContext,
    batch::BatchBuilder,
    csv_rows::CsvRows,
    input::Input,
    json::{JsonRows, Pages},
    layout::{Layout, MAX_COLUMNS},
    row::Row,
    sniff::{Body, sniff},
    tally::Tally,
};

/// Reads a reply and hands it out in batches.
///
/// It blocks on its reader: run it on a thread that may. After an error there are no more batches, and
/// nothing of what came before it may land.
pub struct Decoder<'r, R, S> {
    rows: Rows<'r, R>,
    row: Row,
    layout: Layout,
    batch: BatchBuilder,
    tally: Tally,
    drift: Drift,
    rejects: Sink<S>,
    ended: bool,
}

enum Rows<'r, R> {
    None,
    Csv(CsvRows<R>),
    Json(JsonRows<'r, R>),
}

/// Counts what goes to the caller.
struct Sink<S> {
    take: S,
    count: u64,
}

impl<S: FnMut(Reject)> Sink<S> {
    fn put(&mut self, reject: Reject) {
        self.count += 1;
        (self.take)(reject);
    }
}

impl<'r, R: Read, S: FnMut(Reject)> Decoder<'r, R, S> {
    /// Reads as far as the columns are known: the header of CSV, the first page of JSON. Which of
    /// them it is, the body itself tells.
    ///
    /// # Errors
    /// When the source fails, or the body is not the report.
    pub fn new(
        report: &'r Report,
        source: R,
        context: RowContext,
        options: Options,
        rejects: S,
    ) -> Result<Self, DecodeError> {
        let Options {
            keep,
            batch_rows,
            max_record_bytes,
        } = options;
        let mut input = Input::new(source);
        let mut row = Row::default();
        let mut rejects = Sink {
            take: rejects,
            count: 0,
        };
        let (rows, matched) = match sniff(&mut input)? {
            Body::Nothing => (Rows::None, None),
            Body::Csv => {
                let mut csv = CsvRows::new(input, max_record_bytes);
                let matched = csv_header(report, &mut csv, &mut row)?;
                (Rows::Csv(csv), Some(matched))
            }
            Body::Json => {
                let pages = Pages::new(input, max_record_bytes);
                let mut reject = |reject| rejects.put(reject);
                let (json, matched) = JsonRows::open(report, pages, max_record_bytes, &mut reject)?;
                (Rows::Json(json), matched)
            }
        };
        if let Some(matched) = &matched
            && !matched.is_of_the_report()
        {
            return Err(foreign(matched));
        }
        let layout = match &matched {
            None => Layout::of_nothing(report),
            Some(matched) => {
                let layout = Layout::of_header(report, &matched.columns);
                if matches!(rows, Rows::Json(_)) {
                    layout.in_own_order()
                } else {
                    layout
                }
            }
        };
        Ok(Self {
            tally: Tally::new(report, &layout, context.requested_date, keep.as_ref()),
            batch: BatchBuilder::new(&layout, context, batch_rows),
            // Nothing at all lacks columns too, but that is no change of the report.
            drift: matched.map(drift_of).unwrap_or_default(),
            rows,
            row,
            layout,
            rejects,
            ended: false,
        })
    }

    /// The columns of every batch: the catalogue's, unknown ones, and those of [`RowContext`].
    pub fn schema(&self) -> SchemaRef {
        self.batch.schema()
    }

    /// The next rows; `None` after the last.
    ///
    /// # Errors
    /// When the source fails, the reply was cut off, or it stops being the report.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>, DecodeError> {
        while !self.ended && !self.batch.is_full() {
            match self.next_row() {
                Ok(true) => {}
                Ok(false) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    self.batch.clear();
                    return Err(error);
                }
            }
        }
        if self.batch.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.batch.finish(|reject| self.rejects.put(reject))?))
    }

    /// What is known of the reply, as far as it was read.
    pub fn finish(mut self) -> Decoded {
        if let Rows::Json(json) = &self.rows {
            self.drift
                .missing
                .retain(|name| !json.late().contains(name));
        }
        Decoded {
            drift: self.drift,
            rejects: self.rejects.count,
            ..self.tally.finish()
        }
    }

    fn next_row(&mut self) -> Result<bool, DecodeError> {
        let rejects = &mut self.rejects;
        match &mut self.rows {
            Rows::None => return Ok(false),
            Rows::Json(json) => {
                if !json.next_row(&mut self.row, &mut |reject| rejects.put(reject))? {
                    return Ok(false);
                }
            }
            Rows::Csv(csv) => {
                if !csv.next_row(&mut self.row)? {
                    return Ok(false);
                }
                let Row {
                    line, cells: came, ..
                } = self.row;
                let expected = self.layout.width;
                if came < expected {
                    if csv.ended_by_file() {
                        return Err(DecodeError::CutOff { line });
                    }
                    let column = self.layout.name_at(came);
                    let problem = RejectProblem::ShortRow { came, expected };
                    rejects.put(Reject {
                        line,
                        column,
                        value: csv.raw(),
                        problem,
                    });
                }
            }
        }
        if self.tally.cannot_tell_days() {
            // To leave out every row would look like days without figures.
            return Err(DecodeError::not_the_report(
                "the column with the day of each row is missing",
            ));
        }
        let row = &self.row;
        if self
            .tally
            .take(row, &self.layout, |reject| rejects.put(reject))
        {
            for position in self.layout.width..row.cells {
                rejects.put(Reject {
                    line: row.line,
                    column: self.layout.name_at(position),
                    value: row.cell(position).to_vec(),
                    problem: RejectProblem::BeyondHeader,
                });
            }
            self.batch.push(row, |reject| rejects.put(reject));
        }
        Ok(true)
    }
}

/// Reads the header line.
fn csv_header<R: Read>(
    report: &Report,
    csv: &mut CsvRows<R>,
    row: &mut Row,
) -> Result<HeaderMatch, DecodeError> {
    csv.next_row(row)?;
    if row.cells > MAX_COLUMNS {
        return Err(DecodeError::not_the_report("it has too many columns"));
    }
    let headers: Vec<_> = (0..row.cells)
        .map(|position| String::from_utf8_lossy(row.cell(position)))
        .collect();
    let matched = match_header(report, headers.iter().map(AsRef::as_ref));
    // A header that lacks columns and its line end is half a header.
    let any_known = matched.columns.iter().any(|column| column.known.is_some());
    if csv.ended_by_file() && !matched.missing.is_empty() && any_known {
        return Err(DecodeError::CutOff { line: row.line });
    }
    Ok(matched)
}

/// Says how far the columns are from the report's, without naming any: where there is no header, the
/// first line is somebody's row.
fn foreign(matched: &HeaderMatch) -> DecodeError {
    let all = matched.columns.len();
    let known = matched
        .columns
        .iter()
        .filter(|column| column.known.is_some())
        .count();
    DecodeError::not_the_report(format!(
        "of its {all} columns {known} are known, too few or too common to tell"
    ))
}

fn drift_of(matched: HeaderMatch) -> Drift {
    let HeaderMatch {
        added,
        missing,
        renamed,
        repeated,
        ..
    } = matched;
    Drift {
        added,
        missing,
        renamed,
        repeated,
    }
}
