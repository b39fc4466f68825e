//! Days on which clocks change.

use super::runs;

#[test]
fn a_time_in_the_gap_runs_at_its_end() {
    // 02:00 to 03:00 are missing in Berlin on 29 March.
    runs(
        "daily at 02:30 in Europe/Berlin",
        "2026-03-27T12:00",
        &["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"],
    );
    // The ends of the gap: 01:59 is before it, 02:00 in it, 03:00 behind it.
    for (time, instant) in [
        ("01:59", "00:59"),
        ("02:00", "01:00"),
        ("02:59", "01:00"),
        ("03:00", "01:00"),
        ("03:01", "01:01"),
    ] {
        runs(
            &format!("daily at {time} in Europe/Berlin"),
            "2026-03-28T12:00",
            &[&format!("2026-03-29T{instant}")],
        );
    }
    runs(
        "daily at 02:30 in America/New_York",
        "2026-03-07T12:00",
        &["2026-03-08T07:00", "2026-03-09T06:30"],
    );
}

#[test]
fn times_that_meet_at_the_end_of_a_gap_run_once() {
    runs(
        "daily at 02:10, 02:50, 03:00, 03:10 in Europe/Berlin",
        "2026-03-28T12:00",
        &["2026-03-29T01:00", "2026-03-29T01:10", "2026-03-30T00:10"],
    );
    runs(
        "every 15m in Europe/Berlin",
        "2026-03-29T00:30",
        &["2026-03-29T00:45", "2026-03-29T01:00", "2026-03-29T01:15"],
    );
    runs(
        "every 2h in Europe/Berlin",
        "2026-03-28T22:00",
        // 00:00, 03:00 in place of 02:00, 04:00.
        &[
            "2026-03-28T23:00",
            "2026-03-29T01:00",
            "2026-03-29T02:00",
            "2026-03-29T04:00",
        ],
    );
    // Moved to the end of the gap, then on time again.
    runs(
        "hourly at :01 in Europe/Berlin",
        "2026-03-29T00:00",
        &["2026-03-29T00:01", "2026-03-29T01:00", "2026-03-29T01:01"],
    );
    // Hours that are all in the gap still run.
    runs(
        "every 15m from 02:15 to 02:45 in Europe/Berlin",
        "2026-03-28T12:00",
        &["2026-03-29T01:00", "2026-03-30T00:15"],
    );
}

#[test]
fn a_time_that_occurs_twice_runs_the_first_time() {
    // 02:00 to 03:00 come twice in Berlin on 25 October.
    runs(
        "daily at 02:30 in Europe/Berlin",
        "2026-10-24T12:00",
        &["2026-10-25T00:30", "2026-10-26T01:30"],
    );
    for (time, instant) in [
        ("01:59", "2026-10-24T23:59"),
        ("02:00", "2026-10-25T00:00"),
        ("02:59", "2026-10-25T00:59"),
        ("03:00", "2026-10-25T02:00"),
    ] {
        runs(
            &format!("daily at {time} in Europe/Berlin"),
            "2026-10-24T12:00",
            &[instant],
        );
    }
    runs(
        "daily at 01:30 in America/New_York",
        "2026-10-31T12:00",
        &["2026-11-01T05:30", "2026-11-02T06:30"],
    );
    runs(
        "cron 30 2 * * * in Europe/Berlin",
        "2026-10-24T12:00",
        &["2026-10-25T00:30", "2026-10-26T01:30"],
    );
    // A long interval is as good as a list of times.
    runs(
        "every 2h in Europe/Berlin",
        "2026-10-24T21:00",
        &["2026-10-24T22:00", "2026-10-25T00:00", "2026-10-25T03:00"],
    );
}

