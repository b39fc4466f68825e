//! What a chart is about: the part of a call that is the same for every kind.

use super::{Error, Unit};

/// A chart's id, title, unit, height and, if there is one, the limit its values are held against.
#[derive(Clone, Debug)]
pub struct Subject {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) unit: Unit,
    pub(super) height: f64,
    pub(super) limit: Option<(String, f64)>,
}

impl Subject {
    /// A subject with the usual height of 160 pixels. `id` is unique on the page and begins every id inside the
    /// drawing: ASCII letters, digits, `-`, `_`, a letter first. The title may hold anything.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>, unit: Unit) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            unit,
            height: 160.0,
            limit: None,
        }
    }

    /// Height of the plotted part in pixels, held between 16 and 1,000. Bars, strips and waterfalls
    /// are as high as their rows.
    #[must_use]
    pub fn height(mut self, pixels: u16) -> Self {
        self.height = f64::from(pixels.clamp(16, 1000));
        self
    }

    /// A dashed line at a value, in the chart's unit, such as a quota. Lines and areas draw it, other kinds do not.
    #[must_use]
    pub fn limit(mut self, name: impl Into<String>, value: f64) -> Self {
        self.limit = Some((name.into(), value));
        self
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let plain = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
        if !self
            .id
            .starts_with(|first: char| first.is_ascii_alphabetic())
            || !self.id.chars().all(plain)
        {
            return Err(Error::BadId(self.id.clone()));
        }
        match &self.limit {
            Some((name, value)) => check_value(name, *value),
            None => Ok(()),
        }
    }
}

/// Sums and round steps of values up to here stay finite.
const LARGEST: f64 = 1e100;

/// Usage figures are never below zero, and a drawing has no place for what is not a number.
pub(super) fn check_value(name: &str, value: f64) -> Result<(), Error> {
    if (0.0..=LARGEST).contains(&value) {
        Ok(())
    } else {
        Err(Error::BadValue {
            name: name.to_owned(),
            value: value.to_string(),
        })
    }
}
