//! Whatever the rows are, a reader gets them back, and a terminal is left in peace.

use arrow_array::RecordBatch;
use exmetrics_show::{Format, ShowOptions};
use proptest::{option, prelude::*};
use unicode_width::UnicodeWidthStr;

use crate::{
    parquet_files::read,
    rows::{batch, booleans, days, file_of, floats, integers, on_terminal, shown, text},
};

type Row = (
    Option<String>,
    Option<i64>,
    Option<f64>,
    Option<bool>,
    Option<i32>,
    Option<String>,
);

/// Text that formats trip over, more often than chance would bring it.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\"',\r\n\t =+@x-]{0,6}",
        "[a-zA-Z ]{0,60}",
        "[\u{5d0}-\u{5ea}\u{4e00}-\u{4e20}\u{1f468}\u{200d}\u{301} a]{0,12}",
        "[\u{644}\u{627}\u{fe0f}\u{20e3}\u{1f1e9}\u{1f1ea}\u{1f3fd}\u{1f44d}\u{200d}1 ]{0,30}",
    ]
}

fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        option::of(any_text()),
        option::of(any::<i64>()),
        option::of(any::<f64>()),
        option::of(any::<bool>()),
        option::of(-700_000..2_900_000),
        option::of(any_text()),
    );
    prop::collection::vec(row, 0..12)
}

fn columns(rows: &[Row]) -> RecordBatch {
    batch(vec![
        (
            "name",
            text(&rows.iter().map(|row| row.0.as_deref()).collect::<Vec<_>>()),
        ),
        (
            "count",
            integers(&rows.iter().map(|row| row.1).collect::<Vec<_>>()),
        ),
        (
            "average",
            floats(&rows.iter().map(|row| row.2).collect::<Vec<_>>()),
        ),
        (
            "deleted",
            booleans(&rows.iter().map(|row| row.3).collect::<Vec<_>>()),
        ),
        (
            "day",
            days(&rows.iter().map(|row| row.4).collect::<Vec<_>>()),
        ),
        (
            "title",
            text(&rows.iter().map(|row| row.5.as_deref()).collect::<Vec<_>>()),
        ),
    ])
}

fn read_csv(text: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(text.as_bytes())
        .records()
        .map(Result::unwrap)
        .collect()
}

proptest! {
    // Each case makes a file that is on the disk before the next begins.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn csv_is_read_back_equal(rows in any_rows(), cut in 0_usize..12) {
        let all = columns(&rows);
        let cut = cut.min(rows.len());
        let pieces = [all.slice(0, cut), all.slice(cut, rows.len() - cut)];
        let back = read_csv(&shown(Format::Csv, &pieces));
        prop_assert_eq!(back.len(), rows.len());
        for (record, row) in back.iter().zip(&rows) {
            prop_assert_eq!(&record[0], row.0.as_deref().unwrap_or_default());
            prop_assert_eq!(record[1].parse().ok(), row.1);
            prop_assert_eq!(
                record[2].parse::<f64>().ok().map(f64::to_bits),
                row.2.map(f64::to_bits)
            );
            prop_assert_eq!(record[3].parse().ok(), row.3);
            prop_assert_eq!(record[4].is_empty(), row.4.is_none());
            prop_assert_eq!(&record[5], row.5.as_deref().unwrap_or_default());
        }
    }

    #[test]
    fn csv_of_one_column_loses_no_row(values in prop::collection::vec(option::of(any_text()), 0..12)) {
        let given: Vec<_> = values.iter().map(Option::as_deref).collect();
        let back = read_csv(&shown(Format::Csv, &[batch(vec![("name", text(&given))])]));
        let back: Vec<_> = back.iter().map(|record| record[0].to_owned()).collect();
        let given: Vec<_> = values.into_iter().map(Option::unwrap_or_default).collect();
        prop_assert_eq!(back, given);
    }

    #[test]
    fn safe_csv_differs_by_single_quotes_only(rows in any_rows()) {
        let options = ShowOptions { safe_for_spreadsheets: true, ..ShowOptions::default() };
        let safe = String::from_utf8(file_of(Format::Csv, options, &[columns(&rows)])).unwrap();
        let plain = read_csv(&shown(Format::Csv, &[columns(&rows)]));
        for (safe, plain) in read_csv(&safe).iter().zip(&plain) {
            for (index, (safe, plain)) in safe.iter().zip(plain).enumerate() {
                let is_text = index == 0 || index == 5;
                let formula = plain.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
                let expected =
                    if is_text && formula { format!("'{plain}") } else { plain.to_owned() };
                prop_assert_eq!(safe, expected);
            }
        }
    }

    #[test]
    fn json_lines_are_read_back_equal(rows in any_rows()) {
        let text = shown(Format::Jsonl, &[columns(&rows)]);
        prop_assert_eq!(text.matches('\n').count(), rows.len());
        for (line, row) in text.split('\n').zip(&rows) {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            prop_assert_eq!(object["name"].as_str(), row.0.as_deref());
            prop_assert_eq!(object["count"].as_i64(), row.1);
            prop_assert_eq!(object["deleted"].as_bool(), row.3);
            prop_assert_eq!(object["title"].as_str(), row.5.as_deref());
        }
    }

    #[test]
    fn parquet_is_read_back_equal(rows in any_rows(), cut in 0_usize..12) {
        let all = columns(&rows);
        let cut = cut.min(rows.len());
        let pieces = [all.slice(0, cut), all.slice(cut, rows.len() - cut)];
        let back = read(&file_of(Format::Parquet, ShowOptions::default(), &pieces));
        prop_assert_eq!(back.iter().map(RecordBatch::num_rows).sum::<usize>(), rows.len());
        for back in back {
            prop_assert_eq!(back.columns(), all.columns());
        }
    }

    #[test]
    fn a_table_stays_on_its_terminal(rows in any_rows(), width in 60_u16..200) {
        let table = on_terminal(width, ShowOptions::default(), &[columns(&rows)]);
        for line in table.split('\n') {
            prop_assert!(!line.contains(char::is_control), "{line:?}");
            prop_assert!(line.width() <= usize::from(width), "{line:?}");
        }
    }
}
