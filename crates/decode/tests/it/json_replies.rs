//! Pages of JSON.

use exmetrics_decode::{DecodeError, Options};

use crate::reading::{PEOPLE, people, read, read_error, read_keeping, trend, try_read};

#[test]
fn flat_rows_over_several_pages() {
    let reading = read(
        &people(),
        r#"{"@odata.context": "x", "value": [
            {"reportRefreshDate": "2026-11-01", "userPrincipalName": "a@contoso.example",
             "displayName": "A, \"\u00c5\" \ud83d\ude00", "isDeleted": false, "lastActivityDate": "",
             "sendCount": 9223372036854775807, "audioDuration": "PT1M", "products": ["E3", null, "E5"],
             "reportPeriod": "7"}
        ], "@odata.nextLink": "https://contoso.example/{next}?["}
        {"value": []}
        {"value": [{"displayName": "B", "userPrincipalName": "b", "sendCount": null, "isDeleted": true,
                    "products": [], "reportPeriod": 7, "reportRefreshDate": "2026-11-02T00:00:00Z"}]}
        "#,
    );
    assert_eq!(reading.column("display_name"), ["A, \"Å\" 😀", "B"]);
    assert_eq!(reading.column("is_deleted"), ["false", "true"]);
    assert_eq!(reading.column("last_activity_date"), ["-", "-"]);
    assert_eq!(reading.column("send_count"), ["9223372036854775807", "-"]);
    assert_eq!(reading.column("audio_duration_seconds"), ["60", "-"]);
    assert_eq!(reading.column("assigned_products"), ["E3+E5", "-"]);
    assert_eq!(reading.column("report_period"), ["7", "7"]);
    assert_eq!(reading.rejects(), [""; 0]);
    assert!(
        reading.decoded.drift.is_none(),
        "{:?}",
        reading.decoded.drift
    );
    assert_eq!(
        reading.decoded.refresh_date,
        Some(jiff::civil::date(2026, 11, 2))
    );
    assert_eq!(reading.decoded.concealed, Some(false));
    assert_eq!(reading.schema, read(&people(), PEOPLE).schema);
}

#[test]
fn json_and_csv_of_the_same_figures_are_the_same_rows() {
    let csv = read(
        &trend(),
        "Report Refresh Date,Site Type,Total,Active,Report Date,Report Period\r\n2026-11-01,All,10,,2026-10-31,7\r\n",
    );
    let json = r#"{"value":[{"siteType":"All","total":10,"active":null,"reportDate":"2026-10-31","reportPeriod":"7","reportRefreshDate":"2026-11-01"}]}"#;
    let json = read(&trend(), format!("\u{FEFF}{json}"));
    assert_eq!(json.rows, csv.rows);
    assert_eq!(json.decoded, csv.decoded);
}

#[test]
fn nested_objects_are_rows_with_the_outer_properties_repeated() {
    let reply = r#"{"value": [
        {"reportRefreshDate": "2026-11-01", "reportPeriod": 7, "total": 1, "totalsByDate": [
            {"reportDate": "2026-10-31", "total": 10},
            {"reportDate": "2026-10-30", "active": 2}], "siteType": "All"},
        {"reportRefreshDate": "2026-11-01", "reportPeriod": 30, "totalsByDate": []},
        {"reportRefreshDate": "2026-11-01", "reportPeriod": 90,
         "first": [{"total": 1}, {"total": 2}], "second": [{"active": 3}]}]}"#;
    let reading = read(&trend(), reply);
    assert_eq!(
        reading.column("report_period"),
        ["7", "7", "30", "90", "90", "90"]
    );
    assert_eq!(
        reading.column("report_date"),
        ["2026-10-31", "2026-10-30", "-", "-", "-", "-"]
    );
    assert_eq!(reading.column("total"), ["10", "1", "-", "1", "2", "-"]);
    assert_eq!(reading.column("active"), ["-", "2", "-", "-", "-", "3"]);
    assert_eq!(
        reading.column("site_type"),
        ["All", "All", "-", "-", "-", "-"]
    );
    assert_eq!(reading.rejects(), [""; 0]);
    assert!(
        reading.decoded.drift.is_none(),
        "{:?}",
        reading.decoded.drift
    );
    let kept = read_keeping(&trend(), reply, &["2026-10-30"]);
    assert_eq!(kept.column("active"), ["2"]);
}

