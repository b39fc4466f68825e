//! A gap is never joined and never a zero.

use exmetrics_chart::{Chart, Stack, Why, area, day_columns, lines, sparkline, strips};

use super::figures::{Random, days, mail, one, paths, runs};

fn subpaths(svg: &str, class: &str) -> usize {
    paths(svg, class)
        .iter()
        .map(|data| data.matches('m').count())
        .sum()
}

/// Lowest points of a path, in pixels from the top; the path is followed step by step.
fn lowest(data: &str) -> f64 {
    let spaced = data
        .replace('-', " -")
        .replace(['m', 'l', 'z'], " ")
        .replace("h0", " ");
    let numbers: Vec<f64> = spaced
        .split_whitespace()
        .map(|text| text.parse().unwrap())
        .collect();
    let mut y = 0.0;
    numbers.chunks(2).fold(f64::MIN, |low, pair| {
        y += pair[1];
        low.max(y)
    })
}

#[test]
fn every_run_is_one_subpath_and_every_lone_day_a_dot() {
    let mut random = Random(7);
    for round in 0..400 {
        let values = random.values(1 + round % 60);
        let runs = runs(&values);
        let daily = one(values);
        let joined = runs.iter().filter(|length| **length > 1).count();
        let lone = runs.len() - joined;
        let check = |chart: Chart| {
            assert_eq!(subpaths(&chart.svg, "line"), joined, "{}", chart.svg);
            assert_eq!(
                subpaths(&chart.svg, "line line--lone"),
                lone,
                "{}",
                chart.svg
            );
        };
        check(lines(&mail(), &daily).unwrap());
        check(strips(&mail(), &daily).unwrap());
        check(sparkline(&mail(), &daily).unwrap());
        let drawn = area(&mail(), &daily, Stack::Stacked).unwrap();
        assert_eq!(subpaths(&drawn.svg, "area"), joined);
        check(drawn);
    }
}

#[test]
fn a_run_has_as_many_points_as_days() {
    let daily = one(vec![
        Some(5.0),
        Some(5.0),
        Some(5.0),
        None,
        Some(5.0),
        Some(5.0),
    ]);
    let svg = lines(&mail(), &daily).unwrap().svg;
    assert_eq!(paths(&svg, "line"), ["m0 26.7 200 0 200 0m400 0 200 0"]);
}

#[test]
fn no_line_reaches_zero_where_nothing_is_zero() {
    let mut random = Random(11);
    for _ in 0..200 {
        let values: Vec<_> = random
            .values(40)
            .into_iter()
            .map(|value| value.map(|value| value + 50_000.0))
            .collect();
        let svg = lines(&mail(), &one(values)).unwrap().svg;
        for data in paths(&svg, "line")
            .iter()
            .chain(&paths(&svg, "line line--lone"))
        {
            assert!(lowest(data) < 110.0, "{data}");
        }
    }
}

#[test]
fn a_missing_day_has_no_column() {
    let daily = one(vec![Some(1.0), None, Some(0.0), None]);
    let svg = day_columns(&mail(), &daily).unwrap().svg;
    assert_eq!(subpaths(&svg, "bar"), 2);
    assert_eq!(svg.matches("class=\"gap\"").count(), 2);
}

#[test]
fn days_that_are_left_out_are_gaps_too() {
    let mut sparse = days(6);
    sparse.remove(3);
    let values = vec![Some(3.0); 5];
    let daily =
        exmetrics_chart::Daily::new(sparse, vec![exmetrics_chart::Series::new("Sent", values)]);
    let drawn = lines(&mail(), &daily).unwrap();
    assert_eq!(subpaths(&drawn.svg, "line"), 2);
    assert!(
        drawn.summary.ends_with("1 day missing."),
        "{}",
        drawn.summary
    );
}

