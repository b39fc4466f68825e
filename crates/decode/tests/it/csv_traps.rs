//! The ways in which a CSV file may be written.

use std::{
    cell::Cell,
    io::{self, Read},
};

use exmetrics_decode::{DecodeError, Decoder, Options, RowContext};
use jiff::Timestamp;

use crate::reading::{PEOPLE, people, read, read_error, try_read};

const ANNA: &str = "2026-11-01,anna@contoso.example,Anna,False,2026-10-30,5,PT1H,E3,7";
const BEN: &str = "2026-11-01,ben@contoso.example,Ben,True,,,,,7";

#[test]
fn byte_order_mark_and_crlf_and_lf_make_no_difference() {
    let plain = read(&people(), format!("{PEOPLE}{ANNA}\r\n{BEN}\r\n"));
    assert_eq!(
        plain.column("user_principal_name"),
        ["anna@contoso.example", "ben@contoso.example"]
    );
    assert!(plain.decoded.drift.is_none());
    let variants = [
        format!("\u{FEFF}{PEOPLE}{ANNA}\r\n{BEN}\r\n"),
        format!("\u{FEFF}{}{ANNA}\n{BEN}\n", PEOPLE.replace("\r\n", "\n")),
        format!("{PEOPLE}{ANNA}\r\n{BEN}"),
    ];
    for variant in variants {
        assert_eq!(read(&people(), variant), plain);
    }
}

#[test]
fn quoted_commas_quotes_and_newlines_stay_in_their_cell() {
    let reply = format!(
        "{PEOPLE}2026-11-01,\"a\",\"Doe, \"\"J\"\"\r\nLtd\",False,,1,,\" E3 + E5 \",7\r\n{BEN}\r\n"
    );
    let reading = read(&people(), reply);
    assert_eq!(reading.column("display_name"), ["Doe, \"J\"\r\nLtd", "Ben"]);
    assert_eq!(reading.column("assigned_products"), [" E3 + E5 ", "-"]);
    assert_eq!(reading.rejects(), [""; 0]);
}

#[test]
fn non_latin_names_and_spaces_in_text_come_as_they_are() {
    let reply = format!("{PEOPLE}2026-11-01,さくら@contoso.example,  Žofie 王 🎉 ,False,,,,,7\r\n");
    let reading = read(&people(), reply);
    assert_eq!(
        reading.column("user_principal_name"),
        ["さくら@contoso.example"]
    );
    assert_eq!(reading.column("display_name"), ["  Žofie 王 🎉 "]);
}

#[test]
fn blank_lines_are_no_rows() {
    let reading = read(
        &people(),
        format!("\r\n{PEOPLE}\r\n{ANNA}\r\n\r\n\n{BEN}\r\n\r\n"),
    );
    assert_eq!(reading.decoded.rows_read, 2);
    assert_eq!(reading.rejects(), [""; 0]);
}

#[test]
fn header_only_and_zero_bytes_have_no_rows_and_all_columns() {
    let header_only = read(&people(), PEOPLE);
    assert_eq!(header_only.rows, []);
    assert!(header_only.decoded.drift.is_none());
    assert_eq!(header_only.decoded.concealed, None);
    for nothing in ["", "\u{FEFF}", "\r\n\r\n"] {
        let reading = read(&people(), nothing);
        assert_eq!(reading.rows, []);
        assert_eq!(reading.schema, header_only.schema);
        assert!(
            reading.decoded.drift.is_none(),
            "nothing at all is no drift"
        );
    }
    // A whole header needs no line end.
    assert_eq!(read(&people(), PEOPLE.trim_end()), header_only);
}

#[test]
fn extra_cells_go_to_the_rejects_and_the_row_stays() {
    let reading = read(
        &people(),
        format!("{PEOPLE}{ANNA},more,,\"and, more\"\r\n{BEN}\r\n"),
    );
    assert_eq!(reading.column("display_name"), ["Anna", "Ben"]);
    let beyond = "the row has more cells than the header";
    assert_eq!(
        reading.rejects(),
        [
            format!("2 column_10: {beyond}: more"),
            format!("2 column_11: {beyond}: "),
            format!("2 column_12: {beyond}: and, more"),
        ]
    );
}

#[test]
fn a_short_row_stays_and_says_so_verbatim() {
    let short = "2026-11-01,\"anna@contoso.example\",Anna";
    let reading = read(&people(), format!("{PEOPLE}{BEN}\r\n{short}\r\n{BEN}\r\n"));
    assert_eq!(reading.column("display_name"), ["Ben", "Anna", "Ben"]);
    assert_eq!(reading.column("report_period"), ["7", "-", "7"]);
    assert_eq!(
        reading.rejects(),
        [format!(
            "3 is_deleted: the row has 3 cells where the header has 9: {}",
            short.replace('"', "\\\"")
        )]
    );
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    let reply = format!(
        "{PEOPLE}\r\n{}\r\n{ANNA},x\r\n",
        ANNA.replace("Anna", "\"A\r\nB\nC\"")
    );
    let reading = read(&people(), format!("{reply}{ANNA},y"));
    let lines: Vec<u64> = reading.rejects.iter().map(|reject| reject.line).collect();
    assert_eq!(lines, [6, 7]);
}

