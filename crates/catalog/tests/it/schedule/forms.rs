//! What each form runs at where clocks do not change.

use super::{at, runs, schedule};

#[test]
fn manual_never_runs() {
    for text in ["manual", "Manual in Europe/Berlin"] {
        let schedule = schedule(text);
        assert_eq!(schedule.next_after(at("2026-01-01T00:00")), None);
        assert_eq!(schedule.next_times(at("2026-01-01T00:00"), 3), []);
        assert_eq!(schedule.previous_at_or_before(at("2026-01-01T00:00")), None);
    }
}

#[test]
fn intervals_are_counted_from_midnight() {
    runs(
        "every 15m",
        "2026-05-04T23:31",
        &["2026-05-04T23:45", "2026-05-05T00:00", "2026-05-05T00:15"],
    );
    runs(
        "every 90 minutes",
        "2026-05-04T21:00",
        &["2026-05-04T22:30", "2026-05-05T00:00", "2026-05-05T01:30"],
    );
    // What does not divide the day starts anew.
    runs(
        "every 7h",
        "2026-05-04T13:59",
        &["2026-05-04T14:00", "2026-05-04T21:00", "2026-05-05T00:00"],
    );
    runs("every 24h", "2026-05-04T00:00", &["2026-05-05T00:00"]);
    runs(
        "every minute",
        "2026-05-04T23:58",
        &["2026-05-04T23:59", "2026-05-05T00:00"],
    );
    // Midnight in India is half past six in the evening.
    runs(
        "every 6h in Asia/Kolkata",
        "2026-05-04T12:00",
        &["2026-05-04T12:30", "2026-05-04T18:30", "2026-05-05T00:30"],
    );
}

#[test]
fn active_hours_include_both_ends() {
    runs(
        "every 2h from 08:00 to 18:00 on weekdays in Europe/Berlin",
        // Friday 16:00 in Berlin.
        "2026-05-08T14:00",
        &["2026-05-08T16:00", "2026-05-11T06:00", "2026-05-11T08:00"],
    );
    // The interval is counted from the start and need not meet the end.
    runs(
        "every 90m from 08:10 to 12:00",
        "2026-05-08T08:10",
        &["2026-05-08T09:40", "2026-05-08T11:10", "2026-05-09T08:10"],
    );
    runs(
        "every 4h from 08:00 to 12:00 on mon,tue",
        "2026-05-08T00:00",
        &[
            "2026-05-11T08:00",
            "2026-05-11T12:00",
            "2026-05-12T08:00",
            "2026-05-12T12:00",
            "2026-05-18T08:00",
        ],
    );
}

#[test]
fn active_hours_over_midnight_belong_to_the_day_they_start() {
    runs(
        "every 3h from 22:00 to 04:00 on fri",
        "2026-05-08T01:00",
        // Friday's hours go on on Saturday; Thursday's are none.
        &[
            "2026-05-08T22:00",
            "2026-05-09T01:00",
            "2026-05-09T04:00",
            "2026-05-15T22:00",
        ],
    );
    runs(
        "every 2h from 20:00 to 00:00",
        "2026-05-08T20:00",
        &["2026-05-08T22:00", "2026-05-09T00:00", "2026-05-09T20:00"],
    );
}

#[test]
fn hourly() {
    runs(
        "hourly",
        "2026-05-08T22:00",
        &["2026-05-08T23:00", "2026-05-09T00:00"],
    );
    runs(
        "hourly at :15",
        "2026-05-08T23:14",
        &["2026-05-08T23:15", "2026-05-09T00:15"],
    );
    // The minute is local: Kathmandu is 5:45 ahead.
    runs(
        "hourly in Asia/Kathmandu",
        "2026-05-08T23:14",
        &["2026-05-08T23:15", "2026-05-09T00:15"],
    );
}

#[test]
fn daily_and_on_days_of_the_week() {
    runs(
        "daily at 06:30, 18:00",
        "2026-05-08T06:30",
        &["2026-05-08T18:00", "2026-05-09T06:30", "2026-05-09T18:00"],
    );
    runs(
        "daily at 06:30 in Asia/Kolkata",
        "2026-05-08T01:00",
        &["2026-05-09T01:00", "2026-05-10T01:00"],
    );
    runs(
        "weekdays at 07:00 in America/New_York",
        // Friday.
        "2026-05-08T11:00",
        &["2026-05-11T11:00", "2026-05-12T11:00"],
    );
    runs(
        "weekly on mon, thu at 07:00, 19:00",
        "2026-05-05T00:00",
        &[
            "2026-05-07T07:00",
            "2026-05-07T19:00",
            "2026-05-11T07:00",
            "2026-05-11T19:00",
        ],
    );
    // Monday in Auckland is still Sunday in UTC.
    runs(
        "weekly on mon at 07:00 in Pacific/Auckland",
        "2026-05-05T00:00",
        &["2026-05-10T19:00", "2026-05-17T19:00"],
    );
}

