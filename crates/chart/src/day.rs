//! A calendar day, and how it is written. Neighbours: `date_ticks` chooses which days an axis names.

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A day of the Gregorian calendar, counted in days since 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// The day that lies `days` days after 1 January 1970 (before it, if negative).
    #[must_use]
    pub const fn since_epoch(days: i32) -> Self {
        Self(days)
    }

    /// The day of a date, or nothing if there is no such date. Years 1 to 9999.
    #[must_use]
    pub fn from_date(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let found = Self(days_from_civil(year, month, day));
        // 31 April would silently become 1 May: a date that does not come back is not a date.
        (found.date() == (year, month, day)).then_some(found)
    }

    /// Days since 1 January 1970.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Year, month (1 to 12) and day of the month.
    #[must_use]
    pub fn date(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    /// For machines: `2026-11-20`.
    #[must_use]
    pub fn iso(self) -> String {
        let (year, month, day) = self.date();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// For an axis: `20 Nov`.
    #[must_use]
    pub fn short(self) -> String {
        let (_, month, day) = self.date();
        format!("{day} {}", month_name(month))
    }

    /// For a sentence: `20 Nov 2026`.
    #[must_use]
    pub fn long(self) -> String {
        format!("{} {}", self.short(), self.date().0)
    }

    pub(super) fn is_monday(self) -> bool {
        // 1 January 1970 was a Thursday.
        (i64::from(self.0) + 3).rem_euclid(7) == 0
    }
}

pub(super) fn month_name(month: u32) -> &'static str {
    MONTHS[(month as usize + 11) % 12]
}

/// Days since 1970 of a date, by Howard Hinnant's method: years begin in March, so that the leap day comes last.
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month as i32 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let shifted = i64::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32, day as u32)
}
