use exmetrics_show::{Format, ShowOptions};
use insta::assert_snapshot;

use crate::rows::{
    NOVEMBER, batch, booleans, days, file_of, floats, integers, moments, on_terminal, one_column,
    people, shown, text,
};

/// The columns of a real report, and those that every table has.
fn report() -> arrow_array::RecordBatch {
    let counts = |a, b, c| integers(&[Some(a), Some(b), Some(c)]);
    batch(vec![
        ("report_refresh_date", days(&[Some(NOVEMBER); 3])),
        (
            "user_principal_name",
            text(&[
                Some("adele.vance@contoso.example"),
                Some("li.wei@contoso.example"),
                Some("noa@contoso.example"),
            ]),
        ),
        (
            "display_name",
            text(&[Some("Adele Vance"), Some("李伟"), Some("נועה לוי")]),
        ),
        ("is_deleted", booleans(&[Some(false); 3])),
        ("deleted_date", days(&[None; 3])),
        (
            "last_activity_date",
            days(&[Some(NOVEMBER), Some(NOVEMBER - 3), None]),
        ),
        ("send_count", counts(12, 0, 1_204)),
        ("receive_count", counts(340, 5, 17)),
        ("read_count", counts(338, 5, 16)),
        ("meeting_created_count", counts(2, 0, 11)),
        ("meeting_interacted_count", counts(9, 1, 40)),
        (
            "assigned_products",
            text(&[
                Some("MICROSOFT 365 E5 DEVELOPER+POWER BI PRO+EXCHANGE ONLINE PLAN 2"),
                Some("MICROSOFT 365 E3"),
                None,
            ]),
        ),
        ("report_period", integers(&[Some(7); 3])),
        ("_account", text(&[Some("contoso"); 3])),
        ("_requested_period", text(&[Some("D7"); 3])),
        ("_fetched_at", moments(&[Some(1_793_514_600_000_000); 3])),
    ])
}

fn figures() -> arrow_array::RecordBatch {
    batch(vec![
        (
            "display_name",
            text(&[Some("Adele Vance"), Some("李伟"), Some("")]),
        ),
        ("send_count", integers(&[Some(12), None, Some(-7)])),
        ("average", floats(&[Some(100.0 / 3.0), Some(2.5), None])),
    ])
}

#[test]
fn numbers_right_text_left_nulls_blank() {
    assert_snapshot!(shown(Format::Table, &[people()]));
}

#[test]
fn a_report_at_80_columns() {
    assert_snapshot!(on_terminal(80, ShowOptions::default(), &[report()]));
}

#[test]
fn a_report_at_140_columns() {
    assert_snapshot!(on_terminal(140, ShowOptions::default(), &[report()]));
}

#[test]
fn a_file_has_every_column_on_one_line() {
    let options = ShowOptions {
        terminal_width: Some(40),
        colours: true,
        ..Default::default()
    };
    let text = String::from_utf8(file_of(Format::Table, options, &[report()])).unwrap();
    assert_eq!(text.lines().count(), 5);
    assert_eq!(text, shown(Format::Table, &[report()]));
}

#[test]
fn names_break_before_anything_else_does() {
    let rows = batch(vec![
        ("display_name", text(&[Some("Adele Vance")])),
        ("meeting_created_count", integers(&[Some(5)])),
        ("meeting_interacted_count", integers(&[Some(17)])),
        ("last_activity_date", days(&[Some(NOVEMBER)])),
    ]);
    assert_snapshot!(on_terminal(64, ShowOptions::default(), &[rows]));
}

#[test]
fn prose_wraps_at_its_blanks() {
    let prose = "the quick brown fox jumps over the lazy dog and rests";
    let rows = batch(vec![
        ("display_name", text(&[Some("Adele Vance"), Some("李伟")])),
        ("description", text(&[Some(prose), Some("short")])),
        ("send_count", integers(&[Some(5), Some(17)])),
    ]);
    assert_snapshot!(on_terminal(60, ShowOptions::default(), &[rows]));
}

#[test]
fn one_row_that_is_too_wide_is_a_block() {
    assert_snapshot!(on_terminal(
        60,
        ShowOptions::default(),
        &[report().slice(0, 1)]
    ));
}

#[test]
fn rows_beyond_the_most_are_counted() {
    let most = |n| ShowOptions {
        max_table_rows: Some(n),
        ..ShowOptions::default()
    };
    let last = |n| {
        let rows = people();
        let pieces = [rows.slice(0, 1), rows.slice(1, 3), rows.slice(4, 2)];
        let text = String::from_utf8(file_of(Format::Table, most(n), &pieces)).unwrap();
        (
            text.lines().count(),
            text.lines().last().unwrap().to_owned(),
        )
    };
    assert_eq!(last(2), (5, "… 4 more rows, 6 in all".to_owned()));
    assert_eq!(last(5), (8, "… 1 more row, 6 in all".to_owned()));
    assert_eq!(last(0), (3, "… 6 more rows, 6 in all".to_owned()));
    assert_eq!(last(6).0, 8);
    assert!(!last(6).1.starts_with('…'));
}

