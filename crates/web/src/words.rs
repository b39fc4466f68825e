//! Numbers, sizes and times as pages say them.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

/// A moment: in words, for machines, and in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct When {
    /// Near by, as people say it: `today 02:11`.
    pub(crate) text: String,
    /// RFC 3339, for `<time>`.
    pub(crate) at: String,
    /// `23 Nov 2026, 02:11 UTC`.
    pub(crate) full: String,
}

/// A moment as seen from now.
pub(crate) fn when(at: Timestamp, now: Timestamp) -> When {
    let (moment, today) = (
        at.to_zoned_datetime(TimeZone::UTC),
        now.to_zoned_datetime(TimeZone::UTC).date(),
    );
    let clock = moment.strftime("%H:%M");
    let days = (moment.date() - today).get_days();
    let text = match days {
        0 => format!("today {clock}"),
        1 => format!("tomorrow {clock}"),
        -1 => format!("yesterday {clock}"),
        _ => format!("{}, {clock}", short_day(moment.date(), today)),
    };
    When {
        text,
        at: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        full: moment.strftime("%-d %b %Y, %H:%M UTC").to_string(),
    }
}

/// `20 Nov 2026`.
pub(crate) fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// `Mon 23 Nov 2026`.
pub(crate) fn weekday(date: Date) -> String {
    date.strftime("%a %-d %b %Y").to_string()
}

/// `20 Nov`, with its year where that is another one.
pub(crate) fn short_day(date: Date, today: Date) -> String {
    match date.year() == today.year() {
        true => date.strftime("%-d %b").to_string(),
        false => day(date),
    }
}

/// `4,521`.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `4,521 rows`.
pub(crate) fn count(number_of: u64, what: &str) -> String {
    let ending = if number_of == 1 { "" } else { "s" };
    format!("{} {what}{ending}", number(number_of))
}

/// `1.2 MB`, in steps of 1,000.
pub(crate) fn bytes(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < units.len() {
        size /= 1000.0;
        unit += 1;
    }
    match size {
        _ if unit == 0 => format!("{bytes} B"),
        size if size < 10.0 => format!("{size:.1} {}", units[unit]),
        size => format!("{size:.0} {}", units[unit]),
    }
}

/// `38 min`, `9 h 38 min`, `3 days`: the two largest parts.
pub(crate) fn span(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 if seconds % 60 == 0 || minutes >= 10 => format!("{minutes} min"),
        60..3600 => format!("{minutes} min {} s", seconds % 60),
        3600..86_400 if minutes % 60 == 0 => format!("{hours} h"),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ if days == 1 => "1 day".into(),
        _ => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sizes_and_numbers_read_well() {
        let now: Timestamp = "2026-11-23T14:22:00Z".parse().expect("a moment");
        let text = |at: &str| when(at.parse().expect("a moment"), now).text;
        assert_eq!(text("2026-11-23T02:11:04Z"), "today 02:11");
        assert_eq!(text("2026-11-24T02:10:00Z"), "tomorrow 02:10");
        assert_eq!(text("2026-11-20T02:10:00Z"), "20 Nov, 02:10");
        assert_eq!(text("2025-11-20T02:10:00Z"), "20 Nov 2025, 02:10");
        assert_eq!(
            [number(0), number(999), number(1000), number(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [bytes(999), bytes(1200), bytes(113_000_000)],
            ["999 B", "1.2 kB", "113 MB"]
        );
        let spans = [59, 60, 125, 700, 3600, 34_680, 90_000, 300_000];
        assert_eq!(
            spans.map(|seconds| span(SignedDuration::from_secs(seconds))),
            [
                "59 s",
                "1 min",
                "2 min 5 s",
                "11 min",
                "1 h",
                "9 h 38 min",
                "1 day",
                "3 days"
            ]
        );
    }
}
