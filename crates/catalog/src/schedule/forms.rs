//! The forms of a schedule but for cron: which clauses each takes.

use super::clock::{Times, minute_of_hour};
use super::days::Weekdays;
use super::error::ScheduleError;
use super::interval::{Hours, Interval};
use super::month_days::MonthDay;
use super::rule::Rule;
use super::words::{Clauses, Key, Word};

/// A form: the word it starts with and how it is written.
#[derive(Clone, Copy)]
pub(super) struct Form {
    name: &'static str,
    usage: &'static str,
    rule: fn(Form, &mut Clauses) -> Result<Rule, ScheduleError>,
}

/// All but cron.
pub(super) const FORMS: [Form; 7] = [
    form("manual", "manual", |_, _| Ok(Rule::Manual)),
    form("every", "every 15m from 08:00 to 18:00 on weekdays", every),
    form("hourly", "hourly at :15", hourly),
    DAILY,
    WEEKDAYS,
    WEEKLY,
    form("monthly", "monthly on 1, 15 at 06:00", monthly),
];

const DAILY: Form = form("daily", "daily at 06:30, 18:00", daily);
const WEEKDAYS: Form = form("weekdays", "weekdays at 07:00", weekdays);
const WEEKLY: Form = form("weekly", "weekly on mon, thu at 07:00", weekly);

const fn form(
    name: &'static str,
    usage: &'static str,
    rule: fn(Form, &mut Clauses) -> Result<Rule, ScheduleError>,
) -> Form {
    Form { name, usage, rule }
}

impl Form {
    /// The word it starts with.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Whether a word starts it.
    pub(super) fn is_named(&self, low: &str) -> bool {
        low == self.name || (low == "weekday" && self.name == WEEKDAYS.name)
    }

    /// Reads the clauses, all of which must be understood. The zone is out already.
    pub(super) fn read(self, mut clauses: Clauses) -> Result<Rule, ScheduleError> {
        let rule = (self.rule)(self, &mut clauses)?;
        let left = clauses.left().map(|clause| &clause.keyword);
        match clauses.head.get(1).or(left) {
            Some(word) => {
                let message = format!("{} is not expected here; {}", word.quoted(), self.usage());
                Err(ScheduleError::at(word, message))
            }
            None => Ok(rule),
        }
    }

    fn usage(self) -> String {
        if self.name == self.usage {
            format!("{} stands alone", self.name)
        } else {
            format!("write {} as in: {}", self.name, self.usage)
        }
    }

    fn lacks(self, what: &str, clauses: &Clauses) -> ScheduleError {
        let message = format!("{} needs {what}; {}", self.name, self.usage());
        // 'daily 06:30' has its time, but where none is looked for.
        match clauses.head.get(1).or(clauses.head.first()) {
            Some(word) => ScheduleError::at(word, message),
            None => ScheduleError::whole(message),
        }
    }

    fn times(self, clauses: &mut Clauses) -> Result<Times, ScheduleError> {
        match clauses.take(Key::At) {
            Some(clause) => Times::read(&clause.words),
            None => Err(self.lacks("a time", clauses)),
        }
    }

    fn days(self, clauses: &mut Clauses) -> Result<Vec<Word>, ScheduleError> {
        match clauses.take(Key::On) {
            Some(clause) => Ok(clause.words),
            None => Err(self.lacks("its days", clauses)),
        }
    }
}

fn every(form: Form, clauses: &mut Clauses) -> Result<Rule, ScheduleError> {
    // What stands behind 'every' is understood here, one way or the other.
    let what = clauses.head.split_off(1.min(clauses.head.len()));
    let Some(first) = what.first() else {
        return Err(form.lacks("an interval", clauses));
    };
    // People also write 'every day at' and 'every monday at'.
    if let ("day", [_]) = (first.low.as_str(), what.as_slice()) {
        return daily(DAILY, clauses);
    }
    if Weekdays::one(&first.low).is_some() {
        return Ok(Rule::Weekly {
            days: Weekdays::read(&what)?,
            times: WEEKLY.times(clauses)?,
        });
    }
    let interval = Interval::read(&what)?;
    let hours = match (clauses.take(Key::From), clauses.take(Key::To)) {
        (Some(from), Some(to)) => Some(Hours::new((from.only()?, to.only()?), interval)?),
        (None, None) => None,
        (Some(half), None) | (None, Some(half)) => {
            let message = "active hours have two ends; write from 08:00 to 18:00";
            return Err(ScheduleError::at(&half.keyword, message));
        }
    };
    let days = match clauses.take(Key::On) {
        Some(clause) => Weekdays::read(&clause.words)?,
        None => Weekdays::ALL,
    };
    Ok(Rule::Every {
        interval,
        hours,
        days,
    })
}

fn hourly(_: Form, clauses: &mut Clauses) -> Result<Rule, ScheduleError> {
    let minute = match clauses.take(Key::At) {
        Some(clause) => minute_of_hour(clause.only()?)?,
        None => 0,
    };
    Ok(Rule::Hourly { minute })
}

fn daily(form: Form, clauses: &mut Clauses) -> Result<Rule, ScheduleError> {
    on_days(form, Weekdays::ALL, clauses)
}

fn weekdays(form: Form, clauses: &mut Clauses) -> Result<Rule, ScheduleError> {
    on_days(form, Weekdays::WORKDAYS, clauses)
}

fn on_days(form: Form, days: Weekdays, clauses: &mut Clauses) -> Result<Rule, ScheduleError> {
    let times = form.times(clauses)?;
    Ok(Rule::Weekly { days, times })
}

fn weekly(form: Form, clauses: &mut Clauses) -> Result<Rule, ScheduleError> {
    let days = Weekdays::read(&form.days(clauses)?)?;
    on_days(form, days, clauses)
}

fn monthly(form: Form, clauses: &mut Clauses) -> Result<Rule, ScheduleError> {
    let days = MonthDay::read(&form.days(clauses)?)?.into_iter().collect();
    let times = form.times(clauses)?;
    Ok(Rule::Monthly { days, times })
}
