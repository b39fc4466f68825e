//! Bodies that must not land.

use exmetrics_decode::DecodeError;

use crate::reading::{PEOPLE, people, read, read_error};

fn description(reply: impl AsRef<[u8]>) -> String {
    let error = read_error(&people(), reply);
    assert!(!error.is_worth_another_try());
    match error {
        DecodeError::NotTheReport { description } => description,
        other => panic!("{other}"),
    }
}

#[test]
fn a_page_of_html() {
    let html = "\r\n<!DOCTYPE html>\r\n<HTML><body>Report Refresh Date,User Principal Name";
    assert_eq!(description(html), "the body is a page of HTML");
    assert_eq!(
        description("\u{FEFF}<?xml version=\"1.0\"?><error/>"),
        "the body is XML"
    );
}

#[test]
fn an_error_tells_its_code_and_nothing_that_could_name_people() {
    let error = r#"{"error": {"message": "no anna@contoso.example", "code": "UnknownTenantId"}}"#;
    assert_eq!(
        description(error),
        "the body is an error with the code UnknownTenantId"
    );
    let error = r#"{"error": {"code": "anna@contoso.example is gone"}}"#;
    assert_eq!(description(error), "the body is an error");
    let other = r#"{"Message": "JSON format is not supported."}"#;
    assert_eq!(
        description(other),
        "of its 1 columns 0 are known, too few or too common to tell"
    );
}

#[test]
fn another_report() {
    let other = "Report Refresh Date,Windows,Mac,Linux,iOS,Android\r\n2026-11-01,1,2,3,4,5\r\n";
    assert_eq!(
        description(other),
        "of its 6 columns 1 are known, too few or too common to tell"
    );
    let rows_alone = "2026-11-01,anna@contoso.example,Anna,False,,5,,,7\r\n";
    assert_eq!(
        description(rows_alone),
        "of its 9 columns 0 are known, too few or too common to tell"
    );
    assert_eq!(
        description("https://contoso.example/download?token=abc"),
        "of its 1 columns 0 are known, too few or too common to tell"
    );
    let json = r#"{"value": [{"windows": 1, "mac": 2, "linux": 3, "isDeleted": null}]}"#;
    assert_eq!(
        description(json),
        "of its 4 columns 1 are known, too few or too common to tell"
    );
}

#[test]
fn bytes_that_are_no_utf8_text_at_all() {
    let utf16: Vec<u8> = PEOPLE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(
        description([&b"\xFF\xFE"[..], &utf16].concat()),
        "the body is text in UTF-16"
    );
    assert_eq!(description(utf16), "the body is binary");
    assert_eq!(
        description(b"\x1F\x8B\x08\x00\x00"),
        "the body is still compressed"
    );
}

#[test]
fn columns_without_end() {
    assert_eq!(description(",".repeat(100_000)), "it has too many columns");
    let names: Vec<String> = (0..2_000)
        .map(|number| format!("\"x{number}\": 1"))
        .collect();
    let object = format!("{{\"value\": [{{{}}}]}}", names.join(","));
    assert_eq!(description(object), "its rows have too many columns");
}

#[test]
fn malformed_json() {
    for malformed in [
        "{\"value\": [{\"sendCount\": tru}]}",
        "{\"value\": [{\"sendCount\": 00:00:00}]}",
        "{\"value\": [{\"sendCount\" \"A\"}]}",
        "{\"value\": [{\"sendCount\": \"\\x\"}]}",
        "{\"value\": [{sendCount: 1}]}",
        "{\"value\" [}",
        "[{\"sendCount\": 1}] x",
    ] {
        assert_eq!(
            description(malformed),
            "the body is malformed as JSON at object 1",
            "{malformed}"
        );
    }
}

#[test]
fn a_header_with_a_third_of_the_columns_is_the_report() {
    let reading = read(
        &people(),
        "Display Name,Send Count,X,Y,Z,W\r\nAnna,1,,,,\r\n",
    );
    assert_eq!(reading.column("send_count"), ["1"]);
}
