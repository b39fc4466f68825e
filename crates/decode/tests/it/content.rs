//! What is learnt on the way: days, fingerprints, refresh dates, concealed names.

use exmetrics_decode::{DayContent, Options};
use jiff::civil::{Date, date};

use crate::reading::{PEOPLE, TREND, people, read, read_keeping, trend, try_read};

const WEEK: &str = "2026-11-01,All,10,5,2026-11-01,7\r\n\
    2026-11-01,OneDrive,4,2,2026-11-01,7\r\n\
    2026-11-01,All,9,,2026-10-31,7\r\n\
    2026-11-01,All,,,2026-10-30,7\r\n\
    2026-11-01,OneDrive,3,1,2026-10-31,7\r\n";

fn days(reply: &str) -> Vec<(Date, DayContent)> {
    read(&trend(), reply).decoded.days.into_iter().collect()
}

#[test]
fn each_day_of_a_trend_has_its_own_content() {
    let reading = read(&trend(), format!("{TREND}{WEEK}"));
    let counts: Vec<_> = reading
        .decoded
        .days
        .iter()
        .map(|(day, content)| (day.to_string(), content.rows))
        .collect();
    assert_eq!(
        counts,
        [
            ("2026-10-30".to_owned(), 1),
            ("2026-10-31".to_owned(), 2),
            ("2026-11-01".to_owned(), 2)
        ]
    );
    assert_eq!(reading.decoded.content.rows, 5);
    assert_eq!(reading.decoded.refresh_date, Some(date(2026, 11, 1)));
}

#[test]
fn rows_without_data_are_told_apart() {
    let blanks =
        "2026-11-01,,,,2026-10-30,7\r\n2026-11-01,,,,,7\r\n2026-11-01,,0,,2026-10-29,7\r\n";
    let reading = read(&trend(), format!("{TREND}{blanks}"));
    assert_eq!(reading.decoded.rows_kept, 3);
    assert_eq!(reading.decoded.rows_with_data, 1);
    let days: Vec<_> = reading
        .decoded
        .days
        .values()
        .map(|content| (content.rows, content.rows_with_data))
        .collect();
    assert_eq!(days, [(1, 1), (1, 0)]);
}

#[test]
fn a_later_reply_with_the_same_figures_is_no_restatement() {
    let later = WEEK
        .replace("2026-11-01,All", "2026-11-05,All")
        .replace(",7\r", ",30\r");
    let later = later.replace("2026-11-01,OneDrive", "2026-11-05,OneDrive");
    assert_ne!(later, WEEK);
    let first = days(&format!("{TREND}{WEEK}"));
    assert_eq!(days(&format!("{TREND}{later}")), first);
    // Neither is another order of rows, of columns, or a new column without cells.
    let mut lines: Vec<&str> = WEEK.lines().collect();
    lines.reverse();
    assert_eq!(days(&format!("{TREND}{}\r\n", lines.join("\r\n"))), first);
    let reordered = |line: &str| {
        let cells: Vec<&str> = line.trim_end().split(',').collect();
        [
            cells[3], cells[5], cells[4], cells[0], cells[1], "", cells[2],
        ]
        .join(",")
    };
    let header = reordered(TREND).replace(",,", ",News,");
    let rows: Vec<String> = WEEK.lines().map(reordered).collect();
    assert_eq!(days(&format!("{header}\r\n{}", rows.join("\n"))), first);
    let older = TREND.replace("Total", " total");
    assert_eq!(days(&format!("{older}{WEEK}")), first);
}

#[test]
fn each_changed_cell_is_a_restatement_of_its_day_alone() {
    let first = days(&format!("{TREND}{WEEK}"));
    for (from, to) in [
        ("All,10,5,2026-11-01", "All,11,5,2026-11-01"),
        ("All,10,5,2026-11-01", "All,1,05,2026-11-01"),
        ("All,10,5,2026-11-01", "All,105,,2026-11-01"),
        ("All,10,5,2026-11-01", "All,,105,2026-11-01"),
        ("All,10,5,2026-11-01", "Al,l10,5,2026-11-01"),
        ("All,10,5,2026-11-01", "All ,10,5,2026-11-01"),
    ] {
        let changed = days(&format!("{TREND}{}", WEEK.replace(from, to)));
        assert_eq!(changed[..2], first[..2], "{to}");
        assert_ne!(changed[2].1.hash, first[2].1.hash, "{to}");
    }
    let doubled = days(&format!("{TREND}{WEEK}{WEEK}"));
    assert!(
        doubled
            .iter()
            .zip(&first)
            .all(|(two, one)| two.1.hash != one.1.hash)
    );
}