#[test]
fn weekly_figures_are_joined_but_a_known_gap_between_them_is_not() {
    let weeks: Vec<_> = (0..6)
        .map(|at| exmetrics_chart::Day::since_epoch(20_000 + at * 7))
        .collect();
    let mut values = vec![Some(3.0); 6];
    values[3] = None;
    let daily = exmetrics_chart::Daily::new(
        weeks.clone(),
        vec![exmetrics_chart::Series::new("Used", values)],
    )
    .every(7)
    .missing([(weeks[3], Why::Expired)]);
    let drawn = lines(&mail(), &daily).unwrap();
    assert_eq!(subpaths(&drawn.svg, "line"), 2);
    assert_eq!(
        drawn.svg.matches("class=\"gap\"").count(),
        1,
        "{}",
        drawn.svg
    );
    assert!(
        drawn.summary.ends_with("1 day expired."),
        "{}",
        drawn.summary
    );
}

#[test]
fn a_stack_breaks_where_any_part_is_missing() {
    let all = vec![Some(2.0); 5];
    let mut holed = all.clone();
    holed[2] = None;
    let series = vec![
        exmetrics_chart::Series::new("OneDrive", all),
        exmetrics_chart::Series::new("SharePoint", holed),
    ];
    let daily = exmetrics_chart::Daily::new(days(5), series);
    let stacked = area(&mail(), &daily, Stack::Stacked).unwrap();
    assert_eq!(subpaths(&stacked.svg, "line"), 4);
    let overlaid = area(&mail(), &daily, Stack::Overlaid).unwrap();
    assert_eq!(subpaths(&overlaid.svg, "line"), 3);
}

#[test]
fn every_reason_has_its_band_and_its_word() {
    let dates = days(9);
    let mut values = vec![None; 9];
    values[0] = Some(4.0);
    let reasons = [Why::Empty, Why::Expired, Why::Failed, Why::Awaiting];
    let missing = (1..9).map(|at| (dates[at], reasons[(at - 1) / 2]));
    let drawn = lines(&mail(), &one(values).missing(missing)).unwrap();
    assert_eq!(drawn.svg.matches("class=\"gap\"").count(), 3);
    assert_eq!(drawn.svg.matches("class=\"gap gap--awaiting\"").count(), 1);
    for word in ["empty", "expired", "failed", "awaiting"] {
        assert!(
            drawn.svg.contains(&format!(">{word}</text>")),
            "{word}: {}",
            drawn.svg
        );
    }
    assert_eq!(drawn.table.rows[1], ["26 Oct 2026", "empty"]);
}

#[test]
fn a_day_with_a_value_keeps_it_whatever_the_reason_says() {
    let daily = one(vec![Some(1.0), Some(2.0)]).missing([(days(2)[1], Why::Failed)]);
    let drawn = lines(&mail(), &daily).unwrap();
    assert!(!drawn.svg.contains("class=\"gap"));
    assert_eq!(drawn.table.rows[1], ["26 Oct 2026", "2"]);
}

#[test]
fn a_week_without_its_weekend_has_no_mean() {
    // FIRST is a Sunday: the first whole week begins a day later.
    let mut values = vec![Some(7.0); 1 + 7 + 7 + 3];
    values[10] = None;
    let weeks = one(values)
        .missing([(days(18)[10], Why::Failed)])
        .weekly_means();
    let drawn = lines(&mail(), &weeks).unwrap();
    assert_eq!(
        drawn.table.rows,
        [["26 Oct 2026", "7"], ["2 Nov 2026", "failed"]]
    );
}

#[test]
fn without_any_value_the_chart_says_why() {
    let daily = one(vec![None; 3]).missing(days(5).into_iter().map(|day| (day, Why::Awaiting)));
    for drawn in [
        lines(&mail(), &daily).unwrap(),
        area(&mail(), &daily, Stack::Stacked).unwrap(),
        day_columns(&mail(), &daily).unwrap(),
        strips(&mail(), &daily).unwrap(),
        sparkline(&mail(), &daily).unwrap(),
    ] {
        let says = "No figures from 25 Oct 2026 to 29 Oct 2026: 5 days awaiting.";
        assert_eq!(drawn.empty.as_deref(), Some(says));
        assert!(!drawn.svg.contains("class=\"line"));
        assert!(drawn.svg.contains("gap--awaiting"));
    }
}