#[test]
fn a_page_that_is_itself_the_rows() {
    let summary = r#"{"summary": {"siteType": null, "total": 5}, "details": [
        {"siteType": "A", "total": 3}, {"siteType": "B", "total": 2}]}"#;
    let reading = read(&trend(), summary);
    assert_eq!(reading.column("site_type"), ["-", "A", "B"]);
    assert_eq!(reading.column("total"), ["5", "3", "2"]);
    let around = r#"{"reportPeriod": 7, "total": 1, "byDate": [{"reportDate": "2026-10-31"},
        {"reportDate": "2026-10-30", "total": 2}]}"#;
    let reading = read(&trend(), around);
    assert_eq!(reading.column("report_period"), ["7", "7"]);
    assert_eq!(reading.column("total"), ["1", "2"]);
    let alone = read(&trend(), r#"{"reportPeriod": 7, "total": 1}"#);
    assert_eq!(alone.column("total"), ["1"]);
    let bare = read(&trend(), r#"[{"total": 1}, {"total": 2}]"#);
    assert_eq!(bare.column("total"), ["1", "2"]);
}

#[test]
fn nothing_in_many_forms() {
    for nothing in [
        "{\"value\": []}",
        "{\"value\":[]}\n{\"value\":[]}\n",
        "{}",
        "[]",
        "{\"value\":null}",
    ] {
        let reading = read(&people(), nothing);
        assert_eq!(reading.rows, []);
        assert!(reading.decoded.drift.is_none());
        assert_eq!(reading.schema, read(&people(), PEOPLE).schema);
    }
}

#[test]
fn unknown_properties_of_the_first_page_are_columns_and_later_ones_rejects() {
    let reply = r#"{"value": []}{"value": [{"displayName": "A", "sendCount": 1},
                              {"displayName": "B", "sendCount": 1, "novelty": {"deep": [1, 2]}}]}
                   {"value": [{"displayName": "C", "reportPeriod": "7", "later": 2.50, "empty": null, "none": []},
                              {"displayName": "D", "later": "x", "novelty": 1e3}]}"#;
    let reading = read(&people(), reply);
    assert_eq!(
        reading.column("novelty"),
        ["-", "{\"deep\": [1, 2]}", "-", "1e3"]
    );
    assert_eq!(reading.decoded.drift.added, ["novelty"]);
    assert_eq!(
        reading.column("report_period"),
        ["-", "-", "7", "-"],
        "known columns are never late"
    );
    assert!(
        !reading
            .decoded
            .drift
            .missing
            .contains(&"report_period".to_owned())
    );
    assert!(
        reading
            .decoded
            .drift
            .missing
            .contains(&"is_deleted".to_owned())
    );
    assert_eq!(
        reading.rejects(),
        [
            "3 later: the column appeared after the first page: 2.50",
            "4 later: the column appeared after the first page: x",
        ]
    );
}

#[test]
fn cells_that_do_not_fit_are_rejected_as_they_came() {
    let reading = read(
        &people(),
        b"{\"value\": [{\"displayName\": \"J\xF6rg\", \"sendCount\": 18446744073709551616, \"isDeleted\": 1},\
          {\"displayName\": \"\\ud800\", \"sendCount\": 1.0, \"isDeleted\": \"No\"}, 7, null]}",
    );
    assert_eq!(reading.column("display_name"), ["-", "-"]);
    assert_eq!(reading.column("is_deleted"), ["-", "false"]);
    let mut rejects = reading.rejects();
    rejects.sort();
    assert_eq!(
        rejects,
        [
            "1 display_name: not text in UTF-8: J\\xf6rg",
            "1 is_deleted: not True, False, Yes or No: 1",
            "1 send_count: not a whole number of 64 bits: 18446744073709551616",
            "2 display_name: not text in UTF-8: \\xed\\xa0\\x80",
            "2 send_count: not a whole number of 64 bits: 1.0",
            "3 : not an object: 7",
        ]
    );
}

