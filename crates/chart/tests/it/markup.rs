//! Drawings are XML, fit the page's strict policy, escape what people wrote, and stay small.

use exmetrics_chart::{
    Bar, Chart, Daily, Day, Phase, Row, Series, Span, Stack, State, Subject, Unit, Why, area, bars,
    columns, day_columns, lines, sparkline, strips, waterfall,
};

use super::figures::{NS, Random, days, mail, one};

const HOSTILE: &str =
    "</svg><script>alert(1)</script> \" onload='x' & ]]> \u{0}\u{b} עברית \u{202e}";

fn every_kind(subject: &Subject, name: &str, values: &[Option<f64>]) -> Vec<Chart> {
    let daily = Daily::new(
        days(values.len()),
        vec![Series::new(name, values.to_vec()).note(name).change(name)],
    )
    .missing([(days(1)[0], Why::Failed)]);
    let named: Vec<Bar> = values
        .iter()
        .map(|value| Bar::new(name, *value).note(name))
        .collect();
    let span = Span {
        phase: Phase::Wait,
        from: 0.0,
        to: 4.0,
    };
    let rows = [
        Row::group(name).note(name),
        Row::request(name, State::Failed, vec![span]).note(name),
    ];
    vec![
        lines(subject, &daily).unwrap(),
        area(subject, &daily, Stack::Overlaid).unwrap(),
        area(subject, &daily, Stack::Stacked).unwrap(),
        day_columns(subject, &daily).unwrap(),
        strips(subject, &daily).unwrap(),
        sparkline(subject, &daily).unwrap(),
        bars(subject, &named).unwrap(),
        columns(subject, &named).unwrap(),
        waterfall(subject, &rows).unwrap(),
    ]
}

fn check(drawn: &Chart) {
    let document = roxmltree::Document::parse(&drawn.svg)
        .unwrap_or_else(|error| panic!("{error} in {}", drawn.svg));
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    let described = root.attribute("aria-describedby").unwrap();
    assert!(
        document
            .descendants()
            .any(|node| node.attribute("id") == Some(described))
    );
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert_eq!(node.tag_name().namespace(), Some(NS));
        assert!(
            !["script", "style", "a", "foreignObject", "use"].contains(&node.tag_name().name())
        );
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(
                name != "style" && name != "href" && !name.starts_with("on"),
                "{name}"
            );
            assert!(
                !value.contains("NaN") && !value.contains("inf"),
                "{name}={value}"
            );
            if name == "id" {
                assert!(value.starts_with(&format!("{}-", drawn.id)), "{value}");
            }
            if value.contains("url(") {
                let target = value.trim_start_matches("url(#").trim_end_matches(')');
                assert!(
                    document
                        .descendants()
                        .any(|node| node.attribute("id") == Some(target)),
                    "{value}"
                );
            }
        }
    }
    for row in &drawn.table.rows {
        assert_eq!(row.len(), drawn.table.head.len());
    }
    assert!(drawn.summary.ends_with('.'), "{}", drawn.summary);
}

#[test]
fn every_kind_is_xml_for_every_value() {
    let subject = Subject::new("c1", HOSTILE, Unit::Count).limit(HOSTILE, 10.0);
    for unit in [Unit::Count, Unit::Bytes, Unit::Seconds, Unit::Percent] {
        let plain = Subject::new("c2", "Title", unit);
        for values in [
            vec![None, None],
            vec![Some(0.0), Some(0.0)],
            vec![Some(5.0)],
            vec![Some(7.0); 9],
            vec![Some(1e99), None, Some(1e100)],
            vec![Some(f64::MIN_POSITIVE), Some(1e-300)],
            vec![Some(0.000_02), Some(0.000_05)],
            vec![Some(1e17), Some(3.0), Some(0.5)],
        ] {
            every_kind(&plain, "Sent", &values).iter().for_each(check);
        }
    }
    every_kind(&subject, HOSTILE, &[Some(3.0), None, Some(4.0)])
        .iter()
        .for_each(check);
}

#[test]
fn names_come_back_as_they_were() {
    let name = "Ärger & <Söhne> \"GmbH\" עברית";
    let drawn = bars(&mail(), &[Bar::new(name, Some(3.0))]).unwrap();
    let document = roxmltree::Document::parse(&drawn.svg).unwrap();
    let texts: Vec<_> = document
        .descendants()
        .filter_map(|node| node.text())
        .collect();
    assert!(texts.contains(&name), "{texts:?}");
    assert_eq!(drawn.table.rows[0][0], name);
}

#[test]
fn a_name_from_right_to_left_is_fenced_in() {
    let drawn = lines(
        &mail(),
        &Daily::new(days(1), vec![Series::new("רשת", vec![Some(3.0)])]),
    )
    .unwrap();
    assert_eq!(drawn.summary, "\u{2068}רשת\u{2069}: 3 on 25 Oct 2026.");
}

#[test]
fn three_years_of_five_series_are_small() {
    let mut random = Random(3);
    let mut biggest = 0;
    for _ in 0..8 {
        let series = (0..5).map(|at| Series::new(format!("Series {at}"), random.values(1100)));
        let daily = Daily::new(days(1100), series.collect());
        biggest = biggest.max(lines(&mail(), &daily).unwrap().svg.len());
    }
    let full = (0..5).map(|at| {
        let values = (0..1100)
            .map(|_| Some(random.below(90_000) as f64))
            .collect();
        Series::new(format!("Series {at}"), values)
    });
    biggest = biggest.max(
        lines(&mail(), &Daily::new(days(1100), full.collect()))
            .unwrap()
            .svg
            .len(),
    );
    assert!(biggest < 60_000, "{biggest} bytes");
}

#[test]
fn dots_carry_their_day_and_value_for_the_crosshair() {
    let svg = lines(&mail(), &one(vec![Some(1234.0), None, Some(5.0)]))
        .unwrap()
        .svg;
    assert!(
        svg.contains("data-at=\"2026-10-25\" data-value=\"1,234\""),
        "{svg}"
    );
    assert_eq!(svg.matches("<circle").count(), 2);
    assert!(svg.contains("data-from=\"2026-10-25\" data-to=\"2026-10-27\""));
}

#[test]
fn days_far_from_today_are_drawn() {
    for year in [1, 1600, 9999] {
        let day = Day::from_date(year, 1, 1).unwrap();
        let daily = Daily::new(vec![day], vec![Series::new("Sent", vec![Some(1.0)])]);
        check(&lines(&mail(), &daily).unwrap());
    }
}
