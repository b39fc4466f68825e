use std::{fs, sync::Arc};

use arrow_array::Int64Array;
use exmetrics_show::{Format, RowWriter, ShowErrorKind, ShowOptions, Target};
use tempfile::TempDir;

use crate::rows::{batch, names_in, people};

#[test]
fn dropped_unfinished_it_leaves_nothing() {
    for format in Format::ALL {
        let folder = TempDir::new().unwrap();
        let target = Target::File(folder.path().join("rows"));
        let mut writer =
            RowWriter::open(target, *format, people().schema(), ShowOptions::default()).unwrap();
        writer.write(&people()).unwrap();
        assert!(!folder.path().join("rows").exists(), "{format}: too early");
        drop(writer);
        assert!(names_in(folder.path()).is_empty(), "{format}");
    }
}

#[test]
fn dropped_unfinished_it_leaves_the_file_that_was_there() {
    for format in Format::ALL {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("rows");
        fs::write(&path, "kept").unwrap();
        let target = Target::File(path.clone());
        let mut writer =
            RowWriter::open(target, *format, people().schema(), ShowOptions::default()).unwrap();
        writer.write(&people()).unwrap();
        drop(writer);
        assert_eq!(fs::read_to_string(&path).unwrap(), "kept", "{format}");
        assert_eq!(names_in(folder.path()), ["rows"], "{format}");
    }
}

#[test]
fn rows_of_other_columns_are_refused() {
    let folder = TempDir::new().unwrap();
    let target = Target::File(folder.path().join("rows"));
    let mut writer = RowWriter::open(
        target,
        Format::Csv,
        people().schema(),
        ShowOptions::default(),
    )
    .unwrap();
    let other = batch(vec![("n", Arc::new(Int64Array::from(vec![1])))]);
    let error = writer.write(&other).unwrap_err();
    assert_eq!(error.kind, ShowErrorKind::Unsuited);
    assert_eq!(
        error.to_string(),
        "the rows changed their columns on the way"
    );
}

#[test]
fn a_writer_goes_from_thread_to_thread() {
    fn sent<T: Send>() {}
    sent::<RowWriter>();
}
