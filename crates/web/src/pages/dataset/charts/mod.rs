//! The charts of a DataSet: chosen by the catalogue, asked for in SQL, drawn with their gaps.

mod choice;
mod draw;
mod gaps;
mod numbers;

pub(crate) use numbers::Figures;

pub(super) use choice::{choices, is_daily};
pub(super) use draw::{Charts, charts};
