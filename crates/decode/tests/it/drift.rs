//! Columns that are not where, or what, the catalogue says.

use crate::reading::{PEOPLE, people, read};

#[test]
fn reordered_columns_are_found_by_name() {
    let header = "Report Period,Display Name,Is Deleted,User Principal Name,Send Count,\
        Assigned Products,Audio Duration,Last Activity Date,Report Refresh Date\r\n";
    let reading = read(
        &people(),
        format!("{header}7,Anna,No,a@contoso.example,5,E3,PT1S,,2026-11-01\r\n"),
    );
    assert!(reading.decoded.drift.is_none());
    assert_eq!(reading.schema, read(&people(), PEOPLE).schema);
    assert_eq!(reading.column("display_name"), ["Anna"]);
    assert_eq!(reading.column("send_count"), ["5"]);
    assert_eq!(reading.column("report_refresh_date"), ["2026-11-01"]);
}

#[test]
fn older_headers_land_under_the_column_of_today() {
    let reading = read(
        &people(),
        format!(
            "{}2026-11-01,a,A,,,5,,,7\r\n",
            PEOPLE.replace("Send Count", "Sent")
        ),
    );
    assert_eq!(reading.column("send_count"), ["5"]);
    assert_eq!(
        reading.decoded.drift.renamed,
        [("Sent".to_owned(), "send_count".to_owned())]
    );
    assert!(reading.decoded.drift.missing.is_empty());
}

#[test]
fn spaces_in_headers_make_no_difference() {
    let header = PEOPLE
        .replace("Send Count", " Send  Count ")
        .replace("Is Deleted", "\"Is Deleted\"");
    let reading = read(&people(), format!("{header}2026-11-01,a,A,True,,5,,,7\r\n"));
    assert!(reading.decoded.drift.is_none());
    assert_eq!(reading.column("send_count"), ["5"]);
}

#[test]
fn unknown_columns_are_kept_as_text_behind_the_known_ones() {
    let header = format!("Novelty (Byte),{},Other\r\n", PEOPLE.trim_end());
    let reading = read(
        &people(),
        format!("{header}007,2026-11-01,a,A,,,5,,,7, x \r\n"),
    );
    assert_eq!(reading.decoded.drift.added, ["novelty_byte", "other"]);
    assert_eq!(reading.column("novelty_byte"), ["007"]);
    assert_eq!(reading.column("other"), [" x "]);
    let names: Vec<_> = reading
        .schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert_eq!(names[9..12], ["report_period", "novelty_byte", "other"]);
    assert_eq!(names[12], "_account");
}

#[test]
fn missing_columns_are_null_and_named() {
    let header = PEOPLE
        .replace("Audio Duration,", "")
        .replace("Last Activity Date,", "");
    let reading = read(&people(), format!("{header}2026-11-01,a,A,,5,E3,7\r\n"));
    assert_eq!(
        reading.decoded.drift.missing,
        ["last_activity_date", "audio_duration"]
    );
    assert_eq!(reading.column("last_activity_date"), ["-"]);
    assert_eq!(reading.column("send_count"), ["5"]);
    assert_eq!(reading.column("audio_duration"), ["-"]);
    assert_eq!(reading.column("audio_duration_seconds"), ["-"]);
    assert_eq!(reading.column("assigned_products"), ["E3"]);
}

#[test]
fn a_column_that_comes_twice_gets_a_number() {
    let header = format!("{},Send Count,Extra,Extra\r\n", PEOPLE.trim_end());
    let reading = read(
        &people(),
        format!("{header}2026-11-01,a,A,,,5,,,7,6,x,y\r\n"),
    );
    assert_eq!(reading.column("send_count"), ["5"]);
    assert_eq!(reading.column("send_count_2"), ["6"]);
    assert_eq!(reading.column("extra"), ["x"]);
    assert_eq!(reading.column("extra_2"), ["y"]);
    assert_eq!(reading.decoded.drift.repeated, ["Send Count", "Extra"]);
}

#[test]
fn a_header_without_letters_gets_its_number() {
    let header = format!("{},,\r\n", PEOPLE.trim_end());
    let reading = read(&people(), format!("{header}2026-11-01,a,A,,,5,,,7,x,y\r\n"));
    assert_eq!(reading.column("column_10"), ["x"]);
    assert_eq!(reading.column("column_11"), ["y"]);
}