#[test]
fn a_property_that_comes_twice_keeps_its_first_value() {
    let reading = read(
        &people(),
        r#"{"value": [{"displayName": "A", "sendCount": 1, "sendCount": 2, "sendCount": ""}]}"#,
    );
    assert_eq!(reading.column("send_count"), ["1"]);
    assert_eq!(
        reading.rejects(),
        ["1 send_count: the property came twice in one object: 2"]
    );
    // Two names of one column are two columns.
    let reading = read(
        &people(),
        r#"{"value": [{"displayName": "A", "sent": 1, "sentCount": 2}]}"#,
    );
    assert_eq!(reading.column("send_count"), ["1"]);
    assert_eq!(reading.column("send_count_2"), ["2"]);
}

#[test]
fn a_reply_that_was_cut_is_worth_another_try() {
    let whole = r#"{"value": [{"displayName": "A", "sendCount": 1}, {"displayName": "B"}]}"#;
    for end in 1..whole.len() {
        let error = read_error(&people(), &whole[..end]);
        assert!(
            matches!(error, DecodeError::CutOff { .. }),
            "{end}: {error}"
        );
    }
    assert_eq!(read(&people(), whole).rows.len(), 2);
}

#[test]
fn an_error_in_a_later_page_ends_the_reply() {
    let reply = r#"{"value": [{"displayName": "A", "sendCount": 1}]} {"error": {"code": "TooManyRequests"}}"#;
    let error = read_error(&people(), reply).to_string();
    assert_eq!(
        error,
        "the reply is not the report: the body is an error with the code TooManyRequests"
    );
}

#[test]
fn csv_for_a_report_in_json_and_json_for_one_in_csv() {
    let mut report = people();
    report.format = exmetrics_catalog::ReplyFormat::Json;
    let reading = read(&report, format!("{PEOPLE}2026-11-01,a,A,,,5,,,7\r\n"));
    assert_eq!(reading.column("send_count"), ["5"]);
}

#[test]
fn an_object_of_any_size_or_a_page_of_any_length() {
    let options = Options {
        max_record_bytes: 2_000,
        ..Options::default()
    };
    let rows = |count: usize| {
        let rows: Vec<_> = (0..count)
            .map(|n| format!("{{\"displayName\":\"{n}\",\"sendCount\":{n}}}"))
            .collect();
        format!("{{\"value\":[{}]}}", rows.join(","))
    };
    let reading = try_read(&people(), rows(500).as_bytes(), &options, None).unwrap();
    assert_eq!(reading.column("send_count")[499], "499");
    let long = format!(
        "{{\"value\":[{{\"displayName\":\"{}\"}}]}}",
        "x".repeat(3_000)
    );
    let error = try_read(&people(), long.as_bytes(), &options, None).unwrap_err();
    assert!(
        matches!(
            error,
            DecodeError::RecordTooLong {
                line: 1,
                limit: 2_000
            }
        ),
        "{error}"
    );
}

#[test]
fn a_malformed_object_is_told_by_its_number() {
    let reply = r#"{"value": [{"sendCount": 1}, {"sendCount": 1}]} {"value": [{"sendCount": nul}, {"sendCount": 1}]}"#;
    let error = read_error(&people(), reply).to_string();
    assert_eq!(
        error,
        "the reply is not the report: the body is malformed as JSON at object 3"
    );
}

#[test]
fn an_unknown_column_has_one_name_in_both_formats() {
    let json = r#"{"value": [{"displayName": "A", "sent": 1, "newFigureMB": 5, "sendCount2": 3}]}
                  {"value": [{"displayName": "B", "anotherOne": 6}]}"#;
    let json = read(&people(), json);
    let csv = read(
        &people(),
        "Display Name,Sent,New Figure MB,Send Count2\r\nA,1,5,3\r\n",
    );
    assert_eq!(json.schema, csv.schema);
    assert_eq!(json.column("new_figure_mb"), ["5", "-"]);
    assert_eq!(json.decoded.drift.added, ["new_figure_mb", "send_count2"]);
    assert_eq!(
        json.decoded.drift.renamed,
        [("sent".to_owned(), "send_count".to_owned())]
    );
    assert_eq!(json.rejects[0].column, "another_one");
}
