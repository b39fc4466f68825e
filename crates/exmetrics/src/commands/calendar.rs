//! Coverage as a calendar: weeks from left to right, Monday on top, one sign a day.

use std::collections::BTreeMap;

use exmetrics_engine::name_days;
use exmetrics_store::{CoverageDay, CoverageState};
use jiff::{ToSpan, civil::Date};

use crate::{failure::Failure, listing::count, say};

/// As many weeks as a terminal of 80 columns holds; older ones follow in further blocks.
const WEEKS: usize = 34;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Shows the days of one account.
pub(crate) fn show(account: &str, days: &[&CoverageDay]) -> Result<(), Failure> {
    let by_day: BTreeMap<Date, &CoverageDay> = days.iter().map(|day| (day.day, *day)).collect();
    let (Some((&first, _)), Some((&last, _))) = (by_day.first_key_value(), by_day.last_key_value())
    else {
        return Ok(());
    };
    say::out(account)?;
    let mondays: Vec<Date> = monday_of(first)
        .series(1.week())
        .take_while(|monday| *monday <= last)
        .collect();
    for weeks in mondays.chunks(WEEKS) {
        say::out(months(weeks))?;
        for (place, name) in (0..).zip(WEEKDAYS) {
            let signs: String = weeks
                .iter()
                .filter_map(|monday| monday.checked_add(i64::from(place).days()).ok())
                .map(|day| format!(" {}", sign(by_day.get(&day).copied())))
                .collect();
            say::out(format!("  {name} {signs}").trim_end())?;
        }
        say::out("")?;
    }
    for (state, what) in [
        (CoverageState::Published, "■ published"),
        (CoverageState::Empty, "□ empty: answered, no rows"),
        (CoverageState::Awaiting, "? awaiting: not published yet"),
        (CoverageState::Failed, "✖ failed"),
        (
            CoverageState::Expired,
            "– expired: left Microsoft's window uncaptured",
        ),
    ] {
        let of_state: Vec<Date> = by_day
            .values()
            .filter(|day| day.state == state)
            .map(|day| day.day)
            .collect();
        if !of_state.is_empty() {
            let number = count(of_state.len() as u64, "day");
            say::out(format!("  {what}, {number} ({})", name_days(&of_state)))?;
        }
    }
    let restated = days.iter().filter(|day| day.restated > 0).count();
    if restated > 0 {
        let number = count(restated as u64, "day");
        say::out(format!(
            "  Microsoft restated {number} after they were captured."
        ))?;
    }
    Ok(())
}

fn sign(day: Option<&CoverageDay>) -> char {
    match day.map(|day| day.state) {
        None => ' ',
        Some(CoverageState::Published) => '■',
        Some(CoverageState::Empty) => '□',
        Some(CoverageState::Awaiting) => '?',
        Some(CoverageState::Failed) => '✖',
        Some(CoverageState::Expired) => '–',
    }
}

fn monday_of(day: Date) -> Date {
    let back = day.weekday().to_monday_zero_offset();
    day.checked_sub(i64::from(back).days()).unwrap_or(day)
}

/// The months above the weeks in which they begin.
fn months(weeks: &[Date]) -> String {
    let mut line = String::from("      ");
    let mut named = None;
    for (place, monday) in weeks.iter().enumerate() {
        let sunday = monday.checked_add(6.days()).unwrap_or(*monday);
        let month = (sunday.year(), sunday.month());
        let begins = sunday.day() <= 7 || place == 0;
        let column = 7 + place * 2;
        if begins && named != Some(month) && line.chars().count() <= column {
            named = Some(month);
            while line.chars().count() < column {
                line.push(' ');
            }
            line.push_str(&sunday.strftime("%b %Y").to_string());
            line.push(' ');
        }
    }
    line.trim_end().to_owned()
}
