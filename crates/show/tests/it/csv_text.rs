use exmetrics_show::{Format, ShowOptions};

use crate::rows::{batch, file_of, integers, one_column, people, shown, text};

fn safe(batches: &[arrow_array::RecordBatch]) -> String {
    let options = ShowOptions {
        safe_for_spreadsheets: true,
        ..ShowOptions::default()
    };
    String::from_utf8(file_of(Format::Csv, options, batches)).unwrap()
}

#[test]
fn every_value_as_it_is_and_quotes_only_where_needed() {
    assert_eq!(
        shown(Format::Csv, &[people()]),
        "display_name,last_activity_date,send_count,average,is_deleted,_fetched_at,products\n\
         Adele Vance,2026-11-01,12,33.333333333333336,false,2026-11-01T06:30:00Z,E5+BI\n\
         \"O\"\"Neill, Brian\",2026-10-31,0,2.5,true,2026-11-01T06:30:00.120Z,\"\"\n\
         李伟,,,,,,\n\
         נועה לוי,,9223372036854775807,3.0,false,,=1+1\n\
         \"two\nlines\",,-9223372036854775808,1e300,false,,-5\n\
         ,,-1,-1e-7,false,,\"a,b\"\n"
    );
}

#[test]
fn no_byte_order_mark_and_no_carriage_return() {
    let bytes = file_of(Format::Csv, ShowOptions::default(), &[people()]);
    assert!(bytes.starts_with(b"display_name"));
    assert!(!bytes.contains(&b'\r'));
}

#[test]
fn blanks_quotes_and_lone_line_ends_stay_as_they_are() {
    let rows = batch(vec![
        (
            "a",
            text(&[
                Some(" x "),
                Some("\r"),
                Some("\""),
                Some("'"),
                Some("\u{feff}"),
                Some("\0"),
            ]),
        ),
        (
            "b",
            text(&[
                Some("\\"),
                Some("#"),
                Some(";"),
                Some("\t"),
                Some("a\"b"),
                Some("\u{1b}"),
            ]),
        ),
    ]);
    assert_eq!(
        shown(Format::Csv, &[rows]),
        "a,b\n x ,\\\n\"\r\",#\n\"\"\"\",;\n',\t\n\u{feff},\"a\"\"b\"\n\0,\u{1b}\n"
    );
}

#[test]
fn a_null_alone_in_its_row_is_no_empty_line() {
    let rows = one_column(&[Some("x"), None, Some("")]);
    assert_eq!(shown(Format::Csv, &[rows]), "display_name\nx\n\"\"\n\"\"\n");
}

#[test]
fn without_the_flag_a_formula_is_not_touched() {
    let rows = one_column(&[Some("=HYPERLINK(\"http://x\")"), Some("@a"), Some("+1")]);
    assert_eq!(
        shown(Format::Csv, &[rows]),
        "display_name\n\"=HYPERLINK(\"\"http://x\"\")\"\n@a\n+1\n"
    );
}

#[test]
fn safe_for_spreadsheets_guards_text_and_nothing_else() {
    let formulas = [
        "=1", "+1", "-1", "@a", "\tx", "\rx", "＝1", "＋1", "－1", "＠a", "=a,b", "a=1", "'=1",
        " =1",
    ];
    let numbers: Vec<_> = (0..14).map(|n| Some(n - 7)).collect();
    let rows = batch(vec![
        ("name", text(&formulas.map(Some))),
        ("=count", integers(&numbers)),
    ]);
    assert_eq!(
        safe(&[rows]),
        "name,'=count\n'=1,-7\n'+1,-6\n'-1,-5\n'@a,-4\n'\tx,-3\n\"'\rx\",-2\n'＝1,-1\n'＋1,0\n\
         '－1,1\n'＠a,2\n\"'=a,b\",3\na=1,4\n'=1,5\n =1,6\n"
    );
}

#[test]
fn safe_for_spreadsheets_leaves_negative_numbers_and_empty_cells() {
    let guarded = safe(&[people()]);
    let plain = shown(Format::Csv, &[people()]);
    assert_eq!(
        guarded,
        plain
            .replace(",=1+1\n", ",'=1+1\n")
            .replace(",-5\n", ",'-5\n")
    );
}

#[test]
fn no_rows_are_a_header() {
    let none = people().slice(0, 0);
    let header =
        "display_name,last_activity_date,send_count,average,is_deleted,_fetched_at,products\n";
    assert_eq!(shown(Format::Csv, &[none]), header);
}

#[test]
fn batches_of_any_size_make_one_file() {
    let rows = people();
    let pieces = [
        rows.slice(0, 1),
        rows.slice(1, 0),
        rows.slice(1, 4),
        rows.slice(5, 1),
    ];
    assert_eq!(shown(Format::Csv, &pieces), shown(Format::Csv, &[rows]));
}

#[test]
fn a_column_name_that_occurs_again_gets_a_number() {
    let rows = batch(vec![
        ("n", integers(&[Some(1)])),
        ("n", integers(&[Some(2)])),
        ("n_2", integers(&[Some(3)])),
        ("n", integers(&[Some(4)])),
    ]);
    assert_eq!(shown(Format::Csv, &[rows]), "n,n_2,n_2_2,n_3\n1,2,3,4\n");
}