#[test]
fn unknown_columns_count_in_any_order() {
    let of = |header: &str, cells: &str| {
        let reply = format!(
            "{},{header}\r\n2026-11-01,All,1,1,2026-11-01,7,{cells}\r\n",
            TREND.trim_end()
        );
        read(&trend(), reply).decoded.content
    };
    assert_eq!(of("Apples,Pears", "1,2"), of("Pears,Apples", "2,1"));
    assert_ne!(of("Apples,Pears", "1,2"), of("Pears,Apples", "1,2"));
}

/// The fingerprint is kept for months: another one for the same content would be a restatement of
/// every day there is.
#[test]
fn fingerprints_stay_the_same_for_ever() {
    let reading = read(&trend(), format!("{TREND}{WEEK}"));
    assert_eq!(
        reading.decoded.content.hash_hex(),
        "b92729cf23840894e8b517dca3bbf8d9"
    );
}

#[test]
fn a_detail_by_date_is_all_of_the_day_that_was_asked_for() {
    let reply =
        format!("{PEOPLE}2026-11-01,a@contoso.example,A,,,5,,,\r\n2026-11-03,b,B,,,5,,,\r\n");
    let asked = Some(date(2026, 10, 30));
    let reading = try_read(&people(), reply.as_bytes(), &Options::default(), asked).unwrap();
    assert_eq!(reading.column("_requested_date"), ["2026-10-30"; 2]);
    assert_eq!(
        reading.decoded.days.into_iter().collect::<Vec<_>>(),
        [(date(2026, 10, 30), reading.decoded.content)]
    );
    assert_eq!(reading.decoded.refresh_date, Some(date(2026, 11, 3)));
    let empty = try_read(&people(), PEOPLE.as_bytes(), &Options::default(), asked).unwrap();
    assert!(empty.decoded.days.is_empty());
    assert!(read(&people(), reply).decoded.days.is_empty());
}

#[test]
fn only_the_days_asked_for_are_kept() {
    let reply = format!("{TREND}{WEEK}2026-11-03,All,many,1,2026-10-29,7,extra\r\n");
    let reading = read_keeping(&trend(), &reply, &["2026-10-31", "2026-10-28"]);
    assert_eq!(reading.column("report_date"), ["2026-10-31", "2026-10-31"]);
    assert_eq!(reading.column("total"), ["9", "3"]);
    assert_eq!(
        reading.rejects(),
        [""; 0],
        "rows that are left out have no rejects"
    );
    let decoded = &reading.decoded;
    assert_eq!(
        (decoded.rows_read, decoded.rows_kept, decoded.rows_with_data),
        (6, 2, 2)
    );
    assert_eq!(
        decoded.days.keys().collect::<Vec<_>>(),
        [&date(2026, 10, 31)]
    );
    assert_eq!(decoded.days[&date(2026, 10, 31)], decoded.content);
    assert_eq!(decoded.refresh_date, Some(date(2026, 11, 3)), "of all rows");
}

#[test]
fn a_row_that_is_left_out_for_an_unreadable_day_is_reported() {
    let reply = format!("{TREND}2026-11-01,All,1,1,someday,7\r\n2026-11-01,All,1,1,,7\r\n");
    let reading = read_keeping(&trend(), &reply, &["2026-11-01"]);
    assert_eq!(reading.rows.len(), 0);
    assert_eq!(reading.rejects(), ["2 report_date: not a date: someday"]);
    let all = read(&trend(), reply);
    assert_eq!(all.column("report_date"), ["-", "-"]);
    assert_eq!(all.rejects(), reading.rejects());
}

#[test]
fn days_to_keep_do_not_concern_a_report_without_days() {
    let reply = format!("{PEOPLE}2026-11-01,a,A,,,5,,,7\r\n");
    assert_eq!(
        read_keeping(&people(), &reply, &["2020-01-01"]).rows.len(),
        1
    );
}

#[test]
fn concealed_names() {
    let concealed = |names: &[&str]| {
        let rows: String = names
            .iter()
            .map(|name| format!("2026-11-01,{name},A,,,5,,,7\r\n"))
            .collect();
        read(&people(), format!("{PEOPLE}{rows}")).decoded.concealed
    };
    let hashed = "0F1E2D3C4B5A69788796A5B4C3D2E1F0";
    assert_eq!(concealed(&[hashed, hashed]), Some(true));
    assert_eq!(
        concealed(&["00000000-0000-0000-0000-000000000000"]),
        Some(true)
    );
    assert_eq!(concealed(&["somebody", hashed]), Some(true));
    assert_eq!(
        concealed(&[hashed, "a@contoso.example", hashed]),
        Some(false)
    );
    assert_eq!(concealed(&[]), None);
    assert_eq!(concealed(&["", ""]), None);
    assert_eq!(
        read(&trend(), format!("{TREND}{WEEK}")).decoded.concealed,
        None
    );
}
