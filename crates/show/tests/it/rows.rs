//! Rows with every trap that the tests speak of, and the ways to show them.

use std::{
    fs,
    io::Read,
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use exmetrics_show::{Format, RowWriter, ShowError, ShowOptions, Shown, Target};
use tempfile::TempDir;

/// 2026-11-01, in days since 1970.
pub(crate) const NOVEMBER: i32 = 20_758;

pub(crate) fn text(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

pub(crate) fn integers(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

pub(crate) fn floats(values: &[Option<f64>]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

pub(crate) fn booleans(values: &[Option<bool>]) -> ArrayRef {
    Arc::new(BooleanArray::from(values.to_vec()))
}

pub(crate) fn days(values: &[Option<i32>]) -> ArrayRef {
    Arc::new(Date32Array::from(values.to_vec()))
}

/// Microseconds since 1970, in UTC.
pub(crate) fn moments(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(values.to_vec()).with_timezone("UTC"))
}

pub(crate) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let nullable = columns.into_iter().map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(nullable).unwrap()
}

/// One batch of one column of text.
pub(crate) fn one_column(values: &[Option<&str>]) -> RecordBatch {
    batch(vec![("display_name", text(values))])
}

/// Six rows as a report might bring them.
pub(crate) fn people() -> RecordBatch {
    let name = [
        Some("Adele Vance"),
        Some("O\"Neill, Brian"),
        Some("李伟"),
        Some("נועה לוי"),
        Some("two\nlines"),
        None,
    ];
    batch(vec![
        ("display_name", text(&name)),
        (
            "last_activity_date",
            days(&[Some(NOVEMBER), Some(NOVEMBER - 1), None, None, None, None]),
        ),
        (
            "send_count",
            integers(&[
                Some(12),
                Some(0),
                None,
                Some(i64::MAX),
                Some(i64::MIN),
                Some(-1),
            ]),
        ),
        (
            "average",
            floats(&[
                Some(100.0 / 3.0),
                Some(2.5),
                None,
                Some(3.0),
                Some(1e300),
                Some(-1e-7),
            ]),
        ),
        (
            "is_deleted",
            booleans(&[
                Some(false),
                Some(true),
                None,
                Some(false),
                Some(false),
                Some(false),
            ]),
        ),
        (
            "_fetched_at",
            moments(&[
                Some(1_793_514_600_000_000),
                Some(1_793_514_600_120_000),
                None,
                None,
                None,
                None,
            ]),
        ),
        (
            "products",
            text(&[
                Some("E5+BI"),
                Some(""),
                None,
                Some("=1+1"),
                Some("-5"),
                Some("a,b"),
            ]),
        ),
    ])
}

pub(crate) fn write_all(
    target: Target,
    format: Format,
    options: ShowOptions,
    batches: &[RecordBatch],
) -> Result<Shown, ShowError> {
    let mut writer = RowWriter::open(target, format, batches[0].schema(), options)?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.finish()
}

/// The bytes of the file that the batches make.
pub(crate) fn file_of(format: Format, options: ShowOptions, batches: &[RecordBatch]) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows");
    let shown = write_all(Target::File(path.clone()), format, options, batches).unwrap();
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    assert_eq!(shown.rows, rows as u64);
    assert_eq!(
        names_in(folder.path()),
        ["rows"],
        "nothing is left beside the file"
    );
    fs::read(path).unwrap()
}

/// The text of the file that the batches make.
pub(crate) fn shown(format: Format, batches: &[RecordBatch]) -> String {
    String::from_utf8(file_of(format, ShowOptions::default(), batches)).unwrap()
}

/// A table as a terminal of this width gets it.
pub(crate) fn on_terminal(width: u16, options: ShowOptions, batches: &[RecordBatch]) -> String {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let path = PathBuf::from(format!("/dev/fd/{}", writer.as_raw_fd()));
    let reading = thread::spawn(move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text
    });
    let options = ShowOptions {
        terminal_width: Some(width),
        ..options
    };
    write_all(Target::File(path), Format::Table, options, batches).unwrap();
    drop(writer);
    reading.join().unwrap()
}

pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
