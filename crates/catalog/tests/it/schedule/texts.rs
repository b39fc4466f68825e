//! How texts are read, written and said.

use exmetrics_catalog::Schedule;

use super::schedule;

#[test]
fn texts_are_written_canonically_and_said() {
    for (text, canonical, sentence) in [
        ("  MANUAL ", "manual", "only when started by hand"),
        ("every 15M", "every 15m", "every 15 minutes, UTC"),
        ("every 60 min", "every 1h", "every hour, UTC"),
        (
            "every 1h30m",
            "every 90m",
            "every 90 minutes, counted from midnight, UTC",
        ),
        (
            "every 2 hours",
            "every 2h",
            "every 2 hours, counted from midnight, UTC",
        ),
        ("every minute in utc", "every 1m", "every minute, UTC"),
        (
            "every 15m on mon to 18:00 from 8:00",
            "every 15m from 08:00 to 18:00 on mon",
            "every 15 minutes from 08:00 to 18:00 on Monday, UTC",
        ),
        (
            "every 90 minutes from 08:00 to 18:00 on Weekdays in Europe/berlin",
            "every 90m from 08:00 to 18:00 on weekdays in Europe/Berlin",
            "every 90 minutes from 08:00 to 18:00 on weekdays (Monday to Friday), the last time at 17:00, Europe/Berlin",
        ),
        (
            "every 4h from 22:00 to 05:00 on sat-mon",
            "every 4h from 22:00 to 05:00 on mon, sat, sun",
            "every 4 hours from 22:00 to 05:00 the next day on Monday, Saturday and Sunday, the last time at 02:00, UTC",
        ),
        ("hourly at :00", "hourly", "every hour on the hour, UTC"),
        (
            "hourly at 5",
            "hourly at :05",
            "every hour at 5 minutes past, UTC",
        ),
        (
            "Daily at 18:00 and 6:30, 18:00 in europe/BERLIN",
            "daily at 06:30, 18:00 in Europe/Berlin",
            "every day at 06:30 and 18:00, Europe/Berlin",
        ),
        (
            "every day at 06:30",
            "daily at 06:30",
            "every day at 06:30, UTC",
        ),
        (
            "weekly on mon-fri at 07:00",
            "weekdays at 07:00",
            "every weekday (Monday to Friday) at 07:00, UTC",
        ),
        (
            "every weekday at 07:00",
            "weekdays at 07:00",
            "every weekday (Monday to Friday) at 07:00, UTC",
        ),
        (
            "weekly on Thursdays, Tues and monday at 07:00",
            "weekly on mon, tue, thu at 07:00",
            "every Monday, Tuesday and Thursday at 07:00, UTC",
        ),
        (
            "every sunday at 07:00",
            "weekly on sun at 07:00",
            "every Sunday at 07:00, UTC",
        ),
        (
            "weekly on weekends at 07:00",
            "weekly on sat, sun at 07:00",
            "every Saturday and Sunday at 07:00, UTC",
        ),
        (
            "monthly on the 15th, 1st at 06:00",
            "monthly on 1, 15 at 06:00",
            "on day 1 and day 15 of every month at 06:00, UTC",
        ),
        (
            "monthly on last day at 06:00 in America/New York",
            "monthly on last day at 06:00 in America/New_York",
            "on the last day of every month at 06:00, America/New_York",
        ),
        (
            "monthly on day 31 at 06:00",
            "monthly on 31 at 06:00",
            "on day 31 of every month at 06:00, UTC; months without a day 31 are skipped",
        ),
        (
            "monthly on 29 30 at 06:00",
            "monthly on 29, 30 at 06:00",
            "on day 29 and day 30 of every month at 06:00, UTC; days 29 and 30 are skipped in months without them",
        ),
        (
            "monthly at 06:00 on first and last Monday, first day",
            "monthly on 1, first monday, last monday at 06:00",
            "on day 1, the first Monday and the last Monday of every month at 06:00, UTC",
        ),
        (
            "CRON  0 6 * *  MON-FRI",
            "cron 0 6 * * mon-fri",
            "at 06:00 on Monday to Friday, UTC",
        ),
        (
            "cron 0 6,18 1,15 * * in asia/kolkata",
            "cron 0 6,18 1,15 * * in Asia/Kolkata",
            "at 06:00 and 18:00 on days 1 and 15 of the month, Asia/Kolkata",
        ),
        (
            "cron */15 * * * *",
            "cron */15 * * * *",
            "every 15 minutes, UTC",
        ),
        (
            "cron */15 8-18 * * 1-5",
            "cron */15 8-18 * * 1-5",
            "every 15 minutes of hours 8 to 18 on Monday to Friday, UTC",
        ),
        (
            "cron 5 * * 1,3-6 *",
            "cron 5 * * 1,3-6 *",
            "at minute 5 of every hour in January and March to June, UTC",
        ),
        (
            "cron 0 0 13 * 5",
            "cron 0 0 13 * 5",
            "at 00:00 on day 13 of the month or on Friday, UTC",
        ),
        (
            "cron 0 0 */14 * 5",
            "cron 0 0 */14 * 5",
            "at 00:00 on days 1, 15 and 29 of the month when that is Friday, UTC",
        ),
        (
            "cron 0 0 1-31 * 5",
            "cron 0 0 1-31 * 5",
            "at 00:00 every day, UTC",
        ),
        (
            "cron * 3 * * *",
            "cron * 3 * * *",
            "every minute of hour 3 every day, UTC",
        ),
    ] {
        let schedule = schedule(text);
        assert_eq!(schedule.to_string(), canonical, "{text}");
        assert_eq!(schedule.describe(), sentence, "{text}");
        assert_eq!(canonical.parse(), Ok(schedule), "{text}");
    }
}

#[test]
fn serde_writes_and_reads_the_text() {
    let berlin = schedule("daily at 6:30 in europe/berlin");
    let json = serde_json::to_string(&berlin).unwrap();
    assert_eq!(json, r#""daily at 06:30 in Europe/Berlin""#);
    assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), berlin);
    let error = serde_json::from_str::<Schedule>(r#""daily""#).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("daily needs a time; write daily"),
        "{error}"
    );
}

#[test]
fn zones_are_built_in() {
    // Debian keeps these two in a package that is not installed by default.
    for zone in [
        "US/Eastern",
        "Asia/Calcutta",
        "Europe/Kyiv",
        "Etc/UTC",
        "GMT",
    ] {
        let schedule = schedule(&format!("daily at 06:30 in {zone}"));
        assert_eq!(schedule.to_string(), format!("daily at 06:30 in {zone}"));
    }
}

#[test]
fn what_is_equal_reads_the_same() {
    let [one, other] = ["America/New_York", "US/Eastern"]
        .map(|zone| schedule(&format!("daily at 06:30 in {zone}")));
    assert_ne!(one, other);
    assert_eq!(schedule("hourly in utc"), schedule("HOURLY at :00"));
}
