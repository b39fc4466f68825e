//! Days as numbers, and how busy a day is: weeks, public holidays, summers, slow growth.

use jiff::{ToSpan, civil::Date};

/// A day, counted from 1970-01-01, and how busy it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day {
    pub(crate) number: i32,
    /// In thousandths of a usual day.
    pub(crate) pulse: u32,
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

impl Day {
    pub(crate) fn of(date: Date) -> Self {
        Self::numbered((date - EPOCH).get_days())
    }

    pub(crate) fn numbered(number: i32) -> Self {
        Self {
            number,
            pulse: pulse(number),
        }
    }

    pub(crate) fn date(self) -> Date {
        EPOCH.checked_add(self.number.days()).unwrap_or(Date::MAX)
    }

    /// So many days earlier.
    pub(crate) fn before(self, days: i32) -> Self {
        Self::numbered(self.number - days)
    }
}

/// Monday to Sunday; the first of 1970 was a Thursday.
const WEEK: [u32; 7] = [1_000, 1_080, 1_050, 1_020, 820, 90, 60];

fn pulse(number: i32) -> u32 {
    let weekday = (number + 3).rem_euclid(7);
    let week = WEEK[usize::try_from(weekday).unwrap_or(0)];
    let (month, day) = month_and_day(number);
    let season = match (month, day) {
        (1, 1) | (5, 1) | (12, 25 | 26) => 40,
        (12, 24 | 27..=31) => 350,
        (8, _) => 800,
        _ => 1_000,
    };
    // A twentieth more each year since 2020.
    let years_in_days = u32::try_from((number - 18_262).clamp(0, 7_300)).unwrap_or(0);
    let growth = 1_000 + years_in_days * 50 / 365;
    week * season / 1_000 * growth / 1_000
}

/// Month and day of a day number: the proleptic Gregorian calendar, counted from March.
fn month_and_day(number: i32) -> (i32, i32) {
    let shifted = number + 719_468;
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    (
        if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        },
        day,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn month_and_day_agree_with_the_calendar() {
        for number in (-1_000..40_000).step_by(13) {
            let date = Day::numbered(number).date();
            assert_eq!(
                month_and_day(number),
                (i32::from(date.month()), i32::from(date.day()))
            );
            assert_eq!(Day::of(date).number, number);
        }
    }

    #[test]
    fn a_sunday_is_quiet_and_christmas_too() {
        let on = |year, month, day| Day::of(jiff::civil::date(year, month, day)).pulse;
        assert!(on(2026, 11, 22) * 5 < on(2026, 11, 23));
        assert!(on(2026, 12, 25) * 5 < on(2026, 12, 18));
        assert!(on(2026, 11, 23) > on(2024, 11, 25));
    }
}
