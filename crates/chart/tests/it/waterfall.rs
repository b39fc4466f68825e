//! A run over time: folds, words, and time that adds up.

use exmetrics_chart::{Phase, Row, Span, State, waterfall};

use super::figures::mail;

fn span(phase: Phase, from: f64, to: f64) -> Span {
    Span { phase, from, to }
}

fn request(spans: Vec<Span>) -> Row {
    Row::request("Mon 26 Oct", State::Published, spans)
}

#[test]
fn a_long_wait_is_folded_and_says_so() {
    let rows = [
        request(vec![span(Phase::Ask, 0.0, 20.0)]),
        request(vec![
            span(Phase::Wait, 5.0, 601.0),
            span(Phase::Ask, 601.0, 606.0),
        ]),
    ];
    let drawn = waterfall(&mail(), &rows).unwrap();
    assert_eq!(drawn.svg.matches("class=\"fold\"").count(), 1);
    let says = "Shaded: 9 min 40 s in which nothing was asked.".replace(' ', "\u{a0}");
    assert!(
        drawn.summary.replace(' ', "\u{a0}").ends_with(&says),
        "{}",
        drawn.summary
    );
    assert!(drawn.svg.contains(">10:00</text>"));
}

#[test]
fn a_short_wait_and_a_wait_beside_work_are_not_folded() {
    let short = [request(vec![
        span(Phase::Ask, 0.0, 5.0),
        span(Phase::Wait, 5.0, 15.0),
        span(Phase::Ask, 15.0, 20.0),
    ])];
    let beside = [
        request(vec![span(Phase::Download, 0.0, 700.0)]),
        request(vec![
            span(Phase::Wait, 0.0, 690.0),
            span(Phase::Ask, 690.0, 691.0),
        ]),
    ];
    for rows in [short.as_slice(), beside.as_slice()] {
        let drawn = waterfall(&mail(), rows).unwrap();
        assert!(!drawn.svg.contains("class=\"fold\""), "{}", drawn.svg);
        assert!(!drawn.summary.contains("Shaded"));
    }
}

#[test]
fn several_folds_leave_room_for_what_happened() {
    let windows = (0..8).map(|at| {
        let begin = f64::from(at) * 600.0;
        request(vec![
            span(Phase::Wait, 0.0, begin),
            span(Phase::Ask, begin, begin + 12.0),
        ])
    });
    let drawn = waterfall(&mail(), &windows.collect::<Vec<_>>()).unwrap();
    assert_eq!(drawn.svg.matches("class=\"fold\"").count(), 7);
    assert!(
        drawn.summary.contains("Shaded: 7 waits"),
        "{}",
        drawn.summary
    );
    let document = roxmltree::Document::parse(&drawn.svg).unwrap();
    for node in document
        .descendants()
        .filter(|node| node.attribute("class") == Some("step-ask"))
    {
        let share = |name: &str| {
            node.attribute(name)
                .unwrap()
                .trim_end_matches('%')
                .parse::<f64>()
                .unwrap()
        };
        assert!(share("x") + share("width") <= 100.01);
        assert!(share("width") > 2.0);
    }
}

#[test]
fn nothing_but_waiting_is_drawn() {
    let drawn = waterfall(&mail(), &[request(vec![span(Phase::Wait, 0.0, 900.0)])]).unwrap();
    assert!(drawn.svg.contains("wait-bar"));
    assert!(!drawn.svg.contains("NaN"));
    let unasked = Row::request("17 more days", State::NotAsked, vec![]);
    assert!(
        waterfall(&mail(), &[unasked])
            .unwrap()
            .svg
            .contains("not asked")
    );
}

#[test]
fn a_state_is_never_left_unsaid_but_published() {
    let all = [
        State::Empty,
        State::Awaiting,
        State::Failed,
        State::Expired,
        State::NotAsked,
        State::Running,
    ];
    for state in all {
        let row =
            Row::request("Mon", state, vec![span(Phase::Ask, 0.0, 1.0)]).note("x".repeat(300));
        let drawn = waterfall(&mail(), &[row, request(vec![span(Phase::Ask, 3.0, 4.0)])]).unwrap();
        assert!(
            drawn.svg.contains(&format!(">{}</text>", state.word())),
            "{}",
            drawn.svg
        );
    }
}