#[test]
fn no_rows_are_a_header_and_a_word() {
    assert_eq!(
        shown(Format::Table, &[figures().slice(0, 0)]),
        " display_name │ send_count │ average\n\
         ──────────────┼────────────┼─────────\n\
         (no rows)\n"
    );
    let narrow = on_terminal(20, ShowOptions::default(), &[report().slice(0, 0)]);
    assert_eq!(narrow, "(no rows)\n");
}

#[test]
fn no_cell_reaches_the_terminal() {
    let rows = one_column(&[
        Some("\u{1b}[2J\u{1b}]0;title\u{7}"),
        Some("back\u{8}space\rreturn\ttab\nline"),
        Some("\u{9b}31m c1 \u{7f}"),
        Some("\u{202e}turned\u{202c} \u{2066}kept apart\u{2069} \u{2028}"),
        Some("👩‍👩‍👧 e\u{301} לוי"),
    ]);
    let rows = rows.with_schema(one_column(&[]).schema()).unwrap();
    assert_snapshot!(shown(Format::Table, &[rows]));
}

#[test]
fn no_column_name_reaches_the_terminal() {
    let rows = batch(vec![("\u{1b}[31mred\n", integers(&[Some(1)]))]);
    assert_eq!(
        shown(Format::Table, &[rows]),
        " \\u{1b}[31mred\\n\n─────────────────\n               1\n"
    );
}

#[test]
fn on_a_terminal_a_name_from_right_to_left_does_not_turn_what_follows() {
    let rows = batch(vec![
        (
            "display_name",
            text(&[Some("נועה"), Some("Noa"), Some("נ")]),
        ),
        ("send_count", integers(&[Some(1), Some(2), Some(3)])),
    ]);
    let text = on_terminal(80, ShowOptions::default(), std::slice::from_ref(&rows));
    let marked: Vec<_> = text
        .lines()
        .map(|line| line.matches('\u{200e}').count())
        .collect();
    assert_eq!(marked, [0, 0, 1, 0, 1]);
    assert!(!shown(Format::Table, &[rows]).contains('\u{200e}'));
}

#[test]
fn colours_are_only_for_names() {
    let options = ShowOptions {
        colours: true,
        ..ShowOptions::default()
    };
    let text = on_terminal(80, options, &[figures()]);
    let (header, rest) = text.split_once('\n').unwrap();
    assert_eq!(header.matches("\u{1b}[1m").count(), 3);
    assert!(!rest.contains('\u{1b}'));
    let bare = on_terminal(80, ShowOptions::default(), &[figures()]);
    assert_eq!(text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), bare);
}

#[test]
fn floats_have_at_most_six_decimals() {
    let values = [
        1.0 / 3.0,
        3.0,
        1e300,
        1e-7,
        0.0,
        -2.5,
        f64::NAN,
        f64::INFINITY,
        0.1 + 0.2,
        1e15,
    ];
    let rows = batch(vec![("f", floats(&values.map(Some)))]);
    let text = shown(Format::Table, &[rows]);
    let cells: Vec<_> = text.lines().skip(2).map(str::trim).collect();
    let expected = [
        "0.333333",
        "3",
        "1e300",
        "1e-7",
        "0",
        "-2.5",
        "NaN",
        "inf",
        "0.3",
        "1000000000000000",
    ];
    assert_eq!(cells, expected);
}

#[test]
fn later_rows_keep_the_columns_of_the_first_or_begin_anew() {
    let numbers: Vec<_> = (0..1_000).map(Some).collect();
    let page = batch(vec![("number", integers(&numbers))]);
    let wide = batch(vec![("number", integers(&[Some(1_234_567_890)]))]);
    let same = shown(
        Format::Table,
        &[page.clone(), page.clone(), page.slice(0, 3)],
    );
    assert_eq!(same.matches("number").count(), 1);
    assert_eq!(same.lines().count(), 2 + 2_003);
    let anew = shown(Format::Table, &[page.clone(), wide, page.clone()]);
    assert_eq!(anew.matches("number").count(), 2);
    assert_eq!(anew.lines().count(), 2 + 1_000 + 3 + 1_001);
}

#[test]
fn a_very_long_value_stays_whole() {
    // More than a 16-bit width can say.
    let long = "x".repeat(70_000);
    let in_a_file = shown(Format::Table, &[one_column(&[Some(&long)])]);
    assert_eq!(in_a_file.matches('x').count(), 70_000);
    let wrapped = one_column(&[Some(&long[..5_000])]);
    let on_screen = on_terminal(80, ShowOptions::default(), &[wrapped]);
    assert_eq!(on_screen.matches('x').count(), 5_000);
}
