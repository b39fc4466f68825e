//! The latest run before an instant.

use super::{at, schedule, shown};

#[test]
fn the_latest_run_at_or_before() {
    for (text, instant, expected) in [
        (
            "daily at 06:30, 18:00",
            "2026-05-08T06:30",
            "2026-05-08T06:30",
        ),
        (
            "daily at 06:30, 18:00",
            "2026-05-08T06:29",
            "2026-05-07T18:00",
        ),
        ("weekdays at 07:00", "2026-05-11T06:59", "2026-05-08T07:00"),
        (
            "weekly on mon at 07:00",
            "2026-05-11T06:59",
            "2026-05-04T07:00",
        ),
        ("hourly at :15", "2026-05-11T00:14", "2026-05-10T23:15"),
        ("every 7h", "2026-05-11T00:00", "2026-05-11T00:00"),
        ("every 7h", "2026-05-10T23:59", "2026-05-10T21:00"),
        // Friday's hours reach into Saturday.
        (
            "every 3h from 22:00 to 04:00 on fri",
            "2026-05-09T03:59",
            "2026-05-09T01:00",
        ),
        (
            "every 3h from 22:00 to 04:00 on fri",
            "2026-05-15T21:59",
            "2026-05-09T04:00",
        ),
        (
            "every 15m from 08:00 to 18:00 on weekdays in Europe/Berlin",
            "2026-05-10T12:00",
            "2026-05-08T16:00",
        ),
        (
            "monthly on 31 at 06:00",
            "2026-07-30T00:00",
            "2026-05-31T06:00",
        ),
        (
            "monthly on last day at 06:00",
            "2028-03-30T00:00",
            "2028-02-29T06:00",
        ),
        (
            "monthly on first monday at 06:00 in Asia/Kolkata",
            "2026-06-01T00:29",
            "2026-05-04T00:30",
        ),
        // In the gap, behind it, in the second pass.
        (
            "daily at 02:30 in Europe/Berlin",
            "2026-03-29T00:59",
            "2026-03-28T01:30",
        ),
        (
            "daily at 02:30 in Europe/Berlin",
            "2026-03-29T01:00",
            "2026-03-29T01:00",
        ),
        (
            "daily at 02:30 in Europe/Berlin",
            "2026-10-25T01:30",
            "2026-10-25T00:30",
        ),
        (
            "every 30m in Europe/Berlin",
            "2026-10-25T01:59",
            "2026-10-25T01:30",
        ),
        (
            "daily at 00:00, 23:30 in America/St_Johns",
            "2005-10-30T02:31",
            "2005-10-30T02:30",
        ),
        (
            "daily at 06:30 in Pacific/Apia",
            "2011-12-30T12:00",
            "2011-12-30T10:00",
        ),
        // Longer ago than anybody's machine was off.
        ("cron 0 12 29 2 *", "2103-01-01T00:00", "2096-02-29T12:00"),
        ("cron 0 12 29 2 */7", "2128-02-29T11:59", "2088-02-29T12:00"),
    ] {
        let found = schedule(text).previous_at_or_before(at(instant));
        assert_eq!(
            found.map(shown).as_deref(),
            Some(expected),
            "{text} before {instant}"
        );
    }
}
