use std::path::Path;

use exmetrics_show::{Format, default_format};

#[test]
fn a_format_is_found_by_its_name() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse::<Format>().unwrap(), *format);
    }
    assert_eq!(" CSV ".parse::<Format>().unwrap(), Format::Csv);
}

#[test]
#[cfg(not(feature = "xlsx"))]
fn another_name_is_answered_with_the_choice() {
    let said = |name: &str| name.parse::<Format>().unwrap_err().to_string();
    assert_eq!(
        said("jsonn"),
        "there is no format \"jsonn\"; did you mean json? (choose one of table, csv, jsonl, json, parquet)"
    );
    assert_eq!(
        said(""),
        "there is no format \"\" (choose one of table, csv, jsonl, json, parquet)"
    );
    assert_eq!(
        said("xlsx"),
        "this build cannot write xlsx (choose one of table, csv, jsonl, json, parquet)"
    );
}

#[test]
#[cfg(not(feature = "xlsx"))]
fn a_build_without_workbooks_says_so_and_makes_nothing() {
    use crate::rows::{names_in, people, write_all};
    use exmetrics_show::{ShowErrorKind, ShowOptions, Target};

    let folder = tempfile::TempDir::new().unwrap();
    let target = Target::File(folder.path().join("rows.xlsx"));
    let error = write_all(target, Format::Xlsx, ShowOptions::default(), &[people()]).unwrap_err();
    assert_eq!(error.kind, ShowErrorKind::Unsuited);
    assert_eq!(
        error.to_string(),
        "this build cannot write xlsx; build it with the feature xlsx, or choose csv"
    );
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn a_file_ending_asks_for_its_format() {
    let asked = |path: &str| default_format(Path::new(path));
    assert_eq!(asked("a/b.csv"), Some(Format::Csv));
    assert_eq!(asked("b.CSV"), Some(Format::Csv));
    assert_eq!(asked("b.jsonl"), Some(Format::Jsonl));
    assert_eq!(asked("b.ndjson"), Some(Format::Jsonl));
    assert_eq!(asked("b.tar.parquet"), Some(Format::Parquet));
    assert_eq!(asked("b.xlsx"), Some(Format::Xlsx));
    assert_eq!(asked("b.txt"), Some(Format::Table));
    assert_eq!(asked("b.json"), Some(Format::Json));
    assert_eq!(asked("b.yaml"), None);
    assert_eq!(asked("csv"), None);
    assert_eq!(asked(".csv"), None);
}
