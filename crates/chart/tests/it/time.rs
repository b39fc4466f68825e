//! The calendar, and the days that an axis names.

use exmetrics_chart::{Daily, Day, Series, lines};

use super::figures::{NS, mail};

#[test]
fn dates_go_there_and_back() {
    for (days, iso) in [
        (0, "1970-01-01"),
        (-1, "1969-12-31"),
        (59, "1970-03-01"),
        (11_016, "2000-02-29"),
        (20_751, "2026-10-25"),
        (-719_162, "0001-01-01"),
    ] {
        let day = Day::since_epoch(days);
        assert_eq!(day.iso(), iso);
        let (year, month, date) = day.date();
        assert_eq!(Day::from_date(year, month, date), Some(day));
    }
    assert_eq!(Day::from_date(2026, 2, 29), None);
    assert_eq!(Day::from_date(2026, 13, 1), None);
    assert_eq!(Day::from_date(0, 1, 1), None);
    for days in (-800_000..800_000).step_by(37) {
        let (year, month, date) = Day::since_epoch(days).date();
        if year >= 1 {
            assert_eq!(
                Day::from_date(year, month, date),
                Some(Day::since_epoch(days))
            );
        }
    }
}

/// The dates under an axis; those in brackets show on wide charts only.
fn named(year: i32, month: u32, day: u32, count: i32) -> String {
    let first = Day::from_date(year, month, day).unwrap().number();
    let days: Vec<Day> = (first..first + count).map(Day::since_epoch).collect();
    let values = vec![Some(1.0); days.len()];
    let svg = lines(
        &mail(),
        &Daily::new(days, vec![Series::new("Sent", values)]),
    )
    .unwrap()
    .svg;
    let document = roxmltree::Document::parse(&svg).unwrap();
    let ticks = document.descendants().filter(|node| {
        node.has_tag_name((NS, "text")) && node.attribute("x").is_some_and(|x| x.ends_with('%'))
    });
    let words = ticks.map(|node| {
        let text = node.text().unwrap();
        if node.attribute("class") == Some("tick") {
            text.to_owned()
        } else {
            format!("({text})")
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn axes_name_sensible_days() {
    assert_eq!(named(2026, 11, 20, 1), "20 Nov 2026");
    assert_eq!(named(2026, 11, 20, 3), "20 Nov 2026 21 Nov 22 Nov");
    insta::assert_snapshot!(
        [7, 14, 30, 60, 90, 180, 365, 730, 1100, 4000, 30_000]
            .map(|count| format!("{count:>6}: {}", named(2025, 10, 25, count)))
            .join("\n")
    );
}
