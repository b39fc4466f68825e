//! Five fields of cron: which days, which minutes, and whether ever.

use jiff::civil::Date;

use super::cron_field::{KINDS, Numbers};
use super::error::ScheduleError;
use super::words::Word;

/// The most days that each month can have.
const LENGTHS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A line of cron.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    /// The fields as written, in lower case and with one space between them.
    pub(super) text: String,
    /// 0 to 59.
    pub(super) minutes: Numbers,
    /// 0 to 23.
    pub(super) hours: Numbers,
    /// 1 to 31.
    pub(super) days: Numbers,
    /// 1 to 12.
    pub(super) months: Numbers,
    /// 0 to 6, Sunday first.
    pub(super) weekdays: Numbers,
    /// Whether one of the two day fields is enough, which is so when neither begins with `*`.
    pub(super) either: bool,
}

impl Cron {
    /// Reads the fields; `cron` is the word before them.
    pub(super) fn read(cron: &Word, fields: &[Word]) -> Result<Self, ScheduleError> {
        let [minute, hour, day, month, weekday] = fields else {
            return Err(wrong_count(cron, fields));
        };
        let [minutes, hours, days, months, weekdays] = &KINDS;
        let texts: Vec<&str> = fields.iter().map(|field| field.low.as_str()).collect();
        let cron = Self {
            text: texts.join(" "),
            minutes: minutes.read(minute)?,
            hours: hours.read(hour)?,
            days: days.read(day)?,
            months: months.read(month)?,
            weekdays: weekdays.read(weekday)?,
            either: !day.low.starts_with('*') && !weekday.low.starts_with('*'),
        };
        if !cron.either && !cron.has_a_day() {
            let message = format!(
                "cron {} can never run: no month that it names has a day {}",
                cron.text, day.low
            );
            return Err(ScheduleError::at(day, message));
        }
        Ok(cron)
    }

    /// Whether one of its months has one of its days.
    fn has_a_day(&self) -> bool {
        let longest = self
            .months
            .iter()
            .map(|month| LENGTHS[usize::from(month) - 1]);
        self.days.iter().next() <= longest.max()
    }

    /// Whether it runs on a day.
    pub(super) fn runs_on(&self, date: Date) -> bool {
        let day = self.days.contains(date.day().unsigned_abs());
        let weekday = date.weekday().to_sunday_zero_offset().unsigned_abs();
        let weekday = self.weekdays.contains(weekday);
        self.months.contains(date.month().unsigned_abs())
            && if self.either {
                day || weekday
            } else {
                day && weekday
            }
    }

    /// The minutes of a day at which it runs, in order.
    pub(super) fn minutes(&self) -> Vec<u16> {
        self.hours
            .iter()
            .flat_map(|hour| {
                let minutes = self.minutes.iter();
                minutes.map(move |minute| u16::from(hour) * 60 + u16::from(minute))
            })
            .collect()
    }

    /// Whether it runs round the clock.
    pub(super) fn runs_every_hour(&self) -> bool {
        self.hours.len() == 24
    }
}

fn wrong_count(cron: &Word, fields: &[Word]) -> ScheduleError {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let mut message = format!(
        "cron takes exactly five fields ({}), and {} were given",
        names.join(", "),
        match fields.len() {
            0 => "none".to_owned(),
            count => count.to_string(),
        }
    );
    if fields.len() > 5 {
        message.push_str(
            ": fields for seconds or years are not allowed, and a time zone is written as in \
             Europe/Berlin",
        );
    }
    ScheduleError::at(fields.get(5).unwrap_or(cron), message)
}
