//! A line of cron as a sentence for people.

use super::clock::Clock;
use super::cron::Cron;
use super::cron_field::Numbers;
use super::describe::listed;

/// More times than these are not listed one by one.
const LISTED: usize = 6;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// The sentence without its zone.
pub(super) fn sentence(cron: &Cron) -> String {
    let mut text = times(cron);
    text += &days(cron);
    if cron.months.len() < 12 {
        let month = |number: u8| MONTHS[usize::from(number) - 1].to_owned();
        text += &format!(" in {}", ranges(cron.months, month));
    }
    text
}

fn times(cron: &Cron) -> String {
    let times = cron.minutes();
    if times.len() <= LISTED {
        let times: Vec<String> = times
            .into_iter()
            .map(|minutes| Clock::at(minutes).to_string())
            .collect();
        return format!("at {}", listed(&times));
    }
    let minutes = match (cron.minutes.len(), step(cron.minutes)) {
        (60, _) => "every minute".to_owned(),
        (_, Some(step)) => format!("every {step} minutes"),
        (1, _) => format!("at minute {}", numbers(cron.minutes)),
        _ => format!("at minutes {}", numbers(cron.minutes)),
    };
    match cron.hours.len() {
        24 if minutes.starts_with("every") => minutes,
        24 => format!("{minutes} of every hour"),
        1 => format!("{minutes} of hour {}", numbers(cron.hours)),
        _ => format!("{minutes} of hours {}", numbers(cron.hours)),
    }
}

/// The step of what is every so many minutes of the whole hour.
fn step(numbers: Numbers) -> Option<u8> {
    let step = numbers.iter().nth(1)?;
    let all = (0..60).step_by(step.into());
    (60 % step == 0 && numbers.iter().eq(all)).then_some(step)
}

fn days(cron: &Cron) -> String {
    let days = match cron.days.len() {
        1 => format!("day {}", numbers(cron.days)),
        _ => format!("days {}", numbers(cron.days)),
    };
    let weekdays = ranges(cron.weekdays, |number| {
        WEEKDAYS[usize::from(number)].to_owned()
    });
    match (cron.days.len() < 31, cron.weekdays.len() < 7) {
        // When one is enough, a field that names all days makes it every day.
        (false, true) | (true, false) if cron.either => " every day".to_owned(),
        (false, false) if cron.runs_every_hour() => String::new(),
        (false, false) => " every day".to_owned(),
        (false, true) => format!(" on {weekdays}"),
        (true, false) => format!(" on {days} of the month"),
        (true, true) if cron.either => format!(" on {days} of the month or on {weekdays}"),
        (true, true) => format!(" on {days} of the month when that is {weekdays}"),
    }
}

fn numbers(numbers: Numbers) -> String {
    ranges(numbers, |number| number.to_string())
}

/// Numbers in words, with `a to c` for three and more in a row.
fn ranges(numbers: Numbers, word: impl Fn(u8) -> String) -> String {
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for number in numbers.iter() {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == number => *end = number,
            _ => runs.push((number, number)),
        }
    }
    let items: Vec<String> = runs
        .into_iter()
        .flat_map(|(from, to)| match to - from {
            0 => vec![word(from)],
            1 => vec![word(from), word(to)],
            _ => vec![format!("{} to {}", word(from), word(to))],
        })
        .collect();
    listed(&items)
}
