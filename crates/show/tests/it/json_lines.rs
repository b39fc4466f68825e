use exmetrics_show::Format;
use serde_json::{Value, json};

use crate::rows::{batch, floats, one_column, people, shown, text};

fn objects(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn one_object_a_line_with_every_key() {
    assert_eq!(
        shown(Format::Jsonl, &[people()])
            .lines()
            .take(3)
            .collect::<Vec<_>>(),
        [
            r#"{"display_name":"Adele Vance","last_activity_date":"2026-11-01","send_count":12,"average":33.333333333333336,"is_deleted":false,"_fetched_at":"2026-11-01T06:30:00Z","products":"E5+BI"}"#,
            r#"{"display_name":"O\"Neill, Brian","last_activity_date":"2026-10-31","send_count":0,"average":2.5,"is_deleted":true,"_fetched_at":"2026-11-01T06:30:00.120Z","products":""}"#,
            r#"{"display_name":"李伟","last_activity_date":null,"send_count":null,"average":null,"is_deleted":null,"_fetched_at":null,"products":null}"#,
        ]
    );
}

#[test]
fn the_widest_integers_are_numbers() {
    let text = shown(Format::Jsonl, &[people()]);
    assert!(text.contains(r#""send_count":9223372036854775807,"#));
    assert!(text.contains(r#""send_count":-9223372036854775808,"#));
}

#[test]
fn control_characters_are_escaped_and_a_row_is_one_line() {
    let text = shown(
        Format::Jsonl,
        &[one_column(&[Some("a\nb\u{1b}[31m\u{2028}\"\\")])],
    );
    assert_eq!(text.lines().count(), 1);
    assert_eq!(
        objects(&text),
        [json!({"display_name": "a\nb\u{1b}[31m\u{2028}\"\\"})]
    );
}

#[test]
fn what_json_has_no_number_for_is_null() {
    let values = floats(&[Some(f64::NAN), Some(f64::INFINITY), Some(-0.0), Some(1e300)]);
    let text = shown(Format::Jsonl, &[batch(vec![("f", values)])]);
    assert_eq!(
        objects(&text),
        [
            json!({"f": null}),
            json!({"f": null}),
            json!({"f": -0.0}),
            json!({"f": 1e300})
        ]
    );
}

#[test]
fn no_rows_are_no_lines() {
    assert_eq!(shown(Format::Jsonl, &[people().slice(0, 0)]), "");
}

#[test]
fn an_array_holds_the_same_objects() {
    let lines = shown(Format::Jsonl, &[people()]);
    let objects: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let array: serde_json::Value = serde_json::from_str(&shown(Format::Json, &[people()])).unwrap();
    assert_eq!(array, serde_json::Value::Array(objects));
    assert_eq!(shown(Format::Json, &[people().slice(0, 0)]).trim(), "[]");
}

#[test]
fn batches_of_any_size_make_one_file() {
    let rows = people();
    let pieces = [rows.slice(0, 2), rows.slice(2, 1), rows.slice(3, 3)];
    assert_eq!(shown(Format::Jsonl, &pieces), shown(Format::Jsonl, &[rows]));
}

#[test]
fn a_column_name_that_occurs_again_stays_a_key_of_its_own() {
    let rows = batch(vec![("n", text(&[Some("a")])), ("n", text(&[Some("b")]))]);
    assert_eq!(
        shown(Format::Jsonl, &[rows]),
        "{\"n\":\"a\",\"n_2\":\"b\"}\n"
    );
}
