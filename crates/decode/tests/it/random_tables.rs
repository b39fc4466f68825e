//! Any table comes back cell by cell, and the rejects are exactly the cells that do not fit.

use jiff::civil::Date;
use proptest::prelude::*;

use crate::reading::{PEOPLE, people, read};

/// A cell that fits its column, and as the table has it.
fn fitting(column: usize) -> BoxedStrategy<(String, Option<String>)> {
    let value = match column {
        0 | 4 => (-700_000..2_900_000)
            .prop_map(|days: i32| {
                let day = Date::constant(1970, 1, 1) + jiff::Span::new().days(days);
                (day.to_string(), Some(day.to_string()))
            })
            .boxed(),
        3 => prop::sample::select(vec!["True", "False", "Yes", "No"])
            .prop_map(|text| {
                (
                    text.to_owned(),
                    Some(matches!(text, "True" | "Yes").to_string()),
                )
            })
            .boxed(),
        5 | 8 => prop_oneof![any::<i64>(), -200..200_i64, 99_999_990..100_000_010_i64]
            .prop_map(|number| (number.to_string(), Some(number.to_string())))
            .boxed(),
        6 => (0..100_u32, 0..60_u32)
            .prop_map(|(hours, seconds)| format!("PT{hours}H{seconds}S"))
            .prop_map(|text| (text.clone(), Some(text)))
            .boxed(),
        _ => "[ -~\r\n\"',éß王🎉]{1,12}"
            .prop_map(|text| (text.clone(), Some(text)))
            .boxed(),
    };
    prop_oneof![4 => value, 1 => Just((String::new(), None))].boxed()
}

/// A cell that fits, or one that does not; then the table has null.
fn cell(column: usize) -> BoxedStrategy<(String, Option<String>, bool)> {
    let fits = fitting(column).prop_map(|(text, cell)| (text, cell, false));
    if matches!(column, 1 | 2 | 7) {
        return fits.boxed();
    }
    let unfit = "[a-eP:.]{1,9}x".prop_map(|text| (text, None, true));
    prop_oneof![9 => fits, 1 => unfit].boxed()
}

fn row() -> impl Strategy<Value = Vec<(String, Option<String>, bool)>> {
    (0..9).map(cell).collect::<Vec<_>>()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn come_back_cell_by_cell(
        rows in prop::collection::vec(row(), 0..20),
        crlf in any::<bool>(),
        always_quoted in any::<bool>(),
    ) {
        let names: Vec<String> = PEOPLE
            .trim_end()
            .split(',')
            .map(|header| header.to_lowercase().replace(' ', "_"))
            .collect();
        let mut writer = csv::WriterBuilder::new()
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .quote_style(if always_quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
            .from_writer(Vec::new());
        writer.write_record(PEOPLE.trim_end().split(',')).unwrap();
        for row in &rows {
            writer.write_record(row.iter().map(|(text, ..)| text)).unwrap();
        }
        let reading = read(&people(), writer.into_inner().unwrap());
        prop_assert_eq!(reading.rows.len(), rows.len());
        let mut unfit = Vec::new();
        for (expected, came) in rows.iter().zip(&reading.rows) {
            for ((text, cell, is_unfit), name) in expected.iter().zip(&names) {
                prop_assert_eq!(&came[name], cell, "{}", name);
                if *is_unfit {
                    unfit.push((name.clone(), text.clone().into_bytes()));
                }
            }
        }
        let rejected: Vec<_> =
            reading.rejects.into_iter().map(|reject| (reject.column, reject.value)).collect();
        prop_assert_eq!(rejected, unfit);
    }
}
