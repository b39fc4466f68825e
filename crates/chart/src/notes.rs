//! Finds room for the words at a request's bars: behind them, before them, or in fewer words.

use super::Unit;
use super::labels::{SMALL, width};
use super::number::SPACE;
use super::requests::{Row, State};

/// Plotted widths, in pixels, on which words must fit: a page's full width, half of it, a phone.
const PLOTS: [f64; 3] = [640.0, 290.0, 185.0];
const SPACING: f64 = 6.0;

/// Words and where they stand.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Note {
    pub(super) text: String,
    /// A share of the width, and pixels from there.
    pub(super) x: f64,
    pub(super) dx: f64,
    pub(super) anchor: &'static str,
}

/// The words, each with the class of the widths at which they show: one for all widths more often than not.
pub(super) fn notes(row: &Row, from: f64, to: f64) -> Vec<(&'static str, Note)> {
    let choices = choices(row);
    let words = || choices.iter().filter(|text| !text.is_empty());
    let [roomy, middle, narrow] =
        PLOTS.map(|plot| words().find_map(|text| place(text, from, to, plot)));
    let shown = if roomy == middle && middle == narrow {
        vec![("", roomy)]
    } else if roomy == middle {
        vec![(" only-wide", roomy), (" only-narrow", narrow)]
    } else if middle == narrow {
        vec![(" only-roomy", roomy), (" not-roomy", middle)]
    } else {
        vec![
            (" only-roomy", roomy),
            (" only-wide not-roomy", middle),
            (" only-narrow", narrow),
        ]
    };
    shown
        .into_iter()
        .filter_map(|(class, note)| note.map(|note| (class, note)))
        .collect()
}

fn place(text: &str, from: f64, to: f64, plot: f64) -> Option<Note> {
    let room = width(text, SMALL) + SPACING;
    if room <= (1.0 - to) * plot {
        Some(Note {
            text: text.to_owned(),
            x: to,
            dx: SPACING,
            anchor: "start",
        })
    } else if room <= from * plot {
        Some(Note {
            text: text.to_owned(),
            x: from,
            dx: -SPACING,
            anchor: "end",
        })
    } else {
        None
    }
}

/// The longest words first. A published day is the rule and may go without saying so; any other state may not.
fn choices(row: &Row) -> [String; 2] {
    let busy = row.busy();
    let detail = match &row.note {
        Some(note) => note.clone(),
        None if busy > 0.0 => Unit::Seconds.write(busy),
        None => String::new(),
    };
    match row.state {
        None => [detail, String::new()],
        Some(State::Published) => [format!("published{SPACE}{SPACE}{detail}"), detail],
        Some(state) if detail.is_empty() => [state.word().to_owned(), String::new()],
        Some(state) => [
            format!("{}{SPACE}{SPACE}{detail}", state.word()),
            state.word().to_owned(),
        ],
    }
}
