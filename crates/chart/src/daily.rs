//! Figures per day: several series over the same days, and why days have none. Neighbour: `calendar` places them.

use std::collections::BTreeMap;

use super::subject::check_value;
use super::{Day, Error, Unit};

/// Why a day has no figures, in the words of the coverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Microsoft has not published it yet.
    Awaiting,
    /// Fetching it failed.
    Failed,
    /// It left the window before it was captured.
    Expired,
    /// It was answered without any row.
    Empty,
}

impl Why {
    /// The word that pages use for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Empty => "empty",
        }
    }
}

/// One line, area or strip: a name and a value for each day.
#[derive(Clone, Debug)]
pub struct Series {
    pub(super) name: String,
    pub(super) values: Vec<Option<f64>>,
    pub(super) note: Option<String>,
    pub(super) change: Option<String>,
    pub(super) colour: Option<u8>,
    pub(super) unit: Option<Unit>,
}

impl Series {
    /// A series with one value per day of its [`Daily`], in the chart's unit; `None` where there is none.
    #[must_use]
    pub fn new(name: impl Into<String>, values: Vec<Option<f64>>) -> Self {
        let name = name.into();
        Self {
            name,
            values,
            note: None,
            change: None,
            colour: None,
            unit: None,
        }
    }

    /// A few quiet words under the name; strips only.
    #[must_use]
    pub fn note(mut self, words: impl Into<String>) -> Self {
        self.note = Some(words.into());
        self
    }

    /// What changed, as a finished string such as `+0.6 %`; strips only.
    #[must_use]
    pub fn change(mut self, words: impl Into<String>) -> Self {
        self.change = Some(words.into());
        self
    }

    /// One of the five series colours, 1 to 5. Without it lines and areas count up, strips take the first.
    #[must_use]
    pub fn colour(mut self, number: u8) -> Self {
        self.colour = Some(number.clamp(1, 5));
        self
    }

    /// Another unit than the chart's; strips only, for each has its own scale.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Position and value of the last day that has one.
    pub(super) fn latest(&self) -> Option<(usize, f64)> {
        self.values
            .iter()
            .enumerate()
            .rev()
            .find_map(|(at, value)| value.map(|value| (at, value)))
    }
}

/// Days, the series over them, and the reasons for what is missing.
#[derive(Clone, Debug)]
pub struct Daily {
    pub(super) days: Vec<Day>,
    pub(super) series: Vec<Series>,
    pub(super) why: BTreeMap<Day, Why>,
    pub(super) step: i32,
}

impl Daily {
    /// Days in rising order and, for each series, one value per day. A day that is left out counts as missing.
    #[must_use]
    pub fn new(days: Vec<Day>, series: Vec<Series>) -> Self {
        Self {
            days,
            series,
            why: BTreeMap::new(),
            step: 1,
        }
    }

    /// Why days are missing. Days outside the others widen the chart; a day that has a value keeps it.
    #[must_use]
    pub fn missing(mut self, days: impl IntoIterator<Item = (Day, Why)>) -> Self {
        self.why.extend(days);
        self
    }

    /// For figures that come every so many days, such as one a week: days this far apart are neighbours and are joined.
    #[must_use]
    pub fn every(mut self, days: u16) -> Self {
        self.step = i32::from(days.max(1));
        self
    }

    /// Checks what the types cannot: order, lengths, values, and at most `most` series.
    pub(super) fn check(&self, most: usize) -> Result<(), Error> {
        if let Some(pair) = self.days.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(Error::UnsortedDays(pair[1]));
        }
        if self.series.len() > most {
            return Err(Error::TooManySeries { most });
        }
        for series in &self.series {
            if series.values.len() != self.days.len() {
                return Err(Error::LengthMismatch {
                    series: series.name.clone(),
                    values: series.values.len(),
                    days: self.days.len(),
                });
            }
            for value in series.values.iter().flatten() {
                check_value(&series.name, *value)?;
            }
        }
        Ok(())
    }

    /// Whether any series has a value on the day at this position.
    pub(super) fn present(&self, at: usize) -> bool {
        self.series.iter().any(|series| series.values[at].is_some())
    }

    /// The highest value of all series, if there is any.
    pub(super) fn highest(&self) -> Option<f64> {
        self.series
            .iter()
            .flat_map(|series| series.values.iter().flatten())
            .copied()
            .reduce(f64::max)
    }
}
