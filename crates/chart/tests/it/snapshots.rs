//! One picture of each kind, small enough to read. Tags stand on lines of their own.

use exmetrics_chart::{
    Bar, Chart, Daily, Phase, Row, Series, Span, Stack, State, Subject, Unit, Why, area, bars,
    columns, day_columns, lines, sparkline, strips, waterfall,
};

use super::figures::days;

fn show(chart: &Chart) -> String {
    let legend = chart.legend.iter().map(|entry| {
        format!(
            "{}={} ({})",
            entry.label,
            entry.value.as_deref().unwrap_or("-"),
            entry.series
        )
    });
    let rows = chart.table.rows.iter().map(|row| row.join(" | "));
    [
        chart.svg.replace("><", ">\n<"),
        chart.summary.clone(),
        legend.collect::<Vec<_>>().join("; "),
        chart.table.head.join(" | "),
        rows.collect::<Vec<_>>().join("\n"),
    ]
    .join("\n\n")
    .replace('\u{a0}', "~")
}

fn daily() -> Daily {
    let read = vec![Some(900.0), Some(1200.0), None, Some(800.0), None, None];
    let sent = vec![Some(400.0), Some(410.0), None, Some(390.0), None, None];
    Daily::new(
        days(6),
        vec![Series::new("Read", read), Series::new("Sent", sent)],
    )
    .missing([
        (days(6)[2], Why::Failed),
        (days(6)[4], Why::Awaiting),
        (days(6)[5], Why::Awaiting),
    ])
}

fn alone() -> Daily {
    let sent = vec![Some(400.0), None, Some(390.0)];
    Daily::new(
        days(3),
        vec![Series::new("Sent", sent).note("by people").change("+2 %")],
    )
}

fn subject(id: &str, unit: Unit) -> Subject {
    Subject::new(id, "Mail per day", unit)
}

#[test]
fn pictures() {
    let count = |id| subject(id, Unit::Count);
    let named = [
        Bar::new("Outlook & more", Some(84.0)).note("3,874"),
        Bar::new("POP3", None),
    ];
    let span = |phase, from, to| Span { phase, from, to };
    let rows = [
        Row::group("contoso").note("1 of 2"),
        Row::step("Sign in", vec![span(Phase::SignIn, 0.0, 0.9)]),
        Row::request(
            "Mon 26 Oct",
            State::Published,
            vec![
                span(Phase::Ask, 1.0, 2.0),
                span(Phase::Download, 2.0, 3.5),
                span(Phase::Decode, 3.5, 4.0),
            ],
        ),
        Row::request(
            "Tue 27 Oct",
            State::Awaiting,
            vec![
                span(Phase::Wait, 2.0, 601.0),
                span(Phase::Ask, 601.0, 602.0),
            ],
        )
        .note("204, no body"),
    ];
    let drawn = [
        ("lines", lines(&count("a").limit("Quota", 1500.0), &daily())),
        (
            "area",
            area(&subject("b", Unit::Bytes), &daily(), Stack::Stacked),
        ),
        ("day_columns", day_columns(&count("c"), &alone())),
        ("columns", columns(&subject("d", Unit::Percent), &named)),
        ("bars", bars(&subject("e", Unit::Percent), &named)),
        ("strips", strips(&count("f"), &alone())),
        ("sparkline", sparkline(&count("g").height(28), &alone())),
        ("waterfall", waterfall(&count("h"), &rows)),
    ];
    for (name, chart) in drawn {
        insta::assert_snapshot!(name, show(&chart.unwrap()));
    }
}
