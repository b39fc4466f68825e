//! What holds for every schedule and every instant, and for every text.

use exmetrics_catalog::Schedule;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn zone() -> impl Strategy<Value = String> {
    select(vec![
        "",
        " in UTC",
        " in Europe/Berlin",
        " in America/New_York",
        " in Asia/Kolkata",
        " in Pacific/Apia",
        " in Australia/Lord_Howe",
        " in America/Santiago",
        " in Africa/Casablanca",
        " in America/St_Johns",
        " in Antarctica/Troll",
        " in Pacific/Kiritimati",
    ])
    .prop_map(str::to_owned)
}

fn time() -> impl Strategy<Value = String> {
    (0..24, 0..60).prop_map(|(hour, minute)| format!("{hour}:{minute:02}"))
}

fn times() -> impl Strategy<Value = String> {
    prop::collection::vec(time(), 1..5).prop_map(|times| times.join(" and "))
}

fn weekdays() -> impl Strategy<Value = String> {
    let names = vec![
        "mon", "Tuesday", "wed", "thurs", "fri", "sat-sun", "weekdays",
    ];
    subsequence(names, 1..=7).prop_map(|names| names.join(","))
}

fn month_days() -> impl Strategy<Value = String> {
    let day = prop_oneof![
        (1..=31_u8).prop_map(|day| day.to_string()),
        Just("last day".to_owned()),
        (
            select(vec!["first", "second", "third", "fourth", "last"]),
            select(vec!["monday", "wed", "sun"]),
        )
            .prop_map(|(nth, day)| format!("{nth} {day}")),
    ];
    prop::collection::vec(day, 1..4).prop_map(|days| days.join(", "))
}

fn field(low: u8, high: u8) -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("*".to_owned()),
        (1..=high).prop_map(|step| format!("*/{step}")),
        (low..=high).prop_map(|number| number.to_string()),
        (low..=high, low..=high).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        (low..=high, low..=high, 1..=high).prop_map(|(a, b, step)| format!(
            "{}-{}/{step}",
            a.min(b),
            a.max(b)
        )),
    ];
    prop::collection::vec(part, 1..3).prop_map(|parts| parts.join(","))
}

fn cron() -> impl Strategy<Value = String> {
    (
        field(0, 59),
        field(0, 23),
        field(1, 31),
        field(1, 12),
        field(0, 7),
    )
        .prop_map(|(minute, hour, day, month, weekday)| {
            format!("cron {minute} {hour} {day} {month} {weekday}")
        })
}

/// Schedules but for `manual`; lines of cron that can never run are left out.
fn schedules() -> impl Strategy<Value = Schedule> {
    let interval = prop_oneof![
        select(vec![1, 5, 7, 15, 20, 30, 45, 60, 90, 120, 420, 1440]),
        1..=1440,
    ];
    let hours = prop_oneof![
        Just(String::new()),
        (time(), time()).prop_map(|(from, to)| format!(" from {from} to {to}")),
    ];
    let days = prop_oneof![
        Just(String::new()),
        weekdays().prop_map(|days| format!(" on {days}")),
    ];
    let rule = prop_oneof![
        (interval, hours, days).prop_map(|(n, hours, days)| format!("every {n}m{hours}{days}")),
        (0..60).prop_map(|minute| format!("hourly at :{minute:02}")),
        times().prop_map(|times| format!("daily at {times}")),
        times().prop_map(|times| format!("weekdays at {times}")),
        (weekdays(), times()).prop_map(|(days, times)| format!("weekly on {days} at {times}")),
        (month_days(), times()).prop_map(|(days, times)| format!("monthly on {days} at {times}")),
        cron(),
    ];
    (rule, zone()).prop_filter_map("refused", |(rule, zone)| {
        format!("{rule}{zone}").parse().ok()
    })
}

/// Instants of any time, and many of the days on which a clock is changed somewhere.
fn instants() -> impl Strategy<Value = Timestamp> {
    let around = |text: &str| {
        let second = super::at(text).as_second();
        second - 100_000..second + 100_000
    };
    prop_oneof![
        -3_000_000_000..6_000_000_000_i64,
        around("2026-03-29T01:00"),
        around("2026-10-25T01:00"),
        around("2026-03-08T07:00"),
        around("2026-11-01T06:00"),
        around("2026-04-04T15:00"),
        around("2026-04-05T03:00"),
        around("2026-09-06T04:00"),
        around("2011-12-30T10:00"),
        around("2005-10-30T02:31"),
    ]
    .prop_map(|second| {
        Timestamp::from_second(second).expect("within the years that can be written")
    })
}

/// Texts of the words that schedules are made of, in any order.
fn babble() -> impl Strategy<Value = String> {
    let words = vec![
        "manual",
        "every",
        "hourly",
        "daily",
        "weekdays",
        "weekly",
        "monthly",
        "cron",
        "at",
        "on",
        "from",
        "to",
        "in",
        "and",
        ",",
        "15m",
        "2h",
        "0",
        "90",
        "minutes",
        "day",
        "last",
        "first",
        "monday",
        "mon-fri",
        "31",
        "06:30",
        "24:00",
        ":15",
        "*",
        "*/5",
        "1-5",
        "Europe/Berlin",
        "Berlin",
        "UTC",
        "ß",
        "\u{1f600}",
    ];
    prop::collection::vec(select(words), 0..12).prop_map(|words| words.join(" "))
}

fn check_text(text: &str) -> Result<(), TestCaseError> {
    match text.parse::<Schedule>() {
        Ok(schedule) => {
            let canonical = schedule.to_string();
            prop_assert_eq!(canonical.parse(), Ok(schedule.clone()));
            prop_assert!(!schedule.describe().is_empty());
        }
        Err(error) => {
            prop_assert!(!error.message.ends_with('.'));
            if let Some(column) = error.column {
                prop_assert!((1..=text.chars().count()).contains(&column));
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn times_rise_and_are_found_again(schedule in schedules(), after in instants()) {
        let times = schedule.next_times(after, 8);
        prop_assert_eq!(times.len(), 8);
        let mut last = after;
        for time in times {
            prop_assert!(time > last);
            prop_assert_eq!(schedule.next_after(last), Some(time));
            prop_assert_eq!(schedule.previous_at_or_before(time), Some(time));
            last = time;
        }
    }

    #[test]
    fn nothing_lies_between_the_previous_and_the_next(schedule in schedules(), at in instants()) {
        let next = schedule.next_after(at).unwrap();
        let previous = schedule.previous_at_or_before(at).unwrap();
        prop_assert!(previous <= at && at < next);
        prop_assert_eq!(schedule.next_after(previous), Some(next));
        let before = next - jiff::SignedDuration::from_nanos(1);
        prop_assert_eq!(schedule.previous_at_or_before(before), Some(previous));
    }

    #[test]
    fn the_text_parses_back(schedule in schedules()) {
        let text = schedule.to_string();
        prop_assert_eq!(text.parse(), Ok(schedule.clone()));
        prop_assert_eq!(text.to_uppercase().parse(), Ok(schedule.clone()));
        let json = serde_json::to_string(&schedule).unwrap();
        prop_assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), schedule);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        check_text(&text)?;
    }

    #[test]
    fn any_words_are_read_or_refused(text in babble()) {
        check_text(&text)?;
    }
}
