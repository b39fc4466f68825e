use std::sync::Arc;

use arrow_array::StringArray;
use exmetrics_show::{Format, ShowErrorKind, ShowOptions, Target};
use zip::ZipArchive;

use crate::rows::{batch, days, file_of, floats, integers, moments, people, text, write_all};

/// A part of the workbook, one element a line.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let text = std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
    text.replace("<row ", "\n<row ")
        .replace("</sheetData>", "\n</sheetData>")
}

fn sheet(batches: &[arrow_array::RecordBatch]) -> String {
    part(
        &file_of(Format::Xlsx, ShowOptions::default(), batches),
        "xl/worksheets/sheet1.xml",
    )
}

#[test]
fn cells_have_types_and_text_is_never_a_formula() {
    let xml = sheet(&[people()]);
    assert!(!xml.contains("<f>"));
    insta::assert_snapshot!(xml);
}

#[test]
fn what_excel_cannot_hold_is_text() {
    let edge = (1 << 53) + 1;
    let rows = batch(vec![
        (
            "n",
            integers(&[Some(edge - 1), Some(edge), Some(-edge), Some(i64::MIN)]),
        ),
        (
            "f",
            floats(&[Some(f64::NAN), Some(f64::INFINITY), Some(0.1), None]),
        ),
        (
            "d",
            days(&[
                Some(-25_508),
                Some(-25_509),
                Some(2_932_896),
                Some(2_932_897),
            ]),
        ),
        (
            "t",
            moments(&[Some(0), Some(-2_208_988_800_000_000), None, None]),
        ),
    ]);
    insta::assert_snapshot!(sheet(&[rows]));
}

#[test]
fn a_text_that_no_cell_holds_is_said() {
    let folder = tempfile::TempDir::new().unwrap();
    let target = Target::File(folder.path().join("rows.xlsx"));
    let long = StringArray::from(vec!["x".repeat(32_768)]);
    let rows = batch(vec![("name", Arc::new(long))]);
    let error = write_all(target, Format::Xlsx, ShowOptions::default(), &[rows]).unwrap_err();
    assert_eq!(error.kind, ShowErrorKind::Unsuited);
    assert_eq!(
        error.to_string(),
        "a text in the column name is longer than the 32767 characters that a cell holds; choose csv"
    );
    assert!(crate::rows::names_in(folder.path()).is_empty());
}

#[test]
fn a_full_sheet_is_followed_by_another() {
    let many: Vec<_> = (0..1_048_577).map(Some).collect();
    let rows = batch(vec![("n", integers(&many))]);
    let bytes = file_of(Format::Xlsx, ShowOptions::default(), &[rows]);
    let names = part(&bytes, "xl/workbook.xml");
    assert!(names.contains("name=\"Rows\"") && names.contains("name=\"Rows 2\""));
    let first = part(&bytes, "xl/worksheets/sheet1.xml");
    assert_eq!(first.matches("<row ").count(), 1_048_576);
    let second = part(&bytes, "xl/worksheets/sheet2.xml");
    assert_eq!(second.matches("<row ").count(), 3);
    assert!(second.contains("<v>1048576</v>"));
}

#[test]
fn no_rows_are_a_header() {
    let xml = sheet(&[batch(vec![("name", text(&[]))])]);
    assert_eq!(xml.matches("<row ").count(), 1);
}