#[test]
fn a_short_interval_goes_on_through_the_second_pass() {
    runs(
        "every 30m in Europe/Berlin",
        "2026-10-24T23:30",
        &[
            "2026-10-25T00:00",
            "2026-10-25T00:30",
            "2026-10-25T01:00",
            "2026-10-25T01:30",
            "2026-10-25T02:00",
        ],
    );
    runs(
        "every 30m from 02:00 to 02:30 in Europe/Berlin",
        "2026-10-24T23:30",
        &[
            "2026-10-25T00:00",
            "2026-10-25T00:30",
            "2026-10-25T01:00",
            "2026-10-25T01:30",
            "2026-10-26T01:00",
        ],
    );
    for text in [
        "hourly at :15 in Europe/Berlin",
        "every 1h from 00:15 to 23:15 in Europe/Berlin",
        "cron 15 * * * * in Europe/Berlin",
    ] {
        runs(
            text,
            "2026-10-24T23:30",
            &["2026-10-25T00:15", "2026-10-25T01:15", "2026-10-25T02:15"],
        );
    }
    // Lord Howe repeats half an hour, 01:30 to 02:00: half-hourly goes on, hourly runs once.
    runs(
        "every 30m in Australia/Lord_Howe",
        "2026-04-04T14:00",
        &["2026-04-04T14:30", "2026-04-04T15:00", "2026-04-04T15:30"],
    );
    runs(
        "hourly at :45 in Australia/Lord_Howe",
        "2026-04-04T14:00",
        &["2026-04-04T14:45", "2026-04-04T16:15"],
    );
}

#[test]
fn a_missing_day_runs_at_its_end() {
    // Samoa went from 29 to 31 December 2011, at 10:00 UTC on the 30th; the 30th was a Friday.
    runs(
        "daily at 06:30 in Pacific/Apia",
        "2011-12-29T00:00",
        &[
            "2011-12-29T16:30",
            "2011-12-30T10:00",
            "2011-12-30T16:30",
            "2011-12-31T16:30",
        ],
    );
    runs(
        "weekly on fri at 06:30, 18:00 in Pacific/Apia",
        "2011-12-29T00:00",
        &["2011-12-30T10:00", "2012-01-05T16:30", "2012-01-06T04:00"],
    );
    runs(
        "every 8h in Pacific/Apia",
        "2011-12-29T18:00",
        &["2011-12-30T02:00", "2011-12-30T10:00", "2011-12-30T18:00"],
    );
    // Over midnight and into the missing day.
    runs(
        "every 2h from 22:00 to 04:00 on thu in Pacific/Apia",
        "2011-12-30T07:00",
        &["2011-12-30T08:00", "2011-12-30T10:00", "2012-01-05T08:00"],
    );
}

#[test]
fn clocks_that_change_at_midnight() {
    // Santiago has no 00:00 to 01:00 on 6 September 2026.
    runs(
        "daily at 00:00 in America/Santiago",
        "2026-09-05T05:00",
        &["2026-09-06T04:00", "2026-09-07T03:00"],
    );
    // And 23:00 to 24:00 twice on 4 April.
    runs(
        "daily at 00:00, 23:30 in America/Santiago",
        "2026-04-04T05:00",
        &["2026-04-05T02:30", "2026-04-05T04:00", "2026-04-06T03:30"],
    );
    runs(
        "every 30m in America/Santiago",
        "2026-04-05T01:30",
        &[
            "2026-04-05T02:00",
            "2026-04-05T02:30",
            "2026-04-05T03:00",
            "2026-04-05T03:30",
            "2026-04-05T04:00",
        ],
    );
    // St. John's went back at 00:01, to 23:01 of the day before: two days are woven together.
    runs(
        "every 30m in America/St_Johns",
        "2005-10-30T01:29",
        &[
            "2005-10-30T01:30",
            "2005-10-30T02:00",
            "2005-10-30T02:30",
            "2005-10-30T03:00",
            "2005-10-30T03:30",
            "2005-10-30T04:00",
        ],
    );
    runs(
        "daily at 00:00, 23:30 in America/St_Johns",
        "2005-10-29T12:00",
        &["2005-10-30T02:00", "2005-10-30T02:30", "2005-10-31T03:00"],
    );
}

#[test]
fn zones_with_odd_offsets() {
    // Antarctica/Troll changes by two hours: 01:00 to 03:00 are missing.
    runs(
        "every 30m in Antarctica/Troll",
        "2026-03-29T00:15",
        &["2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30"],
    );
    runs(
        "daily at 12:00 in Pacific/Chatham",
        "2026-01-01T00:00",
        &["2026-01-01T22:15"],
    );
    runs(
        "daily at 12:00 in Pacific/Kiritimati",
        "2026-01-01T00:00",
        &["2026-01-01T22:00"],
    );
    runs(
        "daily at 12:00 in Etc/GMT+12",
        "2026-01-01T00:30",
        &["2026-01-02T00:00"],
    );
}
