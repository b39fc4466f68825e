//! Details in the words of the command line, from wherever they come.

use exmetrics_catalog::{DayChoice, Details, Period, Report};
use jiff::civil::Date;

use crate::{EngineError, EngineErrorKind};

/// What was chosen, each choice by its own word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DetailsWords {
    /// A period that ends with the newest day there is.
    pub period: Option<Period>,
    /// One day.
    pub date: Option<Date>,
    /// One day, so many days before today.
    pub days_back: Option<u16>,
    /// The first day of a range.
    pub from: Option<Date>,
    /// The first day of a range, so many days before today.
    pub from_days_back: Option<u16>,
    /// The last day of a range.
    pub to: Option<Date>,
    /// The last day of a range, so many days before today.
    pub to_days_back: Option<u16>,
}

impl DetailsWords {
    /// Whether anything was chosen.
    pub fn is_given(&self) -> bool {
        *self != Self::default()
    }

    /// How many choices were made; a range is one.
    pub fn how_many(&self) -> usize {
        let range =
            self.from.or(self.to).is_some() || self.from_days_back.or(self.to_days_back).is_some();
        let made = [
            self.period.is_some(),
            self.date.is_some(),
            self.days_back.is_some(),
            range,
        ];
        made.into_iter().filter(|made| *made).count()
    }

    /// What was chosen, checked against the report.
    ///
    /// # Errors
    /// When choices exclude each other, an end of a range is missing, or the report does not allow it.
    pub fn read(&self, report: &Report, today: Date) -> Result<Details, EngineError> {
        let wrong = |what: &str| EngineError::new(EngineErrorKind::WrongArgument, what);
        if self.how_many() > 1 {
            return Err(
                wrong("more than one of a period, a date and a range is given")
                    .next("Choose one of them."),
            );
        }
        if self.from.is_some() && self.from_days_back.is_some()
            || self.to.is_some() && self.to_days_back.is_some()
        {
            return Err(
                wrong("an end of the range is given as a date and as days back")
                    .next("Choose one of them."),
            );
        }
        let back = |days: Option<u16>| days.map(DayChoice::DaysBack);
        let from = self.from.map(DayChoice::On).or(back(self.from_days_back));
        let to = self.to.map(DayChoice::On).or(back(self.to_days_back));
        let details = match (self.period, self.date, self.days_back, from, to) {
            (Some(period), ..) => Details::Period(period),
            (_, Some(date), ..) => Details::Date(DayChoice::On(date)),
            (_, _, Some(days), ..) => Details::Date(DayChoice::DaysBack(days)),
            (.., Some(from), Some(to)) => Details::Range { from, to },
            (.., Some(_), None) => {
                return Err(wrong("the range has a first day but no last day")
                    .next("Give its last day, too: a date, or so many days back."));
            }
            (.., None, Some(_)) => {
                return Err(wrong("the range has a last day but no first day")
                    .next("Give its first day, too: a date, or so many days back."));
            }
            // A report without anything to choose needs no choice.
            (.., None, None) => Details::Current,
        };
        details.check(report, today)?;
        Ok(details)
    }
}
