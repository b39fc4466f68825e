//! The rule for clock changes in one sentence, walked through minute by minute: a local time runs at
//! the first instant at which the clock has reached it.

use jiff::civil::DateTime;
use jiff::tz::TimeZoneDatabase;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{at, schedule};

/// Zones with gaps and repeats of half an hour, one, two and twenty-four hours, at night and at
/// midnight, and when they are seen.
const WALKS: [(&str, &str, &str); 11] = [
    ("UTC", "2026-01-01T00:00", "2026-03-01T00:00"),
    ("Europe/Berlin", "2026-01-01T00:00", "2027-01-01T00:00"),
    ("America/New_York", "2026-01-01T00:00", "2027-01-01T00:00"),
    ("Asia/Kolkata", "2026-01-01T00:00", "2026-03-01T00:00"),
    (
        "Australia/Lord_Howe",
        "2026-01-01T00:00",
        "2027-01-01T00:00",
    ),
    ("Antarctica/Troll", "2026-01-01T00:00", "2027-01-01T00:00"),
    ("America/Santiago", "2026-01-01T00:00", "2027-01-01T00:00"),
    ("Africa/Casablanca", "2026-01-01T00:00", "2027-01-01T00:00"),
    ("Africa/Cairo", "2026-01-01T00:00", "2027-01-01T00:00"),
    ("Pacific/Apia", "2011-01-01T00:00", "2012-06-01T00:00"),
    ("America/St_Johns", "2005-01-01T00:00", "2006-01-01T00:00"),
];

/// The instants at which the clock of a zone first reaches each of a day's times.
fn walk(zone: &str, from: Timestamp, to: Timestamp, times: &[(i8, i8)]) -> Vec<Timestamp> {
    // Nothing but Newfoundland's change at 00:01 happens between two multiples of 5 minutes.
    let step = SignedDuration::from_mins(if zone == "America/St_Johns" { 1 } else { 5 });
    let zone = TimeZoneDatabase::bundled().get(zone).expect(zone);
    let due = |after: DateTime, reached: DateTime| {
        let days = after
            .date()
            .series(1.day())
            .take_while(|&day| day <= reached.date());
        let mut due = days.flat_map(|day| times.iter().map(move |&(h, m)| day.at(h, m, 0, 0)));
        due.any(|time| after < time && time <= reached)
    };
    let mut found = Vec::new();
    let mut reached = zone.to_datetime(from);
    let mut now = from;
    while now < to {
        now += step;
        let local = zone.to_datetime(now);
        if local > reached {
            if due(reached, local) {
                found.push(now);
            }
            reached = local;
        }
    }
    found
}

/// The first difference alone: a year of times says nothing to anybody.
#[track_caller]
fn same(zone: &str, found: &[Timestamp], expected: &[Timestamp]) {
    let mut pairs = found.iter().zip(expected);
    assert_eq!(
        pairs.find(|(found, expected)| found != expected),
        None,
        "{zone}"
    );
    assert_eq!(found.len(), expected.len(), "{zone}");
}

#[test]
fn fixed_times_run_when_the_clock_first_reaches_them() {
    let times = [
        (0, 0),
        (0, 30),
        (1, 30),
        (2, 0),
        (2, 30),
        (3, 5),
        (12, 0),
        (23, 30),
        (23, 55),
    ];
    let text: Vec<String> = times
        .iter()
        .map(|(h, m)| format!("{h:02}:{m:02}"))
        .collect();
    for (zone, from, to) in WALKS {
        let (from, to) = (at(from), at(to));
        let expected = walk(zone, from, to, &times);
        let schedule = schedule(&format!("daily at {} in {zone}", text.join(", ")));
        let found = schedule.next_times(from, expected.len());
        same(zone, &found, &expected);

        // And backwards.
        let mut back = Vec::new();
        let mut before = to;
        while let Some(time) = schedule
            .previous_at_or_before(before)
            .filter(|&time| time > from)
        {
            back.push(time);
            before = time - SignedDuration::from_nanos(1);
        }
        back.reverse();
        same(zone, &back, &expected);
    }
}

#[test]
fn short_intervals_never_pause_and_never_hurry() {
    for (zone, from, to) in WALKS {
        let (from, to) = (at(from), at(to));
        for text in ["every 30m", "hourly", "cron 0 * * * *"] {
            let minutes = if text == "every 30m" { 30 } else { 60 };
            // Where less than the interval is repeated, or clocks change off the hour, it is not even.
            if matches!(zone, "Australia/Lord_Howe" | "America/St_Johns") {
                continue;
            }
            let schedule = schedule(&format!("{text} in {zone}"));
            let mut last = schedule.next_after(from).expect(text);
            for time in schedule
                .next_times(last, 20_000)
                .into_iter()
                .take_while(|&time| time < to)
            {
                let pause = time - last;
                assert_eq!(
                    pause,
                    SignedDuration::from_mins(minutes),
                    "{text} in {zone}: {last}"
                );
                last = time;
            }
        }
    }
}
