//! What is not drawn, and why.

use exmetrics_chart::{
    Bar, Daily, Day, Error, Phase, Row, Series, Span, Stack, State, Subject, Unit, Why, area, bars,
    columns, day_columns, lines, sparkline, strips, waterfall,
};

use super::figures::{days, mail, one};

#[test]
fn unsorted_and_repeated_days() {
    for (a, b) in [(5, 4), (4, 4)] {
        let dates = vec![Day::since_epoch(a), Day::since_epoch(b)];
        let daily = Daily::new(dates, vec![Series::new("Sent", vec![Some(1.0); 2])]);
        let expected = Err(Error::UnsortedDays(Day::since_epoch(4)));
        assert_eq!(lines(&mail(), &daily), expected);
        assert_eq!(area(&mail(), &daily, Stack::Stacked), expected);
        assert_eq!(strips(&mail(), &daily), expected);
        assert_eq!(sparkline(&mail(), &daily), expected);
        assert_eq!(day_columns(&mail(), &daily), expected);
    }
}

#[test]
fn values_that_are_no_usage_figures() {
    for value in [-1.0, f64::NAN, f64::INFINITY, f64::MAX] {
        let expected = Error::BadValue {
            name: "Sent".to_owned(),
            value: value.to_string(),
        };
        assert_eq!(
            lines(&mail(), &one(vec![Some(value)])),
            Err(expected.clone())
        );
        assert_eq!(
            bars(&mail(), &[Bar::new("Sent", Some(value))]),
            Err(expected.clone())
        );
        assert_eq!(
            columns(&mail(), &[Bar::new("Sent", Some(value))]),
            Err(expected.clone())
        );
        let limited = mail().limit("Sent", value);
        assert_eq!(lines(&limited, &one(vec![Some(1.0)])), Err(expected));
    }
    let backwards = Span {
        phase: Phase::Ask,
        from: 2.0,
        to: 1.0,
    };
    let row = Row::request("Mon", State::Failed, vec![backwards]);
    assert!(matches!(
        waterfall(&mail(), &[row]),
        Err(Error::BadValue { .. })
    ));
}

#[test]
fn nothing_too_much_or_too_long() {
    assert_eq!(
        lines(&mail(), &Daily::new(vec![], vec![])),
        Err(Error::Nothing)
    );
    assert_eq!(bars(&mail(), &[]), Err(Error::Nothing));
    assert_eq!(waterfall(&mail(), &[]), Err(Error::Nothing));
    let series = vec![Series::new("Sent", vec![Some(1.0)]); 6];
    let six = Daily::new(days(1), series);
    assert_eq!(lines(&mail(), &six), Err(Error::TooManySeries { most: 5 }));
    assert_eq!(
        sparkline(&mail(), &six),
        Err(Error::TooManySeries { most: 1 })
    );
    assert!(strips(&mail(), &six).is_ok());
    let ends = [Day::since_epoch(i32::MIN), Day::since_epoch(i32::MAX)];
    let ages = one(vec![Some(1.0)]).missing(ends.map(|day| (day, Why::Failed)));
    assert_eq!(lines(&mail(), &ages), Err(Error::TooLong));
}

#[test]
fn lengths_that_differ() {
    let daily = Daily::new(days(3), vec![Series::new("Sent", vec![Some(1.0)])]);
    let error = lines(&mail(), &daily).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the series \"Sent\" has 1 values for 3 days"
    );
}

#[test]
fn ids_that_are_no_plain_word() {
    for id in ["", "1a", "a b", "a\"", "é"] {
        let subject = Subject::new(id, "Mail", Unit::Count);
        assert_eq!(
            lines(&subject, &one(vec![Some(1.0)])),
            Err(Error::BadId(id.to_owned()))
        );
    }
}
