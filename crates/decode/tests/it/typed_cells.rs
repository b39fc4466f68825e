//! What fits a column, and what becomes of what does not.

use crate::reading::{PEOPLE, people, read};

/// One column's cells for each value; the rejected values.
fn column(name: &str, values: &[&str]) -> (Vec<String>, Vec<String>) {
    let place = PEOPLE
        .trim_end()
        .split(',')
        .position(|header| header == name)
        .unwrap();
    let mut reply = PEOPLE.to_owned();
    for value in values {
        let mut cells = [""; 9];
        (cells[0], cells[1], cells[8]) = ("2026-11-01", "a@contoso.example", "7");
        let quoted = format!("\"{value}\"");
        cells[place] = &quoted;
        reply += &(cells.join(",") + "\r\n");
    }
    let reading = read(&people(), reply);
    let name = name.to_lowercase().replace(' ', "_");
    assert!(reading.rejects.iter().all(|reject| reject.column == name));
    let rejected = reading
        .rejects
        .iter()
        .map(|reject| reject.value.escape_ascii().to_string())
        .collect();
    (
        reading
            .column(&name)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        rejected,
    )
}

#[test]
fn figures() {
    let (cells, rejected) = column(
        "Send Count",
        &[
            "0",
            "7",
            "",
            " ",
            " 42 ",
            "12345678",
            "123456789",
            "4294967296",
            "-1",
            "+5",
            "007",
            "9223372036854775807",
            "-9223372036854775808",
            "0000000000000000000012",
            "9223372036854775808",
            "1.0",
            "1e3",
            "1,234",
            "-",
            "0x10",
            "1 2",
            "12345678x",
            "١",
        ],
    );
    assert_eq!(
        cells,
        [
            "0",
            "7",
            "-",
            "-",
            "42",
            "12345678",
            "123456789",
            "4294967296",
            "-1",
            "5",
            "7",
            "9223372036854775807",
            "-9223372036854775808",
            "12",
            "-",
            "-",
            "-",
            "-",
            "-",
            "-",
            "-",
            "-",
            "-",
        ]
    );
    assert_eq!(
        rejected,
        [
            "9223372036854775808",
            "1.0",
            "1e3",
            "1,234",
            "-",
            "0x10",
            "1 2",
            "12345678x",
            "\\xd9\\xa1",
        ]
    );
}

#[test]
fn empty_is_not_zero() {
    let reading = read(
        &people(),
        format!("{PEOPLE}2026-11-01,a,,,,,PT0S,,7\r\n2026-11-01,a,,,,0,,,7\r\n"),
    );
    assert_eq!(reading.column("send_count"), ["-", "0"]);
    assert_eq!(reading.column("audio_duration"), ["PT0S", "-"]);
    assert_eq!(reading.column("audio_duration_seconds"), ["0", "-"]);
    assert_eq!(reading.column("display_name"), ["-", "-"]);
}

#[test]
fn yes_and_no_and_true_and_false() {
    let (cells, rejected) = column(
        "Is Deleted",
        &[
            "True", "False", "Yes", "No", "TRUE", "no", " yes ", "", "1", "Y", "Nope", "Falsch",
        ],
    );
    let (yes, no) = ("true", "false");
    assert_eq!(
        cells,
        [yes, no, yes, no, yes, no, yes, "-", "-", "-", "-", "-"]
    );
    assert_eq!(rejected, ["1", "Y", "Nope", "Falsch"]);
}

#[test]
fn dates() {
    let (cells, rejected) = column(
        "Last Activity Date",
        &[
            "2026-02-04",
            "2024-02-29",
            "1969-12-31",
            "0001-01-01",
            "9999-12-31",
            " 2026-02-04 ",
            "2026-02-04T00:00:00Z",
            "2026-02-04T00:00:00",
            "2026-02-04T00:00:00.000Z",
            "2026-02-04T00:00:00+00:00",
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-01-32",
            "2026-2-4",
            "04/02/2026",
            "2026-02-04T01:00:00Z",
            "2026-02-04T00:00:00+02:00",
            "2026-02-04x",
            "1900-02-29",
        ],
    );
    let day = "2026-02-04";
    assert_eq!(
        cells[..11],
        [
            day,
            "2024-02-29",
            "1969-12-31",
            "0001-01-01",
            "9999-12-31",
            day,
            day,
            day,
            day,
            day,
            "-"
        ]
    );
    assert!(cells[11..].iter().all(|cell| cell == "-"));
    assert_eq!(rejected.len(), 10, "{rejected:?}");
    assert_eq!(rejected[0], "2026-02-29");
}