#[test]
fn a_reply_that_was_cut_is_worth_another_try() {
    let cut_in_a_row = format!("{PEOPLE}{ANNA}\r\n2026-11-01,ben@contoso.example,Be");
    let cut_in_a_last_quote = format!("{PEOPLE}{ANNA}\r\n2026-11-01,b,B,True,,,,E3,\"7");
    let cut_in_the_header = &PEOPLE[..60];
    for (reply, expected) in [
        (cut_in_a_row.as_str(), 3),
        (&cut_in_a_last_quote, 3),
        (cut_in_the_header, 1),
    ] {
        let error = read_error(&people(), reply);
        assert!(error.is_worth_another_try());
        assert!(
            matches!(error, DecodeError::CutOff { line } if line == expected),
            "{error}"
        );
    }
}

#[test]
fn a_quote_that_is_never_closed_does_not_take_the_file_into_memory() {
    let options = Options {
        max_record_bytes: 1_000,
        ..Options::default()
    };
    let reply = format!(
        "{PEOPLE}{ANNA}\r\n\"{}",
        format!("{BEN}\r\n").repeat(100_000)
    );
    let error = try_read(&people(), reply.as_bytes(), &options, None).unwrap_err();
    assert!(
        matches!(
            error,
            DecodeError::RecordTooLong {
                line: 3,
                limit: 1_000
            }
        ),
        "{error}"
    );
    // Rows of that length each are fine.
    let long = ANNA.replace("Anna", &"A".repeat(900));
    let reply = format!("{PEOPLE}{}", format!("{long}\r\n").repeat(300));
    assert_eq!(
        try_read(&people(), reply.as_bytes(), &options, None)
            .unwrap()
            .rows
            .len(),
        300
    );
}

#[test]
fn the_same_columns_are_in_every_table() {
    let reading = read(&people(), format!("{PEOPLE}{ANNA}\r\n"));
    let names: Vec<_> = reading
        .schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert_eq!(
        names,
        [
            "report_refresh_date",
            "user_principal_name",
            "display_name",
            "is_deleted",
            "last_activity_date",
            "send_count",
            "audio_duration",
            "audio_duration_seconds",
            "assigned_products",
            "report_period",
            "_account",
            "_tenant_id",
            "_requested_period",
            "_requested_date",
            "_run_id",
            "_fetched_at",
        ]
    );
    assert_eq!(exmetrics_decode::table_schema(&people()), reading.schema);
    let of = |name| reading.column(name)[0];
    assert_eq!(
        [of("_account"), of("_tenant_id"), of("_requested_period")],
        ["contoso", "-", "D7"]
    );
    assert_eq!([of("_requested_date"), of("_run_id")], ["-", "run-1"]);
    assert_eq!(of("_fetched_at"), "1793768767000008");
}

/// A file without end is read no further than its batches need.
#[test]
fn rows_stream() {
    let row = format!("{ANNA}\r\n");
    let read = Cell::new(0);
    let source = Endless {
        header: PEOPLE.as_bytes(),
        row: row.as_bytes(),
        read: &read,
    };
    let context = RowContext {
        account: "contoso".into(),
        tenant_id: None,
        requested_period: None,
        requested_date: None,
        run_id: "run-1".into(),
        fetched_at: Timestamp::UNIX_EPOCH,
    };
    let report = people();
    let options = Options {
        batch_rows: 1_000,
        ..Options::default()
    };
    let mut decoder = Decoder::new(&report, source, context, options, |_| {}).unwrap();
    for _ in 0..3 {
        assert_eq!(decoder.next_batch().unwrap().unwrap().num_rows(), 1_000);
    }
    assert!(
        read.get() < 3_000 * ANNA.len() + 200_000,
        "{} bytes were read",
        read.get()
    );
    assert_eq!(decoder.finish().rows_kept, 3_000);
}

/// A header, and the same row for ever.
struct Endless<'a> {
    header: &'a [u8],
    row: &'a [u8],
    read: &'a Cell<usize>,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let at = self.read.get();
        let left = match self.header.get(at..) {
            Some(left @ [_, ..]) => left,
            _ => &self.row[(at - self.header.len()) % self.row.len()..],
        };
        let count = left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&left[..count]);
        self.read.set(at + count);
        Ok(count)
    }
}
