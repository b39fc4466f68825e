//! Charts of usage figures as SVG strings: pure, without dependencies, clock or input.
//!
//! A caller says what a chart is about ([`Subject`]), gives the figures ([`Daily`], [`Bar`]s or [`Row`]s) and gets a
//! [`Chart`]: the drawing, one sentence, a legend and the same numbers as a table.
//!
//! ```
//! use exmetrics_chart::{Daily, Day, Series, Subject, Unit, Why, lines};
//!
//! let days: Vec<Day> = (20_751..20_755).map(Day::since_epoch).collect();
//! let sent = vec![Some(1200.0), None, Some(1340.0), Some(980.0)];
//! let failed = [(days[1], Why::Failed)];
//! let daily = Daily::new(days, vec![Series::new("Sent", sent)]).missing(failed);
//! let chart = lines(&Subject::new("mail", "Mail per day", Unit::Count), &daily)?;
//! assert!(chart.summary.starts_with("Sent: 980 on 28 Oct 2026"));
//! assert_eq!(chart.table.rows[1], ["26 Oct 2026", "failed"]);
//! # Ok::<(), exmetrics_chart::Error>(())
//! ```
//!
//! The page puts `chart.svg` into an element of class `chart__plot` and loads `chart.css` after its own tokens.
//!
//! Three rules hold everywhere:
//!
//! 1. **A gap is not a zero.** Lines and areas break, a lone day is a dot, a band says why a day is missing.
//! 2. **Text keeps its size.** Across, everything is a percentage; only the paths are stretched (a nested `<svg>`
//!    with `preserveAspectRatio="none"`). One drawing serves a phone and a wide screen, and `chart.css` hides
//!    the labels that do not fit.
//! 3. **No `style`, no script.** Colours come from classes, so the page's strict CSP and its dark mode hold.

mod area;
mod bands;
mod bars;
mod calendar;
mod chart;
mod columns;
mod daily;
mod date_ticks;
mod day;
mod dots;
mod error;
mod fall_rows;
mod fall_words;
mod fold;
mod glyph;
mod labels;
mod lines;
mod notes;
mod number;
mod path;
mod plane;
mod requests;
mod root;
mod scale;
mod sparkline;
mod strips;
mod subject;
mod svg;
mod trace;
mod unit;
mod value_axis;
mod waterfall;
mod weeks;
mod words;

pub use area::{Stack, area};
pub use bars::{Bar, bars};
pub use chart::{Chart, LegendEntry, Table};
pub use columns::{columns, day_columns};
pub use daily::{Daily, Series, Why};
pub use day::Day;
pub use error::Error;
pub use lines::lines;
pub use requests::{Phase, Row, Span, State};
pub use sparkline::sparkline;
pub use strips::strips;
pub use subject::Subject;
pub use unit::Unit;
pub use waterfall::waterfall;
