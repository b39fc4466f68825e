use std::sync::Arc;

use arrow_array::{
    DictionaryArray, RecordBatch, StringViewArray,
    builder::{ListBuilder, StringViewBuilder},
    types::Int32Type,
};
use arrow_schema::{DataType, Field};
use exmetrics_show::{Format, ShowErrorKind, ShowOptions, Target};
use parquet::{
    arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
    basic::Compression,
    file::reader::{FileReader, SerializedFileReader},
};
use tempfile::NamedTempFile;

use crate::rows::{batch, file_of, people, write_all};

pub(crate) fn read(bytes: &[u8]) -> Vec<RecordBatch> {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.into_file()).unwrap();
    reader
        .with_batch_size(1 << 20)
        .build()
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn parquet(batches: &[RecordBatch]) -> Vec<u8> {
    file_of(Format::Parquet, ShowOptions::default(), batches)
}

#[test]
fn every_type_and_value_comes_back() {
    assert_eq!(read(&parquet(&[people()])), [people()]);
}

#[test]
fn batches_of_any_size_make_one_file() {
    let rows = people();
    let pieces = [rows.slice(0, 3), rows.slice(3, 1), rows.slice(4, 2)];
    assert_eq!(read(&parquet(&pieces)), [rows]);
}

#[test]
fn no_rows_are_a_file_with_a_schema() {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), parquet(&[people().slice(0, 0)])).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.into_file()).unwrap();
    assert_eq!(reader.schema().fields(), people().schema().fields());
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
}

#[test]
fn views_and_dictionaries_are_plain_text_inside() {
    let mut lists = ListBuilder::new(StringViewBuilder::new());
    lists.append_value([Some("a"), None]);
    lists.append_null();
    let words: DictionaryArray<Int32Type> = [Some("x"), Some("x")].into_iter().collect();
    let views = StringViewArray::from(vec![Some("a text that is longer than a view"), None]);
    let rows = batch(vec![
        ("words", Arc::new(words)),
        ("views", Arc::new(views)),
        ("lists", Arc::new(lists.finish())),
    ]);
    let back = read(&parquet(&[rows]));
    let types: Vec<_> = back[0]
        .schema()
        .fields()
        .iter()
        .map(|field| field.data_type().clone())
        .collect();
    let item = Arc::new(Field::new_list_field(DataType::Utf8, true));
    assert_eq!(
        types,
        [DataType::Utf8, DataType::Utf8, DataType::List(item)]
    );
    let plain = exmetrics_text(&back[0]);
    assert_eq!(
        plain,
        "words,views,lists\nx,a text that is longer than a view,\"[\"\"a\"\",null]\"\nx,,\n"
    );
}

#[test]
fn it_is_compressed() {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), parquet(&[people()])).unwrap();
    let reader = SerializedFileReader::new(file.into_file()).unwrap();
    let group = reader.metadata().row_group(0);
    assert!(
        group
            .columns()
            .iter()
            .all(|c| matches!(c.compression(), Compression::ZSTD(_)))
    );
}

#[test]
fn a_type_that_it_lacks_is_said_before_anything_is_made() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("rows.parquet");
    let span = arrow_array::IntervalMonthDayNanoArray::from(vec![None; 2]);
    let rows = batch(vec![("span", Arc::new(span))]);
    let error = write_all(
        Target::File(path),
        Format::Parquet,
        ShowOptions::default(),
        &[rows],
    )
    .unwrap_err();
    assert_eq!(error.kind, ShowErrorKind::Unsuited);
    assert!(
        error
            .message
            .starts_with("Parquet has no type for the column span"),
        "{error}"
    );
    assert!(crate::rows::names_in(folder.path()).is_empty());
}

fn exmetrics_text(rows: &RecordBatch) -> String {
    crate::rows::shown(Format::Csv, std::slice::from_ref(rows))
}