#[test]
fn every_day_of_two_centuries_is_the_day_it_says() {
    let first = jiff::civil::date(1899, 1, 1);
    let days = first
        .series(jiff::Span::new().days(1))
        .take(70_000)
        .map(|day| day.to_string());
    let days: Vec<String> = days.collect();
    let (cells, rejected) = column(
        "Last Activity Date",
        &days.iter().map(|day| &day[..]).collect::<Vec<_>>(),
    );
    assert!(rejected.is_empty());
    assert_eq!(cells, days);
}

#[test]
fn durations_stay_text_with_seconds_beside_them() {
    let fine = [
        ("PT0S", 0),
        ("PT1H2M3S", 3_723),
        ("P1DT1S", 86_401),
        ("PT90M", 5_400),
        ("P2D", 172_800),
        ("PT1.9S", 1),
        ("-PT5S", -5),
        ("P1W", 604_800),
        ("PT2562047H", 9_223_369_200_i64),
    ];
    let unfit = [
        "P",
        "PT",
        "P1DT",
        "1H",
        "PT1",
        "P1H",
        "PT1D",
        "P1M",
        "P1Y",
        "PT1M1H",
        "PT1.5M",
        "PT1.S",
        "01:02:03",
        "PT99999999999999999999S",
        "PT9223372036854775807H",
        "PT-1S",
        "ptxs",
    ];
    let mut reply = PEOPLE.to_owned();
    for value in fine.iter().map(|(text, _)| *text).chain(unfit) {
        reply += &format!("2026-11-01,a,,,,,{value},,7\r\n");
    }
    let reading = read(&people(), reply);
    let (texts, seconds) = (
        reading.column("audio_duration"),
        reading.column("audio_duration_seconds"),
    );
    for (row, (text, expected)) in fine.iter().enumerate() {
        assert_eq!(
            (texts[row], seconds[row]),
            (*text, expected.to_string().as_str())
        );
    }
    assert!(texts[fine.len()..].iter().all(|cell| *cell == "-"));
    assert!(seconds[fine.len()..].iter().all(|cell| *cell == "-"));
    let rejected: Vec<_> = reading
        .rejects
        .iter()
        .map(|reject| reject.value.as_slice())
        .collect();
    assert_eq!(rejected, unfit.map(str::as_bytes));
}

#[test]
fn invalid_utf8_is_kept_reported_and_no_crash() {
    let mut reply = PEOPLE.as_bytes().to_vec();
    // The second row's two halves of one letter are text only together.
    for (name, products) in [
        (&b"J\xF6rg"[..], &b"E3"[..]),
        (b"a\xC3", b"\xB6b"),
        (b"fine", b"\xED\xA0\x80"),
        (b"", b""),
    ] {
        reply.extend(
            [
                b"2026-11-01,a@contoso.example,",
                name,
                b",,,5,,",
                products,
                b",7\r\n",
            ]
            .concat(),
        );
    }
    let reading = read(&people(), reply);
    assert_eq!(reading.column("display_name"), ["-", "-", "fine", "-"]);
    assert_eq!(reading.column("assigned_products"), ["E3", "-", "-", "-"]);
    assert_eq!(reading.column("send_count"), ["5"; 4]);
    let mut rejects = reading.rejects();
    rejects.sort();
    assert_eq!(
        rejects,
        [
            "2 display_name: not text in UTF-8: J\\xf6rg",
            "3 assigned_products: not text in UTF-8: \\xb6b",
            "3 display_name: not text in UTF-8: a\\xc3",
            "4 assigned_products: not text in UTF-8: \\xed\\xa0\\x80",
        ]
    );
}

#[test]
fn a_reject_says_where_what_and_why() {
    let reading = read(
        &people(),
        format!("{PEOPLE}2026-11-01,a,A,maybe,soon,many,long,E3,7\r\n"),
    );
    assert_eq!(
        reading.rejects(),
        [
            "2 is_deleted: not True, False, Yes or No: maybe",
            "2 last_activity_date: not a date: soon",
            "2 send_count: not a whole number of 64 bits: many",
            "2 audio_duration: not a duration in days, hours, minutes and seconds: long",
        ]
    );
    assert_eq!(reading.column("assigned_products"), ["E3"]);
}
