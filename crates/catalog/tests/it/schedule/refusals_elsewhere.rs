//! What is no time zone and no line of cron.

use super::refusals::refuses;

#[test]
fn unknown_zones_suggest_the_nearest() {
    refuses(&[
        (
            "daily at 06:30 in Europe/Berln",
            Some(19),
            "'Europe/Berln' is no time zone; did you mean Europe/Berlin?",
        ),
        (
            "daily at 06:30 in berlin",
            Some(19),
            "'berlin' is no time zone; did you mean Europe/Berlin?",
        ),
        (
            "daily at 06:30 in new york",
            Some(19),
            "'new york' is no time zone; did you mean America/New_York?",
        ),
        (
            "manual in Asia/Sydney",
            Some(11),
            "'Asia/Sydney' is no time zone; did you mean Australia/Sydney?",
        ),
        (
            "daily at 06:30 in PST",
            Some(19),
            "'PST' is no time zone; write an IANA name such as Europe/Berlin or UTC",
        ),
        (
            "daily at 06:30 in +02:00",
            Some(19),
            "'+02:00' is no time zone; write an IANA name such as Europe/Berlin or UTC",
        ),
        (
            "daily at 06:30 in Etc/Unknown",
            Some(19),
            "'Etc/Unknown' is no time zone; write an IANA name such as Europe/Berlin or UTC",
        ),
        (
            "daily at 06:30 in Europe/Berlin tomorrow",
            Some(33),
            "'tomorrow' is not expected after the time zone Europe/Berlin",
        ),
        (
            "daily at 06:30 in",
            Some(16),
            "'in' must be followed by a time zone such as Europe/Berlin",
        ),
        (
            "cron 0 6 * * * in Europe/Berln",
            Some(19),
            "'Europe/Berln' is no time zone; did you mean Europe/Berlin?",
        ),
    ]);
}

#[test]
fn fields_of_cron_say_what_they_take() {
    refuses(&[
        (
            "cron",
            Some(1),
            "cron takes exactly five fields (minute, hour, day, month, weekday), and none were given",
        ),
        (
            "cron 0 6 * *",
            Some(1),
            "cron takes exactly five fields (minute, hour, day, month, weekday), and 4 were given",
        ),
        (
            "cron 0 0 6 * * 1-5",
            Some(16),
            "cron takes exactly five fields (minute, hour, day, month, weekday), and 6 were given: fields for seconds or years are not allowed, and a time zone is written as in Europe/Berlin",
        ),
        (
            "cron 0 0 6 * * 1-5 2026",
            Some(16),
            "cron takes exactly five fields (minute, hour, day, month, weekday), and 7 were given: fields for seconds or years are not allowed, and a time zone is written as in Europe/Berlin",
        ),
        (
            "cron 60 6 * * *",
            Some(6),
            "'60' is no minute of cron: it takes 0 to 59, *, ranges with -, lists with a comma and steps with /",
        ),
        (
            "cron 0 24 * * *",
            Some(8),
            "'24' is no hour of cron: it takes 0 to 23, *, ranges with -, lists with a comma and steps with /",
        ),
        (
            "cron 0 6 L * *",
            Some(10),
            "'L' is no day of cron: it takes 1 to 31, *, ranges with -, lists with a comma and steps with /; for a last day or a first monday write monthly on",
        ),
        (
            "cron 0 6 * foo *",
            Some(12),
            "'foo' is no month of cron: it takes 1 to 12 or jan to dec, *, ranges with -, lists with a comma and steps with /",
        ),
        (
            "cron 0 6 * * 5#3",
            Some(14),
            "'5#3' is no weekday of cron: it takes 0 to 7 (0 and 7 are Sunday) or sun to sat, *, ranges with -, lists with a comma and steps with /; for a last day or a first monday write monthly on",
        ),
        (
            "cron 0 6 * * 5-1",
            Some(14),
            "'5-1' runs backwards; write a range from low to high, or two ranges with a comma",
        ),
        (
            "cron 5/15 6 * * *",
            Some(6),
            "'5/15' needs an end before its step; write 5-59/n or */n",
        ),
        (
            "cron */0 6 * * *",
            Some(6),
            "the step in '*/0' is not one of 1 to 59",
        ),
        (
            "cron 0 0 31 2 *",
            Some(10),
            "cron 0 0 31 2 * can never run: no month that it names has a day 31",
        ),
        (
            "cron 0 0 31 2,4,jun,9,11 *",
            Some(10),
            "cron 0 0 31 2,4,jun,9,11 * can never run: no month that it names has a day 31",
        ),
        (
            "cron 0 0 30-31 2 *",
            Some(10),
            "cron 0 0 30-31 2 * can never run: no month that it names has a day 30-31",
        ),
    ]);
}