#[test]
fn monthly_by_number() {
    runs(
        "monthly on 1, 15 at 06:00",
        "2026-12-02T00:00",
        &["2026-12-15T06:00", "2027-01-01T06:00", "2027-01-15T06:00"],
    );
    runs(
        "monthly on day 31 at 06:00",
        "2026-01-31T06:00",
        &[
            "2026-03-31T06:00",
            "2026-05-31T06:00",
            "2026-07-31T06:00",
            "2026-08-31T06:00",
            "2026-10-31T06:00",
        ],
    );
    // A leap day every four years.
    runs(
        "monthly on 29 at 12:00",
        "2028-01-30T00:00",
        &["2028-02-29T12:00", "2028-03-29T12:00"],
    );
    runs(
        "monthly on 29 at 12:00",
        "2027-01-30T00:00",
        &["2027-03-29T12:00"],
    );
}

#[test]
fn monthly_by_the_end_and_by_the_day_of_the_week() {
    runs(
        "monthly on last day at 06:00",
        "2027-12-31T06:00",
        &[
            "2028-01-31T06:00",
            "2028-02-29T06:00",
            "2028-03-31T06:00",
            "2028-04-30T06:00",
        ],
    );
    // The last evening in New York is the first night of the next month in UTC.
    runs(
        "monthly on last day at 23:30 in America/New_York",
        "2027-02-01T12:00",
        &["2027-03-01T04:30", "2027-04-01T03:30"],
    );
    runs(
        "monthly on first monday at 06:00",
        "2026-05-04T06:00",
        &["2026-06-01T06:00", "2026-07-06T06:00"],
    );
    runs(
        "monthly on second and fourth tue at 06:00",
        "2026-05-01T00:00",
        &["2026-05-12T06:00", "2026-05-26T06:00", "2026-06-09T06:00"],
    );
    runs(
        "monthly on third wed at 06:00",
        "2026-05-01T00:00",
        &["2026-05-20T06:00", "2026-06-17T06:00"],
    );
    runs(
        "monthly on last friday at 06:00",
        "2026-05-01T00:00",
        &["2026-05-29T06:00", "2026-06-26T06:00", "2026-07-31T06:00"],
    );
    runs(
        "monthly on 15 and last day and first mon at 06:00",
        "2026-05-01T00:00",
        &[
            "2026-05-04T06:00",
            "2026-05-15T06:00",
            "2026-05-31T06:00",
            "2026-06-01T06:00",
        ],
    );
}

#[test]
fn the_instant_itself_and_parts_of_a_second() {
    let daily = schedule("daily at 06:30");
    let time = at("2026-05-08T06:30");
    let before = time - jiff::SignedDuration::from_nanos(1);
    assert_eq!(daily.next_after(before), Some(time));
    assert_eq!(daily.next_after(time), Some(at("2026-05-09T06:30")));
    assert_eq!(daily.previous_at_or_before(time), Some(time));
    assert_eq!(
        daily.previous_at_or_before(before),
        Some(at("2026-05-07T06:30"))
    );
}

#[test]
fn the_ends_of_the_calendar_are_ends() {
    for text in [
        "every 1m",
        "daily at 00:00, 23:59 in Pacific/Apia",
        "cron 0 0 29 2 *",
        "every 1h from 20:00 to 06:00 in America/Adak",
    ] {
        let schedule = schedule(text);
        assert_eq!(schedule.next_after(jiff::Timestamp::MAX), None, "{text}");
        assert_eq!(
            schedule.previous_at_or_before(jiff::Timestamp::MIN),
            None,
            "{text}"
        );
        assert!(
            schedule.next_after(jiff::Timestamp::MIN).is_some(),
            "{text}"
        );
        assert!(
            schedule
                .previous_at_or_before(jiff::Timestamp::MAX)
                .is_some(),
            "{text}"
        );
    }
}
