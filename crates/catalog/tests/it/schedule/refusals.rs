//! What is no schedule, where, and the sentence for it.

use exmetrics_catalog::{Schedule, ScheduleError};

pub(super) fn refused(text: &str) -> ScheduleError {
    match text.parse::<Schedule>() {
        Ok(schedule) => panic!("{text} is read as {schedule}"),
        Err(error) => error,
    }
}

/// Checks the columns and the sentences of texts.
#[track_caller]
pub(super) fn refuses(rows: &[(&str, Option<usize>, &str)]) {
    for &(text, column, sentence) in rows {
        let error = refused(text);
        assert_eq!(error.to_string(), sentence, "{text}");
        assert_eq!(error.message, sentence, "{text}");
        assert_eq!(error.column, column, "{text}");
    }
}

#[test]
fn each_refusal_names_its_word() {
    refuses(&[
        (
            "",
            None,
            "the schedule is empty; start with manual, every, hourly, daily, weekdays, weekly, monthly or cron",
        ),
        (
            " , and ",
            None,
            "the schedule is empty; start with manual, every, hourly, daily, weekdays, weekly, monthly or cron",
        ),
        // The first word.
        (
            "dayly at 06:30",
            Some(1),
            "'dayly' starts no schedule; did you mean daily? a schedule starts with manual, every, hourly, daily, weekdays, weekly, monthly or cron",
        ),
        (
            "  sometimes",
            Some(3),
            "'sometimes' starts no schedule; start with manual, every, hourly, daily, weekdays, weekly, monthly or cron",
        ),
        (
            "0 6 * * *",
            Some(1),
            "'0' starts no schedule; write cron before the five fields of cron, or start with manual, every, hourly, daily, weekdays, weekly, monthly or cron",
        ),
        (
            "at 06:30",
            Some(1),
            "'at' starts no schedule; start with manual, every, hourly, daily, weekdays, weekly, monthly or cron",
        ),
        // Clauses.
        (
            "daily",
            Some(1),
            "daily needs a time; write daily as in: daily at 06:30, 18:00",
        ),
        (
            "daily at",
            Some(7),
            "'at' must be followed by a time such as 06:30",
        ),
        (
            "daily at 06:30 at 07:00",
            Some(16),
            "'at' is there twice; write it once",
        ),
        (
            "daily 06:30",
            Some(7),
            "daily needs a time; write daily as in: daily at 06:30, 18:00",
        ),
        (
            "daily noon at 06:30",
            Some(7),
            "'noon' is not expected here; write daily as in: daily at 06:30, 18:00",
        ),
        (
            "daily on mon at 06:30",
            Some(7),
            "'on' is not expected here; write daily as in: daily at 06:30, 18:00",
        ),
        (
            "manual at 06:30",
            Some(8),
            "'at' is not expected here; manual stands alone",
        ),
        (
            "every 15m at 06:30",
            Some(11),
            "'at' is not expected here; write every as in: every 15m from 08:00 to 18:00 on weekdays",
        ),
        (
            "hourly at :15, :45",
            Some(16),
            "':45' is one too many after 'at'",
        ),
        (
            "hourly on mon",
            Some(8),
            "'on' is not expected here; write hourly as in: hourly at :15",
        ),
        (
            "weekly at 06:30",
            Some(1),
            "weekly needs its days; write weekly as in: weekly on mon, thu at 07:00",
        ),
        (
            "weekly on mon",
            Some(1),
            "weekly needs a time; write weekly as in: weekly on mon, thu at 07:00",
        ),
        // Times.
        (
            "daily at 06:30, 25:00",
            Some(17),
            "'25:00' is no time of day; write 00:00 to 23:59",
        ),
        (
            "daily at 24:00",
            Some(10),
            "'24:00' is no time of day; write 00:00 to 23:59",
        ),
        (
            "daily at 06:60",
            Some(10),
            "'06:60' is no time of day; write 00:00 to 23:59",
        ),
        (
            "daily at 6",
            Some(10),
            "'6' is no time of day; write 00:00 to 23:59",
        ),
        (
            "daily at 06:30:15",
            Some(10),
            "'06:30:15' is no time of day; write 00:00 to 23:59",
        ),
        (
            "daily at +6:30",
            Some(10),
            "'+6:30' is no time of day; write 00:00 to 23:59",
        ),
        (
            "daily at ٠٦:٣٠",
            Some(10),
            "'٠٦:٣٠' is no time of day; write 00:00 to 23:59",
        ),
        (
            "hourly at :60",
            Some(11),
            "':60' is no minute; write :00 to :59",
        ),
        (
            "hourly at 6:15",
            Some(11),
            "'6:15' is no minute; write :00 to :59",
        ),
        // Intervals.
        (
            "every",
            Some(1),
            "every needs an interval; write every as in: every 15m from 08:00 to 18:00 on weekdays",
        ),
        ("every 15", Some(7), "'15' lacks its unit; write 15m or 2h"),
        (
            "every 0m",
            Some(7),
            "an interval of 0 is none; the shortest is 1m",
        ),
        (
            "every 25h",
            Some(7),
            "an interval is at most 24h; for rarer runs write daily at, weekly on or monthly on",
        ),
        (
            "every 99999999999999999999999h",
            Some(7),
            "an interval is at most 24h; for rarer runs write daily at, weekly on or monthly on",
        ),
        (
            "every 30s",
            Some(7),
            "an interval has no seconds; the shortest is 1m",
        ),
        (
            "every 2 days",
            Some(9),
            "an interval has no days; write daily at 06:30 or weekly on mon, thu at 06:30",
        ),
        (
            "every 1.5h",
            Some(7),
            "'1.5h' is no interval; write 15m, 2h or 90 minutes",
        ),
        (
            "every -5m",
            Some(7),
            "'-5m' is no interval; write 15m, 2h or 90 minutes",
        ),
        (
            "every 15m from 08:00",
            Some(11),
            "active hours have two ends; write from 08:00 to 18:00",
        ),
        (
            "every 15m to 08:00",
            Some(11),
            "active hours have two ends; write from 08:00 to 18:00",
        ),
        (
            "every 15m from 08:00 to 08:00",
            Some(25),
            "active hours from 08:00 to 08:00 are empty; leave them out to run all day",
        ),
        (
            "every 3h from 08:00 to 10:00",
            Some(15),
            "an interval of 3h does not fit between 08:00 and 10:00; for one run write daily at 08:00",
        ),
        (
            "every 24h from 08:00 to 07:59",
            Some(16),
            "an interval of 24h does not fit between 08:00 and 07:59; for one run write daily at 08:00",
        ),
        // Days.
        (
            "weekly on mun at 06:30",
            Some(11),
            "'mun' is no day of the week; write mon, tue, wed, thu, fri, sat, sun, weekdays or weekends",
        ),
        (
            "every monday and 15m at 06:30",
            Some(18),
            "'15m' is no day of the week; write mon, tue, wed, thu, fri, sat, sun, weekdays or weekends",
        ),
        (
            "monthly on 32 at 06:30",
            Some(12),
            "'32' names no day of a month; write 1 to 31, last day, or first, second, third, fourth or last with a day of the week, such as first monday",
        ),
        (
            "monthly on first at 06:30",
            Some(12),
            "'first' names no day of a month; write 1 to 31, last day, or first, second, third, fourth or last with a day of the week, such as first monday",
        ),
        (
            "monthly on monday at 06:30",
            Some(12),
            "'monday' names no day of a month; write 1 to 31, last day, or first, second, third, fourth or last with a day of the week, such as first monday",
        ),
    ]);
}

#[test]
fn columns_count_characters() {
    assert_eq!(refused("täglich um 06:30").column, Some(1));
    assert_eq!(refused("daily\u{3000}at\u{3000}ü").column, Some(10));
}

#[test]
fn too_many_times_want_an_interval() {
    let times: Vec<String> = (0..49)
        .map(|index| format!("{:02}:{:02}", index / 3, index % 3))
        .collect();
    let all = format!("daily at {}", times[..48].join(", "));
    assert!(all.parse::<Schedule>().is_ok());
    let error = refused(&format!("daily at {}", times.join(", ")));
    assert_eq!(
        error.message,
        "'16:00' is one time too many: at most 48 a day; write an interval, such as every 15m"
    );
    assert_eq!(error.column, Some(10 + 48 * 7));
}

#[test]
fn a_message_repeats_no_more_of_a_word_than_one_reads() {
    let error = refused(&"x".repeat(100_000));
    assert!(
        error.message.starts_with(&format!("'{}…'", "x".repeat(40))),
        "{error}"
    );
    let error = refused(&format!("manual in {}", "x".repeat(100_000)));
    assert!(error.message.len() < 200, "{error}");
    assert!(refused("\u{1b}[31m").message.starts_with("'\u{fffd}[31m'"));
}
