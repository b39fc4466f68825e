//! A rule as a sentence for people.

use std::collections::BTreeSet;

use super::clock::{Clock, Times};
use super::cron_words;
use super::days::{Weekday, Weekdays};
use super::interval::{Hours, Interval};
use super::month_days::MonthDay;
use super::rule::Rule;
use super::zone::Zone;

/// The sentence.
pub(super) fn sentence(rule: &Rule, zone: &Zone) -> String {
    let zone = zone.name();
    match rule {
        Rule::Manual => "only when started by hand".to_owned(),
        Rule::Every {
            interval,
            hours,
            days,
        } => format!("{}, {zone}", every(*interval, *hours, *days)),
        Rule::Hourly { minute: 0 } => format!("every hour on the hour, {zone}"),
        Rule::Hourly { minute: 1 } => format!("every hour at 1 minute past, {zone}"),
        Rule::Hourly { minute } => format!("every hour at {minute} minutes past, {zone}"),
        Rule::Weekly { days, times } => {
            let times = at(times);
            match *days {
                Weekdays::ALL => format!("every day {times}, {zone}"),
                Weekdays::WORKDAYS => format!("every weekday (Monday to Friday) {times}, {zone}"),
                days => format!("every {} {times}, {zone}", names(days)),
            }
        }
        Rule::Monthly { days, times } => {
            let which: Vec<String> = days.iter().map(|&day| month_day(day)).collect();
            format!(
                "on {} of every month {}, {zone}{}",
                listed(&which),
                at(times),
                skipped(days)
            )
        }
        Rule::Cron(cron) => format!("{}, {zone}", cron_words::sentence(cron)),
    }
}

/// `a, b and c`.
pub(super) fn listed<T: AsRef<str>>(items: &[T]) -> String {
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            let last = index + 1 == items.len();
            text.push_str(if last { " and " } else { ", " });
        }
        text.push_str(item.as_ref());
    }
    text
}

fn every(interval: Interval, hours: Option<Hours>, days: Weekdays) -> String {
    let minutes = interval.minutes();
    let mut text = match (minutes, minutes % 60) {
        (1, _) => "every minute".to_owned(),
        (60, _) => "every hour".to_owned(),
        (_, 0) => format!("every {} hours", minutes / 60),
        _ => format!("every {minutes} minutes"),
    };
    match hours {
        Some(hours) => {
            text += &format!(" from {} to {}", hours.from, hours.to);
            if hours.over_midnight() {
                text += " the next day";
            }
        }
        // Intervals that divide the hour run at the same minutes wherever they are counted from.
        None if 60 % minutes != 0 => text += ", counted from midnight",
        None => {}
    }
    match days {
        Weekdays::ALL => {}
        Weekdays::WORKDAYS => text += " on weekdays (Monday to Friday)",
        days => text += &format!(" on {}", names(days)),
    }
    if let Some(hours) = hours {
        let unused = hours.length() % minutes;
        if unused > 0 {
            let last = Clock::at(hours.from.minutes() + hours.length() - unused);
            text += &format!(", the last time at {last}");
        }
    }
    text
}

fn at(times: &Times) -> String {
    let times: Vec<String> = times.iter().map(|time| time.to_string()).collect();
    format!("at {}", listed(&times))
}

fn names(days: Weekdays) -> String {
    listed(&days.iter().map(Weekday::name).collect::<Vec<_>>())
}

fn month_day(day: MonthDay) -> String {
    match day {
        MonthDay::Day(number) => format!("day {number}"),
        MonthDay::Nth(ordinal, weekday) => format!("the {} {}", ordinal.word(), weekday.name()),
        MonthDay::Last => "the last day".to_owned(),
    }
}

/// What is said of days that not every month has.
fn skipped(days: &BTreeSet<MonthDay>) -> String {
    let rare: Vec<String> = days
        .iter()
        .filter_map(|day| match day {
            MonthDay::Day(number @ 29..) => Some(number.to_string()),
            _ => None,
        })
        .collect();
    match rare.as_slice() {
        [] => String::new(),
        [day] => format!("; months without a day {day} are skipped"),
        days => format!("; days {} are skipped in months without them", listed(days)),
    }
}
